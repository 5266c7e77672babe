"""Timelines as a page shows them, and histories longer than a worker would make in a test."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.template import Context, Template
from django.test import RequestFactory

from absurd_dashboard.history import CheckpointFact, History, RunFact, TaskFact
from absurd_dashboard.timeline import Timeline
from tests.dashboard.histories import at

#: Delays between attempts as the engine takes them.
STRATEGIES: list[dict[str, Any]] = [
    {"kind": "none"},
    {"kind": "fixed"},
    {"kind": "fixed", "base_seconds": 5},
    {"kind": "exponential"},
    {"kind": "exponential", "base_seconds": 2, "factor": 3, "max_seconds": 60},
    {"kind": "exponential", "base_seconds": 0, "factor": 9},
    {"kind": "exponential", "factor": 1e300},
    {"base_seconds": 9},
]


def rendered(built: Timeline, query: str = "") -> str:
    template = Template("{% load absurd_timeline %}{% task_timeline timeline %}")
    request = RequestFactory().get(f"/{query}")
    return template.render(Context({"request": request, "timeline": built}))


def long_history(checkpoints: int, name: str) -> History:
    """One attempt with this many checkpoints, a second apart."""
    run = RunFact(
        UUID(int=1), 1, "running", "worker", at(9_999), at(0), None, at(0), at(0), *[None] * 4
    )
    return History(
        task=TaskFact(UUID(int=9), "q", "job", "running", at(0), at(0), None, 1, None, None),
        runs=[run],
        checkpoints=[
            CheckpointFact(name.format(number), run.run_id, at(number), None, 10)
            for number in range(2, checkpoints + 2)
        ],
        waits=[],
        events=[],
        now=at(checkpoints + 2),
    )
