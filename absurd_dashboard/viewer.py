"""Whether whoever asked for a page still waits for it: what is read for nobody is cancelled."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest

# WSGI says nothing of the connection; gunicorn, which serves the dashboard on its own, hands it on.
_KEY = "gunicorn.socket"
_connection: ContextVar[socket.socket | None] = ContextVar("absurd_dashboard_viewer", default=None)


@contextmanager
def waiting(request: HttpRequest) -> Iterator[None]:
    """Somebody waits for what the block reads; that of an action is done whoever leaves."""
    found = request.META.get(_KEY) if request.method in ("GET", "HEAD") else None
    before = _connection.set(found)
    try:
        yield
    finally:
        _connection.reset(before)


def left() -> bool:
    """Whether nobody waits any longer; False where the web server does not say."""
    connection = _connection.get()
    if connection is None:
        return False
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:  # nothing was sent and nothing was closed
        return False
    except OSError:
        return True
