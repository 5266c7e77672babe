"""When the engine cancels a task by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from absurd_core import arguments
from absurd_core.errors import InvalidArgument


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Limits after which a task is cancelled, the next time that a worker claims.

    The engine reads them as whole seconds whenever anybody claims from the queue, and anything
    else there would fail every claim; so they are checked here.

    Args:
        max_delay: how long the task may wait for its first start; whole seconds.
        max_duration: how long it may take from its first start; whole seconds.

    Raises:
        InvalidArgument: negative, or not whole seconds.
    """

    max_delay: int | timedelta | None = None
    max_duration: int | timedelta | None = None

    def __post_init__(self) -> None:
        arguments.optional_seconds("max_delay", self.max_delay)
        arguments.optional_seconds("max_duration", self.max_duration)

    def to_json(self) -> dict[str, int]:
        """The object that the engine stores."""
        limits = {
            "max_delay": arguments.optional_seconds("max_delay", self.max_delay).value,
            "max_duration": arguments.optional_seconds("max_duration", self.max_duration).value,
        }
        return {key: value for key, value in limits.items() if value is not None}


def cancellation_json(policy: Cancellation | Mapping[str, Any]) -> dict[str, int]:
    """The policy as the engine stores it; a stored one may be given again as a mapping."""
    if isinstance(policy, Cancellation):
        return policy.to_json()
    if unknown := set(policy) - {"max_delay", "max_duration"}:
        raise InvalidArgument(argument="cancellation", problem=f"has {len(unknown)} unknown keys")
    return Cancellation(**policy).to_json()
