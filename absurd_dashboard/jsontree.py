"""JSON text as a tree to open and fold, without decoding it: numbers keep every digit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from absurd_dashboard.jsontext import LONGEST, Token, tokenise

#: Values drawn at once, and levels below each other; what lies beyond is asked for by its place.
MOST, DEEPEST = 600, 40
_PAIRS = {"{": "}", "[": "]"}


@dataclass(slots=True)
class Node:
    """A value and where it stands.

    Attributes:
        text: a scalar as it is stored; ``{`` or ``[`` for a container.
        kind: a token's kind; ``mark`` for a container.
        key: the member's name as JSON text; None for elements and the outermost value.
        at: its JSON pointer (RFC 6901).
        children: of a container, as far as they are there.
        first: place of the first child among all there are.
        cut: whether a container goes on behind its last child, or a scalar behind its text.
    """

    text: str
    kind: str
    key: str | None
    at: str
    children: list[Node] = field(default_factory=list)
    first: int = 0
    cut: bool = False

    @property
    def container(self) -> bool:
        """Whether it holds other values."""
        return self.kind == "mark"

    @property
    def end(self) -> str:
        """The bracket that closes it."""
        return _PAIRS[self.text]

    @property
    def next(self) -> int:
        """Place of the first child that is not there."""
        return self.first + len(self.children)


@dataclass(frozen=True, slots=True)
class Tree:
    """What there is of a text.

    Attributes:
        roots: one value; any number where the text is no JSON.
        many: how many values there are in all.
        truncated: whether something is missing, at the end or deep down.
    """

    roots: list[Node]
    many: int
    truncated: bool


def tree(
    text: str, *, at: str = "", first: int = 0, longest: int = LONGEST, most: int = MOST
) -> Tree:
    """Read JSON text into a tree.

    Args:
        text: JSON, or its beginning.
        at: JSON pointer of the value that the text is.
        first: place of its first child, where only later ones are there.
        longest: characters of it to use.
        most: values of it to use.
    """
    growth = _Growth(at, first, most)
    whole = all(map(growth.takes, tokenise(text[:longest])))
    if len(text) > longest or not whole or growth.open:
        growth.cut_off()
    return Tree(growth.roots, growth.many, growth.missing)


def flat(node: Node, longest: int) -> str:
    """A value as JSON on one line, ended by ``…`` where it is too long or not all there."""
    shown = ""
    for piece in _pieces(node):
        shown += piece
        if len(shown) > longest:
            return f"{shown[:longest]}…"
    return shown


def _pieces(node: Node) -> Iterator[str]:
    yield node.text
    for place, child in enumerate(node.children):
        yield ", " if place else ""
        if child.key is not None:
            yield f"{child.key}: "
        yield from _pieces(child)
    if node.cut:
        yield ", …" if node.children else "…"
    if node.container:
        yield node.end


def parts(pointer: str) -> tuple[str, ...]:
    """Names and numbers on the way that a JSON pointer goes, from the outside in."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])


class _Growth:
    """A tree while it is being read."""

    def __init__(self, at: str, first: int, most: int) -> None:
        self.at, self.first, self.most = at, first, most
        self.roots: list[Node] = []
        self.open: list[Node] = []
        self.many = 0
        self.missing = False
        self.key: str | None = None
        self.skipped = 0  # containers open inside one that is too deep
        self.last: Node | None = None

    def takes(self, token: Token) -> bool:
        """Whether there is room for a token; it is in the tree then."""
        if self.skipped:
            self.skipped += _opens(token) - _closes(token)
        elif token.kind == "key":
            self.key = token.text
        elif _closes(token):
            self.last = self.open.pop() if self.open else None
        elif token.text not in (",", ":") or token.kind != "mark":
            return self._grown(token)
        return True

    def cut_off(self) -> None:
        """The text ended early: what is open goes on."""
        self.missing = True
        for node in self.open:
            node.cut = True
        if self.last is not None and not self.last.container:
            self.last.cut = self.last.cut or not _complete(self.last)

    def _grown(self, token: Token) -> bool:
        if self.many >= self.most:
            return False
        parent = self.open[-1] if self.open else None
        node = Node(token.text, token.kind, self.key, self._place(parent))
        node.first = self.first if parent is None else 0
        (self.roots if parent is None else parent.children).append(node)
        self.many += 1
        self.key, self.last = None, node
        if node.container and len(self.open) < DEEPEST:
            self.open.append(node)
        elif node.container:
            node.cut = self.missing = True
            self.skipped = 1
        return True

    def _place(self, parent: Node | None) -> str:
        if parent is None:
            return self.at
        name = str(parent.next) if self.key is None else _named(self.key)
        return f"{parent.at}/{name.replace('~', '~0').replace('/', '~1')}"


def _opens(token: Token) -> bool:
    return token.kind == "mark" and token.text in _PAIRS


def _closes(token: Token) -> bool:
    return token.kind == "mark" and token.text in "}]"


def _named(key: str) -> str:
    try:
        return str(json.loads(key))
    except ValueError:  # no JSON: shown as it is
        return key


def _complete(node: Node) -> bool:
    return node.kind == "string" and len(node.text) > 1 and node.text.endswith('"')
