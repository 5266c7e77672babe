"""Names, errors and payloads as somebody would write them who wants to break a page."""

from __future__ import annotations

from itertools import product
from typing import Any
from uuid import UUID

import psycopg

from tests.dashboard.engine import Engine

#: What every script among them would do; no page ever has such an attribute.
PWN = "document.documentElement.dataset.pwned=1"
_BREAKOUTS = ["", '">', "'>", "</script>", "</textarea>", "</title></style>", "-->", "]]>\n"]
_ELEMENTS = [
    f"<script>{PWN}</script>",
    f"<img src=x onerror={PWN}>",
    f"<svg/onload={PWN}>",
    f"<iframe srcdoc='<script>parent.{PWN}</script>'></iframe>",
    "<b data-pwned style=position:fixed;inset:0><base href=//evil.example><meta http-equiv=refresh",
]
_QUOTES = ["", "'", '"', "`", "\\'", '\\"', "${", "\u2028"]
_SCRIPTS = [
    f"javascript:{PWN}",
    f";{PWN};//",
    f"-{PWN}-",
    f"}}{PWN}{{",
    f" onfocus={PWN} autofocus x=",
]
_SQL = [
    "; drop schema absurd cascade; --",
    " or 1=1 --",
    ") union select null --",
    "%s%(now)s%%",
    "\\",
]
_TEMPLATES = ["{{7*7}}", "{% debug %}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{0.__class__}",
              "{queue}", "{{request.user}}", "%(event)s",
              "{% include 'admin/base.html' %}"]  # fmt: skip
_DECEIVING = [*range(0x01, 0x20), 0x7F, 0x85, 0x200B, 0x200E, 0x200F, 0x2028, 0x202A, 0x202E,
              0x2066, 0x2067, 0x2069, 0xFEFF, 0xFFF9, 0xE0041]  # fmt: skip

#: Some forty payloads of each class.
CLASSES: dict[str, list[str]] = {
    "markup": [f"{before}{element}" for before, element in product(_BREAKOUTS, _ELEMENTS)],
    "script": [f"{quote}{script}" for quote, script in product(_QUOTES, _SCRIPTS)],
    "sql": [f"x{quote}{text}" for quote, text in product(_QUOTES, _SQL)],
    "template": [f"{before}{text}" for before, text in product(["", "a ", "'", '"'], _TEMPLATES)],
    "invisible": [f"a{chr(code)}b{chr(code)}" for code in _DECEIVING],
    "long": [char * 400 + str(n) for n, char in product(range(7), "WaéÜ字\u202e")],
}
HARMLESS = [f"an ordinary name, number {number}" for number in range(40)]


class Writer(Engine):
    """An engine on a connection of its own, in the real time."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        super().__init__()
        self.connection = connection

    def call(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows."""
        cursor = self.connection.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def fill(engine: Engine, texts: list[str]) -> tuple[str, UUID]:
    """A queue in which every field that a worker can write holds one of the texts.

    Returns:
        The queue, and its task with all texts in every payload and step.
    """
    queue = engine.create(shortest(texts))
    payload = {text: [text, {text: text}] for text in texts}
    big = engine.spawn(queue, texts[0], payload, headers=payload, idempotency_key=texts[0][:500])
    run = engine.claim(queue, worker=texts[0], lease=3600)
    for text in texts:
        engine.checkpoint(queue, big, run, text, {text: text})
    for text in texts:
        error = {"name": text, "message": text, "traceback": text * 5}
        failed = engine.spawn(queue, text, text, max_attempts=1, idempotency_key=f"{text}."[:500])
        engine.fail(queue, engine.claim(queue, worker=text), **error)
        engine.emit(queue, text, {text: str(failed)})
    engine.wait(queue, big, run, f"{texts[0]}!")
    return queue, big


def shortest(texts: list[str]) -> str:
    """A name for a queue, which may have 57 bytes."""
    return min(texts, key=len).encode()[:57].decode(errors="ignore")
