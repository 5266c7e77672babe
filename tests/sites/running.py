"""A host that runs, as its visitors and its operators have to do with it."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from email.message import Message
from html import unescape
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.demo.commands import ROOT, clean_environment
from tests.sites.proxy import taking


@dataclass(frozen=True)
class Answer:
    """What a host answered."""

    status: int
    headers: Message
    text: str

    @property
    def links(self) -> set[str]:
        """Every address that the page refers to, but for those of other sites and of itself."""
        found = map(unescape, re.findall(r'(?:href|src|action|data-live-url)="([^"]*)"', self.text))
        return {urlsplit(link)._replace(fragment="").geturl() for link in found if link[:1] == "/"}

    @property
    def token(self) -> str:
        """What a form of the page sends against forgery."""
        return re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', self.text)[0]


@dataclass
class Host:
    """A running host.

    Attributes:
        port: where it listens on the loopback interface.
        checks: what the system checks complained of.
        cookie: name and value of a superuser's session.
        log: the file that holds what it printed.
    """

    port: int
    checks: list[str]
    cookie: tuple[str, str]
    log: Path
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Its root."""
        return f"http://127.0.0.1:{self.port}"

    def said(self) -> str:
        """What it printed: warnings and errors."""
        return self.log.read_text()

    def get(self, path: str, *, anonymous: bool = False, **headers: str) -> Answer:
        """Ask for a page as the superuser, or as nobody; redirects are not followed."""
        return self._ask("GET", path, None, {} if anonymous else self._cookies(), headers)

    def post(self, path: str, form: dict[str, str], **headers: str) -> Answer:
        """Send a form as the superuser."""
        given = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.url}
        return self._ask("POST", path, urlencode(form), self._cookies(), given | headers)

    def _cookies(self) -> dict[str, str]:
        return {**self.cookies, self.cookie[0]: self.cookie[1]}

    def _ask(
        self,
        method: str,
        path: str,
        body: str | None,
        cookies: dict[str, str],
        headers: dict[str, str],
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        connection.request(method, path, body, sent)
        response = connection.getresponse()
        text = response.read().decode(errors="replace")
        connection.close()
        for line in response.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(response.status, response.headers, text)


def _door(taken: str, port: int) -> AbstractContextManager[int]:
    """Where visitors come in: the host's own port, or that of the proxy before it."""
    return taking(taken, port) if taken else nullcontext(port)


@contextmanager
def running(
    name: str, engine: str, directory: Path, python: str = sys.executable
) -> Iterator[Host]:
    """Run the host ``tests.sites.<name>`` for an engine.

    Args:
        name: the package of its settings.
        engine: URL of the engine's database.
        directory: where it may keep files.
        python: the interpreter, which decides on the version of Django.
    """
    log = directory / "log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [python, "-m", "tests.sites.host", f"tests.sites.{name}.settings", str(directory)],
            cwd=ROOT,
            env=clean_environment() | {"SITE_ENGINE": engine, "PYTHONWARNINGS": "default"},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, log.read_text()
        said = json.loads(line)
        with _door(said.pop("taken"), said.pop("port")) as port:
            yield Host(**said, port=port, log=log)
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
