"""Two JSON strings of several lines, such as tracebacks, each reduced to the lines that differ."""

from __future__ import annotations

import json
from difflib import SequenceMatcher

#: Lines of either that are aligned; texts of more are shown as any other value.
MOST = 400
_LEFT_OUT = "…"


def unlike(before: str, after: str) -> tuple[str, str] | None:
    """The lines in which two texts differ, what is between them left out.

    Args:
        before: a JSON value.
        after: another.

    Returns:
        None where they are no strings of several lines each, or differ in none of them.
    """
    old, new = _lines(before), _lines(after)
    if old is None or new is None or old == new:
        return None
    shown: tuple[list[str], list[str]] = ([], [])
    for what, first, last, start, end in SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        same = what == "equal"
        shown[0].extend([_LEFT_OUT] if same else old[first:last])
        shown[1].extend([_LEFT_OUT] if same else new[start:end])
    return "\n".join(shown[0]), "\n".join(shown[1])


def _lines(text: str) -> list[str] | None:
    try:
        value = json.loads(text) if text.startswith('"') else None
    except ValueError:  # it was cut off
        return None
    lines = value.splitlines() if isinstance(value, str) else []
    return lines if 1 < len(lines) <= MOST else None
