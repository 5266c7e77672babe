"""What can be done to a task in its present state, by whoever looks at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from absurd_dashboard.access import Access
from absurd_dashboard.history import History
from absurd_dashboard.policy import Action, policy
from absurd_dashboard.states import FAILED, RUNNING, state_of


@dataclass(frozen=True, slots=True)
class Offers:
    """What a task page offers.

    Attributes:
        release: whether its worker's lease has run out and nobody has noticed.
        emits: events that it waits for.
    """

    retry: bool = False
    run_again: bool = False
    cancel: bool = False
    release: bool = False
    reveal: bool = False
    emits: tuple[str, ...] = ()


def offers(access: Access, history: History) -> Offers:
    """What applies to the task, and is allowed."""
    task = history.task
    state = state_of(task.state)

    def may(action: Action) -> bool:
        return policy().may(access, action, task.queue)

    return Offers(
        retry=state is FAILED and may(Action.RETRY),
        run_again=state.finished and may(Action.RUN_AGAIN),
        cancel=not state.finished and may(Action.CANCEL),
        release=_expired(history) and may(Action.RETRY),
        reveal=bool(access.redactions) and may(Action.REVEAL),
        emits=_awaited(history, may),
    )


def _expired(history: History) -> bool:
    return any(
        state_of(run.state) is RUNNING
        and run.claim_expires_at is not None
        and run.claim_expires_at <= history.now
        for run in history.runs
    )


def _awaited(history: History, may: Callable[[Action], bool]) -> tuple[str, ...]:
    if not history.waits or not may(Action.EMIT):
        return ()
    return tuple(dict.fromkeys(wait.event_name for wait in history.waits))
