"""A web server whose answers a test decides, for what the dashboard's scripts do in a browser."""

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.template import engines
from django.test import RequestFactory

from absurd_dashboard.pages import PageInfo

#: Where the browser's clock stands too.
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
CSP = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'"
_FRAME = """
{% extends "absurd_dashboard/base.html" %}{% load absurd %}
{% block content %}<div id="live" data-live data-live-url="/live" data-live-token="first"
  data-live-interval="{{ interval }}">{{ region|safe }}</div>
{% pager older="/older" %}{% identifier "0199a3f0-0000-7000-8000-0000deadbeef" %}
{{ page.now|since:page.now }}{% endblock %}
"""


@dataclass
class Answer:
    """What the server says when it is asked for the live region."""

    status: int = 204
    html: str = ""
    token: str = ""
    location: str = ""
    drop: bool = False
    age: int = 0
    every: int = 0


@dataclass
class Site:
    """The server's side of a test.

    Attributes:
        url: where it listens.
        region: what the live region holds when the page is loaded.
        interval: how often the page is told to ask, in milliseconds.
        answer: the answer to whoever asks for the live region.
        asked: the tokens that were sent with the questions, in order.
        moved: paths that redirect to the sign-in page.
    """

    url: str = ""
    region: str = "<p>first</p>"
    interval: int = 2_000
    answer: Answer = field(default_factory=Answer)
    asked: list[str] = field(default_factory=list)
    moved: set[str] = field(default_factory=set)

    def page(self, path: str) -> str:
        """A page in the dashboard's frame, titled by its path."""
        request = RequestFactory().get(path)
        request.user = AnonymousUser()
        info = PageInfo(title=f"page {path}", section="tasks", now=NOW, site_title="Absurd")
        context = {"page": info, "region": self.region, "interval": self.interval}
        return engines["django"].from_string(_FRAME.strip()).render(context, request)


class _Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/live":
            self._live()
        elif path.startswith("/static/"):
            self._static(path.removeprefix("/static/"))
        elif path.endswith("/pinned/"):
            self._send(204)
        elif path in self.site.moved:
            self._send(302, location="/sign-in")
        else:
            self._send(200, self.site.page(path).encode(), kind="text/html; charset=utf-8")

    def _live(self) -> None:
        answer = self.site.answer
        self.site.asked.append(self.headers["X-Absurd-Live"])
        if answer.drop:
            self.close_connection = True
            return
        told = {
            "X-Absurd-Token": answer.token,
            "X-Absurd-Age": answer.age or "",
            "X-Absurd-Every": answer.every or "",
        }
        self._send(answer.status, answer.html.encode(), location=answer.location, **told)

    def _static(self, name: str) -> None:
        found = finders.find(name)
        if not isinstance(found, str):
            self._send(404)
            return
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        self._send(200, Path(found).read_bytes(), kind=kind)

    def _send(
        self, status: int, body: bytes = b"", *, kind: str = "", location: str = "", **more: object
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Security-Policy", CSP)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (
            ("Content-Type", kind or "text/html; charset=utf-8"),
            ("Location", location),
            *more.items(),
        ):
            if value:
                self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def served() -> Iterator[Site]:
    """Serve a site on a free port until the block ends."""
    site = Site()
    handler = type("Handler", (_Handler,), {"site": site})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        site.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield site
        server.shutdown()
        thread.join()
