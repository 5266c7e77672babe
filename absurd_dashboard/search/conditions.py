"""A query as conditions on the tasks in sight; each looks at one task through an index of its own.

Conditions on a task's runs, waits and checkpoints are scalar subqueries, which PostgreSQL runs for
those tasks only that it comes by: the search that goes slice by slice decides how many these are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BooleanField,
    Case,
    Expression,
    F,
    Func,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    When,
)
from django.db.models import Value as Constant
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import Exact, In, IsNull

from absurd_dashboard import ids
from absurd_dashboard.access import Access
from absurd_dashboard.models import Task
from absurd_dashboard.search.ages import moment
from absurd_dashboard.search.grammar import Query, Term, Value
from absurd_dashboard.search.hidden import ERROR_MEMBERS
from absurd_dashboard.search.qualifiers import CHECKPOINT

#: What the SDKs call the checkpoint in which they keep an event's payload.
_AWAITED = "$awaitEvent:"
_COMPARED = {"": "exact", ">=": "gte", "<=": "lte", ">": "gt", "<": "lt"}


def queues(access: Access, query: Query) -> tuple[str, ...]:
    """The queues in sight that a query lets through."""
    terms = [term for term in query if term.qualifier == "queue"]
    return tuple(name for name in access.queue_names if all(_lets(term, name) for term in terms))


def _lets(term: Term, queue: str) -> bool:
    return any(_fits(value, queue) for value in term.values) != term.negated


def _fits(value: Value, text: str) -> bool:
    pattern = "*".join(part.replace("[", "[[]").replace("?", "[?]").replace("*", "[*]")
                       for part in value.parts)  # fmt: skip
    return fnmatchcase(text, pattern)


def restricted(
    access: Access, tasks: QuerySet[Task], query: Query, within: Iterable[str]
) -> QuerySet[Task]:
    """The tasks that fulfil every term, but for queues and ids, which whoever reads them chooses.

    Args:
        access: what may be seen.
        tasks: tasks in sight.
        query: checked terms.
        within: the queues that ``tasks`` are in.
    """
    conditions = _Conditions(access, tuple(within))
    for term in query:
        condition = conditions.of(term)
        tasks = tasks.filter(~condition if term.negated else condition)
    return tasks


class _Conditions:
    """Makes a condition of a term, without its negation."""

    def __init__(self, access: Access, within: tuple[str, ...]) -> None:
        self.access, self.within = access, within

    def of(self, term: Term) -> Q:
        make = getattr(self, f"_{term.qualifier}", None)
        if make is None:
            return Q()
        either = Q(pk__in=[])
        for value in term.values:
            either |= make(term, value)
        return either

    def _state(self, _term: Term, value: Value) -> Q:
        return Q(state=value.text)

    def _name(self, _term: Term, value: Value) -> Q:
        return Q(_matches(F("task_name"), value))

    def _age(self, _term: Term, value: Value) -> Q:
        limit = ids.floor(moment(value, self.access.now))
        return Q(task_id__gte=limit) if value.compare.startswith("<") else Q(task_id__lt=limit)

    def _attempts(self, _term: Term, value: Value) -> Q:
        return Q(**{f"attempts__{_COMPARED[value.compare]}": int(value.parts[0])})

    def _worker(self, _term: Term, value: Value) -> Q:
        return self._some(self.access.runs, _matches(F("claimed_by"), value))

    def _event(self, _term: Term, value: Value) -> Q:
        given = Value((f"{_AWAITED}{value.parts[0]}", *value.parts[1:]))
        waits = self._some(self.access.waits, _matches(F("event_name"), value))
        return waits | self._some(self.access.checkpoints, _matches(F("checkpoint_name"), given))

    def _has(self, _term: Term, value: Value) -> Q:
        if not value.parts[0].startswith(CHECKPOINT):
            return self._some(self.access.waits)
        name = Value((value.parts[0].removeprefix(CHECKPOINT), *value.parts[1:]))
        return self._some(self.access.checkpoints, _matches(F("checkpoint_name"), name))

    def _error(self, _term: Term, value: Value) -> Q:
        sought = Value(("", *value.parts, ""))
        reason = F("failure_reason")
        members = [_matches(_text_at(reason, (name,)), sought, whatever_case=True)
                   for name in ERROR_MEMBERS]  # fmt: skip
        plain = _matches(_text_at(reason, ()), sought, whatever_case=True)
        return self._some(self.access.runs, Q(members[0]) | Q(members[1]) | Q(plain))

    def _header(self, term: Term, value: Value) -> Q:
        return Q(_payload(F("headers"), term, value))

    def _params(self, term: Term, value: Value) -> Q:
        return Q(_payload(F("params"), term, value))

    def _some(self, rows_of: Any, *conditions: Any) -> Q:
        """Whether the task has such a row; its queue's tables alone are looked into."""
        rows: QuerySet[Any] = rows_of(self.within)
        own = rows.filter(task_id=OuterRef("task_id"), queue_name=OuterRef("queue_name"))
        # No EXISTS: that would become a join, and a join may read a whole table.
        first = own.filter(*conditions).order_by().values("queue_name")[:1]
        return Q(IsNull(Subquery(first), False))


def _matches(text: Expression | F, value: Value, *, whatever_case: bool = False) -> Expression:
    """Whether a text is as a value says; false where there is none."""
    if value.exact:
        compared: Expression = Exact(text, Constant(value.parts[0]))
    else:
        pattern = "%".join(_literally(part) for part in value.parts)
        sign = " ILIKE " if whatever_case else " LIKE "
        compared = Func(
            text, Constant(pattern), template="%(expressions)s", arg_joiner=sign,
            output_field=BooleanField(),
        )  # fmt: skip
    return Coalesce(compared, Constant(False), output_field=BooleanField())


def _payload(column: F, term: Term, value: Value) -> Expression:
    """Whether the value at a term's path is as it says; without a path, whether it is in the text.

    In small and capital letters as they stand: to take them for the same takes twice as long.
    """
    if term.path:
        return _matches(_text_at(column, term.path), value)
    # In PostgreSQL's text of JSON, and in Python's, the same characters are escaped.
    written = (json.dumps(part, ensure_ascii=False)[1:-1] for part in value.parts)
    return _matches(Cast(column, TextField()), Value(("", *written, "")))


def _literally(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _text_at(column: F, path: tuple[str, ...]) -> Expression:
    """The text of a string, number, boolean or null at a path; None for anything else."""
    place = Constant(list(path), output_field=ArrayField(TextField()))
    value = Func(column, place, template="(%(expressions)s)", arg_joiner=" #> ",
                 output_field=JSONField())  # fmt: skip
    kind = Func(value, function="jsonb_typeof", output_field=TextField())
    text = Func(column, place, template="(%(expressions)s)", arg_joiner=" #>> ",
                output_field=TextField())  # fmt: skip
    return Case(
        When(Q(In(kind, ["string", "number", "boolean"])), then=text),
        When(Q(Exact(kind, Constant("null"))), then=Constant("null")),
        default=None,
        output_field=TextField(),
    )
