"""Chain: each task spawns the next, so each link has its own retries and its own page.

The spawn is the last thing a link does, and carries an idempotency key made of the link's own
task: a worker that dies between the spawn and the end of the task repeats it without effect.
"""

from typing import Any

from absurd_sdk import Absurd, TaskContext


def register(app: Absurd) -> None:
    """Make the three links known to an app."""

    @app.register_task("chain.extract")
    def extract(params: dict[str, Any], ctx: TaskContext) -> int:
        numbers = ctx.step("read the source", lambda: list(range(1, params["size"] + 1)))
        go_on(app, ctx, "chain.transform", {"numbers": numbers})
        return len(numbers)

    @app.register_task("chain.transform")
    def transform(params: dict[str, Any], ctx: TaskContext) -> list[int]:
        squares = ctx.step("square", lambda: [number * number for number in params["numbers"]])
        go_on(app, ctx, "chain.load", {"squares": squares})
        return squares

    @app.register_task("chain.load")
    def load(params: dict[str, Any], ctx: TaskContext) -> int:
        return ctx.step("add up", lambda: sum(params["squares"]))


def go_on(app: Absurd, ctx: TaskContext, name: str, params: dict[str, Any]) -> None:
    """Spawn the next link, once however often this one is repeated."""
    app.spawn(name, params, idempotency_key=f"{ctx.task_id}:{name}")
