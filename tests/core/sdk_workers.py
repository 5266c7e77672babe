"""Tasks written once, as async functions, for both kinds of absurd-sdk's workers."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial
from typing import Any

import psycopg
from absurd_sdk import Absurd, AsyncAbsurd

from absurd_core import arun, run
from absurd_core.hooks import async_workflow_hooks, workflow_hooks

#: A task: it gets its context and the client's ``spawn``, and awaits what it calls.
Task = Callable[[Any, Callable[..., Awaitable[Any]]], Coroutine[Any, Any, Any]]


def work_sync(url: str, queue: str, tasks: Mapping[str, Task]) -> None:
    """Let a sync worker with hooks carry out one claimed run."""
    with (
        psycopg.connect(url, autocommit=True) as connection,
        psycopg.connect(url, autocommit=True) as bookkeeping,
    ):
        app = Absurd(connection, queue, hooks=workflow_hooks(partial(run, bookkeeping)))
        for name, task in tasks.items():
            app.register_task(name)(partial(_carry_out, app, task))
        app.work_batch(worker_id="worker")


def work_async(url: str, queue: str, tasks: Mapping[str, Task]) -> None:
    """Let an async worker with hooks carry out one claimed run."""

    async def work() -> None:
        connect = partial(psycopg.AsyncConnection.connect, url, autocommit=True)
        async with await connect() as connection, await connect() as bookkeeping:
            hooks = async_workflow_hooks(partial(arun, bookkeeping))
            app = AsyncAbsurd(connection, queue, hooks=hooks)
            for name, task in tasks.items():
                app.register_task(name)(partial(_await, app, task))
            await app.work_batch(worker_id="worker")

    asyncio.run(work())


def _carry_out(app: Absurd, task: Task, params: Any, ctx: Any) -> Any:
    """Run a coroutine that never has to wait, since everything it awaits is there at once."""
    try:
        task(_AtOnce(ctx), _AtOnce(app).spawn).send(None)
    except StopIteration as returned:
        return returned.value
    raise AssertionError("the task awaited something else than its context")


async def _await(app: AsyncAbsurd, task: Task, params: Any, ctx: Any) -> Any:
    return await task(ctx, app.spawn)


class _AtOnce:
    """An object whose methods are async, and done when they are first awaited."""

    def __init__(self, sync: Any) -> None:
        self._sync = sync

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def method(*args: Any, **kwargs: Any) -> Any:
            return getattr(self._sync, name)(*args, **kwargs)

        return method
