"""Customers who pay and people who decide: they emit the events that tasks wait for."""

import random

import psycopg
from psycopg import sql

from absurd_core import events
from absurd_core.payloads import Json
from absurd_core.statements import run
from absurd_dashboard.examples import approval, order_fulfilment

_WAITS = sql.SQL(
    "select event_name, extract(epoch from absurd.current_time() - min(created_at))::float"
    " from absurd.{} group by event_name"
)


def give(connection: psycopg.Connection) -> None:
    """Answer whoever has waited long enough: ``absurd.emit_event``."""
    for event, age in waits(connection, order_fulfilment.QUEUE):
        if age >= time_to_pay(event):
            run(connection, events.emit(order_fulfilment.QUEUE, event, {"method": "card"}))
    for event, age in waits(connection, approval.QUEUE):
        if age >= time_to_decide(event):
            run(connection, events.emit(approval.QUEUE, event, decision(event)))


def waits(connection: psycopg.Connection, queue: str) -> list[tuple[str, float]]:
    """The events that a queue's tasks wait for, and for how many seconds already."""
    return connection.execute(_WAITS.format(sql.Identifier(f"w_{queue}"))).fetchall()


def time_to_pay(event: str) -> float:
    """Seconds until a customer pays; one of eight never does."""
    character = random.Random(event)  # noqa: S311  the same customer decides the same way
    return float("inf") if character.random() < 1 / 8 else character.uniform(1, 30)


def time_to_decide(event: str) -> float:
    """Seconds until somebody decides: mostly a minute or so, sometimes half an hour."""
    return min(random.Random(event).lognormvariate(4, 1.2), 1800)  # noqa: S311


def decision(event: str) -> Json:
    """What is decided: three of four requests are approved."""
    approved = random.Random(event[::-1]).random() < 3 / 4  # noqa: S311
    return {"approved": approved, "by": "the head of purchasing"}
