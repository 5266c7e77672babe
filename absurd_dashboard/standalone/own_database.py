"""What happens when the dashboard's own database says nothing: as with the engine's, a word."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext

from absurd_dashboard import patience
from absurd_dashboard.errors import EngineUnreachable
from absurd_dashboard.frame import refused

#: Asks no database.
_ALIVE = "healthz"


class OwnDatabase:
    """Middleware before the one for sessions: a frozen server holds no thread for long."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request, or say with status 503 why it cannot be answered."""
        if request.path.endswith(f"/{_ALIVE}"):
            return self.get_response(request)
        with ExitStack() as stack:
            try:
                stack.enter_context(patience.asking(connection))
            except EngineUnreachable:
                title = gettext("The dashboard's own database cannot be reached")
                remedy = gettext("Workers may be fine. Check the database that holds its users.")
                return refused(request, "", 503, title, remedy)
            return self.get_response(request)
