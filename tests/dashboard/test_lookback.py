"""Searching history slice by slice."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.test import Client, override_settings

from absurd_dashboard import ids
from absurd_dashboard.access import Access
from absurd_dashboard.errors import QueryTimedOut
from absurd_dashboard.models.scope import QueueScope
from absurd_dashboard.queries import lookback
from absurd_dashboard.queries.lookback import Found, Slice, crowd, search
from tests.dashboard.engine import Engine

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class History:
    """Ids made so many hours before now; remembers which slices were read."""

    def __init__(self, *hours: float) -> None:
        self.ids = sorted((ids.floor(NOW - timedelta(hours=age)) for age in hours), reverse=True)
        self.read: list[Slice] = []

    def __call__(self, piece: Slice, most: int) -> list[UUID]:
        """Read a slice."""
        self.read.append(piece)
        inside = [i for i in self.ids if piece.first <= i and (piece.end is None or i < piece.end)]
        return inside[:most]


def look(
    read: Callable[[Slice, int], list[UUID]], wanted: int, *, budget: float = 60, **given: Any
) -> Found[UUID]:
    """Search with a budget in seconds."""
    given = {"below": None, "since": None, **given}
    return search(read, wanted, now=NOW, budget=timedelta(seconds=budget), **given)


def find(history: History, wanted: int, **given: Any) -> list[UUID]:
    """What a search finds."""
    return look(history, wanted, **given).rows


def test_everything_is_found_newest_first_however_old() -> None:
    history = History(0.5, 3, 80, 24 * 300, 24 * 3000)
    assert find(history, 10) == history.ids


def test_no_slice_is_read_once_enough_is_found() -> None:
    history = History(0.1, 0.2, 500)
    assert find(history, 2) == history.ids[:2]
    assert len(history.read) == 1


def test_slices_join_without_gap_or_overlap() -> None:
    history = History()
    find(history, 1)
    ends = [piece.end for piece in history.read]
    assert ends == [None, *(piece.first for piece in history.read[:-1])]
    assert history.read[-1].first == UUID(int=0)


def test_the_search_ends_at_its_bound() -> None:
    history = History(1, 10, 100)
    assert find(history, 9, since=ids.floor(NOW - timedelta(hours=50))) == history.ids[:2]


def test_the_search_begins_below_a_position() -> None:
    history = History(1, 10, 100)
    assert find(history, 9, below=history.ids[1]) == history.ids[2:]


def test_the_first_slice_ends_at_a_crowd_and_the_search_goes_on_from_there() -> None:
    history = History(*(number / 100 for number in range(60)))
    assert find(history, 60, crowded=lambda _: history.ids[3]) == history.ids
    first, second, *_ = history.read
    assert (first.first, second.length) == (history.ids[3], 4 * first.length)


@pytest.mark.parametrize("made", [NOW, NOW + timedelta(hours=1)])
def test_a_crowd_of_this_very_moment_is_looked_through_all_the_same(made: datetime) -> None:
    history = History(-1, 0, 0.5)
    assert find(history, 3, crowded=lambda _: ids.floor(made)) == history.ids


def test_a_crowd_is_the_newest_task_with_many_newer_ones_of_its_queue_in_the_slice(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookback, "CROWD", 2)
    for queue in ("a", "b"):
        engine.create(queue)
    tasks = [engine.spawn(queue) for queue in "ababaa"]
    access = Access("absurd", NOW, "main", (QueueScope("a"), QueueScope("b")))
    access.confine()

    def found(queues: str, first: UUID, end: UUID | None = None) -> UUID | None:
        return crowd(access, queues, Slice(first, end, NOW, timedelta(hours=1)))

    assert found("ab", tasks[0]) == tasks[2]
    assert found("b", tasks[0]) is None
    assert found("ab", tasks[0], tasks[5]) == tasks[0]
    assert found("ab", tasks[4]) is None


def test_a_search_without_time_stops_and_says_where_to_go_on() -> None:
    history = History(0.5, 3, 80)
    rows: list[UUID] = []
    below = None
    while True:
        found = look(history, 9, below=below, budget=0)
        rows += found.rows
        if found.stopped_at is None:
            break
        below = found.stopped_at
    assert rows == history.ids


@pytest.mark.parametrize("window", ["7d", "all"])
def test_a_list_that_ran_out_of_time_says_how_far_it_looked_and_goes_on(
    client: Client, engine: Engine, window: str
) -> None:
    engine.create("a")
    engine.freeze(datetime.now(UTC))  # ids are made by the real clock, or before 18 by this one
    task = engine.spawn("a", "rare")
    engine.advance(hours=30)
    with override_settings(
        ABSURD_DASHBOARD={"DATABASE": "absurd", "SEARCH_BUDGET": timedelta(microseconds=1)}
    ):
        address, pages = f"/absurd/tasks/?name=rare&window={window}", 0
        while str(task) not in (text := client.get(address).text):
            assert "Nothing found yet" in text
            (older,) = set(re.findall(r'href="(\?[^"]*older=[^"]*)"', text))
            address, pages = f"/absurd/tasks/{unescape(older)}", pages + 1
            assert pages < 40
    assert pages > 0


def test_a_slice_that_takes_far_longer_than_expected_ends_the_search_and_not_the_page(
    engine: Engine,
) -> None:
    history = History(0.1, 500)

    def read(piece: Slice, most: int) -> list[UUID]:
        rows = history(piece, most)
        if len(history.read) == 3:
            engine.call("select pg_sleep(3)")  # less than any statement may take
        return rows

    found = look(read, 10, budget=0.1, database="absurd")
    assert found.rows == history.ids[:1]
    assert found.stopped_at == history.read[1].first
    assert engine.call("select 1") == [(1,)]


def test_another_way_to_the_rest_is_gone_only_where_the_first_slice_was_not_enough() -> None:
    history = History(0.1, 500, 900)
    below: list[UUID] = []

    def rest(end: UUID, most: int) -> list[UUID]:
        below.append(end)
        return history.ids[1:][:most]

    def looked(wanted: int) -> tuple[list[UUID], UUID | None, int]:
        history.read.clear()
        found = look(history, wanted, budget=0, rest=rest)
        return found.rows, found.stopped_at, len(history.read)

    assert looked(1) == (history.ids[:1], None, 1)
    assert below == []
    assert looked(2) == (history.ids[:2], None, 1)
    assert below == [history.read[0].first]


def test_where_there_is_no_other_way_slices_go_on() -> None:
    history = History(0.1, 500)
    found = look(history, 10, rest=lambda *_: None)
    assert (found.rows, found.stopped_at) == (history.ids, None)


def test_another_way_that_takes_far_too_long_ends_the_search_and_not_the_page(
    engine: Engine,
) -> None:
    history = History(0.1, 500)

    def rest(_end: UUID, _most: int) -> list[UUID]:
        engine.call("select pg_sleep(3)")  # less than any statement may take
        return []

    found = look(history, 10, budget=0.1, database="absurd", rest=rest)
    assert found.rows == history.ids[:1]
    assert found.stopped_at == history.read[0].first


def test_a_first_slice_that_takes_too_long_leaves_nothing_to_show() -> None:
    def read(piece: Slice, most: int) -> list[UUID]:
        raise QueryTimedOut

    with pytest.raises(QueryTimedOut):
        look(read, 10)
