"""The design's tokens, read from the stylesheet that defines them, so that a page can show them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from django.contrib.staticfiles import finders

_STYLESHEET = "absurd_dashboard/app.css"
_LAYER = re.compile(r"@layer abs-tokens \{(.*?)\n\}", re.DOTALL)
_TOKEN = re.compile(r"(--abs-[\w-]+): (.+?);")
_PAIR = re.compile(r"light-dark\((oklch\([^)]*\)), (oklch\([^)]*\))\)")


@dataclass(frozen=True, slots=True)
class Token:
    """A custom property of the stylesheet.

    Attributes:
        light: its value in light; ``dark`` its other one. Both are empty for what is no colour.
    """

    name: str
    value: str
    light: str = ""
    dark: str = ""


def tokens() -> tuple[Token, ...]:
    """Every token, in the order of the stylesheet.

    Raises:
        FileNotFoundError: the stylesheet is not where staticfiles look.
    """
    found = finders.find(_STYLESHEET)
    if not isinstance(found, str):
        raise FileNotFoundError(_STYLESHEET)
    layer = _LAYER.search(Path(found).read_text(encoding="utf-8"))
    named = dict(reversed(_TOKEN.findall(layer[1]))) if layer else {}  # the first of a name counts
    return tuple(_token(name, value) for name, value in reversed(named.items()))


def _token(name: str, value: str) -> Token:
    pair = _PAIR.fullmatch(value)
    return Token(name, value, pair[1], pair[2]) if pair else Token(name, value)
