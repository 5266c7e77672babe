"""`absurd-dashboard serve`, on a database that belongs to somebody else."""

import os
import pty
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from absurd_sdk import Absurd
from psycopg import sql
from psycopg.conninfo import make_conninfo

from absurd_dashboard.examples import saga
from tests.demo.commands import Browser, Command, eventually

URL = r"Absurd Dashboard: (\S+)"
OLD_VERSION = (
    "create function absurd.get_schema_version() returns text language sql return '0.2.1'::text"
)
FIRST_USER = {"DJANGO_SUPERUSER_USERNAME": "ada", "DJANGO_SUPERUSER_PASSWORD": "engine-no-1"}


@pytest.fixture(scope="session")
def reader_url(engine_url: str, worker_id: str) -> Iterator[str]:
    """A role that may look at the engine, and nothing else."""
    role = f"absurd_reader_{worker_id}"
    with as_role(engine_url, role) as (connection, url):
        grant = sql.SQL(
            "grant usage on schema absurd to {role};"
            "grant select on all tables in schema absurd to {role}"
        )
        connection.execute(grant.format(role=sql.Identifier(role)))
        yield url


@pytest.fixture(scope="session")
def stranger_url(engine_url: str, worker_id: str) -> Iterator[str]:
    """A role that may connect, and nothing else."""
    with as_role(engine_url, f"absurd_stranger_{worker_id}") as (_, url):
        yield url


@contextmanager
def as_role(url: str, role: str) -> Iterator[tuple[psycopg.Connection, str]]:
    """Make a role for as long as the block; its URL has a password, as real ones do."""
    name = sql.Identifier(role)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("create role {} login password 'sesame'").format(name))
        yield connection, make_conninfo(url, user=role, password="sesame")
        connection.execute(sql.SQL("drop owned by {0}; drop role {0}").format(name))


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Any]:
    """Start `serve` with a data directory of its own; stop it at the end."""
    commands: list[Command] = []

    def start(url: str, *arguments: object, environment: dict[str, str] | None = None) -> Command:
        common = ("serve", "--database-url", url, "--port", 0, "--data-dir", tmp_path)
        command = Command(*common, *arguments, environment=environment)
        commands.append(command)
        return command

    yield start
    for command in commands:
        if command.process.poll() is None:
            command.terminate()


