"""Open pages: what each has seen, and how those that show the same share one reading of the engine.

An open page asks every two seconds whether it is still true. While nothing is written, the answer
is one statement, or none where another page asked a moment ago. While something is written all the
time, a page is read anew once for all who look at it, and not at all where the rows that it shows
have kept their versions. All of this is of one process, but for what :mod:`absurd_dashboard.board`
tells the others, and outlives no request's rights: what is shared is what one grant sees at one
address.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice
from typing import Any

from django.core.signals import setting_changed
from django.dispatch import receiver

from absurd_dashboard import board
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.engine import instant
from absurd_dashboard.queries.versions import NOTHING, Followed, Place

#: Pages of a process that are remembered: those asked for last.
REMEMBERED = 128
#: Tasks whose rows are read together.
TOGETHER = 1_000
#: The statements of a page take a fiftieth of the time at most; for that it rests so long at most.
SHARE, LONGEST_REST = 50, timedelta(seconds=15)
# Part of the interval for which a reading is new enough for whoever has not seen it.
_FRESH = 0.5
_LONGEST = 15  # digits of an instant


@dataclass(frozen=True, slots=True)
class Token:
    """What an open page has seen.

    Attributes:
        at: when it was read, in milliseconds.
        stamp: see :class:`absurd_dashboard.engine.Snapshot`.
        state: equal as long as the page shows the same.
    """

    at: int = 0
    stamp: str = ""
    state: str = ""

    @classmethod
    def of(cls, text: str) -> Token:
        """Read what a page sends; anything else is a page that has seen nothing."""
        at, _, rest = text.partition(".")
        stamp, _, state = rest.partition(".")
        if not at.isdecimal() or len(at) > _LONGEST:
            return cls()
        return cls(int(at), stamp, state)

    def __str__(self) -> str:
        return f"{self.at}.{self.stamp}.{self.state}"


@dataclass(frozen=True, slots=True)
class Reading:
    """A page as it was read.

    Attributes:
        token: what names it; ``token.at`` is when it was last true.
        shown: what to draw it from; None where that is not kept.
        drawn: what it looks like to everybody who may see it; None where nobody drew it yet, or
            where that depends on who looks.
        follows: the tasks whose rows tell whether it is still true.
        rows: the versions of these rows.
        since: when it was read in full, in milliseconds.
        rests: how long whoever shows it is to wait before asking again; see :func:`rest`.
    """

    token: Token
    shown: Any
    follows: Followed
    rows: str
    since: int
    rests: timedelta
    drawn: bytes | None = None

    @classmethod
    def posted(cls, token: Token, rests: timedelta, drawn: bytes | None) -> Reading:
        """What another process has read of a page whose rows nobody follows."""
        return cls(token, None, NOTHING, "", token.at, rests, drawn)

    def serves(self, known: Token) -> bool:
        """Whether it answers a page that has seen ``known``: it is newer, and still new."""
        return self._says(known) and self.token.at > known.at and _new(self.token.at, self.rests)

    def holds(self, known: Token, rows: Callable[[], str]) -> bool:
        """Whether it is still true, for a page that has seen ``known``.

        Args:
            known: what the page has seen.
            rows: reads the versions that its rows have now.
        """
        old = instant() - self.since >= self.follows.lasts / timedelta(milliseconds=1)
        return not old and self._says(known) and self.rows == rows()

    def _says(self, known: Token) -> bool:
        """Whether there is an answer in it for a page that has seen ``known``."""
        kept = self.shown is not None or self.drawn is not None
        return kept or self.token.state == known.state

    def renewed(self, at: int, stamp: str) -> Reading:
        """The same, true at another time: its rows told, which cost next to nothing."""
        token = replace(self.token, at=at, stamp=stamp)
        return replace(self, token=token, rests=rest())

    def kept(self, whole: bool) -> Reading:
        """What to remember of it: all, or what tells whether it is still true."""
        return self if whole else replace(self, shown=None)


@dataclass(slots=True)
class Watch:
    """One page as one grant sees it, and the last reading of it.

    Attributes:
        sight: what the grant sees of the engine.
        asked: when it was asked for last, in milliseconds.
    """

    sight: Hashable
    reading: Reading | None = None
    asked: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def open(self) -> bool:
        """Whether somebody who shows the last reading may still be there."""
        rests = self.reading.rests if self.reading else rest()
        return instant() - self.asked <= 2 * rests / timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Versions:
    """Versions of the rows of tasks that several open pages follow, read together.

    Attributes:
        at: when, in milliseconds.
        stamp: what the engine had then.
        tasks: the tasks that they were read of.
        found: see :func:`absurd_dashboard.queries.versions.versions`.
    """

    at: int
    stamp: str
    tasks: frozenset[Place]
    found: Mapping[Place, str]

    def tell(self, reading: Reading, known: Token) -> bool:
        """Whether they tell that a reading is still true, for a page that has seen ``known``."""
        return (
            self.at > max(known.at, reading.token.at)
            and _new(self.at, rest())
            and bool(reading.follows.tasks)
            and self.tasks >= reading.follows.tasks
            and reading.holds(known, lambda: reading.follows.rows(self.found))
        )


_watches: OrderedDict[Hashable, Watch] = OrderedDict()
#: By what a grant sees of an engine: the versions that were read last.
_versions: OrderedDict[Hashable, Versions] = OrderedDict()
#: By engine: the stamp that it had last, and when.
_stamps: dict[str, Token] = {}
_lock = threading.Lock()


@contextmanager
def turn(key: Hashable, sight: Hashable) -> Iterator[Watch]:
    """The only one to read a page: others wait, and find what was read meanwhile.

    Args:
        key: all that decides what the page shows, what the viewer may see above all.
        sight: what the viewer may see of the engine alone.
    """
    with _lock:
        watch = _watches.setdefault(key, Watch(sight))
        watch.asked = instant()
        _watches.move_to_end(key)
        while len(_watches) > REMEMBERED:
            _watches.popitem(last=False)
    with watch.lock:
        yield watch


def versions(sight: Hashable) -> Versions | None:
    """What was read last of the rows that pages with the same sight follow."""
    return _versions.get(sight)


def followed(sight: Hashable) -> list[Place]:
    """Tasks that open pages with the same sight follow, at most :data:`TOGETHER`."""
    with _lock:
        watches = [each for each in _watches.values() if each.sight == sight]
    readings = (watch.reading for watch in watches if watch.reading and watch.open)
    tasks = (place for reading in readings for place in reading.follows.tasks)
    return list(islice(tasks, TOGETHER))


def told(sight: Hashable, versions: Versions) -> None:
    """Remember what was read, for the other pages that follow these tasks."""
    with _lock:
        _versions[sight] = versions
        _versions.move_to_end(sight)
        while len(_versions) > REMEMBERED:
            _versions.popitem(last=False)


def rest(wished: timedelta = timedelta(0), took: float = 0.0) -> timedelta:
    """How long an open page is to wait between two questions.

    Args:
        wished: what the page asks for, if that is longer than the setting.
        took: seconds that the statements of its last reading took.
    """
    calm = min(timedelta(seconds=took * SHARE), LONGEST_REST)
    return max(dashboard_settings().refresh_interval, wished, calm)


def stamped(engine: str, at: int, stamp: str) -> None:
    """Remember which stamp an engine had at a time."""
    _stamps[engine] = Token(at, stamp)


def unwritten(engine: str, known: Token) -> int | None:
    """When another page found, a moment ago, that nothing was written since ``known``."""
    last = _stamps.get(engine, Token())
    same = bool(known.stamp) and last.stamp == known.stamp
    return last.at if same and last.at > known.at and _new(last.at, rest()) else None


@receiver(setting_changed)
def forget(**_: object) -> None:
    """Forget what was read, which other settings might show otherwise."""
    with _lock:
        _watches.clear()
        _versions.clear()
        _stamps.clear()
        board.clear()


def _new(at: int, rests: timedelta) -> bool:
    return 0 <= instant() - at < rests * _FRESH / timedelta(milliseconds=1)
