"""How SDKs name checkpoints, as far as a name says what its checkpoint was for."""

from __future__ import annotations

import re
from collections.abc import Collection

_LONGEST_NUMBER = 9
_AWAITED_TASK = "$awaitTaskResult:"
_TIMED_OUT = re.compile(r'Timed out waiting for event "(?P<event>.+)"', re.DOTALL)

#: SDKs keep the payload of an awaited event under this prefix and the event's name.
AWAITED_EVENT = "$awaitEvent:"
#: Name of the failure that the engine itself records when it sweeps an expired lease.
CLAIM_TIMEOUT = "$ClaimTimeout"


def split_repeat(name: str) -> tuple[str, int]:
    """``iteration#37`` is the 37th ``iteration``; a name without a number is the first."""
    base, _, number = name.rpartition("#")
    counts = number.isascii() and number.isdecimal() and number[0] != "0"
    if not base or not counts or number == "1" or len(number) > _LONGEST_NUMBER:
        return name, 1
    return base, int(number)


def awaited_event(checkpoint: str, known: Collection[str] = ()) -> str | None:
    """The event that a checkpoint's name says was awaited, or None.

    Args:
        checkpoint: the checkpoint's name.
        known: events that were emitted. A trailing ``#2`` belongs to the event's name if one of
            them is called so, and otherwise counts the waits for it.
    """
    if not checkpoint.startswith(AWAITED_EVENT):
        return None
    event = checkpoint.removeprefix(AWAITED_EVENT)
    return event if event in known else split_repeat(event)[0]


def awaited_task(checkpoint: str) -> str | None:
    """The id of the task whose result a checkpoint's name says was awaited, or None."""
    if not checkpoint.startswith(_AWAITED_TASK):
        return None
    return split_repeat(checkpoint.removeprefix(_AWAITED_TASK))[0]


def timed_out_event(message: str | None) -> str | None:
    """The event of an SDK's own time-out error, or None."""
    found = _TIMED_OUT.fullmatch(message or "")
    return found["event"] if found else None
