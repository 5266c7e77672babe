"""Where pages are: the one place that builds an address of the dashboard."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from uuid import UUID

from django.core.signals import setting_changed
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.http import urlencode

APP = "absurd_dashboard"
#: Begins the name of a URL pattern that names an engine: its number of arguments is that of
#: another one in a tenant's name.
AT = "at-"
Args = tuple[object, ...]
#: Stands for an id in a path that is kept.
_ANY = UUID(int=0x5EED << 100)


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses as seen from one request.

    Attributes:
        namespace: the mount that the request came in through, with those around it; None outside.
        tenant: slug of the tenant in the request's own address, if any.
        instance: name of the engine in it; empty where there is only one.
    """

    namespace: str | None = None
    tenant: str | None = None
    instance: str = ""

    @classmethod
    def of(cls, request: HttpRequest | None) -> Links:
        """Links to the same mount as the request's own page."""
        match = request.resolver_match if request is not None else None
        if match is None or APP not in match.app_names:
            return cls()
        named = match.kwargs.get
        # What a mount is bound to is in no address. (The stubs do not know the attribute.)
        bound = "instance" in (match.extra_kwargs or {})  # type: ignore[attr-defined]
        return cls(match.namespace, named("tenant"), "" if bound else named("instance", ""))

    def within(self, tenant: str | None) -> Links:
        """Links to the same pages in a tenant's name."""
        return replace(self, tenant=tenant)

    def at(self, instance: str) -> Links:
        """Links to the same pages about another engine."""
        return replace(self, instance=instance)

    def to(self, page: str, /, *args: object, **query: object) -> str:
        """The address of a page.

        Args:
            page: name of the URL pattern, without its namespace.
            args: the pattern's arguments.
            query: what to put into the query string; None and empty values are left out.
        """
        place = [each for each in (self.tenant, self.instance) if each]
        name = f"{AT}{page}" if self.instance else page
        path = _path(name, self.namespace, tuple(place), args)
        given = {key: str(value) for key, value in query.items() if value not in (None, "")}
        return f"{path}?{urlencode(given)}" if given else path


def _path(name: str, namespace: str | None, place: tuple[str, ...], args: Args) -> str:
    """The path of a page; a list has fifty of the same, which differ in one id."""
    if len(args) != 1 or not isinstance(args[0], UUID):
        return _reversed(name, namespace, (*place, *args), get_script_prefix(), get_urlconf())
    where = (name, namespace, (*place, _ANY), get_script_prefix(), get_urlconf())
    return _reversed(*where).replace(str(_ANY), str(args[0]))


@lru_cache(maxsize=512)
def _reversed(
    name: str, namespace: str | None, args: Args, prefix: str, urlconf: str | None
) -> str:
    return reverse(f"{namespace or APP}:{name}", urlconf, args)


@receiver(setting_changed)
def _forget(*, setting: str, **_: object) -> None:
    if setting == "ROOT_URLCONF":
        _reversed.cache_clear()
