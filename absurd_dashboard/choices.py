"""Links that change one thing of what a page shows: tabs, windows, chips."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from absurd_dashboard.display import Count
from absurd_dashboard.windows import WINDOWS, Window, wider


@dataclass(frozen=True, slots=True)
class Choice:
    """One link.

    Attributes:
        label: what it shows, in words.
        url: relative to the page: a query string with its ``?``.
        current: whether the page shows this now.
        state: name of the state whose shape it carries, or empty.
        count: how many it would show, where that is known.
    """

    label: str
    url: str
    current: bool = False
    state: str = ""
    count: Count | None = None


def query_url(kept: Mapping[str, object]) -> str:
    """A relative URL of a query string; empty values are left out."""
    return "?" + urlencode({key: value for key, value in kept.items() if value not in (None, "")})


def window_choices(current: Window, kept: Mapping[str, object]) -> tuple[Choice, ...]:
    """One link per window; ``kept`` is the rest of the query string."""
    return tuple(
        Choice(str(each.label), query_url({**kept, "window": each.key}), each == current)
        for each in WINDOWS
    )


def further(current: Window, kept: Mapping[str, object]) -> Choice | None:
    """The link that looks further back, for pages that found nothing; None at the widest."""
    window = wider(current)
    if window is None:
        return None
    return Choice(str(window.label), query_url({**kept, "window": window.key}))


def chips(kept: Mapping[str, object], keys: Iterable[str]) -> tuple[Choice, ...]:
    """What is filtered by, as (key, value) with a link that stops it; ``label`` is the key."""
    return tuple(
        Choice(key, query_url({**kept, key: ""}), state=str(kept[key]))
        for key in keys
        if kept.get(key)
    )
