"""What the actions do in the engine, each through its stored procedure, each telling the truth."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from absurd_core import events, runs, tasks
from absurd_core.errors import TaskNotFailed, TaskNotFound
from absurd_core.statements import run
from absurd_dashboard import display
from absurd_dashboard.access import Access
from absurd_dashboard.gate import Outcome, Result, Target
from absurd_dashboard.states import state_of
from absurd_dashboard.writing import writing, written

#: Woken runs that an outcome names.
_NAMED = 100


def retry(
    access: Access, target: Target, *, copy: bool = False, max_attempts: int | None = None
) -> Outcome:
    """Retry a failed task, in place or as a new task. Calls ``absurd.retry_task``."""
    task_id = _task(target)
    statement = tasks.retry(target.queue, task_id, spawn_new=copy, max_attempts=max_attempts)
    try:
        spawned = written(access, statement)
    except TaskNotFailed:
        return _not_failed(access, target)
    except TaskNotFound:
        return Outcome(Result.NOTHING, _("The task no longer exists; nothing was retried."))
    if spawned.created:
        said = _("Spawned a new task with the same inputs.")
        return Outcome(Result.DONE, said, spawned.task_id, new=True)
    return Outcome(
        Result.DONE,
        _("Attempt {number} is ready to be claimed.").format(number=spawned.attempt),
        task_id,
    )


def _not_failed(access: Access, target: Target) -> Outcome:
    state = written(access, tasks.result(target.queue, _task(target))).state
    template = _("The task is {state}, and only failed tasks can be retried; nothing was done.")
    said = template.format(state=_named(state))
    return Outcome(Result.NOTHING, said, target.task_id, state=state)


def cancel(access: Access, target: Target) -> Outcome:
    """Cancel an open task. Calls ``absurd.cancel_task``, which says nothing of finished ones."""
    task_id = _task(target)
    try:
        with writing(access) as connection:
            access.each_queue("lock_runs", {"task_id": task_id}, queues=[target.queue])
            before = run(connection, tasks.result(target.queue, task_id))
            run(connection, tasks.cancel(target.queue, task_id))
    except TaskNotFound:
        return Outcome(Result.NOTHING, _("The task no longer exists; nothing was cancelled."))
    if before.finished:
        template = _("The task is already {state}; nothing was cancelled.")
        said = template.format(state=_named(before.state))
        return Outcome(Result.NOTHING, said, task_id, state=before.state)
    if before.state == "running":
        said = _("Cancelled. Its worker stops at its next checkpoint or heartbeat.")
        return Outcome(Result.DONE, said, task_id)
    return Outcome(Result.DONE, _("Cancelled."), task_id)


def release(access: Access, target: Target) -> Outcome:
    """Fail the run whose lease has run out, as any claim would. Calls ``absurd.fail_run``.

    The run is held under the engine's own condition first: a heartbeat that comes before wins, one
    that comes after is told that the run has failed.
    """
    task_id = _task(target)
    with writing(access) as connection:
        leases = access.each_queue("lock_lease", {"task_id": task_id}, queues=[target.queue])
        for lease in leases:
            run(connection, runs.fail(target.queue, lease["run_id"], _timeout(lease)))
        state = _state(connection, target)
    if not leases:
        template = _("No lease has run out here: the task is {state}; nothing was done.")
        said = template.format(state=_named(state) if state else _("gone"))
        return Outcome(Result.NOTHING, said, task_id, state=state)
    said = _("Released. The task is {state} now.").format(state=_named(state))
    return Outcome(Result.DONE, said, task_id)


def _timeout(lease: dict[str, Any]) -> dict[str, Any]:
    """Why the run failed, in the words that the engine has for it."""
    reason = {
        "name": "$ClaimTimeout",
        "message": "worker did not finish task within claim interval",
        "workerId": lease["claimed_by"],
        "claimExpiredAt": lease["claim_expires_at"].isoformat(),
        "attempt": lease["attempt"],
    }
    return {key: value for key, value in reason.items() if value is not None}


def _named(state: str) -> str:
    """A state in the middle of a sentence."""
    return str(state_of(state).label).lower()


def _state(connection: Any, target: Target) -> str:
    try:
        return run(connection, tasks.result(target.queue, _task(target))).state
    except TaskNotFound:
        return ""


def emit(access: Access, target: Target, payload: Any) -> Outcome:
    """Emit an event; only the first of a name counts. Calls ``absurd.emit_event``.

    The event's row is held first, so nobody begins to wait between the check and the emit.
    """
    event = {"event": target.event}
    with writing(access, whole=target.queue) as connection:
        access.each_queue("lock_event", event, queues=[target.queue])
        (found,) = access.each_queue("emit_check", event, queues=[target.queue])
        if reaches_others(access, target.queue, found):
            return Outcome(Result.REFUSED, _("You may emit only what your own tasks wait for."))
        if found["emitted_at"] is not None:
            return _ignored(found["emitted_at"])
        asked = {**event, "most": _NAMED, "asked_at": _now(connection)}
        run(connection, events.emit(target.queue, target.event, payload))
        (after,) = access.each_queue("woken", asked, queues=[target.queue])
    return _woke(after) if after["applied"] else _ignored(after["emitted_at"])


def reaches_others(access: Access, queue: str, found: dict[str, Any]) -> bool:
    """Whether an event belongs to tasks that are out of sight in a queue that tenants share.

    A name that nobody waits for yet may be awaited by anybody later, so it is nobody's to emit.

    Args:
        access: what may be seen and done.
        queue: a queue in sight.
        found: what ``emit_check`` says of the event there.
    """
    (scope,) = [scope for scope in access.scopes if scope.queue == queue]
    if scope.tenants is None:
        return False
    return bool(found["seen"] == 0 or found["every"] > found["seen"])


def _now(connection: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("select absurd.current_time()")
        return cursor.fetchone()[0]


def _ignored(emitted_at: Any) -> Outcome:
    said = _("Already emitted at {moment}; the first emit counts, and this one was ignored.")
    return Outcome(Result.NOTHING, said.format(moment=display.exact(emitted_at)))


def _woke(after: dict[str, Any]) -> Outcome:
    many = ngettext("{n} run", "{n} runs", after["woken"]).format(n=display.Count(after["woken"]))
    named = ", ".join(display.short_id(each) for each in after["runs"][:5])
    which = f": {named}{' …' if after['woken'] > 5 else ''}" if named else ""
    said = _("Emitted. It woke {runs}.").format(runs=f"{many}{which}")
    return Outcome(Result.DONE, said, runs=tuple(after["runs"]))


def _task(target: Target) -> UUID:
    if target.task_id is None:
        raise TypeError("this action needs a task")
    return target.task_id
