"""Whoever has left is not served: a page that nobody waits for any more costs the others nothing.

When more is asked than can be answered, requests wait for a thread, browsers give up, and ask
again. A server that then answers the given-up ones first answers nobody in time any more.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

#: Methods that change nothing, so that leaving them out changes nothing either.
_SAFE = frozenset({"GET", "HEAD"})
#: What proxies write into their logs for it; nobody receives it.
CLOSED = 499


class Departed:
    """Middleware, the first one: looks whether the connection is still there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or do nothing for nobody."""
        connection = request.META.get("gunicorn.socket")
        if request.method in _SAFE and isinstance(connection, socket.socket) and _left(connection):
            return HttpResponse(status=CLOSED)
        return self.get_response(request)


def _left(connection: socket.socket) -> bool:
    """Whether its end can be read; where nothing can be, somebody waits. Nothing is taken out."""
    looking = select.poll()
    try:
        looking.register(connection, select.POLLIN)
        return bool(looking.poll(0)) and connection.recv(1, socket.MSG_PEEK) == b""
    except OSError:
        return True
