"""`absurd-dashboard demo`, as somebody runs who wants to look at it."""

import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg import sql

from absurd_dashboard.demo.queues import QUEUES, WORKERS
from tests.demo.commands import Browser, Command, alive, eventually, postgres_of

SIGN_IN = r"Sign in  demo  (\S+)"
URL = r"Open     (\S+)"


class Demos:
    """A data directory, and the one demo at a time that runs on it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._command: Command | None = None

    def up(self) -> Command:
        """The demo that runs, or else a new one."""
        if self._command is None or self._command.process.poll() is not None:
            self._command = self.start()
        return self._command

    def start(self, *arguments: object) -> Command:
        """A new demo, once it is ready."""
        self.down()
        command = self.launch(*arguments)
        command.waits_for("(Ctrl-C)")
        return command

    def launch(self, *arguments: object) -> Command:
        """A new demo, ready or not."""
        self._command = Command("demo", "--port", 0, "--data-dir", self.data, *arguments)
        return self._command

    def down(self) -> None:
        """No demo."""
        if self._command is not None and self._command.process.poll() is None:
            self._command.terminate()

    def processes(self) -> list[psutil.Process]:
        """All there are, PostgreSQL's included."""
        return [*self.up().family(), *postgres_of(self.data / "postgresql")]


@pytest.fixture(scope="module")
def demos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demos]:
    demos = Demos(tmp_path_factory.mktemp("demo") / "data")
    yield demos
    demos.down()


@pytest.fixture
def data(demos: Demos) -> Path:
    return demos.data


@pytest.fixture
def demo(demos: Demos) -> Command:
    """A demo that is up."""
    return demos.up()


def engine(data: Path) -> psycopg.Connection:
    socket_directory = (data / "postgresql" / "postmaster.pid").read_text().splitlines()[4]
    return psycopg.connect(host=socket_directory, user="postgres", dbname="absurd", autocommit=True)


def completed(connection: psycopg.Connection) -> int:
    """How many tasks are completed, over all queues."""
    counts = (
        connection.execute(
            sql.SQL("select count(*) from absurd.{} where state = 'completed'").format(
                sql.Identifier(f"t_{queue.name}")
            )
        ).fetchone()
        for queue in QUEUES
    )
    return sum(row[0] for row in counts if row)


def test_the_printed_password_opens_the_overview(demo: Command) -> None:
    browser = Browser(demo.waits_for(URL))

    status, page = browser.sign_in("demo", demo.waits_for(SIGN_IN))

    assert status == 200
    assert "orders" in page


def test_static_files_are_served_without_debug(demo: Command) -> None:
    status, _ = Browser(demo.waits_for(URL)).get("static/absurd_dashboard/app.css")

    assert status == 200


def test_workers_in_two_processes_finish_tasks(demo: Command, data: Path) -> None:
    with engine(data) as connection:
        before = completed(connection)
        eventually(lambda: completed(connection) >= before + 3)
        claimed = connection.execute(
            "select distinct split_part(claimed_by, ':', 1)"
            ' from (table absurd.r_orders union all table absurd."r_etl-shards"'
            " union all table absurd.r_trips) as runs where claimed_by is not null"
        )
        assert {name for (name,) in claimed} <= WORKERS.keys()
        commands = [" ".join(process.cmdline()) for process in demo.family()]
        for name in WORKERS:
            assert any(command.endswith(f"demo.worker {name}") for command in commands)


def test_one_queue_is_partitioned_and_one_has_a_space_a_slash_and_a_quote(
    demo: Command, data: Path
) -> None:
    with engine(data) as connection:
        queues = dict(connection.execute("select queue_name, storage_mode from absurd.queues"))

    assert len(queues) >= 6
    assert "partitioned" in queues.values()
    assert any(set(' /"') <= set(name) for name in queues)


def test_only_the_owner_reads_the_password(demo: Command, data: Path) -> None:
    assert stat.S_IMODE((data / "password").stat().st_mode) == 0o600


def test_a_second_demo_on_the_same_data_is_one_sentence(demo: Command, data: Path) -> None:
    command = Command("demo", "--port", 0, "--data-dir", data)

    assert command.ends() == 1
    assert command.printed == (
        f"CommandError: Another one is running on the data directory {data}; "
        "stop it, or name another directory with --data-dir.\n"
    )


def test_a_second_start_finds_the_data_and_the_password_of_the_first(demos: Demos) -> None:
    password = demos.up().waits_for(SIGN_IN)
    with engine(demos.data) as connection:
        before = eventually(lambda: completed(connection))
    demos.down()

    again = demos.up()

    assert again.waits_for(SIGN_IN) == password
    with engine(demos.data) as connection:
        assert completed(connection) >= before


def test_sigterm_leaves_no_process_behind(demos: Demos) -> None:
    processes = demos.processes()
    assert len(processes) >= 7

    assert demos.up().terminate() == 0
    assert alive(processes) == []
    assert postgres_of(demos.data / "postgresql") == []


def test_ctrl_c_leaves_nothing_behind_while_workers_crash_and_come_back(demos: Demos) -> None:
    command = demos.start("--crash-every", 0.6, "--downtime", 0.1)
    first = demos.processes()
    eventually(lambda: set(command.family()) - set(first))  # one came back
    processes = {*first, *demos.processes()}

    assert command.terminate(signal.SIGINT) == 0
    assert alive(processes) == []


def test_sigterm_leaves_nothing_behind_while_the_demo_is_starting(demos: Demos) -> None:
    demos.down()
    command = demos.launch()
    command.waits_for("(Starting PostgreSQL)")
    eventually(lambda: len(command.family()) > 1)
    processes = command.family()

    assert command.terminate() == 0
    assert alive(processes) == []
    assert postgres_of(demos.data / "postgresql") == []


def test_nothing_survives_a_killed_demo(demos: Demos) -> None:
    processes = demos.processes()

    demos.up().kill()

    eventually(lambda: not alive(processes), explain=lambda: alive(processes))


def test_a_demo_starts_on_what_a_killed_one_left(demos: Demos) -> None:
    before = demos.processes()
    demos.up().kill()
    eventually(lambda: not alive(before), explain=lambda: alive(before))

    assert demos.up().terminate() == 0


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = Command("demo", "--port", port, "--data-dir", tmp_path)

        assert command.ends() == 1

    assert command.printed == (
        f"CommandError: Cannot listen on 127.0.0.1:{port} (Address already in use); "
        "choose another port with --port.\n"
    )


def test_a_data_directory_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    directory = tmp_path / "file" / "data"

    command = Command("demo", "--port", 0, "--data-dir", directory)

    assert command.ends() == 1
    assert command.printed == (
        f"CommandError: Cannot write to the data directory {directory} (Not a directory); "
        "name another with --data-dir.\n"
    )


def test_postgresql_that_does_not_start_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "postgresql").mkdir()
    (tmp_path / "postgresql" / "PG_VERSION").write_text("9.6\n")

    command = Command("demo", "--port", 0, "--data-dir", tmp_path)

    assert command.ends() == 1
    assert command.printed.endswith(
        f"CommandError: PostgreSQL did not start; {tmp_path}/logs/postgresql.log says why.\n"
    )
