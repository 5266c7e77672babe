"""What the timeline's template draws; every position is text, in percent of the width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from absurd_dashboard.timeline.model import Row
from absurd_dashboard.timeline.ticks import Tick

if TYPE_CHECKING:
    from absurd_dashboard.queries.tasks import TaskRow


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle in an SVG as wide as the axis.

    Attributes:
        left: with the unit ``%``; ``right`` and ``width`` likewise.
        css: classes for the kind and the state's colour.
        is_thin: drawn as a dashed line: nobody works meanwhile.
        is_instant: drawn as a dot: it took no time.
        guesses: where concluded edges are marked.
    """

    left: str
    right: str
    width: str
    css: str
    title: str
    is_thin: bool
    is_instant: bool
    guesses: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Track:
    """A line of bars with its label.

    Attributes:
        is_named: whether ``label`` is a name from code and not a word of ours.
        note: what else is worth saying beside it.
        times: how many spans it stands for.
        listing: the spans one by one, if there are several.
        checkpoint: the checkpoint it is drawn from, if it is a single one's.
        child: the task that was awaited meanwhile, if it is in sight; ``life`` is its own.
    """

    label: str
    is_named: bool
    note: str
    kind: str
    css: str
    icon: str
    length: str
    times: int
    bars: Sequence[Bar]
    listing: Listing | None = None
    checkpoint: str | None = None
    child: TaskRow | None = None
    life: Sequence[Bar] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """The spans of a line one by one, a page of them.

    Attributes:
        key: what names the line in ids and in the query.
        tracks: empty where they are many, and drawn only on demand.
        page: from 1, of ``pages``.
        first: number of the first that is drawn; ``last`` and ``total`` likewise.
        asked: whether the query asks for it.
    """

    key: str
    tracks: Sequence[Track]
    page: int
    pages: int
    first: int
    total: int
    asked: bool

    @property
    def last(self) -> int:
        """Number of the last that is drawn."""
        return self.first + len(self.tracks) - 1


@dataclass(frozen=True, slots=True)
class Lane:
    """An attempt.

    Attributes:
        skipped: how many tracks are left out between ``tracks`` and ``latest``.
    """

    row: Row
    length: str
    bars: Sequence[Bar]
    tracks: Sequence[Track]
    latest: Sequence[Track]
    skipped: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A label on the axis.

    Attributes:
        anchor: SVG's text-anchor.
        shift: pixels by which it stands off its line.
    """

    x: str
    label: str
    anchor: str
    shift: int
    tick: Tick | None = None


@dataclass(frozen=True, slots=True)
class Fold:
    """A collapsed gap."""

    left: str
    width: str
    middle: str
    label: str
    title: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the template draws.

    Attributes:
        start: the instant at the axis' left; ``day`` is its date in UTC.
        now: where now is, unless the task is finished.
        earlier: how many earlier attempts are left out.
        collapsible: whether there is idle time to collapse.
        axis: the axis as JSON for timeline.js: pieces of milliseconds, fractions, and whether idle.
    """

    lanes: Sequence[Lane]
    marks: Sequence[Mark]
    folds: Sequence[Fold]
    now: Mark | None
    start: datetime
    day: str
    earlier: int
    attempts: int
    is_true_scale: bool
    collapsible: bool
    axis: str
