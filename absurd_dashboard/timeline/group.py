"""The tasks of a workflow run on one axis of time, a row for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from absurd_dashboard import display
from absurd_dashboard.states import state_of
from absurd_dashboard.timeline.axis import Axis, Interval, collapsed, even
from absurd_dashboard.timeline.drawing import Pencil, draw
from absurd_dashboard.timeline.lifetime import lifetime
from absurd_dashboard.timeline.model import Kind, Span, Timeline
from absurd_dashboard.timeline.picture import Bar, Drawing

if TYPE_CHECKING:
    from absurd_dashboard.queries.tasks import TaskRow

#: Tasks drawn, the earliest.
ROWS = 100


@dataclass(frozen=True, slots=True)
class TaskBars:
    """A task's row."""

    task: TaskRow
    css: str
    bars: Sequence[Bar]
    length: str


@dataclass(frozen=True, slots=True)
class GroupDrawing:
    """What the template draws.

    Attributes:
        ground: axis, gaps and now; it has no lanes.
        total: how many tasks there are, drawn or not.
    """

    ground: Drawing
    tracks: Sequence[TaskBars]
    total: int


def draw_group(
    tasks: Sequence[TaskRow], now: datetime, *, true_scale: bool = False
) -> GroupDrawing | None:
    """Draw tasks below each other.

    Args:
        tasks: in the order of their rows.
        now: the engine's clock.
        true_scale: whether gaps in which no task was at work keep their length.

    Returns:
        At most :data:`ROWS` rows; None where nothing has begun.
    """
    spans = {task.task_id: lifetime(task) for task in tasks[:ROWS]}
    every = [span for row in spans.values() for span in row]
    if not every:
        return None
    finished = all(span.end is not None for span in every)
    scale = even(min(span.start for span in every), max(span.end or now for span in every))
    timeline = Timeline([], now, finished, scale, collapsed(scale, _busy(every, scale)))
    pencil = Pencil.over(scale if true_scale else timeline.collapsed, timeline, [])
    return GroupDrawing(
        ground=draw(timeline, true_scale=true_scale),
        tracks=[_track(pencil, task, spans[task.task_id]) for task in tasks[:ROWS]],
        total=len(tasks),
    )


def _busy(spans: Sequence[Span], scale: Axis) -> Iterator[Interval]:
    for span in spans:
        if span.kind is not Kind.QUEUED:
            yield span.start, span.end or scale.end


def _track(pencil: Pencil, task: TaskRow, spans: Sequence[Span]) -> TaskBars:
    start = spans[0].start if spans else None
    end = task.ended_at or pencil.now
    return TaskBars(
        task=task,
        css=state_of(task.state).css,
        bars=pencil.bars(spans),
        length=display.duration(end - start) if start else "",
    )
