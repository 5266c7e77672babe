"""What differs between two JSON values, by path, as they are stored: ``1.10`` is not ``1.1``.

It works on text, so numbers keep every digit, and on beginnings, so megabytes cost no more: what is
behind the end of one of them is not concluded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import count, islice

from absurd_dashboard.jsontext import LONGEST
from absurd_dashboard.jsontree import Node, flat, tree
from absurd_dashboard.payload import Json
from absurd_dashboard.redaction import HIDDEN

#: Differences that are listed; values of either side that are looked at.
MOST, VALUES = 100, 5_000
#: Elements of a list that are aligned; longer ones are compared place by place.
_ALIGNED = 200


class What(StrEnum):
    """What happened at a place."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    Attributes:
        at: JSON pointer; for an element of a list in the later value, unless it was removed.
        before: the value as JSON on one line; None where it was added.
        after: None where it was removed.
    """

    what: What
    at: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Diff:
    """All differences of two values.

    Attributes:
        more: how many are not listed.
        partial: whether only the beginnings were compared.
        hidden: whether both hold something hidden, which was not compared.
    """

    changes: tuple[Change, ...]
    more: int = 0
    partial: bool = False
    hidden: bool = False

    @property
    def many(self) -> int:
        """How many differences there are."""
        return len(self.changes) + self.more


@dataclass(frozen=True, slots=True)
class Pair:
    """Two values that stand beside each other; they are compared when somebody looks.

    Attributes:
        name: what both are, as the engine calls it.
        label: what both are, for people.
    """

    name: str
    label: str
    before: Json | None
    after: Json | None

    @property
    def diff(self) -> Diff:
        """What differs."""
        return diff(self.before, self.after)


def diff(before: Json | None, after: Json | None) -> Diff:
    """Compare two values; None is the absence of one."""
    if before is None or after is None:
        return Diff(tuple(_one_sided(before, after)))
    old, new = (tree(each.text, most=VALUES) for each in (before, after))
    cut = [one.truncated or each.truncated for one, each in ((old, before), (new, after))]
    for grown, value in ((old, before), (new, after)):
        for root in grown.roots:
            root.cut = root.cut or (root.container and value.truncated)
    found = _lists(old.roots, new.roots, *cut)
    return Diff(
        changes=tuple(islice(found, MOST)),
        more=sum(1 for _ in found),
        partial=any(cut),
        hidden=HIDDEN in before.text and HIDDEN in after.text,
    )


def _one_sided(before: Json | None, after: Json | None) -> Iterator[Change]:
    for what, value in ((What.REMOVED, before), (What.ADDED, after)):
        for root in tree(value.text).roots[:1] if value else ():
            yield _change(what, *((root, None) if what is What.REMOVED else (None, root)))


def _values(before: Node, after: Node) -> Iterator[Change]:
    if before.text == after.text == "{" and before.container and after.container:
        yield from _objects(before, after)
    elif before.text == after.text == "[" and before.container and after.container:
        yield from _lists(before.children, after.children, before.cut, after.cut)
    elif _differ(before, after):
        yield _change(What.CHANGED, before, after)


def _differ(before: Node, after: Node) -> bool:
    """Whether two values differ for sure: of one that was cut off only the beginning is known."""
    shorter = min(len(before.text), len(after.text)) if before.cut or after.cut else None
    return before.kind != after.kind or before.text[:shorter] != after.text[:shorter]


def _objects(before: Node, after: Node) -> Iterator[Change]:
    old, new = _members(before), _members(after)
    for name, child in old.items():
        if name in new:
            yield from _values(child, new[name])
        elif not after.cut:
            yield _change(What.REMOVED, child, None)
    if not before.cut:
        yield from (_change(What.ADDED, None, new[name]) for name in new if name not in old)


def _members(node: Node) -> dict[tuple[str, int], Node]:
    """Members by name; hidden names may be alike, so each has its number among those."""
    numbers: dict[str, count[int]] = {}
    return {
        (child.key, next(numbers.setdefault(child.key, count()))): child
        for child in node.children
        if child.key is not None  # the text ended in its name
    }


def _lists(
    before: Sequence[Node], after: Sequence[Node], before_cut: bool, after_cut: bool
) -> Iterator[Change]:
    old, new = ([flat(node, LONGEST) for node in nodes] for nodes in (before, after))
    for first, last, start, end in _unlike(old, new):
        pairs = min(last - first, end - start)
        for place in range(pairs):
            yield from _values(before[first + place], after[start + place])
        if not (after_cut and end == len(after)):
            yield from (_change(What.REMOVED, node, None) for node in before[first + pairs : last])
        if not (before_cut and last == len(before)):
            yield from (_change(What.ADDED, None, node) for node in after[start + pairs : end])


def _unlike(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Stretches of two lists that are not alike."""
    if max(len(old), len(new)) > _ALIGNED:
        yield 0, len(old), 0, len(new)
        return
    for what, *stretch in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what != "equal":
            first, last, start, end = stretch
            yield first, last, start, end


def _change(what: What, before: Node | None, after: Node | None) -> Change:
    place = after or before
    return Change(
        what,
        place.at if place else "",
        flat(before, LONGEST) if before else None,
        flat(after, LONGEST) if after else None,
    )
