"""The address that Prometheus scrapes; there is none until a token is set."""

from __future__ import annotations

from hmac import compare_digest

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.instances import instances

_TEXT = "text/plain; version=0.0.4; charset=utf-8"


@login_not_required
@require_safe
@never_cache
def metrics(request: HttpRequest, instance: str = "") -> HttpResponse:
    """Answer whoever sends ``Authorization: Bearer`` and ``METRICS_TOKEN``."""
    given = dashboard_settings()
    if not given.metrics_token:
        raise Http404
    if not _knows(request, given.metrics_token):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    from absurd_dashboard.metrics import exposition  # needs the extra "metrics"

    known = instances()
    aliases = [known[name].alias for name in known if instance in ("", name)]
    return HttpResponse(exposition(aliases), content_type=_TEXT)


def _knows(request: HttpRequest, token: str) -> bool:
    scheme, _, said = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and compare_digest(said.strip().encode(), token.encode())
