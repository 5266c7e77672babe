"""Whether whoever asked for a page still waits for it: what is read for nobody is cancelled."""

from __future__ import annotations

import select
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
    """Whether nobody waits any longer; False where the web server does not say.

    An end that can be read has been closed, or more is asked on it; nothing is taken out.
    """
    connection = _connection.get()
    if connection is None:
        return False
    looking = select.poll()
    try:
        looking.register(connection, select.POLLIN)
        return bool(looking.poll(0)) and connection.recv(1, socket.MSG_PEEK) == b""
    except OSError:
        return True
