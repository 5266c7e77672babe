"""What the code offers to hosts and to scripts, read from the code itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from uuid import UUID

from django.core.management import find_commands
from django.test import Client
from django.urls import reverse

import absurd_core
import absurd_dashboard
from absurd_dashboard import gate, urls
from absurd_dashboard.conf import DashboardSettings
from absurd_dashboard.links import AT

PACKAGE = Path(absurd_dashboard.__file__).parent


def settings() -> set[str]:
    """Keys of ``ABSURD_DASHBOARD``."""
    return {each.name.upper() for each in fields(DashboardSettings)}


def url_names() -> set[str]:
    """Names of the URLs, in no tenant's and no engine's name."""
    names = {str(each.name) for each in urls.urlpatterns if hasattr(each, "name")}
    return {name for name in names if not name.startswith(AT)}


def blocks() -> set[str]:
    """Blocks of the frame around every page."""
    names = ("base.html", "partial.html")
    found = [(PACKAGE / "templates" / "absurd_dashboard" / name).read_text() for name in names]
    return {block for text in found for block in re.findall(r"{% block (\w+) %}", text)}


def commands() -> set[str]:
    """Management commands."""
    return set(find_commands(str(PACKAGE / "management")))


def signals() -> set[str]:
    """Signals, by their dotted paths."""
    return {
        f"{gate.__name__}.{name}"
        for name in vars(gate)
        if isinstance(vars(gate)[name], gate.Signal)
    }


def checks() -> set[str]:
    """Ids of the system checks."""
    sources = [path.read_text() for path in PACKAGE.rglob("*checks.py")]
    return {found for text in sources for found in re.findall(r"absurd_dashboard\.[EW]\d{3}", text)}


def core() -> set[str]:
    """What ``absurd_core`` exports."""
    return set(absurd_core.__all__)


def twins(client: Client, task: UUID, cause: str) -> Iterator[tuple[str, set[str]]]:
    """Pages' names, and the keys of the JSON that each answers."""
    things = {
        "queue": ["orders"],
        "task": [task],
        "failure": [cause],
        "event": ["orders", "paid"],
    }
    plain = ("overview", "attention", "queues", "tasks", "failures", "events", "workers")
    rest = ("workflows", "bulk", "audit", "charts", "views", "task_counts")
    for name in (*plain, *rest, *things):
        address = reverse(f"absurd_dashboard:{name}", args=things.get(name, []))
        yield name, set(client.get(address, headers={"Accept": "application/json"}).json())
