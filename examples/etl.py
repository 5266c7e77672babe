"""Fan-out and fan-in: one task starts many in another queue, and waits for all of them.

A child is started *inside a step*, so that a replay finds its id instead of starting it twice,
and with an idempotency key, which covers the instant between the start and its checkpoint.
The children live in a queue of their own: a parent that waits keeps its place in a worker, and
parents that fill all places of their children's queue would wait for each other forever (the
SDK refuses to).

The headers tell a dashboard what belongs together: ``workflow_run_id`` is the same for the whole
tree, ``parent_task_id`` names the task above.
"""

import json
from functools import partial
from typing import Any

from absurd_sdk import Absurd, RetryStrategy, SpawnResult, TaskContext

from .support import Params, Result, choices, work

QUEUE = "etl"
SHARDS = "etl-shards"
TASK = "export.nightly"
SHARD_TASK = "export.shard"
RETRIES: RetryStrategy = {"kind": "fixed", "base_seconds": 4}


class CorruptRecordError(Exception):
    """A record cannot be read."""


class ExportIncompleteError(Exception):
    """Some shards did not make it."""


def register(app: Absurd) -> None:
    """Make the parent and its children known to an app."""
    app.register_task(TASK, queue=QUEUE, default_max_attempts=2)(partial(export, app))
    app.register_task(SHARD_TASK, queue=SHARDS, default_max_attempts=3)(shard)


def begin(
    app: Absurd, day: str, *, headers: dict[str, Any] | None = None, **params: Any
) -> SpawnResult:
    """Export a day's records.

    Args:
        app: an app that knows the workflow.
        day: which day.
        headers: what travels with the task, such as ``tenant_id``; the children inherit it.
        params: ``shards``, how many; ``corrupt``, the chance of a shard to fail, from 0 to 1;
            ``pace``.
    """
    return app.spawn(TASK, {"day": day, **params}, headers=headers)


def export(app: Absurd, params: Params, ctx: TaskContext) -> Result:
    """Split the day, start a child for each part, wait for all, merge."""
    parts = ctx.step("list shards", lambda: split(params, ctx))
    children = [
        ctx.step(f"start shard {part}", partial(start_shard, app, params, ctx, part))
        for part in parts
    ]
    done = [ctx.await_task_result(child, queue_name=SHARDS) for child in children]
    if missing := [part for part, child in zip(parts, done, strict=True) if child.result is None]:
        raise ExportIncompleteError(f"shards {missing} of {params['day']} are missing")
    return ctx.step("merge", lambda: merge(params, [child.result for child in done]))


def split(params: Params, ctx: TaskContext) -> list[int]:
    """Find out how many parts the day has."""
    work(params, 0.3)
    return list(range(1, int(params.get("shards", choices(ctx).randint(4, 8))) + 1))


def start_shard(app: Absurd, params: Params, ctx: TaskContext, part: int) -> str:
    """Start one child, and return its id in a form that JSON can hold."""
    parent = str(ctx.task_id)
    child = app.spawn(
        SHARD_TASK,
        {**params, "part": part},
        headers={"workflow_run_id": parent, **ctx.headers, "parent_task_id": parent},
        retry_strategy=RETRIES,
        idempotency_key=f"{parent}:{part}",
    )
    return str(child["task_id"])


def merge(params: Params, results: list[Any]) -> Result:
    """Add the parts up."""
    work(params, 0.5)
    return {"day": params["day"], "records": sum(result["records"] for result in results)}


def shard(params: Params, ctx: TaskContext) -> Result:
    """One part: extract, transform, load."""
    chance = choices(ctx)
    count, corrupt = chance.randint(100, 900), chance.random() < params.get("corrupt", 0.02)
    ctx.step("extract", lambda: extract(params, count))
    ctx.step("transform", lambda: transform(params, corrupt))
    return ctx.step("load", lambda: load(params, count))


def extract(params: Params, count: int) -> Result:
    """Read the part's records."""
    work(params, 0.8)
    return {"read": count}


def transform(params: Params, corrupt: bool) -> Result:
    """Turn every record into what the warehouse wants."""
    work(params, 0.6)
    return {"clean": parse(b'{"id": 17, "total": 4' if corrupt else b'{"id": 17, "total": 42}')}


def parse(record: bytes) -> Any:
    """Read one record."""
    try:
        return json.loads(record)
    except json.JSONDecodeError as error:
        raise CorruptRecordError(f"record {record!r} ends too early") from error


def load(params: Params, count: int) -> Result:
    """Write the records into the warehouse."""
    work(params, 0.4)
    return {"records": count}
