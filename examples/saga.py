"""A saga: when a later step is refused, undo the earlier ones.

Flight, hotel and car belong to three companies, so no transaction holds them together. Each
booking has a counterpart that takes it back, and the saga runs the counterparts of what was done,
last first. They are steps like any other: if the worker dies halfway through undoing, the next
one goes on from there.

Two things matter here. The refusal is *recorded as the step's result*: an exception would not be
saved, and a replay could find a room after the flight is already taken back. And ``except`` names
its exception: suspending a task is an exception too, which ``except Exception`` would swallow.
"""

from functools import partial
from typing import Any

from absurd_sdk import Absurd, SpawnResult, TaskContext

from .support import Params, Result, choices, work

QUEUE = "trips"
TASK = "trip.book"
LEGS = ("flight", "hotel", "car")


class SoldOutError(Exception):
    """There is nothing left to book."""


def register(app: Absurd) -> None:
    """Make the workflow known to an app."""
    app.register_task(TASK, queue=QUEUE)(book)


def plan(
    app: Absurd, trip: str, *, headers: dict[str, Any] | None = None, **params: Any
) -> SpawnResult:
    """Book a trip.

    Args:
        app: an app that knows the workflow.
        trip: its number.
        headers: what travels with the task, such as ``tenant_id``.
        params: ``sold_out``, the leg that cannot be had (left out: chance decides); ``pace``.
    """
    return app.spawn(TASK, {"trip": trip, **params}, headers=headers)


def book(params: Params, ctx: TaskContext) -> Result:
    """Book leg after leg; at the first refusal take back what is booked."""
    sold_out = params.get("sold_out", choices(ctx).choice((*LEGS, None, None, None)))
    booked: list[Result] = []
    for leg in LEGS:
        outcome = ctx.step(f"book {leg}", partial(attempt, params, leg, sold_out))
        if "refused" in outcome:
            undo(params, ctx, booked)
            return {"trip": params["trip"], "status": "taken back", **outcome}
        booked.append(outcome)
    return {"trip": params["trip"], "status": "booked", "legs": booked}


def undo(params: Params, ctx: TaskContext, booked: list[Result]) -> None:
    """Take back what was booked, last first."""
    for outcome in reversed(booked):
        ctx.step(f"cancel {outcome['leg']}", partial(cancel, params, outcome))


def attempt(params: Params, leg: str, sold_out: str | None) -> Result:
    """Book one leg, or say why not."""
    try:
        return reserve(params, leg, sold_out)
    except SoldOutError as error:
        return {"refused": leg, "because": str(error)}


def reserve(params: Params, leg: str, sold_out: str | None) -> Result:
    """Ask the company that owns the leg."""
    work(params, 0.6)
    if leg == sold_out:
        raise SoldOutError(f"no {leg} for trip {params['trip']}")
    return {"leg": leg, "reference": f"{leg[0].upper()}-{params['trip']}"}


def cancel(params: Params, outcome: Result) -> Result:
    """Give one leg back."""
    work(params, 0.4)
    return {"cancelled": outcome["reference"]}
