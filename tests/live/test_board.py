"""What one process has drawn of a page is shown by the others, which were forked with it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import NoReturn

import pytest

from absurd_dashboard import board
from absurd_dashboard.board import Place, Posted

SOON = timedelta(seconds=2)
PAGE = ("/absurd/", "everything", "en")
POSTED = Posted("1700000000000.stamp.state", timedelta(seconds=3), b"<section>" + b"queue " * 1_000)


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    board.clear()
    yield
    board.clear()


class Forks:
    """Other processes of the same server."""

    def __init__(self) -> None:
        self._running: list[int] = []

    def __call__(self, work: Callable[[], object]) -> None:
        """Do something in another process, which then waits there."""
        done, tell = os.pipe()
        child = os.fork()
        if child == 0:
            _work(work, tell)
        self._running.append(child)
        os.close(tell)
        with open(done, "rb") as said:
            assert said.read(1) == b"."

    def kill(self) -> None:
        """End them as a crash does."""
        while self._running:
            child = self._running.pop()
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _work(work: Callable[[], object], tell: int) -> NoReturn:
    try:
        work()
        os.write(tell, b".")
        signal.pause()
    finally:
        os._exit(1)


@pytest.fixture
def fork() -> Iterator[Forks]:
    """Makes other processes, which end with the test."""
    made = Forks()
    yield made
    made.kill()


def post(posted: Posted = POSTED, page: object = PAGE) -> None:
    with board.turn(page) as place:
        assert place is not None
        place.write(posted)


def read(page: object = PAGE) -> Posted | None:
    with board.turn(page) as place:
        assert place is not None
        return place.read()


def test_what_one_process_posts_another_reads(fork: Forks) -> None:
    fork(post)
    assert read() == POSTED


def test_a_page_that_was_not_drawn_is_posted_by_its_token(fork: Forks) -> None:
    fork(lambda: post(Posted("1.2.3", SOON, None)))
    assert read() == Posted("1.2.3", SOON, None)


def test_nothing_is_read_of_a_page_with_another_key() -> None:
    post()
    assert read(("/absurd/", "everything", "de")) is None


def test_pages_that_share_a_place_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "PLACES", 1)
    post()
    post(Posted("1.2.3", SOON, None), page="another")
    assert read() is None
    assert read("another") == Posted("1.2.3", SOON, None)


def test_a_page_too_large_for_its_place_is_not_posted() -> None:
    post()
    post(Posted("2.3.4", SOON, os.urandom(board.ROOM)))
    assert read() == POSTED


def test_a_page_that_is_being_written_is_not_read() -> None:
    post()
    with board.turn(PAGE) as place:
        assert place is not None
        os.pwrite(board._file, b"half", place._offset + 100)
    assert read() is None


def test_one_process_at_a_time_reads_a_page(fork: Forks) -> None:
    place = board._place(PAGE)
    assert place is not None
    fork(place.lock)
    assert not place.lock()
    fork.kill()
    assert place.lock()
    place.unlock()


def test_who_waited_long_enough_reads_for_themselves(
    fork: Forks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "_PATIENCE", 0.01)
    place = board._place(PAGE)
    assert place is not None
    fork(place.lock)
    post()
    assert read() == POSTED


@pytest.mark.parametrize("page", [None, lambda: None])
def test_there_is_no_place_for_what_cannot_be_told_apart(page: object) -> None:
    with board.turn(page) as place:  # type: ignore[arg-type]
        assert place is None


def test_a_place_is_told_by_all_that_is_in_a_key() -> None:
    assert isinstance(board._place(("a", frozenset({"b"}))), Place)
    assert board._place(("a", "b")) != board._place(("a", ["b"]))  # type: ignore[arg-type]


def test_without_memory_for_it_the_board_is_a_file(
    fork: Forks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "_in_memory", forbidden)
    monkeypatch.setattr(board, "_file", -1)
    board.put_up()
    fork(post)
    assert read() == POSTED


def test_where_no_board_can_be_made_each_process_reads_for_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for way in ("_in_memory", "_in_a_file"):
        monkeypatch.setattr(board, way, forbidden)
    monkeypatch.setattr(board, "_file", -1)
    board.put_up()
    board.clear()
    with board.turn(PAGE) as place:
        assert place is None


def forbidden() -> int:
    """As a sandbox answers, or a file system that is not written to."""
    raise PermissionError
