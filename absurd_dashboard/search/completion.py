"""How the query that somebody is typing may go on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from absurd_dashboard.access import Access
from absurd_dashboard.search.grammar import Value, value_text
from absurd_dashboard.search.qualifiers import QUALIFIERS
from absurd_dashboard.search.sources import LONGEST, comparisons, names, paths, values

#: Completions that are offered at once.
MOST = 20

# The last term: everything after the last space that stands in no quotation marks.
_LAST = re.compile(r'(?:[^\s"]|"(?:[^"\\]|\\.)*(?:"|\\?\Z))*\Z')
_KEYED = re.compile(r"(-?)([A-Za-z_]+)((?:\.[^:]*)?):(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Completion:
    """A way to go on.

    Attributes:
        text: the whole query with it.
        label: what it adds, or what that finds.
    """

    text: str
    label: str


def completions(access: Access, text: str) -> tuple[Completion, ...]:
    """How a query may go on at its end.

    Args:
        access: whose names are offered.
        text: what was typed, up to where the writing goes on.
    """
    found = _LAST.search(text)
    last = found[0] if found else ""
    before = text[: len(text) - len(last)]
    keyed = _KEYED.fullmatch(last)
    offered = _values(access, *keyed.groups()) if keyed else _keys(access, last)
    return tuple(
        Completion(before + ending, label)
        for ending, label in islice(offered, MOST)
        if ending != last
    )


def _keys(access: Access, begun: str) -> Iterator[tuple[str, str]]:
    """Qualifiers that begin so, and names of tasks."""
    minus, word = ("-", begun[1:]) if begun.startswith("-") else ("", begun)
    qualifier, dot, path = word.lower().partition(".")
    if dot:
        for each in _beginning(paths(qualifier), path):
            yield f"{minus}{qualifier}.{each}:", str(QUALIFIERS[qualifier].help)
        return
    for name, known in QUALIFIERS.items():
        if name.startswith(qualifier):
            for ending in ".:" if known.has_path else ":":
                yield f"{minus}{name}{ending}", str(known.help)
    if word:
        yield from _of(_beginning(names(access), word), f"{minus}name:")


def _values(
    access: Access, minus: str, key: str, path: str, begun: str
) -> Iterator[tuple[str, str]]:
    """Values of a qualifier that begin so; behind a comma the ones before it stay."""
    qualifier = key.lower()
    kept, comma, last = begun.rpartition(",")
    start = f"{minus}{key}{path}:{kept}{comma}"
    for each in comparisons(qualifier):
        if each.startswith(last):
            yield f"{start}{each}", each
    if qualifier in QUALIFIERS and not path:
        yield from _of(_beginning(values(access, qualifier), last.removeprefix('"')), start)


def _beginning(found: Iterable[str], begun: str) -> Iterator[str]:
    small = begun.lower()
    return (each for each in found if len(each) <= LONGEST and each.lower().startswith(small))


def _of(found: Iterable[str], start: str) -> Iterator[tuple[str, str]]:
    return ((f"{start}{value_text(Value((each,)))}", each) for each in found)
