"""JSON text laid out for reading, without decoding it: numbers keep every digit they came with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from absurd_dashboard.display import hidden

#: Characters of JSON text that are laid out at most.
LONGEST = 20_000
#: Layout may make the text longer by this factor at most; deep nesting would otherwise square it.
_GROWTH = 4
_DEEPEST_INDENT = 20

Kind = Literal["key", "string", "number", "literal", "mark", "space"]

# A string may lack its end where the text was cut off.
_TOKEN = re.compile(
    r"""(?P<string>"[^"\\]*(?:\\.[^"\\]*)*(?P<end>"|\\?\Z))(?P<key>\s*:)?"""
    r"""|(?P<mark>[{}\[\],:])|(?P<word>[^\s{}\[\],:"]+)""",
    re.DOTALL,
)
_NUMBER = re.compile(r"-?[0-9][0-9.eE+-]*")


class Token(NamedTuple):
    """A piece of JSON text; the pieces of a layout joined together are the text again."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Layout:
    """JSON text over several lines.

    Attributes:
        tokens: in order, with line breaks and indentation as tokens of kind ``space``.
        lines: how many lines they fill.
        truncated: whether the text went on.
    """

    tokens: tuple[Token, ...]
    lines: int
    truncated: bool

    def __str__(self) -> str:
        return "".join(token.text for token in self.tokens)


def layout(text: str, *, longest: int = LONGEST) -> Layout:
    """Lay JSON text out, one member or element a line.

    Args:
        text: JSON, or its beginning; anything else is shown as it is.
        longest: characters of it to use.
    """
    tokens: list[Token] = []
    room = longest * _GROWTH
    truncated = len(text) > longest
    for token in _indented(tokenise(text[:longest])):
        room -= len(token.text)
        if room < 0:
            truncated = True
            break
        tokens.append(token)
    lines = 1 + sum(token.kind == "space" and "\n" in token.text for token in tokens)
    return Layout(tuple(tokens), lines, truncated)


def tokenise(text: str) -> Iterator[Token]:
    """Split JSON text into tokens, without its white space, however deep it nests."""
    for match in _TOKEN.finditer(text):
        if string := match["string"]:
            yield Token("key" if match["key"] else "string", _escaped(string))
            if match["key"]:
                yield Token("mark", ":")
        elif word := match["word"]:
            yield Token("number" if _NUMBER.fullmatch(word) else "literal", _escaped(word))
        else:
            yield Token("mark", match["mark"])


def _escaped(text: str) -> str:
    """The same JSON string with invisible characters written as escapes."""
    if text.isprintable():  # nothing hidden is printable
        return text
    return "".join(f"\\u{ord(char):04x}" if hidden(char) else char for char in text)


def _indented(tokens: Iterator[Token]) -> Iterator[Token]:
    depth = 0
    previous = ""
    for token in tokens:
        mark = token.text if token.kind == "mark" else ""
        closing = mark in ("}", "]")
        depth = max(0, depth - closing)
        if _breaks(previous, mark, closing=closing):
            yield Token("space", "\n" + "  " * min(depth, _DEEPEST_INDENT))
        yield token
        if mark == ":":
            yield Token("space", " ")
        depth += mark in ("{", "[")
        previous = mark


def _breaks(previous: str, mark: str, *, closing: bool) -> bool:
    if closing:
        return previous not in ("{", "[")  # an empty container stays on one line
    return previous in ("{", "[", ",") and mark != ","
