"""Deadlines: let the engine give up on work that comes too late to matter.

``max_delay`` cancels a task that nobody has begun within so many seconds of its being enqueued;
``max_duration`` one that is not finished so many seconds after its first attempt began. Both
count across attempts, sleeps and waits. The engine looks at them when a worker asks for work. A
handler that is running learns of it at its next checkpoint or heartbeat.
"""

from typing import Any

from absurd_sdk import Absurd, SpawnResult, TaskContext

from .failures import QUEUE
from .support import Params, Result, work

LONG_TASK = "report.year"
LATE_TASK = "report.now"


def register(app: Absurd) -> None:
    """Make both tasks known to an app."""
    app.register_task(LONG_TASK, queue=QUEUE)(year)
    app.register_task(LATE_TASK, queue=QUEUE)(now)


def request_year(
    app: Absurd,
    year: int,
    *,
    max_duration: int = 25,
    headers: dict[str, Any] | None = None,
    **params: Any,
) -> SpawnResult:
    """Ask for a report that takes longer than it may.

    Args:
        app: an app that knows the task.
        year: of which year.
        max_duration: seconds after its beginning when it is cancelled.
        headers: what travels with the task, such as ``tenant_id``.
        params: ``pause`` in seconds between two months, ``pace``.
    """
    return app.spawn(
        LONG_TASK,
        {"year": year, **params},
        headers=headers,
        cancellation={"max_duration": max_duration},
    )


def request_now(
    app: Absurd, *, max_delay: int = 15, headers: dict[str, Any] | None = None, **params: Any
) -> SpawnResult:
    """Ask for a report that is of no use when it is not begun soon.

    Args:
        app: an app that knows the task.
        max_delay: seconds until it is cancelled when nobody begins it.
        headers: what travels with the task, such as ``tenant_id``.
        params: ``pace``.
    """
    return app.spawn(LATE_TASK, params, headers=headers, cancellation={"max_delay": max_delay})


def year(params: Params, ctx: TaskContext) -> Result:
    """One step for each month, and a pause between two of them."""
    for number in range(12):
        if number:
            ctx.sleep_for("pause", float(params.get("pause", 4)))
        ctx.step("month", lambda: work(params, 0.3))
    return {"year": params["year"], "months": 12}


def now(params: Params, ctx: TaskContext) -> Result:
    """A few seconds of work, which make those behind it wait."""
    for part in ("collect", "render", "send"):
        ctx.step(part, lambda: work(params, 2))
    return {"sent": True}
