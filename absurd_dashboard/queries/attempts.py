"""The attempts at one task, their errors taken apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from absurd_dashboard.access import Access
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.history import RunFact
from absurd_dashboard.payload import Json
from absurd_dashboard.redaction import MARGIN, Redactor

#: Attempts on a task page, newest first.
ATTEMPTS = 100
# Characters of an error's parts that are shown.
_LONGEST_ERROR_NAME, _LONGEST_MESSAGE, _LONGEST_TRACE = 200, 4_000, 60_000


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run, with its error taken apart.

    Attributes:
        error: None unless it failed.
        result: what the run returned, when it completed with something.
    """

    fact: RunFact
    error: Error | None
    result: Json | None

    @property
    def key(self) -> str:
        """Its id, for ids in HTML."""
        return str(self.fact.run_id)


@dataclass(frozen=True, slots=True)
class Error:
    """Why an attempt failed, as far as its reason has a shape we know.

    Attributes:
        traceback: its first 60,000 characters.
        traceback_size: characters of the whole.
        traceback_cut: whether ``traceback`` is only the beginning.
        reason: the whole JSON as stored, or its beginning.
    """

    name: str | None
    message: str | None
    traceback: str | None
    traceback_size: int
    traceback_cut: bool
    reason: Json


def read(access: Access, redactor: Redactor, queue: str, task_id: UUID) -> tuple[Attempt, ...]:
    """Read a task's newest attempts.

    Args:
        access: what the viewer may see.
        redactor: what to hide in errors and results.
        queue: the task's queue.
        task_id: the task.
    """
    rows = access.each_queue(
        "attempts",
        {
            "task_id": task_id,
            "limit": ATTEMPTS,
            "preview": dashboard_settings().payload_preview,
            "name": _LONGEST_ERROR_NAME + MARGIN,
            "message": _LONGEST_MESSAGE + MARGIN,
            "trace": _LONGEST_TRACE + MARGIN,
        },
        tail="order by attempt desc, created_at desc",
        queues=[queue],
    )
    return tuple(
        Attempt(_run_fact(redactor, row), _error(redactor, row), _result(redactor, row))
        for row in rows
    )


def _run_fact(redactor: Redactor, row: dict[str, Any]) -> RunFact:
    facts = {name: row[name] for name in RunFact.__dataclass_fields__}
    return RunFact(**{**facts, **_said(redactor, row)})


def _said(redactor: Redactor, row: dict[str, Any]) -> dict[str, str | None]:
    """Name and message of the error."""
    return {
        "error_name": redactor.member(["name"], row["error_name"], _LONGEST_ERROR_NAME),
        "error_message": redactor.member(["message"], row["error_message"], _LONGEST_MESSAGE),
    }


def _error(redactor: Redactor, row: dict[str, Any]) -> Error | None:
    reason = Json.of(redactor, row["reason_text"], row["reason_size"])
    if reason is None:
        return None
    said, size = _said(redactor, row), row["traceback_size"] or 0
    trace = redactor.member(["traceback", "stack"], row["traceback"], _LONGEST_TRACE)
    return Error(
        name=said["error_name"],
        message=said["error_message"],
        traceback=trace,
        traceback_size=size,
        traceback_cut=size > _LONGEST_TRACE,
        reason=reason,
    )


def _result(redactor: Redactor, row: dict[str, Any]) -> Json | None:
    return Json.of(redactor, row["result_text"], row["result_size"])
