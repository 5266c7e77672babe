"""When a failed attempt is due again: the engine's retry delays, for attempts already claimed.

The engine keeps the instant in ``available_at`` only until the attempt is claimed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

_LIMIT = 86_400.0


def delay(strategy: Mapping[str, Any] | None, attempt: int) -> timedelta | None:
    """How long the engine waits after a failed attempt, as ``absurd.retry_delay_seconds``.

    Args:
        strategy: the task's retry strategy.
        attempt: number of the attempt that failed, from 1.

    Returns:
        The delay, zero without a strategy, or None where the engine finds the strategy invalid.
    """
    kind = (strategy or {}).get("kind") or "none"
    if strategy is None or kind == "none":
        return timedelta(0)
    base = _seconds(strategy, "base_seconds", 60 if kind == "fixed" else 30)
    if base is None or kind not in ("fixed", "exponential"):
        return None
    return timedelta(seconds=base) if kind == "fixed" else _exponential(strategy, base, attempt)


def _exponential(strategy: Mapping[str, Any], base: float, attempt: int) -> timedelta | None:
    factor, limit = _number(strategy, "factor", 2), _seconds(strategy, "max_seconds", _LIMIT)
    if factor is None or factor < 0 or limit is None:
        return None
    try:
        seconds = base * factor ** max(attempt - 1, 0)
    except OverflowError:
        seconds = math.inf if base else 0.0
    return timedelta(seconds=min(seconds, limit))


def _seconds(strategy: Mapping[str, Any], key: str, default: float) -> float | None:
    value = _number(strategy, key, default)
    return value if value is not None and 0 <= value <= _LIMIT else None


def _number(strategy: Mapping[str, Any], key: str, default: float) -> float | None:
    """A finite number, which the engine also reads from a string."""
    value = strategy.get(key)
    if value is None:
        return float(default)
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
