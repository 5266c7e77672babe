"""Entries of ``DATABASES`` from URLs."""

import os
from pathlib import Path
from typing import Any

import psycopg
from django.core.management import CommandError
from psycopg.conninfo import conninfo_to_dict

#: libpq's name of a parameter, and the key of an entry that holds it.
_KEYS = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
_SQLITE = "sqlite:///"


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


def _postgresql(url: str) -> dict[str, Any]:
    parameters = conninfo_to_dict(url, application_name="absurd-dashboard")
    known = {key: str(parameters.pop(name)) for name, key in _KEYS.items() if name in parameters}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
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
