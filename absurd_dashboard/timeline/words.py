"""What spans are called: labels, tooltips, and the lines that have no name of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Tooltips:
    """What is said of spans beside their bars, in words looked up once for hundreds of them."""

    now: datetime
    kinds: Mapping[Kind, str]
    stretch: str
    until: str
    about: str
    lasts: str

    @classmethod
    def at(cls, now: datetime) -> Tooltips:
        """In the language that is active, at an instant of the engine's clock."""
        return cls(
            now=now,
            kinds={of: str(called) for of, called in _KINDS.items()},
            stretch=_("{start} to {end} ({length})"),
            until=_("until {moment}"),
            about=_("about {moment}"),
            lasts=_("now"),
        )

    def of(self, spans: Sequence[Span]) -> str:
        """Everything known of a span on one line; of several that are drawn as one, of the first.

        What is concluded says so.
        """
        told = self._told(spans[0])
        if len(spans) == 1:
            return told
        many = len(spans)
        template = ngettext("{many} of these, from {first}", "{many} of these, from {first}", many)
        return template.format(many=f"{many:,}", first=told)

    def _told(self, span: Span) -> str:
        facts = [
            self.kinds[span.kind],
            display.name(span.label),
            self.stretch.format(
                start=self._edge(span.start, inferred=span.start_inferred),
                end=self._edge(span.end, inferred=span.end_inferred) if span.end else self.lasts,
                length=length(span.start, span.end, self.now),
            ),
            self.until.format(moment=display.exact(span.until)) if span.until else "",
            display.name(span.note),
        ]
        return " ".join(fact for fact in facts if fact)

    def _edge(self, moment: datetime, *, inferred: bool) -> str:
        exact = display.exact(moment)
        return self.about.format(moment=exact) if inferred else exact
