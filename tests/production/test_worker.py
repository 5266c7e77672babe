"""Which process of ``serve`` takes a connection: the one that has the fewest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

from absurd_dashboard.standalone import worker
from absurd_dashboard.standalone.worker import Worker


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long processes let others go first."""
    pauses: list[float] = []
    monkeypatch.setattr(worker, "sleep", pauses.append)
    return pauses


@pytest.fixture(autouse=True)
def _a_new_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """gunicorn's own part: the connection is there, and is taken."""

    def accept(process: Any, *_: Any) -> None:
        process.nr_conns += 1

    monkeypatch.setattr(ThreadWorker, "accept", accept)


@pytest.fixture
def processes() -> Iterator[tuple[Worker, Worker]]:
    """Two processes of one server, as its first process makes them."""
    settings = Config()
    two = tuple(Worker(age, 0, [], None, 30, settings, Logger(settings)) for age in (1, 2))
    for each in two:
        each.notify()
    yield two[0], two[1]
    for each in two:
        worker.gone(None, each)
        each.tmp.close()


def test_where_all_have_as_many_whoever_is_first_takes_it(
    processes: tuple[Worker, Worker], paused: list[float]
) -> None:
    processes[0].accept("listener")

    assert processes[0].nr_conns == 1
    assert not paused


def test_whoever_has_more_lets_others_go_first(
    processes: tuple[Worker, Worker], paused: list[float]
) -> None:
    for _ in range(3):
        processes[0].accept("listener")
    assert len(paused) == 2

    processes[1].accept("listener")
    assert len(paused) == 2


def test_connections_that_have_ended_do_not_count(
    processes: tuple[Worker, Worker], paused: list[float]
) -> None:
    processes[0].accept("listener")
    processes[0].nr_conns -= 1
    processes[0].notify()

    processes[1].nr_conns = 1
    processes[1].accept("listener")
    assert paused


def test_nobody_waits_for_a_process_that_has_ended(
    processes: tuple[Worker, Worker], paused: list[float]
) -> None:
    worker.gone(None, processes[1])

    for _ in range(3):
        processes[0].accept("listener")
    assert not paused
