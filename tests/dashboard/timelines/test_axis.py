"""The axis of time: even or with its idle gaps collapsed, labelled at round instants."""

from __future__ import annotations

from datetime import timedelta

import pytest

from absurd_dashboard.timeline.axis import collapsed, even
from absurd_dashboard.timeline.ticks import ticks
from tests.dashboard.histories import at


def test_the_true_axis_is_even() -> None:
    axis = even(at(0), at(200))
    assert [axis.position(at(moment)) for moment in (-5, 0, 50, 200, 999)] == [0, 0, 0.25, 1, 1]


def test_idle_time_that_outlasts_the_work_is_collapsed() -> None:
    axis = collapsed(even(at(0), at(1_000)), [(at(0), at(10)), (at(990), at(1_000))])
    (gap,) = axis.gaps
    assert gap.length == timedelta(seconds=980)
    assert gap.right - gap.left == pytest.approx(0.08)


def test_short_idle_time_is_left_alone() -> None:
    scale = even(at(0), at(100))
    assert collapsed(scale, [(at(0), at(40)), (at(60), at(100))]) is scale


def test_a_history_without_work_is_not_collapsed() -> None:
    scale = even(at(0), at(100))
    assert collapsed(scale, []) is scale


def test_overlapping_work_counts_once() -> None:
    axis = collapsed(even(at(0), at(100)), [(at(0), at(8)), (at(2), at(10)), (at(4), at(5))])
    assert [(piece.start, piece.end, piece.idle) for piece in axis.pieces] == [
        (at(0), at(10), False),
        (at(10), at(100), True),
    ]


@pytest.mark.parametrize(
    ("length", "labels"),
    [
        (0.004, ["12:00:00.000", "12:00:00.001", "12:00:00.002", "12:00:00.003", "12:00:00.004"]),
        (50, ["12:00:00", "12:00:10", "12:00:20", "12:00:30", "12:00:40", "12:00:50"]),
        (7_200, ["12:00", "12:30", "13:00", "13:30", "14:00"]),
        (86_400, ["12:00", "18:00", "3 Mar 00:00", "06:00", "12:00"]),
        (86_400 * 4, ["3 Mar", "4 Mar", "5 Mar", "6 Mar"]),
    ],
)
def test_an_axis_is_labelled_at_round_instants(length: float, labels: list[str]) -> None:
    assert [tick.label for tick in ticks(even(at(0), at(length)))] == labels


def test_a_collapsed_gap_has_no_labels_inside() -> None:
    axis = collapsed(even(at(0), at(1_000)), [(at(0), at(10)), (at(990), at(1_000))])
    assert not [tick for tick in ticks(axis) if at(10) < tick.at < at(990)]
