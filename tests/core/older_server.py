"""A private cluster of an older PostgreSQL, where its server programs are installed."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

#: Where distributions put the server programs of each major version.
PATTERNS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
)
OPTIONS = ("-c", "fsync=off", "-c", "unix_socket_directories=", "-c", "max_connections=60")


def programs() -> Path | None:
    """The folder of the oldest server's programs, if any is installed."""
    found = [path for pattern in PATTERNS for path in Path("/").glob(pattern)]
    return min((path for path in found if (path / "initdb").exists()), default=None)


@contextmanager
def cluster(bin_folder: Path) -> Iterator[str]:
    """Start a server on a free port of the loopback interface; give its URL."""
    data = Path(tempfile.mkdtemp(prefix="absurd-older-"))
    user = _unprivileged(data)
    try:
        _initdb(bin_folder, data, user)
        with _server(bin_folder, data, user) as url:
            yield url
    finally:
        shutil.rmtree(data)


def _unprivileged(data: Path) -> str | None:
    """PostgreSQL refuses to run as root, so root hands the folder to the user postgres."""
    if os.geteuid() != 0:
        return None
    owner = pwd.getpwnam("postgres")
    os.chown(data, owner.pw_uid, owner.pw_gid)
    return "postgres"


def _initdb(bin_folder: Path, data: Path, user: str | None) -> None:
    command = [bin_folder / "initdb", "-D", data, "-U", "postgres", "-E", "UTF8", "-A", "trust"]
    subprocess.run([*command, "-N"], user=user, check=True, capture_output=True, cwd="/")


@contextmanager
def _server(bin_folder: Path, data: Path, user: str | None) -> Iterator[str]:
    port = _free_port()
    command = [bin_folder / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", *OPTIONS]
    with (data / "log").open("wb") as log:
        process = subprocess.Popen(command, user=user, stdout=log, stderr=log, cwd="/")
    try:
        url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        _wait_until_ready(url, process)
        yield url
    finally:
        process.send_signal(2)  # a fast shutdown
        process.wait(30)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
        else:
            return


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
