"""Fan-out and fan-in: spawn many tasks, then go on when all of them are done.

The parent waits for events, not for tasks: it sleeps in the database and holds no worker, so it
can share a queue with its children. Every child emits one event named after the parent and its
own number; it does so whether it succeeds or gives up, or the parent would wait for ever.
"""

from functools import partial
from typing import Any

from absurd_sdk import Absurd, TaskContext


def register(app: Absurd) -> None:
    """Make parent and child known to an app."""

    @app.register_task("fan.parent")
    def parent(params: dict[str, Any], ctx: TaskContext) -> int:
        for number, word in enumerate(params["words"]):
            ctx.step(f"spawn {number}", partial(spawn_child, app, ctx, number, word))
        results = [ctx.await_event(done(ctx.task_id, n)) for n in range(len(params["words"]))]
        return sum(result["length"] for result in results)

    @app.register_task("fan.child")
    def child(params: dict[str, Any], ctx: TaskContext) -> None:
        length = ctx.step("measure", lambda: len(params["word"]))
        ctx.emit_event(done(params["parent"], params["number"]), {"length": length})


def spawn_child(app: Absurd, ctx: TaskContext, number: int, word: str) -> str:
    """Spawn one child, once however often the step is repeated."""
    params = {"parent": str(ctx.task_id), "number": number, "word": word}
    key = f"{ctx.task_id}:{number}"
    return str(app.spawn("fan.child", params, idempotency_key=key)["task_id"])


def done(parent: object, number: int) -> str:
    """The event that a child is done."""
    return f"done:{parent}:{number}"
