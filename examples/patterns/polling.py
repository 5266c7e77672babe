"""Polling with backoff: ask again, later and later, until there's an answer or patience ends.

Between two questions the task sleeps in the database and holds no worker. Steps of the same name
are numbered by the SDK (``ask``, ``ask#2``, …), so the loop needs no names of its own.
"""

from collections.abc import Callable
from typing import Any

from absurd_sdk import Absurd, TaskContext

#: Seconds before the second question, and at most between two questions.
FIRST, LONGEST = 5, 60
QUESTIONS = 8


def register(app: Absurd, ask: Callable[[str], str | None]) -> None:
    """Make the task known to an app.

    Args:
        app: the app.
        ask: asks about a job; None for no answer yet.
    """

    @app.register_task("polling.wait")
    def wait(params: dict[str, Any], ctx: TaskContext) -> str:
        pause = FIRST
        for _ in range(QUESTIONS):
            answer = ctx.step("ask", lambda: ask(params["job"]))
            if answer is not None:
                return answer
            ctx.sleep_for("pause", pause)
            pause = min(pause * 2, LONGEST)
        raise LookupError(f"no answer after {QUESTIONS} questions")
