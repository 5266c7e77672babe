"""Entries of ``DATABASES`` from URLs."""

from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

#: libpq's name of a parameter, and the key of an entry that holds it.
_KEYS = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
_SQLITE = "sqlite:///"


def sqlite_url(file: Path) -> str:
    """The URL of an SQLite file, given by its absolute path."""
    return f"{_SQLITE}{file}"


def entry(url: str) -> dict[str, Any]:
    """Describe a database to Django.

    Args:
        url: ``sqlite:///<file>``, or whatever libpq takes: ``postgresql://…``, ``host=… dbname=…``.

    Raises:
        psycopg.ProgrammingError: it is neither.
    """
    return _sqlite(url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) else _postgresql(url)


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
