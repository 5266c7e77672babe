"""Whoever has left is not served: a page that nobody waits for any more costs the others nothing.

When more is asked than can be answered, requests wait for a thread, browsers give up, and ask
again. A server that then answers the given-up ones first answers nobody in time any more.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from absurd_dashboard import viewer

#: What proxies write into their logs for it; nobody receives it.
CLOSED = 499


class Departed:
    """Middleware, the first one: looks whether the connection is still there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or do nothing for nobody."""
        with viewer.waiting(request):
            gone = viewer.left()
        return HttpResponse(status=CLOSED) if gone else self.get_response(request)
