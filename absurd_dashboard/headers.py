"""What every answer lets the browser do; where the host has a say in it, the host decides."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_cache_control, patch_vary_headers

#: Names the version of the live region that the browser shows.
LIVE_HEADER = "X-Absurd-Live"
#: Names the version of the live region in an answer.
TOKEN_HEADER = "X-Absurd-Token"  # noqa: S105  no secret
#: How old, in milliseconds, an answer is that was read for another open page.
AGE_HEADER = "X-Absurd-Age"
#: How long, in milliseconds, an open page is to wait before it asks again.
EVERY_HEADER = "X-Absurd-Every"

_CSP = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'"
)


def sealed(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Add the headers of every answer; what a host says, or will say in its middleware, stays."""
    if not _host_has_policy(request):
        response.headers.setdefault("Content-Security-Policy", _CSP)
    referrer = settings.SECURE_REFERRER_POLICY or "same-origin"
    if not isinstance(referrer, str):
        referrer = ",".join(referrer)
    response.headers.setdefault("Referrer-Policy", referrer)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    if settings.SECURE_CROSS_ORIGIN_OPENER_POLICY:
        opener = settings.SECURE_CROSS_ORIGIN_OPENER_POLICY
        response.headers.setdefault("Cross-Origin-Opener-Policy", opener)
    patch_cache_control(response, private=True, no_store=True)
    patch_vary_headers(response, ["Accept", "Cookie", LIVE_HEADER])
    return response


def nonce(request: HttpRequest | None) -> str:
    """What the host's content security policy lets scripts and styles of this answer bear.

    Returns:
        The nonce of django-csp or of Django's own middleware; empty where the host has neither.
    """
    given = getattr(request, "csp_nonce", None)
    if given is None:
        given = getattr(request, "_csp_nonce", None)
    return "" if given is None else str(given)


def _host_has_policy(request: HttpRequest) -> bool:
    """Whether a middleware of the host will set a policy; it leaves alone what is set already."""
    django_csp = hasattr(request, "csp_nonce") and getattr(
        settings, "CONTENT_SECURITY_POLICY", None
    )
    djangos_own = hasattr(request, "_csp_nonce") and getattr(settings, "SECURE_CSP", None)
    return bool(django_csp or djangos_own)
