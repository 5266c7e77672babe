"""What the stand-alone dashboard is made of, piece by piece."""

import logging
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError
from django.db import DatabaseError

from absurd_dashboard.standalone import databases, datadir, sockets
from absurd_dashboard.standalone.logs import Formatter


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://ada:s%40e@db:5433/absurd?sslmode=require",
            {
                "NAME": "absurd",
                "USER": "ada",
                "PASSWORD": "s@e",
                "HOST": "db",
                "PORT": "5433",
                "OPTIONS": {
                    "connect_timeout": 5,
                    "application_name": "absurd-dashboard",
                    "sslmode": "require",
                },
            },
        ),
        (
            "postgresql:///absurd?host=/run/postgresql&connect_timeout=2",
            {
                "NAME": "absurd",
                "HOST": "/run/postgresql",
                "OPTIONS": {"connect_timeout": "2", "application_name": "absurd-dashboard"},
            },
        ),
        (
            "service=engine",
            {
                "NAME": "",
                "OPTIONS": {
                    "connect_timeout": 5,
                    "application_name": "absurd-dashboard",
                    "service": "engine",
                },
            },
        ),
    ],
)
def test_whatever_libpq_takes_describes_a_database(url: str, expected: dict[str, Any]) -> None:
    entry = databases.entry(url, "--database-url")

    assert entry.items() >= expected.items()
    assert entry["ENGINE"] == "django.db.backends.postgresql"


def test_an_sqlite_file_is_named_by_its_absolute_path() -> None:
    entry = databases.entry(databases.sqlite_url(Path("/var/lib/state.sqlite3")), "the default")

    assert entry["NAME"] == "/var/lib/state.sqlite3"


def test_a_bad_url_is_refused_without_repeating_it() -> None:
    with pytest.raises(CommandError) as refusal:
        databases.entry("mysql://ada:sesame@db/absurd", "--database-url")

    assert "sesame" not in str(refusal.value)


def test_a_secret_is_generated_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "secret"

    first = datadir.secret(file)

    assert len(first) >= 32
    assert datadir.secret(file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_everybody_who_generates_a_secret_at_once_gets_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as threads:
        secrets = set(threads.map(lambda _: datadir.secret(tmp_path / "secret"), range(64)))

    assert len(secrets) == 1


def test_a_new_data_directory_is_closed_to_others(tmp_path: Path) -> None:
    directory = datadir.prepare(tmp_path / "a" / "b")

    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_a_data_directory_has_one_user_at_a_time(tmp_path: Path) -> None:
    with datadir.lock(tmp_path), pytest.raises(CommandError, match="Another one is running"):
        datadir.lock(tmp_path)

    datadir.lock(tmp_path).close()


@pytest.mark.parametrize(
    ("host", "url"), [("127.0.0.1", "http://127.0.0.1:{}/"), ("::1", "http://[::1]:{}/")]
)
def test_a_listening_socket_knows_its_url(host: str, url: str) -> None:
    with sockets.listen(host, 0) as listener:
        port = listener.getsockname()[1]

        assert sockets.url(listener.fileno()) == url.format(port)


def test_a_host_that_does_not_exist_is_one_sentence() -> None:
    with pytest.raises(CommandError, match=r"Cannot listen on no\.such\.host\.invalid:0 \("):
        sockets.listen("no.such.host.invalid", 0)


def formatted(error: Exception) -> str:
    """What the log says of an error."""
    fields = {"name": "site", "msg": "failed", "exc_info": (type(error), error, None)}
    return Formatter().format(logging.makeLogRecord(fields))


def test_the_log_leaves_out_what_a_database_error_quotes() -> None:
    cause = psycopg.errors.InvalidTextRepresentation("invalid uuid: sesame")
    error = DatabaseError("invalid uuid: sesame")
    error.__cause__ = cause

    text = formatted(error)

    assert "sesame" not in text
    assert "InvalidTextRepresentation (SQLSTATE 22P02)\n" in text
    assert text.endswith("DatabaseError")


def test_the_log_keeps_the_message_of_any_other_error() -> None:
    assert formatted(KeyError("colour")).endswith("KeyError: 'colour'")
