"""Arguments that no state of the engine would accept are refused before anything is sent."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from absurd_core import Cancellation, InvalidArgument, InvalidRetryStrategy, RetryStrategy
from absurd_core import arguments as check

DAY = 86_400


@pytest.mark.parametrize("name", ["a", "x" * 57, "é" * 28 + "x", "🐘" * 14, " ", "%s", '"', "a\nb"])
def test_a_queue_is_any_text_of_at_most_57_bytes(name: str) -> None:
    assert check.queue(name).value == name


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "queue is empty"),
        ("x" * 58, "queue is longer than 57 bytes"),
        ("é" * 29, "queue is longer than 57 bytes"),
        ("a\0b", "queue contains a NUL character"),
        ("\ud83d", "queue contains half a surrogate pair"),
        (None, "queue is not text"),
        (b"bytes", "queue is not text"),
    ],
)
def test_any_other_queue_is_refused(name: Any, problem: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        check.queue(name)
    assert str(caught.value) == problem


@given(st.text())
def test_a_queue_is_refused_exactly_where_the_engine_would(name: str) -> None:
    acceptable = "\0" not in name and 0 < len(name.encode()) <= 57
    try:
        check.queue(name)
    except InvalidArgument:
        assert not acceptable
    else:
        assert acceptable


def test_no_queue_means_all_of_them_where_that_is_possible() -> None:
    assert check.optional_queue(None).value is None


@pytest.mark.parametrize("name", ["", " ", "   "])
def test_a_name_is_more_than_spaces(name: str) -> None:
    with pytest.raises(InvalidArgument, match="task_name is empty"):
        check.name("task_name", name)


def test_an_id_is_a_uuid_or_its_text() -> None:
    text = "01890a5d-ac96-774b-bcce-b302099a8057"

    assert check.identifier("task_id", text).value == UUID(text)
    assert check.identifier("task_id", UUID(text)).value == UUID(text)


@pytest.mark.parametrize("value", ["", "42", None, 42, b"x" * 16])
def test_anything_else_is_no_id(value: Any) -> None:
    with pytest.raises(InvalidArgument, match="run_id is not a UUID"):
        check.identifier("run_id", value)


@pytest.mark.parametrize("value", [0, 1, 2**31 - 1, timedelta(0), timedelta(days=2)])
def test_a_duration_is_whole_seconds(value: int | timedelta) -> None:
    seconds = value.total_seconds() if isinstance(value, timedelta) else value

    assert check.seconds("timeout", value).value == seconds


@pytest.mark.parametrize(
    "value",
    [-1, 2**31, 1.0, "1", None, True, timedelta(seconds=-1), timedelta(seconds=0.5)],
    ids=repr,
)
def test_anything_else_is_no_duration(value: Any) -> None:
    with pytest.raises(InvalidArgument):
        check.seconds("timeout", value)


def test_a_time_has_a_zone() -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)

    assert check.instant("wake_at", noon).value == noon
    with pytest.raises(InvalidArgument, match="wake_at has no time zone"):
        check.instant("wake_at", noon.replace(tzinfo=None))


def test_a_flag_is_true_or_false() -> None:
    assert check.flag("include_pending", True).value is True
    with pytest.raises(InvalidArgument, match="include_pending is not True or False"):
        check.flag("include_pending", 1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("strategy", "stored"),
    [
        (RetryStrategy.none(), {"kind": "none"}),
        (RetryStrategy.fixed(), {"kind": "fixed", "base_seconds": 60}),
        (RetryStrategy.fixed(timedelta(minutes=2)), {"kind": "fixed", "base_seconds": 120}),
        (
            RetryStrategy.exponential(),
            {"kind": "exponential", "base_seconds": 30, "factor": 2, "max_seconds": DAY},
        ),
        (
            RetryStrategy.exponential(base=0.5, factor=1.5, maximum=timedelta(hours=1)),
            {"kind": "exponential", "base_seconds": 0.5, "factor": 1.5, "max_seconds": 3600},
        ),
    ],
)
def test_a_retry_strategy_is_stored_as_the_engine_reads_it(
    strategy: RetryStrategy, stored: dict[str, Any]
) -> None:
    assert strategy.to_json() == stored


@pytest.mark.parametrize("number", [-1, DAY + 1, float("nan"), float("inf"), timedelta(days=2)])
def test_a_delay_is_at_most_a_day(number: Any) -> None:
    for make in (
        lambda: RetryStrategy.fixed(number),
        lambda: RetryStrategy.exponential(base=number),
        lambda: RetryStrategy.exponential(maximum=number),
    ):
        with pytest.raises(InvalidRetryStrategy, match="must be between 0 and 86400 seconds"):
            make()


@pytest.mark.parametrize("factor", [-1, float("nan"), float("inf")])
def test_a_factor_is_finite_and_not_negative(factor: float) -> None:
    with pytest.raises(InvalidRetryStrategy, match="factor must be"):
        RetryStrategy.exponential(factor=factor)


def test_a_cancellation_policy_is_stored_as_the_engine_reads_it() -> None:
    assert Cancellation(max_delay=timedelta(hours=1)).to_json() == {"max_delay": 3600}
    assert Cancellation(60, 90).to_json() == {"max_delay": 60, "max_duration": 90}


@pytest.mark.parametrize("limit", [-1, 0.5, "1", timedelta(milliseconds=1)], ids=repr)
def test_a_limit_that_would_fail_every_claim_is_refused(limit: Any) -> None:
    for name in ("max_delay", "max_duration"):
        with pytest.raises(InvalidArgument) as caught:
            Cancellation(**{name: limit})
        assert caught.value.argument == name
