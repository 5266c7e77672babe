"""Five ways to fail, to see what each looks like from outside.

Whatever a handler raises is saved with its name, message and traceback, and the engine tries
again until ``max_attempts`` is reached; then the task is *failed* and stays so until somebody
retries it. An error is worth writing for the reader who has nothing else: say what was
attempted on what, chain the cause with ``raise … from``, and keep payloads out of messages.
"""

from collections.abc import Callable
from typing import Any

from absurd_sdk import Absurd, RetryStrategy, SpawnResult, TaskContext

from .support import Params, work

#: A queue may be called anything that fits into 57 bytes of UTF-8.
QUEUE = 'ops/night "shift"'
RETRIES: RetryStrategy = {"kind": "fixed", "base_seconds": 1}


class InvoiceError(Exception):
    """An invoice could not be made."""


class LetterError(Exception):
    """A letter could not be delivered."""


class DocumentError(Exception):
    """A document could not be read."""


def register(app: Absurd) -> None:
    """Make the five tasks known to an app."""
    for name, way in WAYS.items():
        app.register_task(name, queue=QUEUE, default_max_attempts=2)(in_a_step(way))


def provoke(
    app: Absurd, name: str, *, headers: dict[str, Any] | None = None, **params: Any
) -> SpawnResult:
    """Start a task that will fail.

    Args:
        app: an app that knows the tasks.
        name: one of :data:`WAYS`.
        headers: what travels with the task, such as ``tenant_id``.
        params: ``pace``.
    """
    return app.spawn(name, params, headers=headers, retry_strategy=RETRIES)


def in_a_step(way: Callable[[], Any]) -> Callable[[Params, TaskContext], Any]:
    """Make a handler that does one thing that works and one that does not."""

    def handler(params: Params, ctx: TaskContext) -> Any:
        ctx.step("prepare", lambda: work(params, 0.2))
        return ctx.step("do it", way)

    return handler


def bug() -> Any:
    """A mistake in the program: a key that is not there."""
    return price_of("umbrella", {"hat": 1900, "scarf": 2500})


def price_of(item: str, prices: dict[str, int]) -> int:
    """Look a price up."""
    return prices[item]


def chained() -> Any:
    """A cause behind an error: what was attempted, and why it did not work."""
    try:
        return share_of(total=120, people=0)
    except ZeroDivisionError as error:
        raise InvoiceError("invoice 2024-117 could not be split") from error


def share_of(total: int, people: int) -> float:
    """Split a sum."""
    return total / people


def foreign() -> Any:
    """A message that is not ASCII."""
    return deliver("Łódź, ulica Żółta 5 · 東京都 · مكتب البريد · 📮")


def deliver(address: str) -> Any:
    """Bring a letter to an address."""
    raise LetterError(f"Zustellung nicht möglich: {address}")


def unserialisable() -> Any:
    """A result that JSON cannot hold: the step works, and saving it does not."""
    return {"colours": {"red", "green"}}


def deep() -> Any:
    """A traceback of more than 200 kB: every level of a recursion adds where it was."""
    return read_list("[" * 400)


def read_list(text: str, depth: int = 1) -> Any:
    """Read a list within a list within a list."""
    try:
        return read_list(text[1:], depth + 1) if text else text[0]
    except (DocumentError, IndexError) as error:
        raise DocumentError(f"the list at depth {depth} does not end") from error


WAYS: dict[str, Callable[[], Any]] = {
    "night.bug": bug,
    "night.chained": chained,
    "night.foreign": foreign,
    "night.unserialisable": unserialisable,
    "night.deep": deep,
}
