"""Who asks: every statement on the engine's database names the page or the job that it is for.

A DBA reads it in ``pg_stat_activity`` and in the server's log: as ``application_name``, and as a
comment that begins the statement, for what shows only statements (``auto_explain``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

#: The beginning of ``application_name``, and all of it where no page is known.
APPLICATION = "absurd-dashboard"
_LONGEST = 63 - len(APPLICATION) - 1  # bytes that PostgreSQL keeps of a name

_asker: ContextVar[str] = ContextVar("absurd_dashboard_asker", default="")
_meter: ContextVar[Meter | None] = ContextVar("absurd_dashboard_meter", default=None)


class Meter:
    """How many statements a page sent to the engine's database, and how many seconds they took."""

    def __init__(self) -> None:
        self.statements, self.seconds = 0, 0.0

    @property
    def header(self) -> str:
        """The value of a header ``Server-Timing``."""
        return f'sql;dur={self.seconds * 1000:.1f};desc="{self.statements}"'


@contextmanager
def asking(page: str) -> Iterator[None]:
    """Statements in the block are for this page: the name of its URL, or of a job."""
    before = _asker.set(re.sub(r"[^a-z0-9_-]", "-", page.lower())[:_LONGEST])
    try:
        yield
    finally:
        _asker.reset(before)


@contextmanager
def metered() -> Iterator[Meter]:
    """Count the statements in the block."""
    meter = Meter()
    before = _meter.set(meter)
    try:
        yield meter
    finally:
        _meter.reset(before)


def spent() -> float:
    """Seconds that statements have taken so far in the block of :func:`metered`; 0 outside."""
    meter = _meter.get()
    return meter.seconds if meter else 0.0


def application_name() -> str:
    """What the connection is called while it works for the page; safe to stand in SQL."""
    page = _asker.get()
    return f"{APPLICATION}/{page}" if page else APPLICATION


@contextmanager
def tagged(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Tag and count the statements of a connection in the block."""
    if _tag in connection.execute_wrappers:
        yield
        return
    with connection.execute_wrapper(_tag):
        yield


def _tag(
    execute: Callable[..., Any], statement: Any, parameters: Any, many: bool, context: Any
) -> Any:
    if isinstance(statement, str):
        statement = f"/*{application_name()}*/ {statement}"
    meter, began = _meter.get(), perf_counter()
    try:
        return execute(statement, parameters, many, context)
    finally:
        if meter is not None:
            meter.statements += 1
            meter.seconds += perf_counter() - began
