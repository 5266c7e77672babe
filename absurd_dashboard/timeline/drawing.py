"""Draws a timeline: bars, lines and labels, bounded however long the history is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.utils import dateformat
from django.utils.translation import gettext as _

from absurd_dashboard import anchors, display
from absurd_dashboard.states import FAILED, state_of
from absurd_dashboard.timeline import words
from absurd_dashboard.timeline.axis import Axis, Piece
from absurd_dashboard.timeline.lifetime import lifetime
from absurd_dashboard.timeline.model import Kind, Line, Row, Span, Timeline
from absurd_dashboard.timeline.picture import Bar, Drawing, Fold, Lane, Listing, Mark, Track
from absurd_dashboard.timeline.ticks import MARGIN, Tick, ticks
from absurd_dashboard.timeline.words import Tooltips

if TYPE_CHECKING:
    from absurd_dashboard.queries.tasks import TaskRow

#: Attempts drawn, the latest; lines over all of them.
ROWS, LINES = 50, 200
#: Repetitions on a page of a line that is listed one by one. Of a line with few, all are drawn, as
#: long as so many lines have no more than these together; of others, those that are asked for.
REPEATS, _FEW_REPEATS = 100, 10
#: Bars of a line that are narrower than this and begin this close are drawn as one.
_FINE, _COARSE = 1 / 300, 1 / 100
_MANY_LINES = 12
#: A concluded edge is marked where the bar is wide enough to show it.
_MARKED = 0.012
#: More repetitions than these show no marks: each begins where the one before it ends.
_FEW = 8
_NOBODY_WORKS = frozenset(
    {Kind.BACKOFF, Kind.QUEUED, Kind.SLEEP, Kind.WAIT, Kind.SUSPENDED, Kind.DEFERRED, Kind.LOST}
)
_UNCLAIMED = frozenset({Kind.BACKOFF, Kind.QUEUED})

#: A span, and the fractions of the width at which it begins and ends.
Placed = tuple[Span, float, float]


def draw(
    timeline: Timeline,
    *,
    true_scale: bool = False,
    children: Mapping[str, TaskRow] | None = None,
    unfolded: Mapping[str, int] | None = None,
) -> Drawing:
    """Draw a timeline.

    Args:
        timeline: what to draw.
        true_scale: whether idle gaps keep their length.
        children: tasks that it awaited, by their ids.
        unfolded: lines whose repetitions are listed, by their keys, and which page of each.

    Returns:
        At most :data:`ROWS` attempts with :data:`LINES` lines; what is left out is counted.
    """
    axis = timeline.scale if true_scale else timeline.collapsed
    rows = timeline.rows[-ROWS:]
    pencil = Pencil.over(axis, timeline, rows, children or {}, unfolded or {})
    start = axis.start.astimezone(UTC)
    now = None if timeline.finished else _mark(axis.position(timeline.now), _("now"))
    return Drawing(
        lanes=[pencil.lane(row) for row in rows],
        marks=[_mark(tick.position, tick.label, tick) for tick in ticks(axis)],
        folds=[_fold(gap, timeline) for gap in axis.gaps],
        now=now,
        start=start,
        day=dateformat.format(start, "j M Y"),
        earlier=len(timeline.rows) - len(rows),
        attempts=len(timeline.rows),
        is_true_scale=true_scale,
        collapsible=timeline.collapsed is not timeline.scale,
        axis=_json(axis),
    )


@dataclass(frozen=True, slots=True)
class Pencil:
    """What all bars need, and the shares of the bounds that each attempt gets."""

    axis: Axis
    now: datetime
    lines: int
    repeats: int
    finest: float
    children: Mapping[str, TaskRow] = field(default_factory=dict)
    unfolded: Mapping[str, int] = field(default_factory=dict)
    tooltips: Tooltips = field(init=False)

    def __post_init__(self) -> None:
        """The words are those of the language in which all of it is drawn."""
        object.__setattr__(self, "tooltips", Tooltips.at(self.now))

    @classmethod
    def over(
        cls,
        axis: Axis,
        timeline: Timeline,
        rows: Sequence[Row],
        children: Mapping[str, TaskRow] | None = None,
        unfolded: Mapping[str, int] | None = None,
    ) -> Pencil:
        """A pencil for so many rows."""
        lines = sum(len(row.lines) for row in rows)
        folded = sum(len(line.spans) > 1 for row in rows for line in row.lines)
        finest = _FINE if lines <= _MANY_LINES else _COARSE
        share = max(LINES // max(len(rows), 1), 4)
        few = min(_FEW_REPEATS, REPEATS // max(folded, 1))
        return cls(axis, timeline.now, share, few, finest, children or {}, unfolded or {})

    def lane(self, row: Row) -> Lane:
        """An attempt's bars and tracks."""
        shown = min(len(row.lines), self.lines)
        first, last = row.lines[: shown - shown // 2], row.lines[len(row.lines) - shown // 2 :]
        if shown == len(row.lines):
            first, last = row.lines, []
        return Lane(
            row=row,
            length=self._whole(row.life),
            bars=self.bars(row.life),
            tracks=[self._track(line, row.attempt) for line in first],
            latest=[self._track(line, row.attempt) for line in last],
            skipped=len(row.lines) - shown,
        )

    def _track(self, line: Line, attempt: int) -> Track:
        spans = line.spans
        newest, alone = spans[-1], len(spans) == 1
        label = words.label(newest) if alone else line.label or words.label(newest)
        child = self.children.get(line.label) if line.kind is Kind.CHILD else None
        return Track(
            label=child.name if child else label,
            is_named=bool(newest.label or newest.state == FAILED.name),
            note="" if line.kind is Kind.UNSAVED else newest.note,
            kind=words.kind(line.kind),
            css=f"abs-tl-{line.kind} {state_of(newest.state).css}",
            icon=words.ICONS.get(line.kind, ""),
            length=self._total(spans),
            times=len(spans),
            bars=self.bars(spans),
            listing=None if alone else self._listing(line, attempt),
            checkpoint=newest.checkpoint if alone else None,
            child=child if alone else None,
            life=self.bars(lifetime(child)) if child and alone else (),
        )

    def _listing(self, line: Line, attempt: int) -> Listing:
        spans, key = line.spans, anchors.line(attempt, line.kind, line.label)
        pages = -(-len(spans) // REPEATS)
        page = min(max(self.unfolded.get(key, 1), 1), pages)
        first, asked = (page - 1) * REPEATS, key in self.unfolded
        drawn = spans[first : first + REPEATS] if asked or len(spans) <= self.repeats else []
        tracks = [self._track(Line(line.kind, span.label, [span]), attempt) for span in drawn]
        return Listing(key, tracks, page, pages, first + 1, len(spans), asked)

    def _whole(self, life: Sequence[Span]) -> str:
        """How long an attempt took since its first claim, or how long it has waited for it."""
        claimed = [span for span in life if span.kind not in _UNCLAIMED] or life
        return words.length(claimed[0].start, claimed[-1].end, self.now) if claimed else ""

    def _total(self, spans: Sequence[Span]) -> str:
        return display.duration(
            sum(((span.end or self.now) - span.start).total_seconds() for span in spans)
        )

    def bars(self, spans: Sequence[Span]) -> list[Bar]:
        """Bars of spans that follow each other."""
        marked = len(spans) <= _FEW
        return [bar for group in self._grouped(spans) for bar in self._drawn(group, marked=marked)]

    def _grouped(self, spans: Sequence[Span]) -> Iterator[list[Placed]]:
        """Neighbours too narrow to be told apart, together."""
        group: list[Placed] = []
        bucket = -1
        for span in spans:
            left, right = self.axis.extent(span.start, span.end or self.now)
            here = int(left / self.finest) if right - left < self.finest else -1
            if group and (here < 0 or here != bucket):
                yield group
                group = []
            group.append((span, left, right))
            bucket = here
        if group:
            yield group

    def _drawn(self, group: Sequence[Placed], *, marked: bool) -> Iterator[Bar]:
        (first, left), last = group[0][:2], group[-1][0]
        right = max(placed[2] for placed in group)
        title = self.tooltips.of([placed[0] for placed in group])
        guesses = _guesses(first, left, right) if marked else ()
        yield _bar(first, left, right, title, guesses=guesses)
        if last.end is None and last.until is not None and last.until > self.now:
            planned = self.axis.position(last.until)
            yield _bar(last, right, planned, title, extra=" abs-tl-planned")


def _bar(
    span: Span,
    left: float,
    right: float,
    title: str,
    *,
    guesses: Sequence[str] = (),
    extra: str = "",
) -> Bar:
    css = f"abs-tl-{span.kind} {state_of(span.state).css}{extra}"
    right = max(left, right)
    return Bar(
        left=_percent(left),
        right=_percent(right),
        width=_percent(right - left),
        css=css,
        title=title,
        is_thin=span.kind in _NOBODY_WORKS,
        is_instant=span.start == span.end,
        guesses=guesses,
    )


def _guesses(span: Span, left: float, right: float) -> list[str]:
    if right - left < _MARKED:
        return []
    return [
        _percent(place)
        for place, inferred in ((left, span.start_inferred), (right, span.end_inferred))
        if inferred
    ]


def _mark(place: float, label: str, tick: Tick | None = None) -> Mark:
    anchor = "start" if place < MARGIN else "end" if place > 1 - MARGIN else "middle"
    shift = {"start": 4, "end": -4}.get(anchor, 0)
    return Mark(_percent(place), label, anchor, shift, tick)


def _fold(gap: Piece, timeline: Timeline) -> Fold:
    """A collapsed gap; without a label where now is marked in it."""
    labelled = timeline.finished or not gap.start <= timeline.now <= gap.end
    middle = (gap.left + gap.right) / 2
    length = display.duration(gap.length)
    coarse = " ".join(length.split()[:2])
    title = _("{length} in which no worker worked on it").format(length=length)
    width = _percent(gap.right - gap.left)
    return Fold(_percent(gap.left), width, _percent(middle), coarse if labelled else "", title)


def _json(axis: Axis) -> str:
    return json.dumps(
        [
            [
                _milliseconds(piece.start),
                _milliseconds(piece.end),
                piece.left,
                piece.right,
                int(piece.idle),
            ]
            for piece in axis.pieces
        ]
    )


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.3f}%"
