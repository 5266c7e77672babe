"""What can be asked for: the qualifiers, what each takes, and what to say of anything else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import pairwise
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from absurd_dashboard import ids
from absurd_dashboard.search.ages import length
from absurd_dashboard.search.grammar import Query, Span, Term, Value, key_text, quoted, term_text
from absurd_dashboard.search.reader import Problem, Reading, read
from absurd_dashboard.states import STATES

Complaint = tuple[str, str | None]
Check = Callable[[Term, Value], Complaint | None]

_NUMBER = re.compile(r"[0-9]{1,6}", re.ASCII)
#: What a value of ``has`` that names a checkpoint begins with.
CHECKPOINT = "checkpoint."


@dataclass(frozen=True, slots=True)
class Qualifier:
    """Something that can be asked for.

    Attributes:
        help: what it finds, in words.
        example: a term with it.
        check: what is wrong with a value of a term, and what may have been meant; None if nothing.
        several: whether it may have several values or be negated.
        has_path: whether something may follow its name after a dot.
        indexed: whether the primary keys alone serve it.
        compares: whether values may begin with a comparison.
    """

    help: str | Promise
    example: str
    check: Check
    several: bool = True
    has_path: bool = False
    indexed: bool = False
    compares: bool = False


def _anything(_term: Term, value: Value) -> Complaint | None:
    return None


def _state(_term: Term, value: Value) -> Complaint | None:
    if value.exact and value.parts[0] in STATES:
        return None
    said = _("There is no state “%(state)s”; there are %(states)s.")
    return said % {"state": value.text, "states": ", ".join(STATES)}, _closest(value.text, STATES)


def _id(_term: Term, value: Value) -> Complaint | None:
    if value.exact and ids.parse(value.text) is not None:
        return None
    return _("An id has 32 hexadecimal digits; its first four or more will do."), None


def _age(_term: Term, value: Value) -> Complaint | None:
    if not value.exact or length(value.parts[0]) is None:
        return _("An age is a number with s, m, h, d or w, as in age:<2h."), None
    if not value.compare:
        said = _("Say whether younger (age:<%(age)s) or older (age:>%(age)s).")
        return said % {"age": value.text}, f"<{value.text}"
    return None


def _attempts(_term: Term, value: Value) -> Complaint | None:
    if value.exact and _NUMBER.fullmatch(value.parts[0]):
        return None
    return _("Attempts are a number, as in attempts:>=3."), None


def _has(_term: Term, value: Value) -> Complaint | None:
    if value.text == "wait" or value.parts[0].startswith(CHECKPOINT):
        return None
    said = _("It may have a wait (has:wait) or a checkpoint (has:checkpoint.charge).")
    return said, _closest(value.text, ["wait"]) or f"{CHECKPOINT}{value.text}"


def _shown(_term: Term, value: Value) -> Complaint | None:
    if "".join(value.parts).strip():
        return None
    return _("Say which text to look for."), None


def _payload(term: Term, value: Value) -> Complaint | None:
    return None if term.path else _shown(term, value)


QUALIFIERS: Mapping[str, Qualifier] = MappingProxyType(
    {
        "state": Qualifier(gettext_lazy("Tasks in a state"), "state:failed,sleeping", _state),
        "queue": Qualifier(
            gettext_lazy("Tasks of a queue"), "queue:emails", _anything, indexed=True
        ),
        "name": Qualifier(
            gettext_lazy("Task names; * stands for anything"), "name:send-*", _anything
        ),
        "id": Qualifier(
            gettext_lazy("A task's or run's id, or its first digits"),
            "id:0199a3f0",
            _id,
            several=False,
            indexed=True,
        ),
        "age": Qualifier(
            gettext_lazy("Spawned less or more than so long ago: s, m, h, d, w"),
            "age:<2h",
            _age,
            several=False,
            indexed=True,
            compares=True,
        ),
        "attempts": Qualifier(
            gettext_lazy("How many attempts were begun"), "attempts:>=3", _attempts, compares=True
        ),
        "worker": Qualifier(
            gettext_lazy("A worker holds it, or made an attempt that ended"),
            "worker:host-7*",
            _anything,
        ),
        "error": Qualifier(
            gettext_lazy("An attempt failed with this in its error's name or message"),
            'error:"timed out"',
            _shown,
        ),
        "event": Qualifier(
            gettext_lazy("Waits for an event, or was given it"), "event:order:42:paid", _anything
        ),
        "header": Qualifier(
            gettext_lazy("A header's value; without a path, text anywhere in the headers"),
            "header.tenant_id:acme",
            _payload,
            has_path=True,
        ),
        "params": Qualifier(
            gettext_lazy("A value in the params by its path; without one, text anywhere in them"),
            "params.order.id:42",
            _payload,
            has_path=True,
        ),
        "has": Qualifier(
            gettext_lazy("Has a checkpoint of this name, or waits for an event"),
            "has:checkpoint.charge",
            _has,
        ),
    }
)


def understood(text: str) -> Reading:
    """Read a query and check every term of it.

    A word without qualifier becomes a name or an id. With problems, the query is what is left
    without them; whoever acts upon it must not widen it that way.
    """
    reading = read(text)
    terms = [_with_qualifier(term) for term in reading.query]
    problems = [*reading.problems, *_two_names(reading.query)]
    good: list[Term] = []
    for term in terms:
        found = list(_complaints(term))
        problems += found
        good += [] if found else [term]
    problems.sort(key=lambda problem: problem.span.start)
    return Reading(tuple(good), tuple(problems))


def _with_qualifier(term: Term) -> Term:
    if term.key:
        return term
    sole = len(term.values) == 1 and term.values[0].exact and not term.negated
    is_id = sole and ids.parse(term.values[0].text) is not None
    return replace(term, key=("id",) if is_id else ("name",))


def _two_names(query: Query) -> Iterator[Problem]:
    """Words without qualifier that follow each other: a task has one name."""
    for first, second in pairwise(query):
        if not (first.key or second.key or first.negated or second.negated):
            words = f"{first.values[0].text} {second.values[0].text}"
            said = _("A task has one name; put a name with spaces into quotation marks.")
            yield Problem(Span(first.span.start, second.span.end), said, quoted(words))


def _complaints(term: Term) -> Iterator[Problem]:
    qualifier = QUALIFIERS.get(term.qualifier)
    if qualifier is None:
        yield _unknown(term)
        return
    if term.path and not qualifier.has_path:
        said = _("Nothing follows “%(key)s” after a dot; write %(example)s.")
        given = {"key": term.qualifier, "example": qualifier.example}
        yield Problem(term.span, said % given)
        return
    if not qualifier.several and (len(term.values) > 1 or term.negated):
        said = _("“%(key)s” takes one value, and cannot be negated.") % {"key": term.qualifier}
        yield Problem(term.span, said)
    for value in term.values:
        yield from _of_value(qualifier, term, value)


def _of_value(qualifier: Qualifier, term: Term, value: Value) -> Iterator[Problem]:
    if value.compare and not qualifier.compares:
        said = _("Only age and attempts can be compared; quotation marks make it a text.")
        yield Problem(value.span, said, quoted(value.text))
    elif (complaint := qualifier.check(term, value)) is not None:
        yield Problem(value.span, *complaint)


def _unknown(term: Term) -> Problem:
    said = _("There is no qualifier “%(key)s”.") % {"key": key_text(term.key)}
    likely = _closest(term.qualifier, QUALIFIERS)
    if likely is not None:
        return Problem(term.span, said, term_text(replace(term, key=(likely, *term.path))))
    whole = quoted(term_text(replace(term, negated=False)))
    return Problem(term.span, said, f"{'-' * term.negated}name:{whole}")


def _closest(text: str, known: Iterable[str]) -> str | None:
    found = get_close_matches(text.lower()[:50], list(known), n=1, cutoff=0.75)
    return found[0] if found else None
