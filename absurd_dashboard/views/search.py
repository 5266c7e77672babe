"""Completions for the search box."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from absurd_dashboard.access import Access
from absurd_dashboard.pages import Page, page
from absurd_dashboard.search.completion import Completion, completions
from absurd_dashboard.search.reader import LONGEST


@dataclass(frozen=True, slots=True)
class Completions:
    """How a query may go on."""

    completions: tuple[Completion, ...]


@page("tasks", "search/complete")
def complete(request: HttpRequest, access: Access) -> Page:
    """How the query in ``q`` may go on at its end."""
    typed = request.GET.get("q", "").replace("\x00", "").lstrip()[:LONGEST]
    return Page(_("Completions"), Completions(completions(access, typed)))
