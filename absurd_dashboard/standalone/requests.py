"""Each request has an id: in its answer, in every line of the log about it, in the audit."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from contextvars import ContextVar
from http import HTTPStatus
from time import monotonic
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

logger = logging.getLogger("absurd_dashboard.requests")
#: The id of the request that is being answered; empty outside of any.
current: ContextVar[str] = ContextVar("absurd_dashboard_request", default="")
#: An id that somebody in front gave, if it is a plain word: it goes into logs.
_PLAIN = re.compile(r"[A-Za-z0-9._:/+=-]{1,100}")


class RequestId:
    """Middleware that gives ids, and says at level ``info`` what was answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; its id comes from ``X-Request-Id``, or is new."""
        given = request.META.get("HTTP_X_REQUEST_ID", "")  # `headers` would keep it as it is now
        known = given if _PLAIN.fullmatch(given) else uuid4().hex
        request.META["HTTP_X_REQUEST_ID"] = known
        token, begun = current.set(known), monotonic()
        try:
            response = self.get_response(request)
            if response.status_code == HTTPStatus.NO_CONTENT:
                _strip(response)
            else:
                response.headers["X-Request-Id"] = known
            _tell(request, response, monotonic() - begun)
        finally:
            current.reset(token)
        return response


def _strip(response: HttpResponse) -> None:
    """Leave out what says how to treat a content: there is none, and open pages ask often."""
    for name in ("Content-Language", "Cross-Origin-Opener-Policy", "Referrer-Policy", "Vary"):
        response.headers.pop(name, None)


def _tell(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    fields = {
        "method": request.method,
        "path": request.path,  # without the query, which may quote a payload
        "status": response.status_code,
        "milliseconds": round(seconds * 1000),
    }
    logger.info("%(method)s %(path)r %(status)s %(milliseconds)s ms", fields, extra=fields)


class Labels(logging.Filter):
    """Puts the request's id into every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let everything pass."""
        record.request_id = current.get()
        return True
