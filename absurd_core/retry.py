"""When a failed task is tried again: the retry strategies that the engine knows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from absurd_core.errors import InvalidRetryStrategy

#: The longest delay that the engine allows, in seconds: a day.
LONGEST_DELAY = 86_400

Kind = Literal["none", "fixed", "exponential"]


@dataclass(frozen=True, slots=True)
class RetryStrategy:
    """A delay for each attempt; made by :meth:`none`, :meth:`fixed` or :meth:`exponential`.

    How many attempts there are is not said here but by ``max_attempts``.
    """

    kind: Kind
    base_seconds: float | None = None
    factor: float | None = None
    max_seconds: float | None = None

    @classmethod
    def none(cls) -> RetryStrategy:
        """Try again at once, as without any strategy."""
        return cls("none")

    @classmethod
    def fixed(cls, base: float | timedelta = 60) -> RetryStrategy:
        """Wait equally long before each attempt.

        Args:
            base: the delay, in seconds or as a timedelta; from 0 to a day.

        Raises:
            InvalidRetryStrategy: the delay is out of that range.
        """
        return cls("fixed", _delay("base", base))

    @classmethod
    def exponential(
        cls,
        *,
        base: float | timedelta = 30,
        factor: float = 2,
        maximum: float | timedelta = LONGEST_DELAY,
    ) -> RetryStrategy:
        """Wait ``base * factor ** (attempt - 1)``, at most ``maximum``.

        Args:
            base: the first delay, in seconds or as a timedelta; from 0 to a day.
            factor: finite and not negative.
            maximum: the longest delay, in seconds or as a timedelta; from 0 to a day.

        Raises:
            InvalidRetryStrategy: a number is out of its range.
        """
        if not math.isfinite(factor) or factor < 0:
            raise InvalidRetryStrategy(problem="factor must be a finite non-negative number")
        return cls("exponential", _delay("base", base), factor, _delay("maximum", maximum))

    def to_json(self) -> dict[str, Any]:
        """The object that the engine stores."""
        fields = {
            "kind": self.kind,
            "base_seconds": self.base_seconds,
            "factor": self.factor,
            "max_seconds": self.max_seconds,
        }
        return {key: value for key, value in fields.items() if value is not None}


def retry_json(strategy: RetryStrategy | Mapping[str, Any]) -> Mapping[str, Any]:
    """The strategy as the engine stores it; a mapping is passed on for the engine to judge."""
    return strategy.to_json() if isinstance(strategy, RetryStrategy) else strategy


def _delay(name: str, value: float | timedelta) -> float:
    number = value.total_seconds() if isinstance(value, timedelta) else value
    if not 0 <= number <= LONGEST_DELAY:
        problem = f"{name} must be between 0 and {LONGEST_DELAY} seconds"
        raise InvalidRetryStrategy(problem=problem)
    return number
