"""Saga: what was done is undone, last first, when a later step is refused.

A refusal is a step's result, not an exception: it is saved, so a repetition of the task can't
find that the step works after all, with its predecessors already undone. Undoing is made of steps
too, and goes on where a dead worker left off.
"""

from collections.abc import Callable
from typing import Any

from absurd_sdk import Absurd, TaskContext

#: Does something and says whether it could be done; or undoes it.
Act = Callable[[], bool]


def register(app: Absurd, acts: dict[str, tuple[Act, Act]]) -> None:
    """Make the saga known to an app.

    Args:
        app: the app.
        acts: for each step, in order, how to do it and how to undo it.
    """

    @app.register_task("saga.run")
    def saga(_params: Any, ctx: TaskContext) -> dict[str, Any]:
        done: list[str] = []
        for name, (do, _) in acts.items():
            if not ctx.step(f"do {name}", do):
                undo(ctx, acts, done)
                return {"refused": name, "undone": done[::-1]}
            done.append(name)
        return {"done": done}


def undo(ctx: TaskContext, acts: dict[str, tuple[Act, Act]], done: list[str]) -> None:
    """Undo what was done, last first."""
    for name in reversed(done):
        ctx.step(f"undo {name}", acts[name][1])
