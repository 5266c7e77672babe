"""Where pages are: the one place that builds an address of the dashboard."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

APP = "absurd_dashboard"


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses as seen from one request.

    Attributes:
        namespace: the mount that the request came in through; None outside of one.
        tenant: slug of the tenant in the request's own address, if any.
    """

    namespace: str | None = None
    tenant: str | None = None

    @classmethod
    def of(cls, request: HttpRequest | None) -> Links:
        """Links to the same mount as the request's own page."""
        match = request.resolver_match if request is not None else None
        return cls(match.namespace, match.kwargs.get("tenant")) if match else cls()

    def within(self, tenant: str | None) -> Links:
        """Links to the same pages in a tenant's name."""
        return replace(self, tenant=tenant)

    def to(self, page: str, /, *args: object, **query: object) -> str:
        """The address of a page.

        Args:
            page: name of the URL pattern, without its namespace.
            args: the pattern's arguments.
            query: what to put into the query string; None and empty values are left out.
        """
        full = args if self.tenant is None else (self.tenant, *args)
        path = reverse(f"{APP}:{page}", args=full, current_app=self.namespace)
        given = {key: str(value) for key, value in query.items() if value not in (None, "")}
        return f"{path}?{urlencode(given)}" if given else path
