"""Tasks in each state that an operator can meet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from tests.dashboard.engine import Engine


def pending(engine: Engine) -> UUID:
    """Nobody has claimed it."""
    return engine.spawn("a", params={"n": 1})


def running(engine: Engine) -> UUID:
    """A worker holds it."""
    task = engine.spawn("a")
    engine.claim("a")
    return task


def abandoned(engine: Engine) -> UUID:
    """Its worker's lease has run out, and nobody has claimed since."""
    task = running(engine)
    engine.advance(seconds=61)
    return task


def sleeping(engine: Engine) -> UUID:
    """It sleeps until a moment."""
    task = engine.spawn("a")
    engine.sleep("a", engine.claim("a"), engine.now + timedelta(hours=1))
    return task


def waiting(engine: Engine) -> UUID:
    """It waits for the event ``go``."""
    task = engine.spawn("a")
    engine.wait("a", task, engine.claim("a"), "go")
    return task


def failed(engine: Engine) -> UUID:
    """It failed for good."""
    return engine.failed("a")


def completed(engine: Engine) -> UUID:
    """It is done."""
    task = engine.spawn("a")
    engine.complete("a", engine.claim("a"), "fine")
    return task


def cancelled(engine: Engine) -> UUID:
    """It was cancelled."""
    task = engine.spawn("a")
    engine.cancel("a", task)
    return task


ALL: dict[str, Callable[[Engine], UUID]] = {
    made.__name__: made
    for made in (pending, running, abandoned, sleeping, waiting, failed, completed, cancelled)
}
