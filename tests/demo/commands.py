"""The commands as a user runs them: real processes, a real browser's requests."""

from __future__ import annotations

import http.client
import http.cookiejar
import os
import re
import select
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import psutil

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
#: What the settings of the tests, or of whoever runs them, must not say to a command.
_NOT_INHERITED = ("DJANGO_", "ABSURD_")


class Command:
    """`absurd-dashboard <arguments>` as a process.

    Args:
        arguments: the command line.
        environment: variables that it gets besides the usual ones.
        terminal: file descriptor of a terminal for its standard input.
    """

    def __init__(
        self,
        *arguments: object,
        environment: dict[str, str] | None = None,
        terminal: int | None = None,
    ) -> None:
        self.printed = ""
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", *map(str, arguments)],
            cwd=ROOT,
            env=clean_environment() | (environment or {}),
            stdin=subprocess.DEVNULL if terminal is None else terminal,
            start_new_session=terminal is not None,  # or getpass asks the terminal of the tests
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def waits_for(self, pattern: str, seconds: float = 120) -> str:
        """Read until the output holds a pattern, and return its first group."""
        return eventually(lambda: self._found(pattern), seconds, lambda: self.printed)

    def _found(self, pattern: str) -> str | None:
        assert self.process.stdout is not None
        if select.select([self.process.stdout], [], [], 0.05)[0]:
            self.printed += os.read(self.process.stdout.fileno(), 65536).decode()
        found = re.search(pattern, self.printed)
        return found and found[1]

    def ends(self, seconds: float = 120) -> int:
        """Wait for the end, and return the exit status."""
        output, _ = self.process.communicate(timeout=seconds)
        self.printed += output.decode()
        return self.process.returncode

    def terminate(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it as a service manager does, or with another signal; return the exit status."""
        self.process.send_signal(number)
        return self.ends()

    def kill(self) -> None:
        """End it as a crash does."""
        self.process.kill()
        self.ends()

    def family(self) -> list[psutil.Process]:
        """The process and all that came of it."""
        process = psutil.Process(self.process.pid)
        return [process, *process.children(recursive=True)]


def clean_environment() -> dict[str, str]:
    """The environment without what pytest and other people put there for Django and Absurd."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)
    }


def eventually(
    condition: Callable[[], T | None],
    seconds: float = 120,
    explain: Callable[[], object] = lambda: "it never became true",
) -> T:
    """Ask again and again until there is an answer, and return it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := condition():
            return answer
        time.sleep(0.02)
    raise AssertionError(explain())


def alive(processes: Iterable[psutil.Process]) -> list[str]:
    """Those of some processes that still run."""
    return [str(process) for process in processes if _runs(process)]


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def postgres_of(directory: Path) -> list[psutil.Process]:
    """The PostgreSQL server of a data directory."""
    return [
        process
        for process in psutil.process_iter(["name", "cmdline"])
        if process.info["name"] == "postgres" and str(directory) in (process.info["cmdline"] or [])
    ]


class Browser:
    """A user's browser: it keeps cookies, and follows redirects."""

    def __init__(self, url: str) -> None:
        self._url = url
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies)

    def anonymous(self) -> Browser:
        """Another browser, in which nobody is signed in."""
        return Browser(self._url)

    def get(self, path: str, data: bytes | None = None) -> tuple[int, str]:
        """Request a page, and return its status and text."""
        try:
            with self._opener.open(self._url + path, data, timeout=10) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def sign_in(self, username: str, password: str) -> tuple[int, str]:
        """Fill in the sign-in page."""
        eventually(self._is_up)
        _, page = self.get("login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token, page
        form = {"csrfmiddlewaretoken": token[1], "username": username, "password": password}
        return self.get("login/", urllib.parse.urlencode(form).encode())

    def _is_up(self) -> bool:
        try:
            return self.get("login/")[0] == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
