"""An agent's loop: think, use a tool, look at the answer, until the goal is reached.

Each turn is one step called ``iteration``, and each is paid for once: after a crash in turn 23 the
first 22 answers come out of their checkpoints, not out of the model. Inside a step anything may
happen, chance and the clock included, since only its saved result is ever used again. What
decides how the loop goes on must come from those results.
"""

import random
from functools import partial
from typing import Any

from absurd_sdk import Absurd, RetryStrategy, SpawnResult, TaskContext

from .support import Params, Result, choices, work

QUEUE = "agents"
TASK = "agent.research"
TOOLS = ("search", "read", "calculate", "ask a colleague")
RETRIES: RetryStrategy = {"kind": "fixed", "base_seconds": 3}


class ModelOverloadedError(Exception):
    """The model has no capacity at the moment."""


def register(app: Absurd) -> None:
    """Make the workflow known to an app."""
    app.register_task(TASK, queue=QUEUE, default_max_attempts=6)(research)


def start(
    app: Absurd, question: str, *, headers: dict[str, Any] | None = None, **params: Any
) -> SpawnResult:
    """Set an agent on a question.

    Args:
        app: an app that knows the workflow.
        question: what it is to find out.
        headers: what travels with the task, such as ``tenant_id``.
        params: ``overload``, the chance of a turn to fail, from 0 to 1; ``pace``.
    """
    return app.spawn(
        TASK, {"question": question, **params}, headers=headers, retry_strategy=RETRIES
    )


def research(params: Params, ctx: TaskContext) -> Result:
    """Take turns until one of them says that it is done."""
    goal = choices(ctx).randint(10, 40)
    tokens = turns = 0
    done = False
    while not done:
        turn = ctx.step("iteration", partial(think, params, turns + 1, goal))
        turns, tokens, done = turns + 1, tokens + turn["tokens"], turn["done"]
    answer = ctx.step("answer", lambda: conclude(params, turns))
    return {"answer": answer["text"], "turns": turns, "tokens": tokens}


def think(params: Params, number: int, goal: int) -> Result:
    """One turn: ask the model, and run the tool that it chose."""
    work(params, random.uniform(0.2, 1.4))
    text = complete(params, number)
    tool = random.choice(TOOLS)
    return {
        "thought": text,
        "tool": tool,
        "tokens": random.randint(200, 3000),
        "done": number >= goal,
    }


def complete(params: Params, number: int) -> str:
    """Let the model write."""
    if random.random() < params.get("overload", 0.01):
        raise ModelOverloadedError(f"529 in turn {number}: try again later")
    return f"Turn {number} on “{params['question']}”"


def conclude(params: Params, turns: int) -> Result:
    """Write the answer up."""
    work(params, 0.5)
    return {"text": f"{params['question']} Settled after {turns} turns."}
