"""A browser that only measures: signs in, asks, and says how long the answer took."""

from __future__ import annotations

import http.client
import re
import time
from dataclasses import dataclass
from urllib.parse import urlencode

_TIMING = re.compile(r'sql;dur=([\d.]+);desc="(\d+)"')
_FIELD = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, measured.

    Attributes:
        milliseconds: from the first byte sent to the last one received.
        size: bytes of the body.
        wire: bytes of status line, headers and body.
        statements: how many statements went to the engine's database.
        sql: milliseconds that they took.
        token: what names the state of a live page.
        age: seconds since it was read, where it was read for another page.
        every: seconds to wait before the next question; 0 where it does not say.
    """

    status: int
    milliseconds: float
    size: int
    wire: int
    statements: int
    sql: float
    token: str
    age: float
    every: float
    body: bytes


class Browser:
    """One signed-in client on one connection.

    Args:
        port: of a dashboard on this machine.
        cookie: of somebody who has signed in.
    """

    def __init__(self, port: int, cookie: str = "") -> None:
        self.port, self.cookie = port, cookie
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a page; on a new connection when the server has closed the old one."""
        given = {"Cookie": self.cookie, **{key.replace("_", "-"): headers[key] for key in headers}}
        try:
            return self._ask(path, given)
        except (http.client.HTTPException, ConnectionError):
            self._connection.close()
            return self._ask(path, given)

    def _ask(self, path: str, headers: dict[str, str]) -> Answer:
        began = time.perf_counter()
        self._connection.request("GET", path, headers=headers)
        response = self._connection.getresponse()
        body = response.read()
        took = time.perf_counter() - began
        said = response.getheaders()
        head = sum(len(name) + len(value) + 4 for name, value in said)
        timing = _TIMING.search(response.getheader("Server-Timing") or "")
        return Answer(
            status=response.status,
            milliseconds=took * 1000,
            size=len(body),
            wire=len(f"HTTP/1.1 {response.status} {response.reason}") + 4 + head + len(body),
            statements=int(timing[2]) if timing else 0,
            sql=float(timing[1]) if timing else 0.0,
            token=response.getheader("X-Absurd-Token") or "",
            age=int(response.getheader("X-Absurd-Age") or 0) / 1000,
            every=int(response.getheader("X-Absurd-Every") or 0) / 1000,
            body=body,
        )


def sign_in(port: int, user: str, password: str) -> str:
    """Sign in, and return the cookies that prove it.

    Raises:
        PermissionError: the dashboard does not let the user in.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/login/")
    response = connection.getresponse()
    field = _FIELD.search(response.read().decode())
    cookies = _cookies(response)
    form = urlencode({
        "username": user,
        "password": password,
        "csrfmiddlewaretoken": field[1] if field else "",
    })  # fmt: skip
    headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/login/", form, headers)
    response = connection.getresponse()
    if response.status != http.client.FOUND:
        raise PermissionError(f"{user} cannot sign in: {response.status}")
    return f"{cookies}; {_cookies(response)}"


def _cookies(response: http.client.HTTPResponse) -> str:
    given = response.headers.get_all("Set-Cookie") or []
    return "; ".join(cookie.partition(";")[0] for cookie in given)