@pytest.fixture(scope="module")
def browser(reader_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser on a dashboard that is up, not signed in yet."""
    options = (
        "--database-url",
        reader_url,
        "--port",
        0,
        "--data-dir",
        tmp_path_factory.mktemp("serve"),
    )
    command = Command("serve", *options, environment=FIRST_USER)
    yield Browser(command.waits_for(URL))
    command.terminate()


@pytest.fixture
def database(server_url: str, worker_id: str) -> Iterator[str]:
    """An empty database."""
    name = sql.Identifier(f"absurd_empty_{worker_id}")
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("drop database if exists {} with (force)").format(name))
        server.execute(sql.SQL("create database {}").format(name))
        yield make_conninfo(server_url, dbname=name.as_string().strip('"'))
        server.execute(sql.SQL("drop database {} with (force)").format(name))


def test_nothing_is_shown_before_signing_in(browser: Browser) -> None:
    _, page = browser.anonymous().get("tasks/")

    assert 'name="password"' in page


def test_who_looks_alone_takes_one_connection_of_each_process(
    browser: Browser, reader_url: str
) -> None:
    browser.sign_in("ada", "engine-no-1")

    for _ in range(12):
        browser.get("queues/")

    with psycopg.connect(reader_url) as connection:
        counted = connection.execute(
            "select count(*) from pg_stat_activity"
            " where usename = current_user and pid <> pg_backend_pid()"
        ).fetchone()
    assert counted in {(1,), (2,)}


def test_a_role_that_may_only_read_is_enough_for_every_page(browser: Browser, app: Absurd) -> None:
    task = saga.plan(app, "T-9", sold_out=None, pace=0)
    app.await_task_result(str(task["task_id"]), queue_name=saga.QUEUE, timeout=30)

    browser.sign_in("ada", "engine-no-1")

    pages = (
        "",
        "queues/",
        "tasks/",
        f"tasks/{task['task_id']}/",
        "failures/",
        "events/",
        "workers/",
        "charts/",
        "tune/",
    )
    assert {page: browser.get(page)[0] for page in pages} == dict.fromkeys(pages, 200)


def test_a_second_start_needs_no_environment(serve: Any, reader_url: str) -> None:
    serve(reader_url, environment=FIRST_USER).waits_for(URL)

    browser = Browser(serve(reader_url).waits_for(URL))

    assert 'name="password"' not in browser.sign_in("ada", "engine-no-1")[1]


def test_everything_may_be_said_by_variables_which_the_other_commands_heed_too(
    reader_url: str, tmp_path: Path
) -> None:
    variables = {
        "ABSURD_DATABASE_URL": reader_url,
        "ABSURD_DASHBOARD_LISTEN_PORT": "0",
        "ABSURD_DASHBOARD_DATA_DIR": str(tmp_path),
        "ABSURD_DASHBOARD_REDACT_KEYS": "password, *_token",
    }
    command = Command("serve", environment=variables | FIRST_USER)
    command.waits_for(URL)
    command.terminate()
    doctor = Command("doctor", environment=variables)

    assert doctor.ends() == 0, doctor.printed
    assert re.search(r"ok +own tables: up to date", doctor.printed)
    assert not re.search(r"error", doctor.printed)


def test_for_another_wsgi_server_migrate_makes_all_that_has_to_be_there(
    reader_url: str, tmp_path: Path
) -> None:
    variables = {
        "ABSURD_DATABASE_URL": reader_url,
        "ABSURD_DASHBOARD_DATA_DIR": str(tmp_path / "new"),
        "ABSURD_DASHBOARD_HTTPS": "1",
    }
    migrate = Command("migrate", "--verbosity", 0, environment=variables)
    assert migrate.ends() == 0, migrate.printed
    check = Command("check", "--deploy", "--fail-level", "WARNING", environment=variables)

    assert check.ends() == 0, check.printed
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0


def test_the_state_may_live_in_postgresql(
    serve: Any, reader_url: str, database: str, tmp_path: Path
) -> None:
    command = serve(reader_url, "--state-database-url", database, environment=FIRST_USER)
    command.waits_for(URL)

    with psycopg.connect(database) as connection:
        assert connection.execute("select username from auth_user").fetchall() == [("ada",)]
    assert not (tmp_path / "state.sqlite3").exists()


def test_the_first_user_is_asked_for_on_a_terminal(reader_url: str, tmp_path: Path) -> None:
    terminal, end = pty.openpty()
    options = ("--database-url", reader_url, "--port", 0, "--data-dir", tmp_path)
    command = Command("serve", *options, terminal=end)
    os.close(end)
    for question, answer in (
        (r"(Username).*: ", "grace"),
        (r"(Email address): ", ""),
        (r"(Password): ", "harbour-1906"),
        (r"(Password \(again\)): ", "harbour-1906"),
    ):
        command.waits_for(question)
        os.write(terminal, f"{answer}\n".encode())

    browser = Browser(command.waits_for(URL))

    assert 'name="password"' not in browser.sign_in("grace", "harbour-1906")[1]
    command.terminate()
    os.close(terminal)


def test_sighup_replaces_the_processes_and_no_request_is_lost(serve: Any, reader_url: str) -> None:
    command = serve(reader_url, "--workers", 1, environment=FIRST_USER)
    browser = Browser(command.waits_for(URL))
    browser.sign_in("ada", "engine-no-1")
    (before,) = {each.pid for each in command.family()} - {command.process.pid}
    answers = [browser.get("healthz")[0]]

    command.process.send_signal(signal.SIGHUP)

    def replaced() -> bool:
        answers.append(browser.get("healthz")[0])
        return before not in {each.pid for each in command.family()}

    eventually(replaced)
    answers.append(browser.get("healthz")[0])
    assert set(answers) == {200}


def test_without_a_terminal_or_an_environment_it_refuses(serve: Any, reader_url: str) -> None:
    command = serve(reader_url)

    assert command.ends() == 1
    assert command.printed == (
        "Error: Nobody can sign in yet; start it once on a terminal to name the first user, or "
        "set DJANGO_SUPERUSER_USERNAME and DJANGO_SUPERUSER_PASSWORD.\n"
    )


def test_the_log_holds_no_password(serve: Any, reader_url: str) -> None:
    command = serve(reader_url, environment=FIRST_USER)
    Browser(command.waits_for(URL)).sign_in("ada", "wrong")
    command.terminate()

    assert "sesame" not in command.printed
    assert "wrong" not in command.printed


def test_a_state_database_url_that_is_none_is_one_sentence(serve: Any, reader_url: str) -> None:
    command = serve(reader_url, "--state-database-url", "mysql://ada:sesame@127.0.0.1/state")

    assert command.ends() == 1
    assert command.printed == (
        "CommandError: --state-database-url is no database URL; "
        "give one like postgresql://user@host:5432/name.\n"
    )


def test_a_variable_that_is_no_database_url_is_one_sentence(tmp_path: Path) -> None:
    command = Command(
        "serve", environment={"ABSURD_DATABASE_URL": "mysql://ada:sesame@127.0.0.1/a"}
    )

    assert command.ends() == 1
    assert command.printed == (
        "Error: ABSURD_DATABASE_URL is no database URL; "
        "give one like postgresql://user@host:5432/name.\n"
    )


def test_no_database_url_is_one_sentence(tmp_path: Path) -> None:
    command = Command("serve", "--data-dir", tmp_path)

    assert command.ends() == 1
    assert command.printed == (
        "CommandError: Which database? Give --database-url, or set ABSURD_DATABASE_URL.\n"
    )


def test_a_server_that_cannot_be_reached_is_one_sentence(serve: Any) -> None:
    command = serve("postgresql://ada:sesame@127.0.0.1:1/absurd")

    assert command.ends() == 1
    assert re.fullmatch(
        r"Error: Cannot reach the database \(connection failed: .* Connection refused\); "
        r"check --database-url, and that the server runs and lets this user in.\n",
        command.printed,
    )
    assert "sesame" not in command.printed


def test_a_url_that_is_none_is_one_sentence_without_it(serve: Any) -> None:
    command = serve("mysql://ada:sesame@127.0.0.1/absurd")

    assert command.ends() == 1
    assert command.printed == (
        "Error: --database-url is no PostgreSQL URL; "
        "give one like postgresql://user@host:5432/name.\n"
    )


def test_a_database_without_the_engine_is_one_sentence(serve: Any, database: str) -> None:
    command = serve(database)

    assert command.ends() == 1
    assert re.fullmatch(
        r"Error: The database 'absurd_empty_\w+' has no Absurd schema; install it with "
        r"`absurdctl init`, or name another database with --database-url.\n",
        command.printed,
    )


@pytest.mark.parametrize(
    ("functions", "version"),
    [
        ("", "older than 0.2"),
        (OLD_VERSION, "0.2.1"),
    ],
)
def test_an_engine_that_is_too_old_is_one_sentence(
    serve: Any, database: str, functions: str, version: str
) -> None:
    with psycopg.connect(database) as connection:
        connection.execute(f"create schema absurd; {functions}".encode())
    command = serve(database)

    assert command.ends() == 1
    assert re.fullmatch(
        rf"Error: The Absurd schema of the database 'absurd_empty_\w+' is too old \({version}, "
        r"and 0\.3\.0 is needed\); upgrade it with `absurdctl migrate`.\n",
        command.printed,
    )


def test_a_role_that_may_not_read_is_one_sentence(serve: Any, stranger_url: str) -> None:
    command = serve(stranger_url)

    assert command.ends() == 1
    assert re.fullmatch(
        r"Error: The role 'absurd_stranger_\w+' may not read the Absurd schema; grant it usage on "
        r"schema absurd, and select on all tables in it.\n",
        command.printed,
    )


def test_a_state_database_that_cannot_be_reached_is_one_sentence(
    serve: Any, reader_url: str
) -> None:
    state = "postgresql://ada:sesame@127.0.0.1:1/state"
    command = serve(reader_url, "--state-database-url", state)

    assert command.ends() == 1
    assert re.fullmatch(
        r"Error: Cannot use the dashboard's own database \(connection failed: .* refused\); "
        r"check --state-database-url, or --data-dir.\n",
        command.printed,
    )
