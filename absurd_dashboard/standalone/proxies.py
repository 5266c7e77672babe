"""Who is believed when a request says where it came from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.core.management import CommandError
from django.http import HttpRequest, HttpResponse

Network = IPv4Network | IPv6Network
#: What a proxy says of the request that it passes on.
FORWARDED = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PROTO",
)


def networks(said: Sequence[str]) -> tuple[Network, ...]:
    """Addresses and networks as such.

    Raises:
        CommandError: one of them is neither.
    """
    try:
        return tuple(ip_network(each, strict=False) for each in said)
    except ValueError as error:
        raise CommandError(
            f"ABSURD_DASHBOARD_TRUSTED_PROXIES has to list addresses or networks: {error}."
        ) from error


class TrustedProxies:
    """Middleware that comes first: from a stranger, no header about an origin arrives.

    From a trusted proxy, the address of the request is the last one in ``X-Forwarded-For`` that
    is not a trusted proxy itself: what stands before it is what the client claimed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.trusted = networks(settings.TRUSTED_PROXIES)  # type: ignore[misc]  # a setting of our own

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request as the one it really is."""
        meta = request.META
        if not self._trusts(meta.get("REMOTE_ADDR", "")):
            for header in FORWARDED:
                meta.pop(header, None)
        elif chain := meta.get("HTTP_X_FORWARDED_FOR", ""):
            meta["REMOTE_ADDR"] = self._client(chain, meta["REMOTE_ADDR"])
        return self.get_response(request)

    def _client(self, chain: str, peer: str) -> str:
        for claimed in reversed([part.strip() for part in chain.split(",")]):
            if _address(claimed) is None:
                return peer  # whoever wrote this is nobody to believe
            peer = claimed
            if not self._trusts(claimed):
                return claimed
        return peer

    def _trusts(self, text: str) -> bool:
        address = _address(text)
        return address is not None and any(address in network for network in self.trusted)


def _address(text: str) -> object:
    try:
        return ip_address(text)
    except ValueError:
        return None
