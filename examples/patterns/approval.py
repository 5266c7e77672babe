"""Human approval with a timeout: wait for a decision, and decide without one in the end.

A wait that times out leaves no checkpoint: a later attempt at the task would wait again. So the
outcome, be it a decision or its absence, is saved as a step of its own.
"""

from typing import Any

from absurd_sdk import Absurd, TaskContext
from absurd_sdk import TimeoutError as WaitTimeoutError

#: How long people have, in seconds.
PATIENCE = 3 * 86_400


def register(app: Absurd) -> None:
    """Make the task known to an app."""

    @app.register_task("approval.request")
    def request(params: dict[str, Any], ctx: TaskContext) -> dict[str, Any]:
        decision = decide(ctx, f"decision:{params['request']}")
        ctx.step("tell the requester", lambda: f"{params['request']}: {decision['by']}")
        return decision


def decide(ctx: TaskContext, event: str) -> dict[str, Any]:
    """Return the decision, or the refusal that its absence is; the same at every repetition."""
    step = ctx.begin_step("decision")
    if step.done:
        return dict(step.state)
    try:
        decision = ctx.await_event(event, timeout=PATIENCE)
    except WaitTimeoutError:
        decision = {"approved": False, "by": "nobody"}
    return dict(ctx.complete_step(step, decision))
