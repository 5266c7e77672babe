"""Durations, ages, counts, ids and names as people read them."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from absurd_dashboard import display
from absurd_dashboard.display import Count, hidden

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 ms"),
        (0.24, "240 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1.0 s"),
        (3.21, "3.2 s"),
        (9.96, "10 s"),
        (42, "42 s"),
        (59.7, "1 m"),
        (192, "3 m 12 s"),
        (3_600, "1 h"),
        (7_500, "2 h 5 m"),
        (187_200, "2 d 4 h"),
        (1_234 * 86_400, "1,234 d"),
    ],
)
def test_a_duration_has_its_two_largest_units(seconds: float, shown: str) -> None:
    assert display.duration(seconds) == shown


def test_a_duration_may_be_a_timedelta() -> None:
    assert display.duration(timedelta(minutes=3, seconds=12)) == "3 m 12 s"


def test_a_duration_below_zero_is_zero() -> None:
    assert display.duration(timedelta(seconds=-3)) == "0 ms"


@pytest.mark.parametrize(
    ("ahead", "shown"),
    [
        (timedelta(milliseconds=-999), "now"),
        (timedelta(milliseconds=999), "now"),
        (timedelta(seconds=-12.9), "12 s ago"),
        (timedelta(seconds=-59.9), "59 s ago"),
        (timedelta(seconds=-60), "1 min ago"),
        (timedelta(minutes=-5, seconds=-59), "5 min ago"),
        (timedelta(hours=-23), "23 h ago"),
        (timedelta(days=-40), "40 d ago"),
        (timedelta(days=-549), "1.5 y ago"),
        (timedelta(hours=2, minutes=59, seconds=59), "in 3 h"),
        (timedelta(seconds=59.7), "in 1 min"),
        (timedelta(seconds=45), "in 45 s"),
    ],
)
def test_an_instant_is_seen_from_now(ahead: timedelta, shown: str) -> None:
    assert display.relative(NOW + ahead, NOW) == shown


def test_an_exact_instant_has_milliseconds_and_is_in_utc() -> None:
    instant = datetime(2026, 5, 4, 2, 3, 4, 56_789, timezone(timedelta(hours=2)))
    assert display.exact(instant) == "2026-05-04 00:03:04.056 UTC"


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (Count(0), "0"),
        (Count(1_234_567), "1,234,567"),
        (Count.capped(9_999, 10_000), "9,999"),
        (Count.capped(10_000, 10_000), "10,000"),
        (Count.capped(10_001, 10_000), "10,000+"),
        (Count.estimated(1_234_567.8), "≈ 1.2 M"),
        (Count.estimated(9_812), "≈ 9.8 k"),
        (Count.estimated(412), "≈ 412"),
        (Count.estimated(-1), "≈ 0"),
    ],
)
def test_a_count_says_how_it_was_come_by(count: Count, shown: str) -> None:
    assert str(count) == shown


def test_an_id_is_shortened_to_its_end_which_differs() -> None:
    assert display.short_id(UUID("0199a3f0-0000-7000-8000-0000deadbeef")) == "deadbeef"


def test_an_id_that_is_none_keeps_both_ends() -> None:
    assert display.short_id("worker-7.example.com:4711") == "worker-7…om:4711"


def test_a_short_name_is_left_alone() -> None:
    assert display.name("order.fulfil") == "order.fulfil"


def test_a_long_name_loses_its_middle() -> None:
    shown = display.name("a" * 200 + "z" * 200)
    assert len(shown) == display.LONGEST_NAME
    assert shown.startswith("aaa")
    assert shown.endswith("zzz")


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("a\nb", "a⟨U+000A⟩b"),
        ("a\x00b", "a⟨U+0000⟩b"),
        ("\x1b[31mred", "⟨U+001B⟩[31mred"),
        ("\u202egnp.exe", "⟨U+202E⟩gnp.exe"),
        ("pay\u200bpal", "pay⟨U+200B⟩pal"),
        ("\ufeffname", "⟨U+FEFF⟩name"),
        ("\u2066x\u2069", "⟨U+2066⟩x⟨U+2069⟩"),
    ],
)
def test_what_would_be_invisible_is_drawn(hostile: str, shown: str) -> None:
    assert display.visible(hostile) == shown


@pytest.mark.parametrize("text", ["Ümit", "عربى", "👩‍💻", "क्‍ष", "日本語"])
def test_what_any_script_needs_is_left_alone(text: str) -> None:
    assert display.visible(text) == text


def test_nothing_hidden_counts_as_printable() -> None:
    assert not [char for char in map(chr, range(0x11_0000)) if char.isprintable() and hidden(char)]


def test_a_traceback_keeps_its_lines() -> None:
    assert display.visible("a\n\tb\x07", keep="\n\t") == "a\n\tb⟨U+0007⟩"
