"""A real PgBouncer in transaction mode before the tests' server."""

from __future__ import annotations

import os
import pwd
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.ensure_browser import PGBOUNCER as PROGRAM


@contextmanager
def bouncing(url: str, directory: Path, *, connections: int) -> Iterator[str]:
    """Run PgBouncer, and give the URL that leads through it.

    Args:
        url: a database of the server.
        directory: for its configuration.
        connections: to the server, for all clients together.
    """
    assert PROGRAM
    server, port = conninfo_to_dict(url), _free_port()
    target = " ".join(f"{key}={server[key]}" for key in ("host", "port", "user") if server.get(key))
    configuration = directory / "pgbouncer.ini"
    configuration.write_text(
        f"[databases]\n* = {target}\n[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        "auth_type = any\npool_mode = transaction\nserver_reset_query_always = 0\n"
        f"default_pool_size = {connections}\nmax_client_conn = 200\n"
    )
    command = [PROGRAM, "--quiet", str(configuration)]
    if os.geteuid() == 0:  # it refuses to run as root
        command[1:1] = ["--user", _owner(server).pw_name]
    process = subprocess.Popen(command)
    through = make_conninfo(url, host="127.0.0.1", port=port)
    try:
        _wait_for(through)
        yield through
    finally:
        process.terminate()
        process.wait(10)


def _owner(server: dict[str, object]) -> pwd.struct_passwd:
    """Who may enter the folder of the server's socket; anybody, if it listens on TCP."""
    folder = Path(str(server.get("host") or "/"))
    owner = folder.stat().st_uid if folder.is_dir() else 0
    return pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
