"""Lines and bars of a timeline as HTML, and its table's rows.

There are hundreds of them, so they are functions and not templates. Each escapes what it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from absurd_dashboard import display
from absurd_dashboard.markup import count, icon, moment, name, state_badge
from absurd_dashboard.timeline.addresses import Addresses
from absurd_dashboard.timeline.picture import Bar, Listing, Track
from absurd_dashboard.timeline.table import Entry

if TYPE_CHECKING:
    from absurd_dashboard.queries.tasks import TaskRow


def bars(drawn: Iterable[Bar]) -> SafeString:
    """Bars on the axis."""
    inside = "".join(map(_bar, drawn))
    return SafeString(
        f'<svg class="abs-tl-svg" aria-hidden="true" focusable="false">{inside}</svg>'
    )


def _bar(bar: Bar) -> str:
    if bar.is_instant:
        shape = f'<circle cx="{bar.left}" cy="12" r="3.5"/>'
    elif bar.is_thin:
        shape = f'<line x1="{bar.left}" x2="{bar.right}" y1="12" y2="12"/>'
    else:
        shape = f'<rect x="{bar.left}" y="7" width="{bar.width}" height="10"/>'
    guesses = "".join(
        f'<line class="abs-tl-guess" x1="{place}" x2="{place}" y1="3" y2="21"/>'
        for place in bar.guesses
    )
    return f'<g class="{bar.css}"><title>{escape(bar.title)}</title>{shape}{guesses}</g>'


@dataclass(frozen=True, slots=True)
class Lines:
    """Draws the lines of one attempt.

    Attributes:
        task_url: the address of a task's page.
        chosen: the checkpoint whose panel is open.
    """

    attempt: int
    addresses: Addresses
    task_url: Callable[[UUID], str]
    chosen: str | None

    def html(self, tracks: Iterable[Track]) -> SafeString:
        """Items of a list, one for each line."""
        return SafeString("".join(map(self._line, tracks)))

    def _line(self, track: Track) -> str:
        if track.listing:
            return self._fold(
                track, track.listing.key, self._listed(track.listing), is_open=track.listing.asked
            )
        if child := track.child:
            key = f"{self.attempt}-child-{child.task_id}"
            return self._fold(track, key, self._child(child, track.life))
        return f'<li><div class="abs-tl-row">{self._cells(track)}</div></li>'

    def _fold(self, track: Track, key: str, inside: str, *, is_open: bool = False) -> str:
        summary = f'<summary class="abs-tl-row">{self._cells(track)}</summary>'
        opened = " open" if is_open else ""
        return (
            f'<li><details class="abs-tl-repeats" id="timeline-{key}"{opened}>{summary}'
            f"<ol>{inside}</ol></details></li>"
        )

    def _cells(self, track: Track) -> str:
        """Label, bars and length."""
        shape = f"{icon(track.icon)} " if track.icon else ""
        note = f' <span class="abs-tl-times">{escape(track.note)}</span>' if track.note else ""
        times = (
            f' <span class="abs-tl-times">×{count(track.times)}</span>' if track.times > 1 else ""
        )
        return (
            f'<span class="abs-tl-label {track.css}">{shape}'
            f'<span class="abs-sr">{escape(track.kind)} </span>{self._name(track)}{note}{times}'
            f'</span>{bars(track.bars)}<span class="abs-tl-length">{escape(track.length)}</span>'
        )

    def _name(self, track: Track) -> str:
        if not track.is_named:
            return f'<span class="abs-tl-name abs-muted">{escape(track.label)}</span>'
        shown = name(track.label)
        if track.checkpoint is None or track.child:
            return f'<span class="abs-tl-name">{shown}</span>'
        current = ' aria-current="true"' if track.checkpoint == self.chosen else ""
        href = escape(self.addresses.panel(track.checkpoint))
        return f'<a class="abs-tl-name" href="{href}" data-step{current}>{shown}</a>'

    def _child(self, child: TaskRow, life: Iterable[Bar]) -> str:
        """An awaited task's own life."""
        href = escape(self.task_url(child.task_id))
        return (
            '<li class="abs-tl-row abs-tl-repeat"><span class="abs-tl-label">'
            f"{state_badge(child.state)} "
            f'<a class="abs-tl-name" href="{href}">{name(child.name)}</a></span>'
            f"{bars(life)}<span></span></li>"
        )

    def _listed(self, listing: Listing) -> str:
        if not listing.tracks:
            text = _("All {many}, one by one").format(many=f"{listing.total:,}")
            link = self._unfolding(listing, 1, text, is_all=True)
            return f'<li class="abs-note">{link}</li>'
        rows = "".join(
            f'<li class="abs-tl-row abs-tl-repeat">{self._cells(track)}</li>'
            for track in listing.tracks
        )
        return rows if listing.pages == 1 else f"{rows}{self._pager(listing)}"

    def _pager(self, listing: Listing) -> str:
        note = _("{first} to {last} of {total}").format(
            first=f"{listing.first:,}", last=f"{listing.last:,}", total=f"{listing.total:,}"
        )
        links = [
            self._unfolding(listing, page, text)
            for page, text in (
                (listing.page - 1, _("Earlier")),
                (listing.page + 1, _("Later")),
                (listing.pages, _("Latest")),
            )
            if 0 < page <= listing.pages and page != listing.page
        ]
        return f'<li class="abs-note">{" ".join([note, *links])}</li>'

    def _unfolding(self, listing: Listing, page: int, text: str, *, is_all: bool = False) -> str:
        href = escape(self.addresses.unfolding(listing.key, page))
        what = "all" if is_all else "page"
        return f'<a href="{href}" data-step data-unfold="{what}">{escape(text)}</a>'


def rows(entries: Iterable[Entry]) -> SafeString:
    """Rows of the table."""
    labels = [
        escape(text)
        for text in (_("Attempt"), _("What"), _("From"), _("To"), _("Length"), _("Note"))
    ]
    return SafeString("".join(_row(entry, labels) for entry in entries))


def _row(entry: Entry, labels: list[str]) -> str:
    attempt, what, start, end, length, note = labels
    span = entry.span
    named = name(entry.name) if entry.name else escape(entry.what)
    return (
        f'<tr><td data-label="{attempt}">{entry.attempt}</td>'
        f'<td data-label="{what}">{escape(entry.what)}</td>'
        f'<th scope="row" class="abs-primary">{named}</th>'
        f'<td data-label="{start}">{_edge(span.start, inferred=span.start_inferred)}</td>'
        f'<td data-label="{end}">{_end(entry)}</td>'
        f'<td data-label="{length}" class="abs-number">{escape(entry.length)}</td>'
        f'<td data-label="{note}">{escape(display.name(span.note))}</td></tr>'
    )


def _edge(at: datetime, *, inferred: bool) -> str:
    return f"{escape(_('about'))} {moment(at)}" if inferred else moment(at)


def _end(entry: Entry) -> str:
    if entry.span.end:
        return _edge(entry.span.end, inferred=entry.span.end_inferred)
    lasts = escape(_("lasts"))
    return f"{lasts} {escape(_('until'))} {moment(entry.until)}" if entry.until else lasts
