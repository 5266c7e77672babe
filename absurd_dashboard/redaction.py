"""Hiding parts of payloads: by key, by path, by pattern; before anything else sees the text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from absurd_dashboard.jsontext import Token, tokenise

#: What stands in the place of what is hidden.
HIDDEN = "[redacted]"
#: Characters of a task's or worker's name that are read where many are.
LONGEST_NAME = 1_000
#: Characters to fetch beyond those that are shown, so that a match across the end is seen whole.
MARGIN = 1_000

# The part of a JSON string that is there when the text was cut off, without half an escape.
_BEGUN = re.compile(r'"(?:[^"\\]|\\u[0-9a-fA-F]{4}|\\[^u])*', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Redaction:
    """One thing to hide. Give exactly one of ``key``, ``path`` and ``pattern``.

    Attributes:
        key: name of a member at any depth, whatever its case; ``*`` stands for anything, ``?``
            for one character.
        path: names of members from the outside in, joined by dots, ``*`` for any one of them;
            elements of lists go by their number: ``cards.*.number``.
        pattern: a regular expression; what it matches in any string, number, member name or
            error text is hidden.
        task_name: only in tasks with this name; ``*`` stands for anything.
    """

    key: str = ""
    path: str = ""
    pattern: str = ""
    task_name: str = "*"

    def __post_init__(self) -> None:
        if sum(map(bool, (self.key, self.path, self.pattern))) != 1:
            raise ValueError("a redaction has exactly one of key, path and pattern")
        re.compile(self.pattern)

    def covers(self, task_name: str) -> bool:
        """Whether it counts for tasks with that name; also where only its beginning is known."""
        return len(task_name) >= LONGEST_NAME or fnmatchcase(
            task_name, _brackets_kept(self.task_name)
        )


@dataclass(frozen=True, slots=True)
class Redactor:
    """Applies some redactions to the payloads of one task."""

    rules: tuple[Redaction, ...] = ()
    patterns: tuple[re.Pattern[str], ...] = field(init=False, repr=False, compare=False)
    _keys: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _paths: tuple[tuple[str, ...], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        patterns = tuple(re.compile(rule.pattern) for rule in self.rules if rule.pattern)
        keys = tuple(_brackets_kept(rule.key.lower()) for rule in self.rules if rule.key)
        paths = tuple(
            tuple(_brackets_kept(rule.path).split(".")) for rule in self.rules if rule.path
        )
        for name, value in (("patterns", patterns), ("_keys", keys), ("_paths", paths)):
            object.__setattr__(self, name, value)

    def json(
        self, text: str, *, cut: bool = False, below: Sequence[str] = (), first: int = 0
    ) -> str:
        """JSON text with what is to be hidden replaced; numbers and the rest stay to the digit.

        Args:
            text: JSON, or its beginning.
            cut: whether it is only the beginning; then a string or number that lacks its end is
                hidden, because a pattern might match the whole of it.
            below: where in the payload the text stands, from the outside in.
            first: number of a list's first element, where only later ones are there.
        """
        if not self.rules:
            return text
        if any(self.hides(below[:length]) for length in range(len(below))):
            return _quoted(HIDDEN)
        return "".join(_Walk(self, cut=cut, below=below, first=first).rewritten(text))

    def text(self, text: str | None, *, longest: int | None = None, skip: int = 0) -> str | None:
        """Plain text, such as an error's message, with what the patterns match replaced.

        Args:
            text: the text; where it was cut off, with :data:`MARGIN` characters more than shown.
            longest: show nothing behind this many characters.
            skip: show nothing of this many characters at its beginning.
        """
        if text is None:
            return None
        end = len(text) if longest is None else longest
        shown, position = [], skip
        for first, last in self._matched(text):
            if first < end and last > skip:
                shown += [text[position:first], HIDDEN]
                position = last
        return "".join([*shown, text[position:end]])

    def member(self, names: Iterable[str], text: str | None, longest: int) -> str | None:
        """The value of a member of the outermost object, shown outside of its JSON.

        Args:
            names: the member's name, or all that it may have.
            text: its text; otherwise as for :meth:`text`.
            longest: show this many characters of it.
        """
        if text is not None and any(self.hides((name,)) for name in names):
            return HIDDEN
        return self.text(text, longest=longest)

    def hides(self, path: Sequence[str | int]) -> bool:
        """Whether the member at this path is hidden as a whole."""
        if not path:
            return False
        name = str(path[-1]).lower()
        return any(fnmatchcase(name, key) for key in self._keys) or any(
            len(wanted) == len(path) and all(map(fnmatchcase, map(str, path), wanted))
            for wanted in self._paths
        )

    def _matched(self, text: str) -> list[tuple[int, int]]:
        """Where any pattern matches; matches of two patterns that overlap are one."""
        spans: list[tuple[int, int]] = []
        matches = (match.span() for pattern in self.patterns for match in pattern.finditer(text))
        for first, last in sorted(matches):
            if spans and first < spans[-1][1]:
                spans[-1] = (spans[-1][0], max(last, spans[-1][1]))
            elif first < last:
                spans.append((first, last))
        return spans


def _brackets_kept(pattern: str) -> str:
    """A pattern in which brackets mean themselves: names may hold any character."""
    return pattern.replace("[", "[[]")


class _Walk:
    """One pass over the tokens of a JSON text, knowing where it is."""

    def __init__(
        self, redactor: Redactor, *, cut: bool, below: Sequence[str] = (), first: int = 0
    ) -> None:
        self.redactor = redactor
        self.first = first
        # Whether a pattern might match what was cut off.
        self.wary = cut and bool(redactor.patterns)
        # For every open container: the current member's name, or the current element's number.
        self.places: list[str | int] = list(below)
        self.hidden_below = 0  # containers open inside a hidden value

    def rewritten(self, text: str) -> Iterator[str]:
        for token, last in _with_last(tokenise(text)):
            if self.hidden_below:
                self._skip(token)
            elif token.kind == "key":
                name = json.loads(token.text)
                self.places[-1:] = [name]
                yield _quoted(self.redactor.text(name) or "")
            elif token.kind == "mark" and token.text not in "{[":
                self._pass(token.text)
                yield token.text + (" " if token.text in ",:" else "")
            elif self.redactor.hides(self.places):
                self.hidden_below = token.text in "{["
                yield _quoted(HIDDEN)
            elif token.kind == "mark":
                self.places.append("" if token.text == "{" else self.first)
                self.first = 0  # only the outermost list may begin later
                yield token.text
            else:
                yield self._value(token, last=last)

    def _skip(self, token: Token) -> None:
        if token.kind == "mark":
            self.hidden_below += (token.text in "{[") - (token.text in "}]")

    def _pass(self, mark: str) -> None:
        if mark in "}]" and self.places:
            self.places.pop()
        elif mark == "," and self.places and isinstance(self.places[-1], int):
            self.places[-1] += 1

    def _value(self, token: Token, *, last: bool) -> str:
        begun = token.kind == "string" and not _ended(token.text)
        if self.wary and last and (begun or token.kind != "string"):
            return _quoted(HIDDEN)
        if token.kind == "string":
            value = json.loads(_closed(token.text) if begun else token.text)
            shown = self.redactor.text(value)
            return token.text if shown == value else _quoted(shown or "")
        shown = self.redactor.text(token.text)
        return token.text if shown == token.text else _quoted(HIDDEN)


def _with_last(tokens: Iterator[Token]) -> Iterator[tuple[Token, bool]]:
    """Every token, and whether it is the last."""
    previous = next(tokens, None)
    for token in tokens:
        if previous is not None:
            yield previous, False
        previous = token
    if previous is not None:
        yield previous, True


def _ended(text: str) -> bool:
    """Whether a JSON string has its closing quote, and not an escaped one there."""
    if len(text) < 2 or text[-1] != '"':
        return False
    slashes = len(text) - 1 - len(text[:-1].rstrip("\\"))
    return slashes % 2 == 0


def _closed(text: str) -> str:
    """The JSON string that was begun, its end added."""
    begun = _BEGUN.match(text)
    return f'{begun[0] if begun else text}"'


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
