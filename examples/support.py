"""What the examples share: choices that replay the same way, and time that stands for work."""

import random
import time
from collections.abc import Mapping
from typing import Any

from absurd_sdk import TaskContext

Params = Mapping[str, Any]
Result = dict[str, Any]


def choices(ctx: TaskContext) -> random.Random:
    """A source of chance that makes the same choices whenever the task is replayed.

    A handler starts from the top after every failure, sleep and wait. What it decides outside
    of a step has to come out the same each time, or the steps no longer match their checkpoints.
    """
    return random.Random(str(ctx.task_id))


def work(params: Params, seconds: float) -> None:
    """Spend time where a real workflow would wait for somebody else's computer.

    Args:
        params: the task's; its optional ``pace`` multiplies the time (0: none).
        seconds: how long the work takes at pace 1.
    """
    time.sleep(seconds * float(params.get("pace", 1.0)))
