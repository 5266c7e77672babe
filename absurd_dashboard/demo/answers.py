"""Customers who pay and people who decide: they emit the events that tasks wait for."""

import random

from absurd_sdk import Absurd, JsonValue
from psycopg import sql

from absurd_dashboard.examples import approval, order_fulfilment

_WAITS = sql.SQL(
    "select event_name, extract(epoch from absurd.current_time() - min(created_at))::float"
    " from absurd.{} group by event_name"
)


def give(app: Absurd) -> None:
    """Answer whoever has waited long enough: ``absurd.emit_event``."""
    for event, age in waits(app, order_fulfilment.QUEUE):
        if age >= time_to_pay(event):
            app.emit_event(event, {"method": "card"}, order_fulfilment.QUEUE)
    for event, age in waits(app, approval.QUEUE):
        if age >= time_to_decide(event):
            app.emit_event(event, decision(event), approval.QUEUE)


def waits(app: Absurd, queue: str) -> list[tuple[str, float]]:
    """The events that a queue's tasks wait for, and for how many seconds already."""
    query = _WAITS.format(sql.Identifier(f"w_{queue}"))
    return app._conn.execute(query).fetchall()


def time_to_pay(event: str) -> float:
    """Seconds until a customer pays; one of eight never does."""
    character = random.Random(event)  # noqa: S311  the same customer decides the same way
    return float("inf") if character.random() < 1 / 8 else character.uniform(1, 30)


def time_to_decide(event: str) -> float:
    """Seconds until somebody decides: mostly a minute or so, sometimes half an hour."""
    return min(random.Random(event).lognormvariate(4, 1.2), 1800)  # noqa: S311


def decision(event: str) -> JsonValue:
    """What is decided: three of four requests are approved."""
    approved = random.Random(event[::-1]).random() < 3 / 4  # noqa: S311
    return {"approved": approved, "by": "the head of purchasing"}
