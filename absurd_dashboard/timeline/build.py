"""From the facts of a task to its timeline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain

from absurd_dashboard.conventions import split_repeat
from absurd_dashboard.history import History
from absurd_dashboard.states import state_of
from absurd_dashboard.timeline.axis import Axis, Interval, collapsed, even
from absurd_dashboard.timeline.facts import RunFacts, arranged
from absurd_dashboard.timeline.life import lived
from absurd_dashboard.timeline.model import Kind, Line, Row, Span, Timeline
from absurd_dashboard.timeline.steps import read


def build(history: History) -> Timeline:
    """Read a task's history.

    Args:
        history: the facts; attempts and checkpoints in any order.

    Returns:
        One row for each attempt, in order, and the axes on which to draw them. It is built from
        any facts whatever: where clocks disagree, spans are cut and not turned around.
    """
    rows = [_row(facts) for facts in arranged(history)]
    finished = state_of(history.task.state).finished
    scale = _scale(history, rows, finished=finished)
    return Timeline(rows, history.now, finished, scale, collapsed(scale, _busy(rows, scale)))


def _row(facts: RunFacts) -> Row:
    run, steps = facts.run, read(facts)
    return Row(
        attempt=run.attempt,
        run_id=run.run_id,
        state=run.state,
        worker=run.claimed_by,
        error_name=run.error_name,
        error_message=run.error_message,
        life=lived(facts, steps),
        lines=_folded(steps),
        retried=facts.retried,
    )


def _folded(steps: Sequence[Span]) -> list[Line]:
    """Steps that repeat share a line; a number that nothing repeats is part of a name."""
    groups: dict[tuple[Kind, str], list[Span]] = {}
    for span in steps:
        groups.setdefault((span.kind, split_repeat(span.label)[0]), []).append(span)
    return [
        Line(kind, base if len(spans) > 1 else spans[0].label, spans)
        for (kind, base), spans in groups.items()
    ]


def _scale(history: History, rows: Sequence[Row], *, finished: bool) -> Axis:
    moments = [history.task.enqueue_at, *_moments(rows)]
    if history.task.cancelled_at is not None and finished:
        moments.append(history.task.cancelled_at)
    if not finished:
        moments.append(history.now)
    return even(min(moments), max(moments))


def _moments(rows: Iterable[Row]) -> Iterator[datetime]:
    for row in rows:
        for span in chain(row.life, *(line.spans for line in row.lines)):
            yield span.start
            if (end := span.end or span.until) is not None:
                yield end


def _busy(rows: Iterable[Row], scale: Axis) -> Iterator[Interval]:
    """When some worker worked on the task."""
    for row in rows:
        for span in row.life:
            if span.kind is Kind.RUNNING:
                yield span.start, span.end or scale.end
