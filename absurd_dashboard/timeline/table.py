"""A timeline as a table: the same content for screen readers and for copying, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from absurd_dashboard import display
from absurd_dashboard.timeline import words
from absurd_dashboard.timeline.model import Row, Span, Timeline

#: Rows of one page.
PAGE = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the table: one span of an attempt."""

    attempt: int
    span: Span
    what: str
    name: str
    length: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Table:
    """One page of the table.

    Attributes:
        first: number of its first row, from 1; ``last`` likewise.
        total: rows of the whole table.
        before: number of the page before it, or None.
        after: number of the page after it, or None.
    """

    entries: Sequence[Entry]
    first: int
    last: int
    total: int
    before: int | None
    after: int | None


def tabulate(timeline: Timeline, page: int = 1) -> Table:
    """A page of the table.

    Args:
        timeline: what to tell.
        page: from 1; one outside of the table means the nearest inside.
    """
    total = sum(map(_many, timeline.rows))
    pages = max(-(-total // PAGE), 1)
    page = min(max(page, 1), pages)
    start = (page - 1) * PAGE
    shown = list(_between(timeline.rows, start, start + PAGE))
    return Table(
        entries=[_entry(row, span, timeline.now) for row, span in shown],
        first=start + 1 if shown else 0,
        last=start + len(shown),
        total=total,
        before=page - 1 if page > 1 else None,
        after=page + 1 if page < pages else None,
    )


def _between(rows: Sequence[Row], start: int, stop: int) -> Iterator[tuple[Row, Span]]:
    """What stands in a part of the table; attempts outside of it are only counted."""
    for row in rows:
        many = _many(row)
        if start < many and stop > 0:
            yield from ((row, span) for span in _told(row)[max(start, 0) : stop])
        start, stop = start - many, stop - many


def _many(row: Row) -> int:
    life = sum(not span.kind.suspends for span in row.life)
    return life + sum(len(line.spans) for line in row.lines)


def _told(row: Row) -> list[Span]:
    """The life and the steps of an attempt in order of time; suspensions are in both."""
    life = [span for span in row.life if not span.kind.suspends]
    return sorted([*life, *row.spans], key=attrgetter("start"))


def _entry(row: Row, span: Span, now: datetime) -> Entry:
    name = span.label or (span.note if span.kind.value == "unsaved" else "")
    return Entry(
        attempt=row.attempt,
        span=span,
        what=words.kind(span.kind),
        name=display.name(name) if name else "",
        length=words.length(span.start, span.end, now),
        until=span.until,
    )
