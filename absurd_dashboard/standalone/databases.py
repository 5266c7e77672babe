"""Entries of ``DATABASES`` from URLs."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from django.core.management import CommandError
from psycopg.conninfo import conninfo_to_dict

#: libpq's name of a parameter, and the key of an entry that holds it.
_KEYS = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
_SQLITE = "sqlite:///"
_INSTANCE = re.compile(r"ABSURD_INSTANCE_([A-Z0-9_]+?)(?<!_REPLICA)_URL")


class Engines(NamedTuple):
    """What settings need to know of engines.

    Attributes:
        databases: entries of ``DATABASES``; the first is the one that Django's admin shows first.
        instances: names and aliases where there are several.
        replicas: aliases of copies by those of what they copy.
    """

    databases: dict[str, dict[str, Any]]
    instances: dict[str, str]
    replicas: dict[str, str]


def sqlite_url(file: Path) -> str:
    """The URL of an SQLite file, given by its absolute path."""
    return f"{_SQLITE}{file}"


def entry(url: str, origin: str) -> dict[str, Any]:
    """Describe a database to Django.

    Args:
        url: ``sqlite:///<file>``, or whatever libpq takes: ``postgresql://…``, ``host=… dbname=…``.
        origin: the option or variable that says it, for the error.

    Raises:
        CommandError: it is neither; without the URL, which may hold a password.
    """
    if url.startswith(_SQLITE):
        return _sqlite(url.removeprefix(_SQLITE))
    try:
        return _postgresql(url)
    except psycopg.ProgrammingError as error:
        raise CommandError(
            f"{origin} is no database URL; give one like postgresql://user@host:5432/name."
        ) from error


def from_environment(name: str) -> dict[str, Any] | None:
    """Describe the database that a variable names; None where it is not set."""
    url = os.environ.get(name)
    return entry(url, name) if url else None


def several(environment: Mapping[str, str]) -> bool:
    """Whether variables name engines one by one; see :func:`engines`."""
    return any(_INSTANCE.fullmatch(name) and environment[name] for name in environment)


def engines(environment: Mapping[str, str]) -> Engines:
    """The engines that variables name.

    ``ABSURD_DATABASE_URL`` is the only one; or ``ABSURD_INSTANCE_<NAME>_URL`` are several, by their
    names in small letters. ``…_REPLICA_URL`` beside either is a copy for pages to read.

    Raises:
        CommandError: one of them is no URL.
    """
    named = {
        found[1].lower(): (name, f"ABSURD_INSTANCE_{found[1]}_REPLICA_URL")
        for name in sorted(environment)
        if (found := _INSTANCE.fullmatch(name)) and environment[name]
    }
    known = named or {"": ("ABSURD_DATABASE_URL", "ABSURD_REPLICA_URL")}
    databases, instances, replicas = {}, {}, {}
    for name, (primary, replica) in known.items():
        alias = f"absurd_{name}" if name else "absurd"
        # Without a URL (in `demo`, `serve`, `--help`) nobody connects; whoever does is told.
        databases[alias] = from_environment(primary) or {"ENGINE": "django.db.backends.dummy"}
        if name:
            instances[name] = alias
        if copy := from_environment(replica):
            databases[f"{alias}_replica"] = copy
            replicas[alias] = f"{alias}_replica"
    return Engines(databases, instances, replicas)


def _postgresql(url: str) -> dict[str, Any]:
    parameters = conninfo_to_dict(url, application_name="absurd-dashboard")
    known = {key: str(parameters.pop(name)) for name, key in _KEYS.items() if name in parameters}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,  # PgBouncer may stand between
        **known,
        "OPTIONS": {"connect_timeout": 5, **parameters},
    }


def _sqlite(file: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "OPTIONS": {
            # Writers queue up instead of failing, and readers do not wait for them.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "pragma journal_mode = wal; pragma synchronous = normal;",
        },
    }
