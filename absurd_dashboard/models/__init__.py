"""Models: unmanaged ones over the engine's tables, managed ones for the dashboard's own."""

from absurd_dashboard.models.audit import AuditEntry, AuditOutcome
from absurd_dashboard.models.bulk import BulkBatch, BulkOperation
from absurd_dashboard.models.engine import Checkpoint, Event, Run, Task, Wait
from absurd_dashboard.models.failure_note import FailureNote
from absurd_dashboard.models.saved_view import SavedView
from absurd_dashboard.models.tenancy import Membership, Role, Scope, Tenant

__all__ = [
    "AuditEntry",
    "AuditOutcome",
    "BulkBatch",
    "BulkOperation",
    "Checkpoint",
    "Event",
    "FailureNote",
    "Membership",
    "Role",
    "Run",
    "SavedView",
    "Scope",
    "Task",
    "Tenant",
    "Wait",
]
