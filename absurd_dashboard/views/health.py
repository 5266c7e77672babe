"""Whether the web process is alive, and, where asked, whether it has what its pages need."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connections, router
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from absurd_dashboard import patience
from absurd_dashboard.engine import snapshot
from absurd_dashboard.errors import DashboardError, EngineUnavailable, EngineUnreachable
from absurd_dashboard.instances import instances
from absurd_dashboard.models import AuditEntry


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest, instance: str = "") -> HttpResponse:
    """Answer ``ok`` to anybody; with ``?ready`` only if the pages can be served (else 503).

    Alive asks no database. Ready asks both, and no longer than a page would.
    """
    wrong = [] if "ready" not in request.GET else [*_own_tables(), *_engines(instance)]
    text = "\n".join(wrong or ["ok"])
    return HttpResponse(
        f"{text}\n", status=503 if wrong else 200, content_type="text/plain; charset=utf-8"
    )


def _own_tables() -> list[str]:
    connection = connections[router.db_for_read(AuditEntry)]
    try:
        with patience.asking(connection), connection.cursor() as cursor:
            cursor.execute("select 1")
    except (DatabaseError, EngineUnreachable):
        return ["The dashboard's own database does not answer."]
    return []


def _engines(only: str) -> list[str]:
    """What is wrong with all of a mount's; nothing where one answers, for then there are pages."""
    known = instances()
    wrong = [_trouble(known[name].alias) for name in known if only in ("", name)]
    return wrong if all(wrong) else []


def _trouble(alias: str) -> str:
    try:
        with snapshot(alias):
            return ""
    except EngineUnavailable as error:
        return f"{error.title}."
    except DashboardError:
        return "The engine does not answer in time."
