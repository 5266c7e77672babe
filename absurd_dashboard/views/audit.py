"""Who did what, when, to what, with what outcome: a page, and the same rows to keep."""

from __future__ import annotations

import csv as csv_module
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from io import StringIO
from itertools import chain
from typing import Any

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from absurd_dashboard import twins
from absurd_dashboard.access import Access
from absurd_dashboard.choices import Choice, chips, further, query_url, window_choices
from absurd_dashboard.models import AuditOutcome
from absurd_dashboard.pages import Page, page, refused
from absurd_dashboard.payload import Json
from absurd_dashboard.policy import Action, policy
from absurd_dashboard.queries import audit as queries
from absurd_dashboard.queries.audit import AuditFilter, AuditRow, Reader

#: Rows that an export reads from the table at most.
EXPORTED = 100_000
#: What makes a spreadsheet take a cell for a formula, wherever it may be the first to be read.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class AuditList:
    """What the audit page shows."""

    filter: AuditFilter
    rows: tuple[AuditRow, ...]
    windows: tuple[Choice, ...]
    chips: tuple[Choice, ...]
    results: tuple[tuple[str, Any], ...]
    older: str
    query: str
    further: Choice | None


@page("audit", "audit/list")
def audit(request: HttpRequest, access: Access) -> Page | HttpResponseBase:
    """The record, newest first."""
    reader = _reader(request, access)
    if reader is None:
        return refused(request, "audit", 403, _("You may not read the record"))
    chosen = AuditFilter.from_query(request.GET)
    found, kept = queries.page(reader, chosen), chosen.parts()
    shown = AuditList(
        filter=chosen,
        rows=found.rows,
        windows=window_choices(chosen.span, kept),
        chips=chips(kept, ("user", "action", "queue", "task", "bulk", "result")),
        results=(*AuditOutcome.Result.choices, (queries.UNKNOWN, _("outcome unknown"))),
        older=query_url({**kept, "older": found.older}) if found.older else "",
        query=query_url(kept),
        further=further(chosen.span, kept),
    )
    return Page(_("Audit"), shown, live=request.get_full_path())


@page("audit", "audit/list")
def csv(request: HttpRequest, access: Access) -> HttpResponseBase:
    """The rows of the filter as CSV, safe to open in a spreadsheet."""
    return _export(request, access, "audit.csv", "text/csv; charset=utf-8", _csv)


@page("audit", "audit/list")
def jsonl(request: HttpRequest, access: Access) -> HttpResponseBase:
    """The rows of the filter as JSON, one a line."""
    return _export(request, access, "audit.jsonl", "application/jsonl; charset=utf-8", _jsonl)


def _reader(request: HttpRequest, access: Access) -> Reader | None:
    grant = policy().grant(request, access.tenant)
    if grant is None or not policy().may(access, Action.AUDIT):
        return None
    return Reader(access, grant)


def _export(
    request: HttpRequest,
    access: Access,
    name: str,
    content_type: str,
    write: Callable[[Iterator[AuditRow]], Iterator[str]],
) -> HttpResponseBase:
    reader = _reader(request, access)
    if reader is None:
        return refused(request, "audit", 403, _("You may not read the record"))
    found = reader.rows(AuditFilter.from_query(request.GET), EXPORTED)
    rows = (row for row in found if isinstance(row, AuditRow))
    disposition = f'attachment; filename="{name}"'
    return StreamingHttpResponse(
        write(rows), content_type=content_type, headers={"Content-Disposition": disposition}
    )


def _jsonl(rows: Iterator[AuditRow]) -> Iterator[str]:
    return (f"{twins.encode(row)}\n" for row in rows)


def _csv(rows: Iterator[AuditRow]) -> Iterator[str]:
    heading = tuple(field.name for field in fields(AuditRow))
    return map(_line, chain([heading], map(_cells, rows)))


def _cells(row: AuditRow) -> tuple[object, ...]:
    values = (getattr(row, field.name) for field in fields(row))
    return tuple(value.text if isinstance(value, Json) else value for value in values)


def _line(cells: tuple[object, ...]) -> str:
    line = StringIO()
    csv_module.writer(line).writerow([_cell(cell) for cell in cells])
    return line.getvalue()


def _cell(value: object) -> str:
    """Text that no spreadsheet takes for a formula."""
    if isinstance(value, datetime):
        return value.isoformat()
    text = "" if value is None else str(value).replace("\0", "")
    return f"'{text}" if text.startswith(_FORMULA) else text
