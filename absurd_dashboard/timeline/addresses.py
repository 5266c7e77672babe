"""Where the links of a timeline lead: to the same page, with one thing changed in its query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from absurd_dashboard import anchors

#: What the query says of the timeline: its scale, the page of its table, and of the checkpoints
#: below, the checkpoint whose panel is open, and the lines whose spans are listed one by one.
SCALE, PAGE, STEPS, STEP, UNFOLD = "scale", "timeline", "steps", "step", "unfold"
#: Lines that are listed at once, the latest asked for.
_UNFOLDED = 5
_LONGEST_NUMBER = 6

#: Keys and values of a query string, in order; a key may come several times.
Query = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses as seen from one query.

    Attributes:
        panels: the address of a checkpoint's panel, up to where its name goes.
    """

    query: Query
    panels: str

    @classmethod
    def of(cls, query: Query) -> Addresses:
        """Links from a page with this query."""
        rest = _changed(query, STEP, [])
        return cls(query, rest if rest == "?" else f"{rest}&")

    def changed(self, key: str, value: str | None) -> str:
        """The same page with one thing changed; ``?`` alone where nothing is left."""
        return _changed(self.query, key, [] if value is None else [value])

    def panel(self, checkpoint: str) -> str:
        """Where the panel of a checkpoint is open."""
        return f"{self.panels}{urlencode({STEP: checkpoint})}#step"

    def step(self, checkpoint: str, page: int) -> str:
        """Where a checkpoint's value stands among all others."""
        return f"{self.changed(STEPS, str(page))}#{anchors.step(checkpoint)}-row"

    def table(self, page: int | None) -> str:
        """A page of the table; empty for none."""
        return f"{self.changed(PAGE, str(page))}#timeline-table" if page else ""

    def unfolding(self, key: str, page: int = 1) -> str:
        """Where a line's spans are listed one by one, beside those of the lines that are now."""
        others = [f"{other}.{at}" for other, at in self.unfolded.items() if other != key]
        wanted = [*others, f"{key}.{page}"][-_UNFOLDED:]
        return f"{_changed(self.query, UNFOLD, wanted)}#timeline-{key}"

    @property
    def unfolded(self) -> dict[str, int]:
        """The lines that are listed, by their keys, and which page of each."""
        wanted = (text.partition(".") for text in self._said(UNFOLD)[-_UNFOLDED:])
        return {key: number(page) for key, _, page in wanted}

    @property
    def is_true_scale(self) -> bool:
        """Whether idle time is to be as long as it was."""
        return self._said(SCALE)[-1:] == ["true"]

    @property
    def table_page(self) -> int | None:
        """Which page of the table is asked for, if one is."""
        said = self._said(PAGE)
        return number(said[-1]) if said else None

    def _said(self, key: str) -> list[str]:
        return [value for name, value in self.query if name == key]


def number(text: str) -> int:
    """A page's number; 1 for what is none."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return int(text) if is_number else 1


def _changed(query: Query, key: str, values: Sequence[str]) -> str:
    rest = [(name, value) for name, value in query if name != key]
    return f"?{urlencode([*rest, *((key, value) for value in values)])}"
