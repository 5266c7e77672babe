"""The two sentences about a task: of histories that a real worker made, and of any facts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from django.template.loader import render_to_string
from hypothesis import given

from absurd_dashboard import sentence, situation
from absurd_dashboard.history import History
from absurd_dashboard.sentence import describe
from tests.dashboard.histories import SCENARIOS, Bench, at, engine
from tests.dashboard.timelines.test_any_facts import HISTORIES, THOROUGH

#: What each history must be told as. ``{queue}`` is the queue's name.
EXPECTED = {
    "plain success": (
        "Completed 47 s ago, 13 s after it was spawned.",
        "It is finished; nothing moves it any more.",
    ),
    "three attempts with exponential back off": (
        "Failed for good after 3 of 3 attempts: ConnectionError: the bank does not answer.",
        "It stays failed until somebody retries it.",
    ),
    "backing off now": (
        "Backs off for 42 s more before attempt 2 of 3: ConnectionError: the bank does not answer.",
        "It is due at 12:01 UTC; a worker that polls {queue} takes it.",
    ),
    "sleeping now": (
        "Sleeping for 50 m more inside nap.",
        "It is due at 13:00 UTC; a worker that polls {queue} takes it.",
    ),
    "sleep over and nobody claims": (
        "The sleep in nap ended 1 m 40 s ago; no worker has taken it since.",
        "It moves as soon as a worker polls {queue}, which nobody seems to do.",
    ),
    "woken and nobody claims": (
        "Woken 3 m 56 s ago by paid; no worker has taken it since.",
        "It moves as soon as a worker polls {queue}, which nobody seems to do.",
    ),
    "wait timeout": (
        'Failed for good after 1 of 1 attempt: TimeoutError: Timed out waiting for event "paid".',
        "It stays failed until somebody retries it.",
    ),
    "waiting without a timeout": (
        "Waits for paid since 12:00 UTC (12 m); it never times out; never emitted in this queue.",
        "The event paid wakes it when emitted.",
    ),
    "waiting with a timeout": (
        "Waits for paid since 12:00 UTC (1 m); times out in 1 h 59 m; never emitted in this queue.",
        "The event paid wakes it when emitted, or the time-out, which the task then handles.",
    ),
    "running now": (
        "Running on worker-7 for 50 s; last checkpoint charge 40 s ago, lease for 10 s more.",
        (
            "The worker moves it by saving a checkpoint or finishing."
            " If its lease runs out, the attempt is given up; the task has then failed for good."
        ),
    ),
    "cancelled while running": (
        "Cancelled 1 m ago, during attempt 1 of 1.",
        "It stays cancelled; its inputs can be spawned again as a new task.",
    ),
    "lease ran out": (
        (
            "The lease of worker-3 ran out 5 m ago, during attempt 1 of 3,"
            " and nobody seems to poll this queue."
        ),
        (
            "The next worker that polls {queue} gives this attempt up;"
            " attempt 2 of 3 follows, 30 s later."
        ),
    ),
    "lease ran out and was swept": (
        "Completed 18 s ago, 1 m 42 s after it was spawned, on attempt 2 of 2.",
        "It is finished; nothing moves it any more.",
    ),
    "pending and never claimed": (
        "Pending for 12 s; no worker has claimed it yet.",
        "It moves as soon as a worker polls {queue}.",
    ),
    "deferred because unknown": (
        (
            "Deferred up to 22 times since 12:00 UTC:"
            " put back without a checkpoint, as a worker does that doesn't know send-fax."
        ),
        "Start a worker that registers send-fax. It is offered again in 10 s.",
    ),
}


@pytest.fixture(scope="module")
def connection(server_url: str) -> Iterator[psycopg.Connection[Any]]:
    with engine(server_url) as connection:
        yield connection


@pytest.fixture
def bench(connection: psycopg.Connection[Any]) -> Bench:
    return Bench(connection)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_history_is_told_in_two_sentences(bench: Bench, name: str) -> None:
    status = describe(SCENARIOS[name](bench))
    now, following = EXPECTED[name]
    assert str(status.now) == now
    assert str(status.next) == following.format(queue=bench.queue)


def test_a_retry_that_nobody_claims_is_due_and_not_pending_for_the_first_time(
    bench: Bench,
) -> None:
    def job(context: Any) -> None:
        raise ConnectionError

    bench.task(job)
    task = bench.spawn(max_attempts=2)
    bench.work(0)
    status = describe(bench.history(task, 30))
    assert str(status.now) == "Due for attempt 2 of 2 for 30 s; no worker has claimed it yet."


def test_a_wait_that_timed_out_unnoticed_is_due(bench: Bench) -> None:
    history = SCENARIOS["waiting with a timeout"](bench)
    status = describe(replace(history, now=at(7_304)))
    assert (
        str(status.now) == "The wait for paid timed out 1 m 40 s ago; no worker has taken it since."
    )


def test_a_later_attempt_says_its_number(bench: Bench) -> None:
    task = bench.spawn(max_attempts=5)
    first = bench.claim(0)
    bench.call("fail_run", first["run_id"], "{}")
    bench.claim(10)
    status = describe(bench.history(task, 20))
    assert str(status.now) == (
        "Running on worker-1 for 10 s (attempt 2 of 5);"
        " no checkpoint of this attempt yet, lease for 1 m 50 s more."
    )


def test_an_attempt_without_a_limit_has_none_in_its_number(bench: Bench) -> None:
    history = SCENARIOS["lease ran out"](bench)
    unlimited = replace(history, task=replace(history.task, max_attempts=None))
    assert "attempt 2 follows, 30 s later" in str(describe(unlimited).next)


def test_a_claim_without_a_lease_says_so(bench: Bench) -> None:
    task = bench.spawn()
    bench.claim(0, lease=0)
    status = describe(bench.history(task, 20))
    assert str(status.now) == "Running on worker-1 for 20 s; no checkpoint yet, without a lease."


def test_a_task_cancelled_before_its_first_claim_says_so(bench: Bench) -> None:
    task = bench.spawn()
    bench.sdk.cancel_task(str(task))
    status = describe(bench.history(task, 5))
    assert str(status.now) == "Cancelled 5.0 s ago, before any worker had claimed it."


def test_work_left_alone_while_others_are_claimed_does_not_say_that_nobody_polls(
    bench: Bench,
) -> None:
    history = SCENARIOS["lease ran out"](bench)
    assert history.queue is not None
    polled = replace(history, queue=replace(history.queue, last_claim_at=at(300)))
    assert "nobody" not in str(describe(polled).now)


def test_an_unknown_queue_does_not_say_that_nobody_polls(bench: Bench) -> None:
    history = replace(SCENARIOS["lease ran out"](bench), queue=None)
    assert "nobody" not in str(describe(history).now)


def test_a_sleep_of_another_sdk_has_no_name(bench: Bench) -> None:
    task = bench.spawn()
    claimed = bench.claim(0)
    bench.save(claimed, "0/boot")
    bench.call("schedule_run", claimed["run_id"], at(60))
    assert str(describe(bench.history(task, 20)).now) == "Sleeping for 40 s more."


def test_a_state_of_a_newer_engine_is_named(bench: Bench) -> None:
    history = SCENARIOS["pending and never claimed"](bench)
    runs = [replace(run, state="hibernating") for run in history.runs]
    newer = replace(history, task=replace(history.task, state="hibernating"), runs=runs)
    assert str(describe(newer).now).startswith("In the state hibernating")


def test_another_day_is_said_with_its_date(bench: Bench) -> None:
    history = replace(SCENARIOS["waiting without a timeout"](bench), now=at(86_400 * 2))
    assert "since 2026-03-02 12:00 UTC (1 d 23 h)" in str(describe(history).now)


def test_names_are_isolated_and_escaped_on_the_page(bench: Bench) -> None:
    bench.task(lambda context: context.await_event("<b>\u202e"))
    task = bench.spawn()
    bench.work(0)
    page = _drawn(bench.history(task, 5))
    assert '<bdi class="abs-said">&lt;b&gt;⟨U+202E⟩</bdi>' in page


def test_instants_on_the_page_can_be_put_into_the_viewers_zone(bench: Bench) -> None:
    history = SCENARIOS["waiting without a timeout"](bench)
    assert 'data-form="minute">12:00 UTC</time>' in _drawn(history)
    later = replace(history, now=at(86_400 * 2))
    assert 'data-form="day minute">2026-03-02 12:00 UTC</time>' in _drawn(later)


def _drawn(history: History) -> str:
    status = describe(history)
    return render_to_string("absurd_dashboard/timeline/sentence.html", {"status": status})


def foreign(text: str) -> str:
    """A translation: all words are others, the places stay."""
    return "".join(
        piece if piece.startswith("{") else re.sub("[A-Za-z]", "ø", piece)
        for piece in re.split(r"(\{\w+\})", text)
    )


def test_every_word_of_ours_can_be_translated(
    connection: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (sentence, situation):
        monkeypatch.setattr(module, "_", foreign)
        monkeypatch.setattr(module, "ngettext", lambda one, _many, _n: foreign(one))
    for name in EXPECTED:
        status = describe(SCENARIOS[name](Bench(connection)))
        ours = [
            part.text
            for said in (status.now, status.next)
            for part in said.parts
            if not (part.is_name or part.is_quote or part.at)
        ]
        # Lengths of time are numbers with the symbols of their units.
        words = re.sub(r"[0-9.,]+ (ms|s|m|h|d)\b", "", " ".join(ours))
        assert not re.search("[A-Za-z]", words), name


@THOROUGH
@given(HISTORIES)
def test_any_facts_are_told_in_two_whole_sentences(history: History) -> None:
    status = describe(history)
    for said in (str(status.now), str(status.next)):
        assert said[0].isupper()
        assert said.endswith(".")
        assert "None" not in said
