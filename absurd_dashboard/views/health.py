"""Whether the web process is alive; it says nothing of the engine and asks nobody."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer ``ok``, to anybody."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")
