"""Tasks that failed for good."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from absurd_dashboard.access import Access
from absurd_dashboard.choices import Choice, chips, further, query_url, window_choices
from absurd_dashboard.pages import Page, page
from absurd_dashboard.queries.failures import DEPTH, FailureCursor, FailurePage
from absurd_dashboard.queries.failures import page as failure_page
from absurd_dashboard.windows import Window, window


@dataclass(frozen=True, slots=True)
class FailureList:
    """What the failures page shows; ``depth`` bounds how many attempts it looks at per queue."""

    span: Window
    windows: tuple[Choice, ...]
    chips: tuple[Choice, ...]
    queue: str
    name: str
    rows: FailurePage
    older: str
    further: Choice | None
    depth: int = DEPTH


@page("failures", "failures/list")
def failures(request: HttpRequest, access: Access) -> Page:
    """Terminally failed tasks, newest first."""
    span = window(request.GET.get("window"), "24h")
    queue, name = request.GET.get("queue", "")[:500], request.GET.get("name", "")[:500]
    before = FailureCursor.parse(request.GET.get("older"))
    rows = failure_page(access, span, queue=queue, name=name.replace("\x00", ""), before=before)
    kept = {"window": span.key, "queue": queue, "name": name}
    shown = FailureList(
        span=span,
        windows=window_choices(span, kept),
        chips=chips(kept, ("queue", "name")),
        queue=queue,
        name=name,
        rows=rows,
        older=query_url({**kept, "older": rows.older.text()}) if rows.older else "",
        further=further(span, kept),
    )
    return Page("Failures", shown, live=request.get_full_path())
