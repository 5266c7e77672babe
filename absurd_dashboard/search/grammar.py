"""What a query is made of, and how it is written: the inverse of :mod:`reader`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

#: What a value may begin with, the longer ones first.
COMPARISONS = (">=", "<=", ">", "<")

#: What stands in a value without quotation marks.
_PLAIN = re.compile(r'[^\s",*]+')
_PLAIN_SEGMENT = re.compile(r'[^\s",*:.\\]+')
_SPECIAL = re.compile(r'(["\\])')


@dataclass(frozen=True, slots=True)
class Span:
    """Where something stands in a query's text: characters from ``start`` up to ``end``."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Value:
    """One of the values of a term.

    Attributes:
        parts: the text, cut at each ``*`` that stands for anything; one part has none.
        compare: one of :data:`COMPARISONS`, or empty.
        span: where it stands; empty for what was not read from a text.
    """

    parts: tuple[str, ...]
    compare: str = ""
    span: Span = Span(0, 0)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Value) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        return (self.parts, self.compare)

    @property
    def exact(self) -> bool:
        """Whether nothing in it stands for anything else."""
        return len(self.parts) == 1

    @property
    def text(self) -> str:
        """The value as one text, for people."""
        return self.compare + "*".join(self.parts)


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: ``-key.path:value,value``.

    Attributes:
        key: the qualifier and its path; empty for a word without qualifier.
        values: any of them fulfils the condition.
        negated: whether it is turned round.
        span: as in :class:`Value`.
    """

    key: tuple[str, ...]
    values: tuple[Value, ...]
    negated: bool = False
    span: Span = Span(0, 0)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Term) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        return (self.key, self.values, self.negated)

    @property
    def qualifier(self) -> str:
        """The first word of the key, in small letters; empty without qualifier."""
        return self.key[0].lower() if self.key else ""

    @property
    def path(self) -> tuple[str, ...]:
        """What follows the qualifier."""
        return self.key[1:]


#: All terms hold at once.
Query = tuple[Term, ...]


def written(query: Iterable[Term]) -> str:
    """The text of a query, in its shortest form: reading it gives the query again."""
    return " ".join(map(term_text, query))


def term_text(term: Term) -> str:
    """The text of one term."""
    minus = "-" if term.negated else ""
    values = ",".join(value_text(value, keyed=bool(term.key)) for value in term.values)
    return f"{minus}{key_text(term.key)}:{values}" if term.key else f"{minus}{values}"


def key_text(key: tuple[str, ...]) -> str:
    """The text of a qualifier with its path."""
    segments = (part if _PLAIN_SEGMENT.fullmatch(part) else quoted(part) for part in key[1:])
    return ".".join([*key[:1], *segments])


def quoted(text: str) -> str:
    """A text in quotation marks, where every character means itself."""
    return '"' + _SPECIAL.sub(r"\\\1", text) + '"'


def value_text(value: Value, *, keyed: bool = True) -> str:
    """The text of one value; ``keyed`` where it stands behind a qualifier."""
    first, *rest = value.parts
    begun = _part_text(first, whole=value.exact)
    compares = begun[:1] in (">", "<") or (value.compare and begun[:1] == "=")
    if compares or (not keyed and (begun[:1] == "-" or ":" in begun)):
        begun = quoted(first)
    return value.compare + "*".join([begun, *(_part_text(part, whole=False) for part in rest)])


def _part_text(part: str, *, whole: bool) -> str:
    plain = _PLAIN.fullmatch(part) is not None or (not part and not whole)
    return part if plain else quoted(part)
