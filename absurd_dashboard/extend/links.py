"""Links from a task to where else it is known: logs, traces, the customer's page."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from django.utils.module_loading import import_string

from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.extend.tasks import TaskInView

logger = logging.getLogger("absurd_dashboard.extend")

#: What a template may name, besides ``headers.<key>``.
NAMES = ("queue", "task_id", "task_name", "run_id", "state")
_PLACE = re.compile(r"\{([^{}]*)\}")
_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")

Target = Callable[[TaskInView], str | None]


@dataclass(frozen=True, slots=True)
class TaskLink:
    """A link of the host's.

    Attributes:
        label: what it says.
        url: where it leads; empty where it could not be made.
        trouble: why not, in words.
    """

    label: str
    url: str
    trouble: str = ""


def task_links(task: TaskInView) -> tuple[TaskLink, ...]:
    """The links that ``TASK_LINKS`` makes of a task; none for which the task lacks a value."""
    made = (_made(label, said, task) for label, said in dashboard_settings().task_links.items())
    return tuple(link for link in made if link is not None)


def target(said: str) -> Target:
    """What makes the address of a link.

    Args:
        said: a template such as ``https://logs.example.org/?q={task_id}``, or the dotted path of a
            function that gets the task.

    Raises:
        ValueError: the template is neither relative nor https, or names what there is not.
        ImportError: there is no such function.
    """
    if _DOTTED.fullmatch(said):
        found: Target = import_string(said)
        return found
    if not is_safe(said):
        raise ValueError(f"{said!r} begins neither with https:// nor with a single slash")
    for name in _PLACE.findall(said):
        if name not in NAMES and not name.startswith("headers."):
            raise ValueError(f"{{{name}}} is none of {', '.join(NAMES)} and headers.<key>")
    return partial(_filled, said)


def is_safe(url: str) -> bool:
    """Whether an address is one that a page may link to: https, or a path of the same site."""
    return url.startswith("https://") or (url.startswith("/") and url[1:2] not in ("/", "\\"))


def _made(label: str, said: str, task: TaskInView) -> TaskLink | None:
    try:
        url = target(said)(task)
    except Exception as error:
        logger.exception("TASK_LINKS: %s", label)
        return TaskLink(label, "", type(error).__name__)
    if url is None:
        return None
    if not is_safe(url):
        return TaskLink(label, "", "its address is neither https nor a path of this site")
    return TaskLink(label, url)


def _filled(template: str, task: TaskInView) -> str | None:
    values = {name: _value(task, name) for name in _PLACE.findall(template)}
    if None in values.values():
        return None
    return _PLACE.sub(lambda place: quote(str(values[place[1]]), safe=""), template)


def _value(task: TaskInView, name: str) -> str | None:
    found = (
        task.headers.get(name.removeprefix("headers."))
        if name.startswith("headers.")
        else getattr(task, name)
    )
    return None if found is None or isinstance(found, dict | list) else str(found)
