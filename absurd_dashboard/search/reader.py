"""Reading a query: what it says, and where it cannot be understood."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from absurd_dashboard.search.grammar import COMPARISONS, Query, Span, Term, Value, quoted

#: Characters of a query, terms in it, and values in a term.
LONGEST, MOST_TERMS, MOST_VALUES = 2_000, 20, 20
#: Asterisks in a value: each multiplies what matching may cost.
MOST_STARS = 4

_KEY = re.compile(r'([A-Za-z_]\w*)((?:\.(?:"(?:[^"\\]|\\.)*"|[^\s",*:.\\]+))*):', re.ASCII)
_SEGMENT = re.compile(r'\.(?:"((?:[^"\\]|\\.)*)"|([^\s",*:.\\]+))')
_ESCAPED = re.compile(r'\\(["\\])')


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a query that makes no sense.

    Attributes:
        span: where it stands.
        message: what is wrong, in words.
        suggestion: what may have been meant in its place; None for no idea.
    """

    span: Span
    message: str
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read; with problems, ``query`` is what is left without them."""

    query: Query
    problems: tuple[Problem, ...]


def cleaned(text: str) -> str:
    """A query's text without what the database could not hold, and not much longer than may be."""
    return text.replace("\x00", "").strip()[: LONGEST + 1]


def read(text: str) -> Reading:
    """Read a query.

    Args:
        text: as somebody typed it, after :func:`cleaned`.
    """
    if len(text) > LONGEST:
        said = _("A query has at most %(most)s characters.") % {"most": f"{LONGEST:,}"}
        return Reading((), (Problem(Span(0, len(text)), said),))
    return _Reader(text).query()


class _Stop(Exception):
    def __init__(self, problem: Problem) -> None:
        self.problem = problem


class _Reader:
    """One pass over a text; ``at`` is where it stands."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def query(self) -> Reading:
        terms: list[Term] = []
        problems: list[Problem] = []
        while self._more():
            try:
                terms.append(self._term())
            except _Stop as stop:
                problems.append(stop.problem)
                self._skip()
        if len(terms) > MOST_TERMS:
            said = _("A query has at most %(most)s conditions.") % {"most": MOST_TERMS}
            problems.append(Problem(terms[MOST_TERMS].span, said))
        return Reading(tuple(terms[:MOST_TERMS]), tuple(problems))

    def _more(self) -> bool:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.at < len(self.text)

    def _skip(self) -> None:
        while self.at < len(self.text) and not self.text[self.at].isspace():
            self.at += 1

    def _term(self) -> Term:
        start = self.at
        negated = self.text[start] == "-"
        self.at += negated
        key = self._key()
        values = [self._value(keyed=bool(key))]
        while self.text[self.at : self.at + 1] == ",":
            self.at += 1
            values.append(self._value(keyed=bool(key)))
        span = Span(start, self.at)
        if len(values) > MOST_VALUES:
            said = _("A condition has at most %(most)s values.") % {"most": MOST_VALUES}
            raise _Stop(Problem(span, said))
        return Term(key, tuple(values), negated, span)

    def _key(self) -> tuple[str, ...]:
        found = _KEY.match(self.text, self.at)
        if found is None:
            return ()
        self.at = found.end()
        path = (
            _ESCAPED.sub(r"\1", in_quotes) if plain == "" else plain
            for in_quotes, plain in _SEGMENT.findall(found[2])
        )
        return (found[1], *path)

    def _value(self, *, keyed: bool) -> Value:
        start = self.at
        compare = self._compare() if keyed else ""
        parts, seen = [""], False
        while (char := self.text[self.at : self.at + 1]) and not (char == "," or char.isspace()):
            seen = True
            if char == '"':
                parts[-1] += self._quoted()
                continue
            self.at += 1
            if char == "*":
                parts.append("")
            else:
                parts[-1] += char
        if not seen:
            raise _Stop(Problem(self._around(start), _("A value is missing here.")))
        if len(parts) > MOST_STARS + 1:
            said = _("A value has at most %(most)s asterisks.") % {"most": MOST_STARS}
            raise _Stop(Problem(Span(start, self.at), said))
        return Value(tuple(parts), compare, Span(start, self.at))

    def _compare(self) -> str:
        for sign in COMPARISONS:
            if self.text.startswith(sign, self.at):
                self.at += len(sign)
                return sign
        return ""

    def _quoted(self) -> str:
        start = self.at
        self.at += 1
        text = ""
        while (char := self.text[self.at : self.at + 1]) != '"':
            if not char:
                opened = Span(start, self.at)
                said = _("The quotation mark is never closed.")
                raise _Stop(Problem(opened, said, quoted(text)))
            escaped = char == "\\" and self.text[self.at + 1 : self.at + 2] in ('"', "\\")
            self.at += escaped
            text += self.text[self.at]
            self.at += 1
        self.at += 1
        return text

    def _around(self, place: int) -> Span:
        """A place with the characters before it, back to the beginning of its term."""
        begin = place
        while begin > 0 and not self.text[begin - 1].isspace():
            begin -= 1
        return Span(begin, max(place, begin + 1))
