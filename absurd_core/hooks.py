"""Hooks for absurd-sdk: tasks know their workflow run and parent, and the run follows its root.

::

    app = Absurd(connection, queue_name="orders", hooks=workflow_hooks(client.run))

This module needs ``absurd-sdk``; the rest of the package does not.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from absurd_sdk import (
    AbsurdHooks,
    AsyncTaskContext,
    CancelledTask,
    FailedTask,
    SpawnOptions,
    SuspendTask,
    TaskContext,
    get_current_context,
)

from absurd_core import following
from absurd_core.client import ARun, Run
from absurd_core.errors import AbsurdError
from absurd_core.statements import Statement

Context = TaskContext | AsyncTaskContext

logger = logging.getLogger(__name__)


def workflow_hooks(run: Run) -> AbsurdHooks:
    """Hooks for ``absurd_sdk.Absurd``.

    A task spawned inside a task inherits headers: see :func:`inherit_headers`. A workflow run
    recorded by :func:`absurd_core.workflows.create` follows its root task, the one that has its
    id in the header ``workflow_run_id`` and no ``parent_task_id``: it runs from the task's first
    start on, through waits and retries, and ends with it. An attempt fails if its start cannot
    be recorded; an end that cannot be recorded is logged, as the work is done by then, and made
    up for by :func:`absurd_core.following.settle`.

    Args:
        run: executes a statement and commits, on another connection than the task's own
            transactions: ``Client.run``.
    """

    def wrap(ctx: Any, execute: Callable[[], Any]) -> Any:
        root = _root_task(ctx)
        if root is None:
            return execute()
        run(root.started())
        try:
            result = execute()
        except Exception as error:
            with root.logged_loss():
                if ended := root.ended_by(error):
                    run(ended)
            raise
        with root.logged_loss():
            run(root.completed(result))
        return result

    return AbsurdHooks(before_spawn=inherit_headers, wrap_task_execution=wrap)


def async_workflow_hooks(run: ARun) -> AbsurdHooks:
    """Hooks for ``absurd_sdk.AsyncAbsurd``; otherwise as :func:`workflow_hooks`."""

    async def wrap(ctx: Any, execute: Callable[[], Awaitable[Any]]) -> Any:
        root = _root_task(ctx)
        if root is None:
            return await execute()
        await run(root.started())
        try:
            result = await execute()
        except Exception as error:
            with root.logged_loss():
                if ended := root.ended_by(error):
                    await run(ended)
            raise
        with root.logged_loss():
            await run(root.completed(result))
        return result

    return AbsurdHooks(before_spawn=inherit_headers, wrap_task_execution=wrap)


def inherit_headers(_task_name: str, _params: Any, options: SpawnOptions) -> SpawnOptions:
    """Give a task spawned inside a task the headers that tie the two together.

    ``workflow_run_id`` and ``tenant_id`` are the spawning task's unless the caller sets them;
    ``parent_task_id`` is its id. A spawn that names another workflow run starts that one: it is
    its root task, and gets no parent.
    """
    parent = get_current_context()
    if parent is None:
        return options
    own = dict(options.get("headers") or {})
    inherited = {name: parent.headers[name] for name in _INHERITED if name in parent.headers}
    headers = {**inherited, **own}
    if headers.get("workflow_run_id") == inherited.get("workflow_run_id"):
        headers["parent_task_id"] = str(parent.task_id)
    return {**options, "headers": headers}


_INHERITED = ("workflow_run_id", "tenant_id")


@dataclass(frozen=True, slots=True)
class _RootTask:
    """One run of the task at the root of a workflow run."""

    workflow_run_id: UUID
    queue: str
    run_id: UUID
    is_last_attempt: bool

    def started(self) -> Statement[None]:
        return following.started(self.workflow_run_id, run_id=self.run_id, queue=self.queue)

    def completed(self, result: Any) -> Statement[None]:
        return following.finished(
            self.workflow_run_id, "completed", run_id=self.run_id, result=result
        )

    def ended_by(self, error: Exception) -> Statement[None] | None:
        """How the workflow run ends with this error; None if the task goes on."""
        if isinstance(error, CancelledTask):
            return following.finished(self.workflow_run_id, "cancelled", run_id=self.run_id)
        if isinstance(error, SuspendTask | FailedTask) or not self.is_last_attempt:
            return None
        reason = {"name": type(error).__name__, "message": str(error)}
        return following.finished(self.workflow_run_id, "failed", run_id=self.run_id, error=reason)

    @contextmanager
    def logged_loss(self) -> Iterator[None]:
        """Let the task end as it does, even if its workflow run cannot be told."""
        try:
            yield
        except AbsurdError:
            logger.exception("the end of workflow run %s was not recorded", self.workflow_run_id)


def _root_task(ctx: Context) -> _RootTask | None:
    workflow_run_id = _uuid(ctx.headers.get("workflow_run_id"))
    if workflow_run_id is None or "parent_task_id" in ctx.headers:
        return None
    # The SDK's context shows a task its id and headers only; the rest of the claim is in here.
    claim = ctx._task
    last = claim["max_attempts"]
    return _RootTask(
        workflow_run_id=workflow_run_id,
        queue=ctx._queue_name,
        run_id=UUID(str(claim["run_id"])),
        is_last_attempt=last is not None and claim["attempt"] >= last,
    )


def _uuid(text: object) -> UUID | None:
    """The header's value, or None if it is not one of ours: anybody may write headers."""
    try:
        return UUID(str(text))
    except ValueError:
        return None
