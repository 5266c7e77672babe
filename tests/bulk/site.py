"""The stand-alone dashboard's processes on databases of their own, which may be killed."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from absurd_sdk import Absurd
from psycopg import sql

from absurd_core import queues, run, schema
from absurd_dashboard.demo.server import EmbeddedServer, ensure_database

ROOT = Path(__file__).parents[2]
#: A crash of a server process must not lose what was committed; the machine's may.
DURABLE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "on"}
QUEUES = ("jobs", 'odd "name" %s/x')
_PROGRESS = (
    'select done + "nothing" + refused + failed, state from absurd_dashboard_bulkoperation'
    " order by created_at limit 1"
)


@dataclass
class Site:
    """One dashboard.

    Attributes:
        server: the PostgreSQL server with the engine.
        folder: the server's.
        engine_url: the engine's database.
        state_url: the dashboard's own.
    """

    server: EmbeddedServer
    folder: Path
    engine_url: str
    state_url: str
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _watch: psycopg.Connection[Any] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What the stand-alone settings read."""
        clean = {key: value for key, value in os.environ.items() if "DJANGO" not in key}
        return clean | {
            "DJANGO_SETTINGS_MODULE": "absurd_dashboard.standalone.settings",
            "ABSURD_DATABASE_URL": self.engine_url,
            "ABSURD_DASHBOARD_STATE_URL": self.state_url,
            "ABSURD_DASHBOARD_SECRET_KEY": "tests only" * 9,
            "PYTHONDEVMODE": "",
        }

    def crew(self, *arguments: str) -> Any:
        """Let a process do something; see :mod:`tests.bulk.crew`."""
        command = [sys.executable, "-m", "tests.bulk.crew", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE
        )
        return json.loads(done.stdout)

    def worker(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a worker."""
        command = [sys.executable, "manage.py", "bulk_worker", "--idle", "0.1", *arguments]
        with (self.folder.parent / "workers.log").open("ab") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stderr=log)
        self.workers.append(process)
        return process

    def progress(self) -> tuple[int, str]:
        """How many tasks are through, and the operation's state; read past the dashboard."""
        deadline = time.monotonic() + 60
        while True:
            try:
                return self._progress()
            except psycopg.OperationalError:  # the server restarts
                self.unwatch()
                assert time.monotonic() < deadline, self._log()
                time.sleep(0.01)

    def _progress(self) -> tuple[int, str]:
        if self.state_url.startswith("sqlite"):
            with closing(sqlite3.connect(self.state_url.removeprefix("sqlite:///"))) as file:
                (row,) = file.execute(_PROGRESS).fetchall()
        else:
            if self._watch is None:  # kept: a hundred new ones a second would slow the workers down
                self._watch = psycopg.connect(self.state_url, autocommit=True)
            (row,) = self._watch.execute(_PROGRESS).fetchall()
        return row[0], row[1]

    def unwatch(self) -> None:
        """Close the connection that reads the progress."""
        if self._watch is not None:
            self._watch.close()
            self._watch = None

    def waits_for(self, condition: Callable[[int, str], bool], seconds: float = 120) -> None:
        """Look at the progress until it is so."""
        deadline = time.monotonic() + seconds
        while not condition(*self.progress()):
            assert time.monotonic() < deadline, self._log()
            time.sleep(0.005)

    def _log(self) -> str:
        """What the workers said."""
        return (self.folder.parent / "workers.log").read_text()

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the engine's database."""
        with psycopg.connect(self.engine_url, autocommit=True) as connection:
            return connection.execute(query, values).fetchall()

    def each_queue(self, query: str) -> list[tuple[Any, ...]]:
        """Ask about every queue; ``{t}`` and ``{r}`` are its tables."""
        found = []
        with psycopg.connect(self.engine_url, autocommit=True) as connection:
            for queue in QUEUES:
                tables = {kind: sql.Identifier("absurd", f"{kind}_{queue}") for kind in "tr"}
                found += connection.execute(sql.SQL(query).format(**tables)).fetchall()
        return found

    def fail(self, number: int) -> None:
        """Let so many tasks fail for good, in two queues."""
        with psycopg.connect(self.engine_url, autocommit=True) as connection:
            for queue in QUEUES:
                connection.execute(
                    "select absurd.spawn_task(%s, 'job', 'null', '{\"max_attempts\": 1}')"
                    " from generate_series(1, %s)",
                    [queue, number // len(QUEUES)],
                )
                connection.execute(
                    'select absurd.fail_run(%s, run_id, \'{"name": "E"}\')'
                    " from absurd.claim_task(%s, 'setup', 3600, %s)",
                    [queue, queue, number],
                )

    def kill_worker(self) -> None:
        """Kill the worker without warning, and start another one."""
        self.workers[-1].kill()
        self.workers[-1].wait()
        self.worker("--lease", "0.5")

    def crash(self) -> None:
        """Kill a server process: PostgreSQL ends all sessions, and recovers from its log."""
        with psycopg.connect(self.engine_url) as connection:
            os.kill(connection.info.backend_pid, signal.SIGKILL)

    def restart(self) -> None:
        """Stop the server and start it again."""
        self.server.stop()
        self.server = EmbeddedServer(self.folder)


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder that the server's own user can get into, which pytest's are not."""
    with TemporaryDirectory(prefix="absurd-bulk-") as name:
        os.chmod(name, 0o755)
        yield Path(name)


@contextmanager
def site(*, sqlite: bool = False) -> Iterator[Site]:
    """A dashboard beside an engine in another database; its workers end with the block."""
    with _folder() as folder, _started(folder, sqlite=sqlite) as made:
        yield made


@contextmanager
def _started(folder: Path, *, sqlite: bool) -> Iterator[Site]:
    data = folder / "server"
    server = EmbeddedServer(data, settings=DURABLE)
    for name in ("engine", "state"):
        ensure_database(server.url(), name)
    engine = server.url("engine")
    with psycopg.connect(engine, autocommit=True) as connection:
        schema.install(connection)
        for queue in QUEUES:
            run(connection, queues.create(queue))
    state = f"sqlite:///{folder / 'state.sqlite3'}" if sqlite else server.url("state")
    made = Site(server, data, engine, state)
    try:
        made.crew("prepare")
        yield made
    finally:
        for worker in made.workers:
            worker.kill()
            worker.wait()
        made.unwatch()
        made.server.stop()


@contextmanager
def live(made: Site) -> Iterator[None]:
    """Real workers beside: each queue's tasks fail again at every attempt."""
    told = threading.Event()
    threads = [threading.Thread(target=_fail_all, args=(made, queue, told)) for queue in QUEUES]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        told.set()
        for thread in threads:
            thread.join()


def _fail_all(made: Site, queue: str, told: threading.Event) -> None:
    """Work as a worker that somebody restarts whenever its server goes away."""
    while not told.is_set():
        try:
            with psycopg.connect(made.engine_url, autocommit=True) as connection:
                app = Absurd(connection, queue)
                app.register_task("job")(_refuse)
                while not told.is_set():
                    app.work_batch("live", claim_timeout=600, batch_size=20)
                    told.wait(0.01)
        except psycopg.OperationalError:
            told.wait(0.05)


def _refuse(params: object, ctx: object) -> None:
    raise ValueError("again")
