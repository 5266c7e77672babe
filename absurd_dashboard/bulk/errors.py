"""Why an operation does not go on, for now or until somebody resumes it."""

from django.db import InterfaceError, OperationalError

from absurd_core import errors as core
from absurd_dashboard import errors

# DashboardError
#   TenureLost      somebody else works on the operation now
#   Undecided       the engine has not settled the last batch's transaction yet
#   Halted          the operation is to stop; the message says why


class TenureLost(errors.DashboardError):
    """Somebody else works on the operation now."""


class Undecided(errors.DashboardError):
    """The engine has not settled the last batch's transaction yet."""


class Halted(errors.DashboardError):
    """The operation is to stop; the message says why."""


#: Nobody knows what became of the last statement.
LOST = (errors.EngineUnavailable, core.ConnectionLost, OperationalError, InterfaceError)
#: What passes by itself: the work goes on a little later, where it was.
PASSING = (
    *LOST,
    TenureLost,
    Undecided,
    errors.QueryTimedOut,
    errors.QueueGone,
    core.DeadlockDetected,
    core.SerializationConflict,
    core.TimedOut,
)
#: What no task of the operation would escape.
HOPELESS = (errors.EngineForbidden, core.AccessDenied, core.SchemaError)
#: What concerns one task only, unless it is one of those above.
OF_ONE_TASK = (core.AbsurdError, errors.QueryTimedOut, errors.QueueGone)
