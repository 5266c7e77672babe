"""What happens when the dashboard's own database says nothing: as with the engine's, a word."""

from __future__ import annotations

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext

from absurd_dashboard import patience
from absurd_dashboard.errors import EngineUnreachable
from absurd_dashboard.frame import refused

#: Asks no database.
_ALIVE = "healthz"


class OwnDatabase:
    """Middleware before the one for sessions: a frozen server holds no thread for long.

    Only PostgreSQL can be cut off; an SQLite file is asked nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request, or say with status 503 why it cannot be answered."""
        if connection.vendor != "postgresql" or request.path.endswith(f"/{_ALIVE}"):
            return self.get_response(request)
        try:
            _ask()
        except EngineUnreachable:
            title = gettext("The dashboard's own database cannot be reached")
            remedy = gettext("Workers may be fine. Check the database that holds its users.")
            return refused(request, "", 503, title, remedy)
        with patience.bounded(connection):
            return self.get_response(request)


def _ask() -> None:
    """Find out whether it answers; with a fresh connection where the kept one does not.

    Raises:
        EngineUnreachable: it does not.
    """
    with patience.answering(connection.alias):
        try:
            patience.revive(connection)
        except DatabaseError as error:
            raise EngineUnreachable(EngineUnreachable.title) from error
