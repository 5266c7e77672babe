"""What the dashboard can fail with, each with a sentence for the person who reads it."""


def _(text: str) -> str:
    """Mark a text for translators; Django's own marker would ask for settings at import."""
    return text


# DashboardError
#   ScopeMissing        a query over the engine's tables was built without an access object
#   NotGranted          the policy grants nothing where the request wants to go
#   InstanceNeeded      there are several engines, and the address has no name of one
#   NotRecorded         the own database took no record of an action, which was not done
#     OutcomeNotRecorded  of its outcome only
#   EngineUnavailable   the engine's database does not answer as an engine
#     EngineUnreachable
#     EngineMissing
#     EngineTooOld
#     EngineForbidden
#     EngineReadOnly
#     EngineChanged
#   QueryTimedOut       a query of a page took longer than it may
#   QueueGone           a queue was dropped while a page about it was being built


class DashboardError(Exception):
    """Anything the dashboard itself refuses or cannot do."""


class ScopeMissing(DashboardError):
    """A query over the engine's tables was built without an access object."""

    def __init__(self, model: str) -> None:
        super().__init__(f"{model} can only be queried through an access object: access.tasks() …")


class NotGranted(DashboardError):
    """The policy grants nothing where the request wants to go."""


class InstanceNeeded(DashboardError):
    """There are several engines, and the address says of none which is meant."""


class NotRecorded(DashboardError):
    """The dashboard's own database took no record of an action.

    Attributes:
        title: what that means for the action, in a few words, to be translated.
        remedy: what to do about it, to be translated.
    """

    title = _("This cannot be recorded, so it was not done")
    remedy = _("The dashboard's own database cannot be written to at the moment; try again later.")


class OutcomeNotRecorded(NotRecorded):
    """An action was attempted, and its outcome could not be recorded."""

    title = _("What came of it could not be recorded")
    remedy = _("Look at the task before doing it again: the audit says “outcome unknown”.")


class EngineUnavailable(DashboardError):
    """The engine's database does not answer as an engine.

    Attributes:
        title: what happened, in a few words, to be translated.
        remedy: what to do about it, to be translated.
    """

    title = _("The engine cannot be read")
    remedy = _("Check the database that the dashboard reads.")


class EngineUnreachable(EngineUnavailable):
    """No connection to the engine's database."""

    title = _("The engine's database cannot be reached")
    remedy = _("Check that PostgreSQL runs and accepts connections. Workers may be fine.")


class EngineMissing(EngineUnavailable):
    """The database has no schema ``absurd``."""

    title = _("This database has no Absurd engine")
    remedy = _("Install it with absurdctl init, or point the dashboard at another database.")


class EngineTooOld(EngineUnavailable):
    """The engine's schema is older than the dashboard can read."""

    title = _("The engine's schema is too old")
    remedy = _("Upgrade it with absurdctl migrate; the dashboard reads 0.3.0 and later.")


class EngineForbidden(EngineUnavailable):
    """The dashboard's role may not read the engine's tables."""

    title = _("The dashboard's role may not read the engine")
    remedy = _(
        "Run manage.py absurd_roles, which gives it what it lacks; or grant it USAGE on the schema "
        "absurd and SELECT on all tables in it."
    )


class EngineReadOnly(EngineUnavailable):
    """The engine's database takes no changes."""

    title = _("The engine's database takes no changes, so nothing was done")
    remedy = _("It is a replica, or was made read-only. Act on the primary, or wait.")


class EngineChanged(EngineUnavailable):
    """The engine's tables were changed under a plan that the connection kept for them."""

    title = _("The engine's schema has just changed")
    remedy = _("Try again in a moment.")


class QueryTimedOut(DashboardError):
    """A query of a page took longer than ``STATEMENT_TIMEOUT`` and was stopped."""


class QueueGone(DashboardError):
    """A queue was dropped while a page about it was being built."""
