"""What the stand-alone dashboard is made of, piece by piece."""

import json
import logging
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError
from django.db import DatabaseError
from django.http import HttpResponse
from django.test import RequestFactory

from absurd_dashboard import __version__
from absurd_dashboard.standalone import databases, datadir, sockets
from absurd_dashboard.standalone.compression import Compression
from absurd_dashboard.standalone.logs import Formatter
from tests.demo.commands import ROOT, Command, clean_environment


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


def settings(**environment: str) -> dict[str, Any]:
    """The stand-alone settings, as a process with these variables has them."""
    script = (
        "import json; from absurd_dashboard.standalone import settings;"
        "print(json.dumps({k: v for k, v in vars(settings).items() if k.isupper()}, default=str))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=clean_environment() | environment,
        check=True,
        capture_output=True,
    )
    values: dict[str, Any] = json.loads(run.stdout)
    return values


def test_on_loopback_cookies_travel_over_http_and_other_hosts_are_refused() -> None:
    values = settings()

    assert values["SESSION_COOKIE_SECURE"] is False
    assert values["SECURE_PROXY_SSL_HEADER"] is None
    assert values["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert values["DEBUG"] is False


def test_behind_an_https_proxy_cookies_travel_over_https_only() -> None:
    values = settings(ABSURD_DASHBOARD_HTTPS="1", ABSURD_DASHBOARD_HSTS_SECONDS="3600")

    assert values["SESSION_COOKIE_SECURE"] is values["CSRF_COOKIE_SECURE"] is True
    assert values["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]
    assert values["SECURE_HSTS_SECONDS"] == 3600


def test_lists_in_variables_have_commas_between() -> None:
    values = settings(
        ABSURD_DASHBOARD_ALLOWED_HOSTS="a.example.org, b.example.org",
        ABSURD_DASHBOARD_TRUSTED_ORIGINS="https://a.example.org",
    )

    assert values["ALLOWED_HOSTS"] == ["a.example.org", "b.example.org"]
    assert values["CSRF_TRUSTED_ORIGINS"] == ["https://a.example.org"]


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


def test_variables_name_several_engines_and_their_replicas(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {
        "ABSURD_INSTANCE_EU_URL": "postgresql://eu/a",
        "ABSURD_INSTANCE_EU_REPLICA_URL": "postgresql://eu-copy/a",
        "ABSURD_INSTANCE_US_WEST_URL": "postgresql://us/a",
    }
    for name, url in environment.items():
        monkeypatch.setenv(name, url)

    found = databases.engines(environment)

    assert {alias: entry["HOST"] for alias, entry in found.databases.items()} == {
        "absurd_eu": "eu",
        "absurd_eu_replica": "eu-copy",
        "absurd_us_west": "us",
    }
    assert found.instances == {"eu": "absurd_eu", "us_west": "absurd_us_west"}
    assert found.replicas == {"absurd_eu": "absurd_eu_replica"}


@pytest.mark.parametrize(("status", "encoding"), [(200, "gzip"), (404, "gzip"), (206, None)])
def test_what_is_sent_is_compressed_but_for_a_part_of_a_file(
    status: int, encoding: str | None
) -> None:
    request = RequestFactory().get("/", headers={"Accept-Encoding": "gzip"})
    sent = Compression(lambda _: HttpResponse(b"a" * 1_000, status=status))(request)

    assert sent.headers.get("Content-Encoding") == encoding


def test_the_command_tells_its_own_version() -> None:
    command = Command("--version")

    assert (command.ends(), command.printed) == (0, f"{__version__}\n")
