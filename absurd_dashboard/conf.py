"""The dashboard's settings: name, default and help in one place."""

from dataclasses import dataclass, field, fields
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.db import DEFAULT_DB_ALIAS

from absurd_dashboard.redaction import Redaction


@dataclass(frozen=True, slots=True)
class DashboardSettings:
    """Keys of the setting ``ABSURD_DASHBOARD``, in capitals there."""

    #: Alias in ``DATABASES`` of the database that holds the engine (schema ``absurd``).
    database: str = DEFAULT_DB_ALIAS
    #: Several engines: a name for addresses, and the alias of each; ``DATABASE`` should be one.
    instances: dict[str, str] = field(default_factory=dict)
    #: Alias of a primary, and alias of a copy of it that pages read from.
    replicas: dict[str, str] = field(default_factory=dict)
    #: Dotted path of the access policy; see :class:`absurd_dashboard.policy.Policy`.
    policy: str = "absurd_dashboard.policy.Policy"
    #: Longest time a single query of a page may take in the engine's database.
    statement_timeout: timedelta = timedelta(seconds=5)
    #: How long a page looks through history for what no index serves; it says how far it came.
    search_budget: timedelta = timedelta(milliseconds=250)
    #: Due work that waits longer than this for a worker needs attention.
    late_after: timedelta = timedelta(minutes=5)
    #: Rows on a page of a list.
    page_size: int = 50
    #: Queues that a page looks into when it is about none in particular: the busiest.
    queue_limit: int = 50
    #: How often an open page asks whether it is still true.
    refresh_interval: timedelta = timedelta(seconds=2)
    #: Bytes of one JSON value that a page shows before it offers a download instead.
    payload_preview: int = 20_000
    #: Whether web processes work off bulk operations, beside ``manage.py bulk_worker``.
    bulk_in_web: bool = True
    #: What to hide in payloads: :class:`absurd_dashboard.redaction.Redaction` objects.
    redact: tuple[Redaction, ...] = ()
    #: Whether tenants, members, the audit and the engine's rows are in ``django.contrib.admin``.
    admin: bool = True
    #: URL, path or URL name that signs out; empty shows no way out.
    logout_url: str = ""
    #: What Prometheus has to send as a bearer token to read ``metrics``; empty: nobody reads it.
    metrics_token: str = ""
    #: Whether answers say in a header ``Server-Timing`` how many statements they took, how long.
    server_timing: bool = False
    #: Name in the header and in page titles.
    title: str = "Absurd"
    #: Static file of a picture that stands before the title; empty for the dashboard's own.
    logo: str = ""
    #: More entries of the navigation: a label, and a URL, path or URL name.
    navigation: dict[str, str] = field(default_factory=dict)
    #: Links on the page of a task: a label, and a template of a URL or a function's dotted path.
    task_links: dict[str, str] = field(default_factory=dict)
    #: Dotted paths of functions that draw panels on the page of a task; see docs/extend.md.
    panels: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def dashboard_settings() -> DashboardSettings:
    """Read ``settings.ABSURD_DASHBOARD`` once.

    Raises:
        ImproperlyConfigured: it names a key that does not exist.
    """
    given: dict[str, Any] = getattr(django_settings, "ABSURD_DASHBOARD", {})
    known = {each.name.upper(): each.name for each in fields(DashboardSettings)}
    if unknown := sorted(set(given) - set(known)):
        raise ImproperlyConfigured(
            f"ABSURD_DASHBOARD has unknown keys: {', '.join(unknown)}. "
            f"Known are: {', '.join(sorted(known))}."
        )
    return DashboardSettings(**{known[key]: value for key, value in given.items()})


def _forget(*, setting: str, **_: Any) -> None:
    if setting == "ABSURD_DASHBOARD":
        dashboard_settings.cache_clear()


setting_changed.connect(_forget)
