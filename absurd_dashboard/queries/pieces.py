"""A part of a large JSON value: what PostgreSQL cuts out, so that no page fetches megabytes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import CharField, F, Func, IntegerField, QuerySet, TextField, Value
from django.db.models.functions import Cast, Left, Length

from absurd_dashboard.access import Access
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.jsontree import parts
from absurd_dashboard.payload import Json

#: Children of one container in a piece.
MANY = 200
#: Levels that a place may have.
_DEEPEST = 10_000
# PostgreSQL counts -1 from the end and reads 01 as 1: rules for a path would not know the element.
_NUMBER_OTHERWISE = re.compile(r"(?!(0|[1-9]\d*)\Z)\s*[+-]?\d+\s*", re.ASCII)
COLUMNS = {"params": "params", "headers": "headers", "result": "completed_payload"}


@dataclass(frozen=True, slots=True)
class Place:
    """What to cut out of a value.

    Attributes:
        at: JSON pointer.
        first: number of the first child wanted of the container there.
    """

    at: str
    first: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """What was cut out.

    Attributes:
        on: whether the container has more children behind these.
    """

    value: Json
    place: Place
    on: bool


class _Children(Func):
    """Some of the children of a container; a scalar as it is."""

    template = """(select case jsonb_typeof(part)
        when 'array' then jsonb_path_query_array(part, '$[%(first)s to %(last)s]')
        when 'object' then (
            select coalesce(jsonb_object_agg(key, value), '{}')
            from (select * from jsonb_each(part) offset %(first)s limit %(many)s) as few)
        else part end from (select %(expressions)s as part) as cut)"""


class _Beyond(Func):
    """Whether a container has more children than a number."""

    template = """(select case jsonb_typeof(part)
        when 'array' then jsonb_array_length(part) > %(past)s
        when 'object' then exists (select from jsonb_object_keys(part) offset %(past)s)
        else false end from (select %(expressions)s as part) as cut)"""


def of_task(access: Access, task_id: UUID, part: str, place: Place) -> Piece | None:
    """A piece of a task's params, headers or result; None without such a task in sight."""
    rows = access.tasks().filter(task_id=task_id)
    return _cut(access, rows, COLUMNS[part], task_id, place)


def of_step(access: Access, task_id: UUID, step: str, place: Place) -> Piece | None:
    """A piece of a checkpoint's value."""
    rows = access.checkpoints().filter(task_id=task_id, checkpoint_name=step)
    return _cut(access, rows, "state", task_id, place)


def of_reason(access: Access, run_id: UUID, place: Place) -> Piece | None:
    """A piece of why a run failed."""
    rows = access.runs().filter(run_id=run_id)
    task_id = rows.values_list("task_id", flat=True).first()
    return None if task_id is None else _cut(access, rows, "failure_reason", task_id, place)


def _cut(
    access: Access, rows: QuerySet[Any], column: str, task_id: UUID, place: Place
) -> Piece | None:
    name = access.tasks().filter(task_id=task_id).values_list("task_name", flat=True).first()
    below = parts(place.at)
    if name is None or len(below) > _DEEPEST:
        return None
    redactor = access.redactor(name)
    if any(_NUMBER_OTHERWISE.fullmatch(each) or redactor.text(each) != each for each in below):
        return None
    longest = dashboard_settings().payload_preview
    there = Func(
        F(column),
        Value(list(below)),
        template="(%(expressions)s::text[])",
        arg_joiner=" #> ",
        output_field=TextField(),
    )
    last = place.first + MANY
    few = _Children(there, first=place.first, last=last - 1, many=MANY, output_field=TextField())
    found = (
        rows.annotate(
            piece=Left(Cast(few, TextField()), longest, output_field=CharField()),
            length=Length(Cast(few, TextField()), output_field=IntegerField()),
            on=_Beyond(there, past=last, output_field=IntegerField()),
        )
        .values_list("piece", "length", "on")
        .first()
    )
    if found is None:
        return None
    value = Json.of(redactor, found[0], found[1], below=below, first=place.first)
    return Piece(value, place, bool(found[2])) if value else None
