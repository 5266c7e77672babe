"""Whatever the facts are, a timeline is read from them and drawn within its picture."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from absurd_dashboard import timeline
from absurd_dashboard.history import (
    CheckpointFact,
    EventFact,
    History,
    RunFact,
    TaskFact,
    WaitFact,
)
from absurd_dashboard.states import STATES
from absurd_dashboard.timeline.axis import collapsed, even
from tests.dashboard.histories import at
from tests.dashboard.timelines.drawings import STRATEGIES, rendered

#: A busy machine is no failure, and nothing is left in the working directory.
THOROUGH = settings(
    max_examples=100,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)

_STATE = st.sampled_from([*STATES, "hibernating"])
_MOMENT = st.integers(-50, 50).map(at)
_MAYBE = st.none() | _MOMENT
_NAME = st.sampled_from(["step", "step#2", "$awaitEvent:paid", "$awaitTaskResult:1", "<b>", "nap"])
_RUN = st.integers(1, 4).map(lambda number: UUID(int=number))
_TEXT = st.none() | st.sampled_from(["$ClaimTimeout", 'Timed out waiting for event "x"', ""])

TASKS = st.builds(
    TaskFact,
    task_id=st.just(UUID(int=9)),
    queue=st.just("q"),
    name=_NAME,
    state=_STATE,
    enqueue_at=_MOMENT,
    first_started_at=_MAYBE,
    cancelled_at=_MAYBE,
    attempts=st.integers(0, 4),
    max_attempts=st.none() | st.integers(1, 4),
    retry_strategy=st.none()
    | st.sampled_from([*STRATEGIES, {"kind": 3}, {"kind": "fixed", "base_seconds": []}]),
)
RUNS = st.builds(
    RunFact,
    run_id=_RUN,
    attempt=st.integers(1, 4),
    state=_STATE,
    claimed_by=st.none() | st.just("worker"),
    claim_expires_at=_MAYBE,
    available_at=_MAYBE,
    wake_event=st.none() | st.just("paid"),
    created_at=_MOMENT,
    started_at=_MAYBE,
    completed_at=_MAYBE,
    failed_at=_MAYBE,
    error_name=_TEXT,
    error_message=_TEXT,
)
CHECKPOINTS = st.builds(
    CheckpointFact,
    name=_NAME,
    owner_run_id=st.none() | _RUN,
    updated_at=_MOMENT,
    wake_at=_MAYBE,
    size=st.integers(0, 10),
)
WAITS = st.builds(
    WaitFact,
    run_id=_RUN,
    step_name=_NAME,
    event_name=st.just("paid"),
    created_at=_MOMENT,
    timeout_at=_MAYBE,
)
EVENTS = st.builds(EventFact, name=st.just("paid"), emitted_at=_MAYBE)
HISTORIES = st.builds(
    History,
    task=TASKS,
    runs=st.lists(RUNS, max_size=4),
    checkpoints=st.lists(CHECKPOINTS, max_size=6),
    waits=st.lists(WAITS, max_size=2),
    events=st.lists(EVENTS, max_size=1),
    now=_MOMENT,
)


@THOROUGH
@given(HISTORIES)
def test_any_facts_make_a_timeline_whose_spans_lie_on_its_axes_in_order(history: History) -> None:
    built = timeline.build(history)
    for axis in (built.scale, built.collapsed):
        for span in [span for row in built.rows for span in [*row.life, *row.spans]]:
            start, end = axis.position(span.start), axis.position(span.end or axis.end)
            assert 0 <= start <= end <= 1
            assert axis.start <= span.start


@THOROUGH
@given(HISTORIES)
def test_any_facts_make_lives_without_holes(history: History) -> None:
    for row in timeline.build(history).rows:
        for span, following in pairwise(row.life):
            assert span.end == following.start


@THOROUGH
@given(st.lists(st.tuples(_MOMENT, _MOMENT), max_size=6), _MOMENT, _MOMENT)
def test_a_collapsed_axis_never_runs_backwards(
    busy: list[tuple[datetime, datetime]], start: datetime, end: datetime
) -> None:
    axis = collapsed(even(start, end), busy)
    places = [axis.position(at(moment)) for moment in range(-60, 61)]
    assert places == sorted(places)
    assert places[0] >= 0
    assert places[-1] <= 1


@THOROUGH
@given(HISTORIES)
def test_any_facts_are_drawn_within_the_picture(history: History) -> None:
    page = rendered(timeline.build(history))
    places = [float(place) for place in re.findall(r'"(-?[0-9.e-]+)%"', page)]
    assert all(0 <= place <= 100 for place in places)
