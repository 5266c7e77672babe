"""What spans are called: labels, tooltips, and the lines that have no name of their own."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from absurd_dashboard import display
from absurd_dashboard.states import CANCELLED, FAILED
from absurd_dashboard.timeline.model import Kind, Span

_KINDS = {
    Kind.BACKOFF: gettext_lazy("back-off"),
    Kind.QUEUED: gettext_lazy("queued"),
    Kind.RUNNING: gettext_lazy("running"),
    Kind.STEP: gettext_lazy("step"),
    Kind.CHILD: gettext_lazy("child task"),
    Kind.SLEEP: gettext_lazy("sleep"),
    Kind.WAIT: gettext_lazy("event"),
    Kind.SUSPENDED: gettext_lazy("suspended"),
    Kind.DEFERRED: gettext_lazy("deferred"),
    Kind.UNSAVED: gettext_lazy("unsaved work"),
    Kind.LOST: gettext_lazy("lease over"),
}
#: Shapes of icons.svg for kinds that need one.
ICONS = {
    Kind.SLEEP: "sleeping",
    Kind.WAIT: "events",
    Kind.CHILD: "tasks",
    Kind.SUSPENDED: "pause",
    Kind.DEFERRED: "pause",
}


def kind(of: Kind) -> str:
    """What a kind of span is called."""
    return str(_KINDS[of])


def label(span: Span) -> str:
    """What a span's line is called."""
    if span.label:
        return span.label
    if span.kind is not Kind.UNSAVED:
        return kind(span.kind)
    if span.state == FAILED.name:
        return span.note or _("failed")
    return _("cut off") if span.state == CANCELLED.name else span.note or _("in progress")


def length(start: datetime, end: datetime | None, now: datetime) -> str:
    """How long a span took, or has lasted."""
    return display.duration((end or now) - start)


def tooltip(span: Span, now: datetime) -> str:
    """Everything known of a span on one line; what is concluded says so."""
    facts = [
        kind(span.kind),
        display.name(span.label),
        _("{start} to {end} ({length})").format(
            start=edge(span.start, inferred=span.start_inferred),
            end=edge(span.end, inferred=span.end_inferred) if span.end else _("now"),
            length=length(span.start, span.end, now),
        ),
        _("until {moment}").format(moment=display.exact(span.until)) if span.until else "",
        display.name(span.note),
    ]
    return " ".join(fact for fact in facts if fact)


def edge(moment: datetime, *, inferred: bool) -> str:
    """An instant to the millisecond; one that is concluded says so."""
    exact = display.exact(moment)
    return _("about {moment}").format(moment=exact) if inferred else exact


def several(many: int, first: str) -> str:
    """The tooltip of spans that are drawn as one; ``first`` is that of the first of them."""
    template = ngettext("{many} of these, from {first}", "{many} of these, from {first}", many)
    return template.format(many=f"{many:,}", first=first)
