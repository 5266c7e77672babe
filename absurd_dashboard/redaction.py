"""Hiding parts of payloads: by key, by path, by pattern; before anything else sees the text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from absurd_dashboard.jsontext import Token, tokenise

#: What stands in the place of what is hidden.
HIDDEN = "[redacted]"


@dataclass(frozen=True, slots=True)
class Redaction:
    """One thing to hide. Give exactly one of ``key``, ``path`` and ``pattern``.

    Attributes:
        key: name of a member at any depth, whatever its case; ``*`` stands for anything.
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
        """Whether it counts for tasks with that name."""
        return fnmatchcase(task_name, self.task_name)


@dataclass(frozen=True, slots=True)
class Redactor:
    """Applies some redactions to the payloads of one task."""

    rules: tuple[Redaction, ...] = ()
    _pattern: re.Pattern[str] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        patterns = [f"(?:{rule.pattern})" for rule in self.rules if rule.pattern]
        compiled = re.compile("|".join(patterns)) if patterns else None
        object.__setattr__(self, "_pattern", compiled)

    def json(self, text: str, *, cut: bool = False) -> str:
        """JSON text with what is to be hidden replaced; numbers and the rest stay to the digit.

        Args:
            text: JSON, or its beginning.
            cut: whether it is only the beginning; then a string that lacks its end is hidden,
                because a pattern might match the whole of it.
        """
        if not self.rules:
            return text
        return "".join(_Walk(self, cut=cut).rewritten(text))

    def text(self, text: str | None) -> str | None:
        """Plain text, such as an error's message, with what the patterns match replaced."""
        if text is None or self._pattern is None:
            return text
        return self._pattern.sub(HIDDEN, text)

    def hides(self, path: Sequence[str]) -> bool:
        """Whether the member at this path is hidden as a whole."""
        name = path[-1].lower() if path else ""
        return any(
            (rule.key and fnmatchcase(name, rule.key.lower()))
            or (rule.path and _matches(rule.path.split("."), path))
            for rule in self.rules
        )


def _matches(wanted: Sequence[str], path: Sequence[str]) -> bool:
    return len(wanted) == len(path) and all(map(fnmatchcase, path, wanted))


class _Walk:
    """One pass over the tokens of a JSON text, knowing where it is."""

    def __init__(self, redactor: Redactor, *, cut: bool) -> None:
        self.redactor = redactor
        self.cut = cut
        # For every open container: the current member's name, or the current element's number.
        self.places: list[str | int] = []
        self.hidden_below = 0  # containers open inside a hidden value

    def rewritten(self, text: str) -> Iterator[str]:
        for token in tokenise(text):
            if self.hidden_below:
                self._skip(token)
            elif token.kind == "key":
                name = json.loads(_closed(token.text))
                self.places[-1:] = [name]
                yield _quoted(self.redactor.text(name) or "")
            elif token.kind == "mark" and token.text not in "{[":
                self._pass(token.text)
                yield token.text + (" " if token.text in ",:" else "")
            elif self.places and self.redactor.hides([str(place) for place in self.places]):
                self.hidden_below = token.text in "{["
                yield _quoted(HIDDEN)
            else:
                yield self._value(token)

    def _skip(self, token: Token) -> None:
        if token.kind == "mark":
            self.hidden_below += (token.text in "{[") - (token.text in "}]")

    def _pass(self, mark: str) -> None:
        if mark in "}]" and self.places:
            self.places.pop()
        elif mark == "," and self.places and isinstance(self.places[-1], int):
            self.places[-1] += 1

    def _value(self, token: Token) -> str:
        if token.kind == "mark":
            self.places.append("" if token.text == "{" else 0)
            return token.text
        if token.kind == "string":
            return self._string(token.text)
        shown = self.redactor.text(token.text)
        return token.text if shown == token.text else _quoted(HIDDEN)

    def _string(self, text: str) -> str:
        whole = _closed(text)
        if self.cut and whole != text:
            return _quoted(HIDDEN)
        value = json.loads(whole)
        shown = self.redactor.text(value)
        return text if shown == value else _quoted(shown or "")


def _closed(text: str) -> str:
    """A JSON string, its end added where the text was cut off inside it."""
    if len(text) > 1 and text.endswith('"') and not _escaped_end(text):
        return text
    return re.sub(r"\\(u[0-9a-fA-F]{0,3})?$", "", text) + '"'


def _escaped_end(text: str) -> bool:
    slashes = len(text[:-1]) - len(text[:-1].rstrip("\\"))
    return slashes % 2 == 1


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
