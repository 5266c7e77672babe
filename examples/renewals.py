"""Subscription renewals: a task that sleeps between the periods.

``sleep_for`` writes the time of waking into a checkpoint and suspends the task, so a sleep of a
month survives every restart and deployment, and a replay does not start it again.

A step whose name is used again gets a number: ``charge``, ``charge#2``, ``charge#3``. The order in
which a handler uses a name is therefore part of its contract with the past.
"""

from typing import Any

from absurd_sdk import Absurd, RetryStrategy, SpawnResult, TaskContext

from .support import Params, Result, choices, work

QUEUE = "billing"
TASK = "subscription.renew"
RETRIES: RetryStrategy = {"kind": "fixed", "base_seconds": 5}


def register(app: Absurd) -> None:
    """Make the workflow known to an app."""
    app.register_task(TASK, queue=QUEUE, default_max_attempts=3)(renew)


def subscribe(
    app: Absurd, subscription: str, *, headers: dict[str, Any] | None = None, **params: Any
) -> SpawnResult:
    """Start a subscription.

    Args:
        app: an app that knows the workflow.
        subscription: its number.
        headers: what travels with the task, such as ``tenant_id``.
        params: ``periods``, ``period`` in seconds, ``price`` in cents, ``pace``.
    """
    return app.spawn(
        TASK, {"subscription": subscription, **params}, headers=headers, retry_strategy=RETRIES
    )


def renew(params: Params, ctx: TaskContext) -> Result:
    """Charge, sleep until the next period, and so on; a declined card gets a second chance."""
    chance, period = choices(ctx), float(params.get("period", 40))
    paid = 0
    for number in range(int(params.get("periods", 3))):
        if number:
            ctx.sleep_for("until the next period", period)
        declined = chance.random() < params.get("declines", 0.1)
        if declined:
            ctx.step("remind the customer", lambda: remind(params))
            ctx.sleep_for("grace period", period / 4)
        paid += ctx.step("charge", lambda: charge(params))["cents"]
    return {"subscription": params["subscription"], "paid": paid}


def charge(params: Params) -> Result:
    """Take the money for one period."""
    work(params, 0.3)
    return {"cents": int(params.get("price", 990))}


def remind(params: Params) -> Result:
    """Ask for another card."""
    work(params, 0.1)
    return {"reminded": params["subscription"]}
