"""docs/scripts.md: what its examples show is what comes, in these shapes."""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from tests.dashboard.engine import Engine
from tests.packaging.environments import ROOT

TEXT = (ROOT / "docs" / "scripts.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```console\n\$ (curl .*?)\n(\{.*?)\n?^```", TEXT, re.MULTILINE | re.DOTALL)
#: The task of the examples.
TASK = "019c9e2a-7d00-7000-8000-000000000001"


@pytest.fixture
def task(engine: Engine) -> UUID:
    """The same task, here."""
    engine.create("orders")
    return engine.failed("orders")


def differing(shown: Any, found: Any, where: str = "") -> Iterator[str]:
    """Where an answer lacks what is shown of it, or has another kind of value there."""
    if isinstance(shown, dict) and isinstance(found, dict):
        for key, part in shown.items():
            if key in found:
                yield from differing(part, found[key], f"{where}.{key}")
            else:
                yield f"{where}.{key} is missing"
    elif isinstance(shown, list) and isinstance(found, list):
        for number, part in enumerate(shown):
            if number < len(found):
                yield from differing(part, found[number], f"{where}[{number}]")
            else:
                yield f"{where}[{number}] is missing"
    elif type(shown) is not type(found):
        yield f"{where} is {found!r}"


@pytest.mark.parametrize(("command", "answer"), EXAMPLES, ids=[e[0][-60:] for e in EXAMPLES])
def test_an_example_is_answered_as_it_shows(
    client: Client, task: UUID, command: str, answer: str
) -> None:
    (path,) = re.findall(r"\$url(/[^ \"]*)", command)
    address = "/absurd" + path.replace(TASK, str(task))
    headers = {"Accept": "application/json"}

    found = client.post(address, headers=headers) if "-X POST" in command else client.get(address)

    shown = json.loads(answer)
    assert found.headers["Content-Type"] in {"application/json", "application/problem+json"}
    assert found.status_code == shown.get("status", 200)
    assert list(differing(shown, found.json())) == []


def test_there_are_examples_of_reading_doing_and_refusing() -> None:
    assert len(EXAMPLES) == 5
    assert '"status": 404' in EXAMPLES[-1][1]
