"""What is measured: PostgreSQL with the data set, and the dashboard as ``serve`` runs it."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from absurd_dashboard.demo.parts import answers
from absurd_dashboard.demo.processes import Child, running
from absurd_dashboard.demo.server import EmbeddedServer
from absurd_dashboard.standalone import sockets

#: Of a server with 8 GB and a disk without moving parts. What is written need not be kept.
SERVER = {
    "shared_buffers": "2GB",
    "work_mem": "32MB",
    "random_page_cost": "1.1",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
}
USER = "bench"
_START = 60.0
_MEGABYTE = 1024 * 1024


@contextmanager
def server(directory: Path) -> Iterator[str]:
    """An embedded PostgreSQL for the block; its maintenance database's URL."""
    directory.mkdir(parents=True, exist_ok=True)
    embedded = EmbeddedServer(directory / "postgresql", settings=SERVER)
    embedded.stop()  # shared_buffers counts from the next start
    embedded = EmbeddedServer(directory / "postgresql", settings=SERVER)
    try:
        yield embedded.url()
    finally:
        embedded.stop()


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A dashboard that answers.

    Attributes:
        port: where, on this machine.
        password: of the user :data:`USER`.
    """

    port: int
    password: str
    web: Child

    def memory(self) -> float:
        """Megabytes that the largest worker process holds."""
        return float(max(each.memory_info().rss for each in self.workers())) / _MEGABYTE

    def workers(self) -> list[psutil.Process]:
        """The processes that answer."""
        return psutil.Process(self.web.process.pid).children()


@contextmanager
def dashboard(engine_url: str, directory: Path, port: int) -> Iterator[Dashboard]:
    """Serve a database for the block.

    Args:
        engine_url: the engine's database.
        directory: for the dashboard's own tables and the log.
        port: 0 takes any free one.

    Raises:
        TimeoutError: it does not answer; its log in ``directory`` says why.
    """
    directory.mkdir(parents=True, exist_ok=True)
    state = directory / "state.sqlite3"
    state.unlink(missing_ok=True)
    password = secrets.token_urlsafe(12)
    with sockets.listen("127.0.0.1", port) as listener:
        web = Child(
            "web",
            ["absurd_dashboard.standalone.web", str(listener.fileno()), "--lifeline"],
            environment={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "absurd_dashboard.standalone.settings",
                "ABSURD_DATABASE_URL": engine_url,
                "ABSURD_DASHBOARD_STATE_URL": f"sqlite:///{state.absolute()}",
                "ABSURD_DASHBOARD_SECRET_KEY": secrets.token_urlsafe(32),
                "ABSURD_DASHBOARD_SERVER_TIMING": "1",
                "DJANGO_SUPERUSER_USERNAME": USER,
                "DJANGO_SUPERUSER_PASSWORD": password,
            },
            logs=directory,
            pass_fds=[listener.fileno()],
        )
        with running(web, grace=10):
            _wait(sockets.url(listener.fileno()), web)
            yield Dashboard(listener.getsockname()[1], password, web)


def _wait(url: str, web: Child) -> None:
    deadline = time.monotonic() + _START
    while not answers(url):
        if web.process.poll() is not None or time.monotonic() > deadline:
            raise TimeoutError("The dashboard does not answer.")
        time.sleep(0.1)


def versions(url: str) -> str:
    """What PostgreSQL, and how it is set up."""
    with psycopg.connect(url) as connection:
        (version,) = connection.execute("select split_part(version(), ' on ', 1)").fetchone() or ()
        shown = {name: connection.execute(f"show {name}").fetchone() for name in list(SERVER)[:3]}
    return f"{version} ({', '.join(f'{name} {row and row[0]}' for name, row in shown.items())})"
