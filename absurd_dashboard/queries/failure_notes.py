"""What people noted of causes of failures: read for a page, written by the action ``triage``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from absurd_dashboard.access import Access
from absurd_dashboard.models import FailureNote

#: Characters of a note.
LONGEST = 2_000
#: For how long a cause can be muted, by its value in a form.
MUTES = {
    "1h": timedelta(hours=1),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}


@dataclass(frozen=True, slots=True)
class Note:
    """What is known of a cause; ``muted`` as long as ``muted_until`` is to come."""

    acknowledged_at: datetime | None
    muted_until: datetime | None
    muted: bool
    text: str
    updated_by: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants a note to say.

    Attributes:
        mute: for how long from now; None to leave it.
        unmute: whether to end a mute.
    """

    acknowledged: bool
    text: str
    mute: timedelta | None = None
    unmute: bool = False


def notes(access: Access, fingerprints: Iterable[str]) -> dict[str, Note]:
    """Notes of the viewer's tenant on some causes."""
    rows = _mine(access).filter(fingerprint__in=list(fingerprints))
    return {row.fingerprint: _note(row, access.now) for row in rows}


def write(access: Access, fingerprint: str, wish: Wish, username: str) -> str:
    """Change what is noted of a cause.

    Args:
        access: whose tenant, and the clock that mutes go by.
        fingerprint: the cause.
        wish: what is to be noted.
        username: who says so.

    Returns:
        In words, how it stands now.
    """
    row, _ = _mine(access).get_or_create(
        tenant=access.tenant or "", instance=access.instance, fingerprint=fingerprint
    )
    row.acknowledged_at = (row.acknowledged_at or access.now) if wish.acknowledged else None
    if wish.mute is not None or wish.unmute:
        row.muted_until = access.now + wish.mute if wish.mute is not None else None
    row.note, row.updated_by = wish.text, username
    row.save()
    return _said(_note(row, access.now))


def _mine(access: Access) -> QuerySet[FailureNote]:
    return FailureNote.objects.filter(tenant=access.tenant or "", instance=access.instance)


def _note(row: FailureNote, now: datetime) -> Note:
    muted = row.muted_until is not None and row.muted_until > now
    return Note(
        row.acknowledged_at, row.muted_until, muted, row.note, row.updated_by, row.updated_at
    )


def _said(note: Note) -> str:
    acknowledged = "Acknowledged" if note.acknowledged_at else "Not acknowledged"
    muted = f"muted until {note.muted_until:%Y-%m-%d %H:%M} UTC" if note.muted else "not muted"
    return f"{acknowledged}, {muted}{', with a note' if note.text else ''}."
