"""Payloads of a task in full, to download; what is to be hidden in them is replaced."""

from __future__ import annotations

from uuid import UUID

from absurd_dashboard.access import Access


def text_of(access: Access, task_id: UUID, column: str) -> str | None:
    """A payload of a task in full, what is to be hidden replaced.

    Args:
        access: what the viewer may see.
        task_id: the task.
        column: one of ``params``, ``headers``, ``result``.

    Returns:
        JSON; None when there is no such task in sight, or it has none.
    """
    field = {"params": "params", "headers": "headers", "result": "completed_payload"}[column]
    row = access.tasks().filter(task_id=task_id).values_list("task_name", field).first()
    return _redacted(access, *row) if row else None


def step_text(access: Access, task_id: UUID, step: str) -> str | None:
    """A checkpoint's value in full; otherwise as :func:`text_of`."""
    rows = access.checkpoints().filter(task_id=task_id, checkpoint_name=step)
    state = rows.values_list("state", flat=True).first()
    name = _name_of(access, task_id)
    return None if name is None else _redacted(access, name, state)


def reason_text(access: Access, run_id: UUID) -> str | None:
    """The reason of a failed attempt in full; otherwise as :func:`text_of`."""
    run = access.runs().filter(run_id=run_id).values_list("task_id", "failure_reason").first()
    if run is None:
        return None
    name = _name_of(access, run[0])
    return None if name is None else _redacted(access, name, run[1])


def _name_of(access: Access, task_id: UUID) -> str | None:
    """The task's name, which decides what is hidden; None without a task, so that all is."""
    return access.tasks().filter(task_id=task_id).values_list("task_name", flat=True).first()


def _redacted(access: Access, task_name: str, text: str | None) -> str | None:
    return None if text is None else access.redactor(task_name).json(text)
