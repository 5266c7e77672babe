"""The host's own entries in the navigation."""

from django.shortcuts import resolve_url

from absurd_dashboard.conf import dashboard_settings


def entries() -> tuple[tuple[str, str], ...]:
    """Label and address of each entry of ``NAVIGATION``.

    Raises:
        NoReverseMatch: an entry names a URL that the site does not have.
    """
    given = dashboard_settings().navigation
    return tuple((label, resolve_url(where)) for label, where in given.items())
