"""What can happen to a database server, done to a real one."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

import psutil
import psycopg
from psycopg import sql


class Server:
    """The PostgreSQL server of a demo.

    Args:
        directory: its data directory.
        url: of its maintenance database.
    """

    def __init__(self, directory: Path, url: str) -> None:
        self.directory = directory
        self.url = url

    def postmaster(self) -> psutil.Process:
        """The first of its processes."""
        text = (self.directory / "postmaster.pid").read_text(encoding="utf-8")
        return psutil.Process(int(text.splitlines()[0]))

    def crash(self) -> None:
        """Every process that serves a connection is killed: the server recovers by itself."""
        for child in self.postmaster().children():
            with suppress(psutil.NoSuchProcess):
                if "idle" in (words := " ".join(child.cmdline())) or "absurd" in words:
                    child.kill()
                    break

    def freeze(self, seconds: float = 30) -> None:
        """As a hanging disk does: nothing is answered, and nothing is refused."""
        first = self.postmaster()
        processes = [first, *first.children()]
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGCONT)

    def fill(self, seconds: float = 20) -> None:
        """Others take every connection that is left."""
        with ExitStack() as stack:
            with suppress(psycopg.OperationalError):
                while True:
                    stack.enter_context(psycopg.connect(self.url, connect_timeout=2))
            time.sleep(seconds)

    def read_only(self, seconds: float = 20) -> None:
        """As a replica is, or a server with a full disk that somebody saved."""
        self._set("default_transaction_read_only", "on")
        time.sleep(seconds)
        self._set("default_transaction_read_only", "off")

    def _set(self, name: str, value: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("set default_transaction_read_only = off")
            connection.execute(
                sql.SQL("alter system set {} = {}").format(
                    sql.Identifier(name), sql.Identifier(value)
                )
            )
            connection.execute("select pg_reload_conf()")


def illnesses(server: Server) -> list[tuple[str, Callable[[], None]]]:
    """All of them, with names."""
    return [
        ("crash", server.crash),
        ("frozen", server.freeze),
        ("full", server.fill),
        ("read-only", server.read_only),
    ]
