"""More histories of a real worker under a stepped clock; the first are in tests.dashboard."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import absurd_sdk

from absurd_dashboard.history import History
from tests.dashboard.histories import Bench, Scenario, at

Job = Callable[[Any], Any]

#: By what happened.
MORE: dict[str, Scenario] = {}


def scenario(told: Scenario) -> Scenario:
    """Register a scenario under its function's name, with spaces."""
    MORE[told.__name__.replace("_", " ")] = told
    return told


def _fails(bench: Bench, seconds: float, reason: object, **options: Any) -> Any:
    """Spawn a task whose first attempt runs for so long and fails for this reason."""
    task = bench.spawn(**options)
    claimed = bench.claim(0)
    bench.clock(seconds)
    bench.call("fail_run", claimed["run_id"], json.dumps(reason))
    return task


def _failed_a_minute_ago(bench: Bench) -> Any:
    """A task that failed for good at 2; it is 60 now."""
    task = _fails(bench, 2, {"name": "E", "message": "no"}, max_attempts=1)
    bench.clock(60)
    return task


def _woken(bench: Bench, job: Job, emit: Callable[[], object] | None = None) -> History:
    """Claimed at 0, its event emitted at 20, claimed again at 25."""
    bench.task(job)
    task = bench.spawn()
    bench.work(0)
    bench.clock(20)
    emit() if emit else bench.sdk.emit_event("paid")
    bench.work(25)
    return bench.history(task, 40)


def _lost(bench: Bench, **options: Any) -> History:
    """Claimed at 0 by a worker that dies; its lease ends at 30, and is swept at 50."""
    task = bench.spawn(**options)
    bench.claim(0, worker="worker-3", lease=30)
    bench.work(50)
    return bench.history(task, 60)


@scenario
def retried_in_place_and_not_claimed_yet(bench: Bench) -> History:
    task = _failed_a_minute_ago(bench)
    bench.sdk.retry_task(str(task))
    return bench.history(task, 70)


@scenario
def spawned_anew_after_a_failure(bench: Bench) -> History:
    task = _failed_a_minute_ago(bench)
    again = bench.sdk.retry_task(str(task), spawn_new=True)
    bench.task(lambda context: context.step("charge", lambda: bench.spend(3)))
    bench.work(61)
    return bench.history(again["task_id"], 70)


@scenario
def failed_and_spawned_anew_stays_failed(bench: Bench) -> History:
    task = _failed_a_minute_ago(bench)
    bench.sdk.retry_task(str(task), spawn_new=True)
    return bench.history(task, 70)


@scenario
def cancelled_before_any_claim(bench: Bench) -> History:
    task = bench.spawn()
    bench.clock(8)
    bench.sdk.cancel_task(str(task))
    return bench.history(task, 10)


@scenario
def cancelled_while_waiting(bench: Bench) -> History:
    bench.task(lambda context: context.await_event("paid"))
    task = bench.spawn()
    bench.work(1)
    bench.clock(31)
    bench.sdk.cancel_task(str(task))
    return bench.history(task, 60)


@scenario
def two_sleeps(bench: Bench) -> History:
    def job(context: Any) -> None:
        context.sleep_for("short", 10)
        context.step("between", lambda: bench.spend(2))
        context.sleep_for("long", 100)

    bench.task(job)
    task = bench.spawn()
    bench.work(0)
    bench.work(12)
    return bench.history(task, 20)


@scenario
def two_waits(bench: Bench) -> History:
    def job(context: Any) -> None:
        context.await_event("paid")
        context.step("pack", lambda: bench.spend(2))
        context.await_event("fetched")

    return _woken(bench, job)


@scenario
def one_event_awaited_twice(bench: Bench) -> History:
    def job(context: Any) -> None:
        context.await_event("paid")
        context.step("pack", lambda: bench.spend(2))
        context.await_event("paid")
        bench.spend(1)

    return _woken(bench, job)


@scenario
def an_event_without_a_payload(bench: Bench) -> History:
    emit = partial(bench.call, "emit_event", "paid")
    return _woken(bench, lambda context: context.await_event("paid"), emit)


@scenario
def a_timeout_that_the_task_handles(bench: Bench) -> History:
    def job(context: Any) -> None:
        try:
            context.await_event("paid", timeout=30)
        except absurd_sdk.TimeoutError:
            context.step("remind", lambda: bench.spend(2))

    bench.task(job)
    task = bench.spawn()
    bench.work(0)
    bench.work(33)
    return bench.history(task, 60)


@scenario
def a_lease_that_ran_out_at_the_last_attempt(bench: Bench) -> History:
    return _lost(bench, max_attempts=1)


@scenario
def backing_off_after_a_lease_ran_out(bench: Bench) -> History:
    return _lost(bench, max_attempts=2, retry_strategy={"kind": "fixed", "base_seconds": 60})


@scenario
def a_lease_that_was_extended(bench: Bench) -> History:
    task = bench.spawn()
    claimed = bench.claim(0, lease=30)
    bench.clock(25)
    bench.call("extend_claim", claimed["run_id"], 90)
    return bench.history(task, 40)


@scenario
def completed_at_the_second_attempt_after_a_saved_step(bench: Bench) -> History:
    def job(context: Any) -> None:
        context.step("reserve", lambda: bench.spend(2))
        bench.spend(1)
        if bench.now < at(30):
            raise ConnectionError
        context.step("charge", lambda: bench.spend(4))

    bench.task(job)
    task = bench.spawn(max_attempts=2, retry_strategy={"kind": "fixed", "base_seconds": 30})
    bench.work(0)
    bench.work(35)
    return bench.history(task, 60)


@scenario
def a_failure_without_a_message(bench: Bench) -> History:
    return bench.history(_fails(bench, 5, {"name": "KeyError"}, max_attempts=1), 9)


@scenario
def another_worker_resumes_after_a_sleep(bench: Bench) -> History:
    bench.task(lambda context: context.sleep_for("nap", 10))
    task = bench.spawn()
    bench.work(0, worker="worker-1")
    bench.claim(15, worker="worker-2")
    return bench.history(task, 20)
