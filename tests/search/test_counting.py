"""Counting for the sidebar: bounded, labelled, and not again for every page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from absurd_dashboard.access import Access
from absurd_dashboard.display import Count, Precision
from absurd_dashboard.engine import snapshot
from absurd_dashboard.filters import TaskFilter
from absurd_dashboard.policy import Action, Grant, Rule
from absurd_dashboard.queries import counting
from tests.dashboard.engine import Engine

LONG = timedelta(minutes=1)
EVERYTHING = Grant(None, "", (Rule("*"),), frozenset(Action))
NAMED = TaskFilter(name="work", window="all")


@pytest.fixture
def access(engine: Engine) -> Iterator[Access]:
    """What somebody sees who sees everything."""
    engine.create("a")
    engine.spawn("a")
    with snapshot("absurd") as opened:
        yield Access.of(EVERYTHING, opened)


def test_what_is_counted_whole_is_exact(access: Access, engine: Engine) -> None:
    assert counting.count(access, NAMED, LONG) == Count(1)


def test_a_count_that_ran_out_of_time_says_at_least(access: Access, engine: Engine) -> None:
    assert counting.count(access, NAMED, timedelta(0)).precision is Precision.CAPPED


def test_a_count_above_the_limit_says_at_least(
    access: Access, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MOST", 1)
    engine.spawn("a")
    assert str(counting.count(access, NAMED, LONG)) == "1+"


def test_the_same_is_not_counted_twice_but_for_another_sight_it_is(
    access: Access, engine: Engine
) -> None:
    outside = replace(access, stamp="any")  # as if in no transaction of the host's
    assert counting.remembered(outside, NAMED, LONG) == Count(1)
    engine.spawn("a")
    assert counting.remembered(outside, NAMED, LONG) == Count(1)
    assert counting.remembered(access, NAMED, LONG) == Count(2)
    assert counting.remembered(replace(outside, scopes=()), NAMED, LONG) == Count(0)
