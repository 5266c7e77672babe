"""System checks of ``manage.py check --database <alias>`` and ``check --deploy``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning  # noqa: A004
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.errors import DashboardError, EngineUnavailable

_UNREADABLE = """
select coalesce(array_agg(queue_name order by queue_name), '{}') from absurd.queues
where not coalesce(has_table_privilege(
  to_regclass(format('absurd.%I', 't_' || queue_name)), 'select'), true)
"""
_WRITES = """
select current_user, rolsuper or has_table_privilege('absurd.queues', 'insert')
from pg_roles where rolname = current_user
"""


def check_engine(databases: Iterable[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Whether there is an engine that can be read, with all its queues."""
    return [message for alias in _asked(databases) for message in _readable(alias)]


def check_role(databases: Iterable[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Whether the role may do more than the dashboard needs; asked before a deployment."""
    return [message for alias in _asked(databases) for message in _narrow(alias)]


def check_patience(**_: Any) -> list[CheckMessage]:
    """Whether connecting ends when the server says nothing; asked before a deployment."""
    return [
        Warning(
            f"DATABASES[{alias!r}] has no connect_timeout: a server that does not answer would "
            "hold every thread that connects to it.",
            hint="Add 'OPTIONS': {'connect_timeout': 5} (seconds).",
            id="absurd_dashboard.W004",
        )
        for alias in _aliases()
        if "connect_timeout" not in settings.DATABASES[alias].get("OPTIONS", {})
    ]


def _aliases() -> list[str]:
    """Where engines are; nothing where the settings are wrong, which another check says."""
    try:
        given = dashboard_settings()
    except (ImproperlyConfigured, TypeError):
        return []
    named = given.instances.values() if given.instances else (given.database,)
    found = dict.fromkeys((*named, *given.replicas.values()))
    return [alias for alias in found if alias in settings.DATABASES]


def _asked(databases: Iterable[str] | None) -> list[str]:
    wanted = set(databases or ())
    return [
        alias
        for alias in _aliases()
        if alias in wanted and connections[alias].vendor == "postgresql"
    ]


def _readable(alias: str) -> Iterator[CheckMessage]:
    from absurd_dashboard.engine import snapshot  # not before the settings were checked

    try:
        with snapshot(alias), connections[alias].cursor() as cursor:
            cursor.execute(_UNREADABLE)
            (refused,) = cursor.fetchone()
    except DashboardError as error:
        remedy = error.remedy if isinstance(error, EngineUnavailable) else "Look at its load."
        said = error.title if isinstance(error, EngineUnavailable) else "It took too long"
        # No error: `migrate` asks too, and may be what is going to install the engine.
        yield Warning(f"Database {alias!r}: {said}.", hint=remedy, id="absurd_dashboard.W007")
        return
    if refused:
        yield Warning(
            f"The role of database {alias!r} may not read the queues {', '.join(refused)}.",
            hint="`manage.py absurd_roles` prints the rights that it needs; see docs/roles.md.",
            id="absurd_dashboard.W005",
        )


def _narrow(alias: str) -> Iterator[CheckMessage]:
    from absurd_dashboard.engine import snapshot

    try:
        with snapshot(alias), connections[alias].cursor() as cursor:
            cursor.execute(_WRITES)
            role, writes = cursor.fetchone()
    except DashboardError:
        return  # check_engine says what is wrong
    if writes:
        yield Warning(
            f"The role {role!r} of database {alias!r} may write to the engine's tables.",
            hint="Give the dashboard a role of its own; `manage.py absurd_roles` prints one.",
            id="absurd_dashboard.W006",
        )
