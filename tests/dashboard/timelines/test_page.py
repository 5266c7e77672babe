"""A timeline on a page: drawing, table, bounds, links."""

from __future__ import annotations

import gc
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest

from absurd_dashboard import timeline
from absurd_dashboard.timeline.drawing import LINES, REPEATS, ROWS, draw
from absurd_dashboard.timeline.picture import Listing
from absurd_dashboard.timeline.table import PAGE, tabulate
from tests.dashboard.histories import SCENARIOS, Bench
from tests.dashboard.timelines.drawings import long_history, rendered


def test_a_page_has_no_inline_style_or_script(bench: Bench) -> None:
    page = rendered(timeline.build(SCENARIOS["resume after sleep"](bench)))
    assert not re.search(r"\sstyle=|<script|<style|\son[a-z]+=|INVALID", page)


def test_hostile_names_are_escaped_wherever_they_stand(bench: Bench) -> None:
    hostile = '<script>alert(1)</script>\u202e" onload=x'
    bench.task(lambda context: context.step(hostile, lambda: None), hostile)
    task = bench.spawn(hostile)
    bench.work(0, worker=hostile)
    page = rendered(timeline.build(bench.history(task, 1)))
    assert "<script" not in page
    assert "\u202e" not in page
    assert '" onload' not in page


def test_idle_time_is_collapsed_unless_the_true_scale_is_asked_for(bench: Bench) -> None:
    built = timeline.build(SCENARIOS["resume after sleep"](bench))
    assert draw(built).folds
    assert not draw(built, true_scale=True).folds
    assert 'href="?scale=true#timeline"' in rendered(built)
    assert 'href="?#timeline"' in rendered(built, "?scale=true")


def test_links_keep_the_rest_of_the_query(bench: Bench) -> None:
    page = rendered(timeline.build(SCENARIOS["resume after sleep"](bench)), "?steps=3")
    assert 'href="?steps=3&amp;scale=true#timeline"' in page


def test_now_is_marked_until_the_task_is_finished(bench: Bench) -> None:
    assert draw(timeline.build(SCENARIOS["sleeping now"](bench))).now
    finished = SCENARIOS["plain success"](Bench(bench.connection))
    assert draw(timeline.build(finished)).now is None


def test_the_table_says_what_is_concluded(bench: Bench) -> None:
    page = rendered(timeline.build(SCENARIOS["plain success"](bench)))
    assert re.search(r'data-label="From">about <time datetime="2026-03-02T12:00:05', page)
    assert re.search(r'data-label="To"><time datetime="2026-03-02T12:00:08', page)


def test_the_table_is_paged_and_says_how_much_there_is() -> None:
    built = timeline.build(long_history(500, "step-{}"))
    first, last = tabulate(built), tabulate(built, 99)
    assert (first.first, first.last, first.total) == (1, PAGE, 502)
    assert (last.first, last.last, last.after) == (501, 502, None)
    assert "101 to 200 of 502" in rendered(built, "?timeline=2")


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 5_000, "²"])
def test_a_page_that_does_not_exist_is_the_nearest_or_the_first(page: str) -> None:
    assert rendered(timeline.build(long_history(3, "step-{}")), f"?timeline={page}")


def test_lines_left_out_are_counted() -> None:
    (lane,) = draw(timeline.build(long_history(500, "step-{}"))).lanes
    assert len(lane.tracks) + len(lane.latest) == LINES
    assert lane.skipped == 501 - LINES


def test_attempts_left_out_are_counted(bench: Bench) -> None:
    history = SCENARIOS["plain success"](bench)
    runs = [
        replace(history.runs[0], run_id=UUID(int=number), attempt=number)
        for number in range(1, ROWS + 11)
    ]
    drawing = draw(timeline.build(replace(history, runs=runs)))
    assert (len(drawing.lanes), drawing.earlier) == (ROWS, 10)


def test_a_line_of_few_repetitions_has_all_of_them_and_one_of_many_is_listed_on_demand() -> None:
    (few,) = listings(10)
    assert (len(few.tracks), few.asked) == (10, False)
    (many,) = listings(11)
    assert many.tracks == []
    page = rendered(timeline.build(long_history(1_200, "iteration#{}")))
    assert "All 1,200, one by one" in page
    assert "iteration#7<" not in page


def test_many_repetitions_are_listed_page_by_page() -> None:
    (key,) = (listing.key for listing in listings(1_200))
    (last,) = listings(1_200, {key: 99})
    assert (last.first, last.last, last.page, last.pages) == (1_101, 1_200, 12, 12)
    page = rendered(timeline.build(long_history(1_200, "iteration#{}")), f"?unfold={key}.2&steps=3")
    assert page.count("abs-tl-repeat") == REPEATS + 1  # and the class of what folds them
    assert "101 to 200 of 1,200" in page
    assert f'href="?steps=3&amp;unfold={key}.3#timeline-{key}"' in page
    assert f'<details class="abs-tl-repeats" id="timeline-{key}" open>' in page


def test_a_link_to_a_step_keeps_what_is_listed() -> None:
    (key,) = (listing.key for listing in listings(1_200))
    page = rendered(timeline.build(long_history(1_200, "iteration#{}")), f"?unfold={key}")
    assert f'href="?unfold={key}&amp;step=iteration%237#step"' in page


@pytest.mark.parametrize("query", ["?unfold=nothing", "?unfold=.", "?unfold=%00.x", "?unfold=.-1"])
def test_a_line_that_does_not_exist_is_not_listed(query: str) -> None:
    built = timeline.build(long_history(20, "iteration#{}"))
    assert "abs-tl-row abs-tl-repeat" not in rendered(built, query)


def test_a_long_table_is_drawn_when_it_is_asked_for() -> None:
    built = timeline.build(long_history(500, "step-{}"))
    assert "<tbody>" not in rendered(built)
    assert 'href="?timeline=1#timeline-table"' in rendered(built)
    assert "<tbody>" in rendered(built, "?timeline=1")


def listings(repetitions: int, unfolded: dict[str, int] | None = None) -> list[Listing]:
    """The lines with repetitions of an agent's loop."""
    built = timeline.build(long_history(repetitions, "iteration#{}"))
    (lane,) = draw(built, unfolded=unfolded).lanes
    return [track.listing for track in lane.tracks if track.listing]


@pytest.fixture
def _own_garbage() -> Iterator[None]:
    """Only what the test makes is collected in its time, not the heap of all tests before it."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("_own_garbage")
@pytest.mark.parametrize("name", ["iteration#{}", "step-{}"])
def test_five_thousand_checkpoints_stay_small_and_fast_also_at_first(name: str) -> None:
    history = long_history(5_000, name)
    took = []
    for _ in range(4):
        started = time.thread_time()
        page = rendered(timeline.build(history))
        took.append(time.thread_time() - started)
    assert len(page) < 150_000
    assert (
        took[0] < 0.25
    )  # seconds of the processor; the aim is 0.1, the rest is for a busy machine
    assert min(took) < 0.1
