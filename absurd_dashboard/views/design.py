"""The living design page: every token and component as it is. Routed where DEBUG is on."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from absurd_dashboard.access import Access
from absurd_dashboard.gallery import gallery
from absurd_dashboard.pages import Page, page


@page("", "design")
def design(request: HttpRequest, access: Access) -> Page:
    """One specimen of everything."""
    shown = gallery(access.now)
    return Page(_("Design"), shown, version=shown.earlier)
