"""The reference lists exactly what there is, so that nothing public appears or goes unnoticed."""

import re
from uuid import UUID

import pytest
from django.test import Client

from absurd_dashboard.fingerprint import fingerprint
from tests.dashboard.engine import Engine
from tests.packaging.environments import ROOT
from tests.reference import public

REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """The part of the reference under a heading."""
    (found,) = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", REFERENCE, re.MULTILINE | re.DOTALL)
    return str(found)


def first_cells(title: str) -> set[str]:
    """What the rows of a table begin with."""
    return set(re.findall(r"^\| `([^`]+)` \|", section(title), re.MULTILINE))


def named(title: str) -> set[str]:
    """Everything that stands in backticks under a heading, but for tables."""
    return set(re.findall(r"`([^`\n]+)`", section(title)))


def test_settings() -> None:
    assert first_cells("Settings") == public.settings()


def test_url_names() -> None:
    assert named("URL names") == public.url_names()


def test_blocks() -> None:
    assert first_cells("Template blocks") == public.blocks()


def test_commands() -> None:
    assert first_cells("Management commands") == public.commands()


def test_signals() -> None:
    assert first_cells("Signals") == public.signals()


def test_checks() -> None:
    assert first_cells("System checks") == public.checks()


def test_names_of_absurd_core() -> None:
    assert named("absurd_core") == public.core()


@pytest.fixture
def task(engine: Engine) -> UUID:
    """A failed task in a queue with an event."""
    engine.create("orders")
    engine.emit("orders", "paid")
    return engine.failed("orders")


def test_keys_of_json(client: Client, task: UUID) -> None:
    cause = fingerprint("ValueError", "no", "Traceback …")
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", section("JSON"), re.MULTILINE)
    documented = {name: set(re.findall(r"`(\w+)`", keys)) for name, keys in rows}

    assert documented == dict(public.twins(client, task, cause))
