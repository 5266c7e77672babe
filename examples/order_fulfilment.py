"""Order fulfilment: steps, an event with a deadline, retries, and a failure that stays.

A *step* runs once: its result is saved as a checkpoint, and a replay takes the saved result
instead of running it again. Here stock is reserved once, however often the carrier fails later.

An *event* is how the world talks to a task. The task waits for ``payment:<order>`` without
holding a worker: it is suspended, and wakes when somebody emits that name, or when the time is
up, which arrives as ``TimeoutError``.

An exception in a step fails the *attempt*. The engine starts another one after the delay that
the retry strategy says, until ``max_attempts`` is reached. That outlasts a carrier which is down
for some seconds; it cannot help an address that no carrier accepts.
"""

import time
from typing import Any

import absurd_sdk
from absurd_sdk import Absurd, RetryStrategy, SpawnResult, TaskContext

from .support import Params, Result, choices, work

QUEUE = "orders"
TASK = "order.fulfil"
RETRIES: RetryStrategy = {
    "kind": "exponential",
    "base_seconds": 2,
    "factor": 2,
    "max_seconds": 30,
}


class CarrierDownError(Exception):
    """The carrier's service does not answer; it will again."""


class AddressRejectedError(Exception):
    """The carrier knows no such address, today or tomorrow."""


def register(app: Absurd) -> None:
    """Make the workflow known to an app."""
    app.register_task(TASK, queue=QUEUE, default_max_attempts=4)(fulfil)


def place(
    app: Absurd, order: str, *, headers: dict[str, Any] | None = None, **params: Any
) -> SpawnResult:
    """Start the fulfilment of an order; a second call for the same order starts nothing.

    Args:
        app: an app that knows the workflow.
        order: the order's number.
        headers: what travels with the task, such as ``tenant_id``.
        params: ``total`` in cents, ``payment_timeout`` in seconds, ``postcode``, ``pace``.
    """
    return app.spawn(
        TASK,
        {"order": order, **params},
        retry_strategy=RETRIES,
        headers=headers,
        idempotency_key=f"order:{order}",
    )


def fulfil(params: Params, ctx: TaskContext) -> Result:
    """Reserve, wait for the payment, ship, confirm."""
    order = params["order"]
    reserved = ctx.step("reserve stock", lambda: reserve(params, ctx))
    try:
        payment = ctx.await_event(
            f"payment:{order}", timeout=int(params.get("payment_timeout", 90))
        )
    except absurd_sdk.TimeoutError:
        ctx.step("release stock", lambda: release(params, reserved))
        return {"order": order, "status": "abandoned"}
    parcel = ctx.step("book carrier", lambda: book_carrier(params))
    ctx.step("send confirmation", lambda: confirm(params, parcel))
    return {"order": order, "status": "shipped", "payment": payment, "parcel": parcel}


def reserve(params: Params, ctx: TaskContext) -> Result:
    """Take the goods off the shelf."""
    work(params, 0.2)
    items = choices(ctx).randint(1, 5)
    return {"warehouse": "north", "items": items}


def release(params: Params, reserved: Result) -> Result:
    """Put the goods back."""
    work(params, 0.2)
    return {"released": reserved["items"]}


def book_carrier(params: Params) -> Result:
    """Ask the carrier for a label."""
    work(params, 0.4)
    if carrier_is_down(time.time()):
        raise CarrierDownError("503 from the carrier: maintenance")
    return {"carrier": "Post", "label": label(params)}


def carrier_is_down(now: float) -> bool:
    """Say whether the carrier is in its outage: ten seconds of every minute."""
    return now % 60 < 10


def label(params: Params) -> str:
    """Print the address as the carrier wants it."""
    return f"{params['order']}/{normalised(str(params.get('postcode', '1010')))}"


def normalised(postcode: str) -> str:
    """Bring a postcode into the carrier's form."""
    if not postcode.isdigit():
        raise AddressRejectedError(f"postcode {postcode!r} does not exist")
    return postcode.zfill(5)


def confirm(params: Params, parcel: Result) -> Result:
    """Write to the customer."""
    work(params, 0.1)
    return {"sent": True, "label": parcel["label"]}
