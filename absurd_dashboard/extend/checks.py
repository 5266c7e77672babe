"""What is wrong with a host's links, panels, navigation and logo, before anybody sees a page."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.staticfiles import finders
from django.core import checks
from django.core.checks import CheckMessage, Error
from django.utils.module_loading import import_string

from absurd_dashboard.conf import DashboardSettings


def extensions(given: DashboardSettings) -> Iterator[CheckMessage]:
    """Complaints about what the host adds to the pages."""
    yield from _links(given)
    for path in given.panels:
        try:
            callable_ = callable(import_string(path))
        except ImportError:
            callable_ = False
        if not callable_:
            yield Error(
                f"ABSURD_DASHBOARD['PANELS'] names {path!r}, which is no function.",
                hint="Name functions by their dotted paths; they get the access and the task.",
                id="absurd_dashboard.E014",
            )
    if given.logo and finders.find(given.logo) is None:
        yield checks.Warning(
            f"ABSURD_DASHBOARD['LOGO'] names {given.logo!r}, which no static files finder finds.",
            hint="Name a file as in {% static %}; see `manage.py findstatic`.",
            id="absurd_dashboard.W002",
        )


def _links(given: DashboardSettings) -> Iterator[CheckMessage]:
    from absurd_dashboard.extend.links import target  # needs the models

    for label, said in given.task_links.items():
        try:
            target(said)
        except (ValueError, ImportError) as error:
            yield Error(
                f"ABSURD_DASHBOARD['TASK_LINKS'][{label!r}] makes no link: {error}.",
                hint="Give a template of an https URL or of a path, or a function's dotted path.",
                id="absurd_dashboard.E013",
            )
