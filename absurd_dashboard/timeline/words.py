"""What spans are called: labels, tooltips, and the lines that have no name of their own."""

from __future__ import annotations

from datetime import datetime

from absurd_dashboard import display
from absurd_dashboard.states import CANCELLED, FAILED
from absurd_dashboard.timeline.model import Kind, Span

#: What a kind of span is called in the table.
KINDS = {
    Kind.BACKOFF: "back-off",
    Kind.QUEUED: "queued",
    Kind.RUNNING: "running",
    Kind.STEP: "step",
    Kind.CHILD: "child task",
    Kind.SLEEP: "sleep",
    Kind.WAIT: "event",
    Kind.SUSPENDED: "suspended",
    Kind.DEFERRED: "deferred",
    Kind.UNSAVED: "unsaved work",
    Kind.LOST: "lease over",
}
#: Shapes of icons.svg for kinds that need one.
ICONS = {
    Kind.SLEEP: "sleeping",
    Kind.WAIT: "events",
    Kind.CHILD: "tasks",
    Kind.SUSPENDED: "pause",
    Kind.DEFERRED: "pause",
}


def label(span: Span) -> str:
    """What a span's line is called."""
    if span.label:
        return span.label
    if span.kind is not Kind.UNSAVED:
        return KINDS[span.kind]
    if span.state == FAILED.name:
        return span.note or "failed"
    return "cut off" if span.state == CANCELLED.name else span.note or "in progress"


def length(start: datetime, end: datetime | None, now: datetime) -> str:
    """How long a span took, or has lasted."""
    return display.duration((end or now) - start)


def tooltip(span: Span, now: datetime) -> str:
    """Everything known of a span on one line; what is concluded says so."""
    start, end = display.exact(span.start), display.exact(span.end) if span.end else "now"
    facts = [
        f"{KINDS[span.kind]} {display.name(span.label)}".strip(),
        f"{'about ' if span.start_inferred else ''}{start}",
        f"to {'about ' if span.end_inferred else ''}{end}",
        f"({length(span.start, span.end, now)})",
        f"until {display.exact(span.until)}" if span.until else "",
        display.name(span.note),
    ]
    return " ".join(fact for fact in facts if fact)
