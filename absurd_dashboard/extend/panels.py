"""Panels of the host's on the page of a task; one that fails says so, and spoils nothing else."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString, mark_safe

from absurd_dashboard.access import Access
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.extend.tasks import TaskInView
from absurd_dashboard.rendering import to_string

logger = logging.getLogger("absurd_dashboard.extend")

#: A title, a template's name and its context; None for no panel.
Drawn = tuple[str, str, Mapping[str, Any]] | None
#: What ``PANELS`` names by dotted paths.
PanelFunction = Callable[[Access, TaskInView], Drawn]


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel of the host's.

    Attributes:
        title: its heading; the function's name where it failed.
        html: what its template made.
        trouble: the class of the error that it failed with, or empty.
    """

    title: str
    html: SafeString
    trouble: str = ""


def panels(request: HttpRequest, access: Access, task: TaskInView) -> tuple[Panel, ...]:
    """The panels that ``PANELS`` draws of a task, in their order.

    Each is drawn in the page's read transaction, and may query through ``access``.
    """
    drawn = (_drawn(path, request, access, task) for path in dashboard_settings().panels)
    return tuple(panel for panel in drawn if panel is not None)


def _drawn(path: str, request: HttpRequest, access: Access, task: TaskInView) -> Panel | None:
    try:
        # A savepoint: what fails in the database fails alone.
        with transaction.atomic(using=access.database):
            function: PanelFunction = import_string(path)
            made = function(access, task)
            if made is None:
                return None
            title, template, context = made
            html = to_string(request, template, {**context, "task": task})
            return Panel(title, mark_safe(html))  # noqa: S308  the host's own template
    except Exception as error:
        logger.exception("PANELS: %s", path)
        return Panel(path.rpartition(".")[2], SafeString(), type(error).__name__)
