"""A human approval: wait for somebody, for as long as it takes.

``await_event`` without a timeout suspends the task until the event comes, be it in a month. No
worker, connection or thread is held meanwhile; a row in a table waits. Because the event's name
contains the request's number, whoever decides needs to know nothing about tasks.

The first event of a name wins: a second decision on the same request changes nothing.
"""

from typing import Any

from absurd_sdk import Absurd, SpawnResult, TaskContext

from .support import Params, Result, work

QUEUE = "approvals"
TASK = "purchase.approve"


def register(app: Absurd) -> None:
    """Make the workflow known to an app."""
    app.register_task(TASK, queue=QUEUE)(approve)


def ask(
    app: Absurd, request: str, *, headers: dict[str, Any] | None = None, **params: Any
) -> SpawnResult:
    """Ask for the approval of a purchase.

    Args:
        app: an app that knows the workflow.
        request: the request's number; the decision is the event ``approval:<request>``.
        headers: what travels with the task, such as ``tenant_id``.
        params: ``item``, ``amount`` in cents, ``pace``.
    """
    return app.spawn(TASK, {"request": request, **params}, headers=headers)


def approve(params: Params, ctx: TaskContext) -> Result:
    """Submit the request, wait for the decision, act on it."""
    ctx.step("submit request", lambda: submit(params))
    decision = ctx.await_event(f"approval:{params['request']}")
    if not is_yes(decision):
        ctx.step("tell the requester", lambda: notify(params, "declined"))
        return {"request": params["request"], "approved": False}
    order = ctx.step("place the purchase", lambda: purchase(params))
    ctx.step("tell the requester", lambda: notify(params, "approved"))
    return {"request": params["request"], "approved": True, "order": order}


def is_yes(decision: Any) -> bool:
    """Read a decision: only an object that says ``approved`` is one in favour."""
    return isinstance(decision, dict) and decision.get("approved") is True


def submit(params: Params) -> Result:
    """Put the request in front of the people who decide."""
    work(params, 0.1)
    return {"inbox": "purchasing", "item": params.get("item", "chair")}


def purchase(params: Params) -> Result:
    """Buy it."""
    work(params, 0.5)
    return {"number": f"PO-{params['request']}"}


def notify(params: Params, outcome: str) -> Result:
    """Tell whoever asked."""
    work(params, 0.1)
    return {"told": outcome}
