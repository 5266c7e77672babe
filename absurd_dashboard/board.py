"""What one process of a web server drew for open pages, for the others to show.

Processes that were forked from one share a file without a name, which lies in memory where the
system has that. Each page has a place in it. Where processes begin on their own, each has a file
for itself, and nothing is shared.
"""

from __future__ import annotations

import logging
import os
import pickle
import struct
import tempfile
import zlib
from collections.abc import Hashable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from time import monotonic, sleep

try:
    import fcntl
except ImportError:  # Windows, where nothing is forked
    fcntl = None  # type: ignore[assignment]

logger = logging.getLogger(__name__)

#: Pages that there is room for; two that have the same place take turns.
PLACES = 256
#: Bytes for a page, compressed; a larger one stays in its process.
ROOM = 65_536
# Seconds to wait for a process that reads the same page just now, and between two looks.
_PATIENCE, _PAUSE = 0.25, 0.005
_DIGEST = 16
# The page's key, a checksum of what follows, and how long its parts are.
_HEAD = struct.Struct(f"!{_DIGEST}s{_DIGEST}sII")
# The descriptor of the board.
_file = -1


@dataclass(frozen=True, slots=True)
class Posted:
    """A page as another process, or this one, has shown it.

    Attributes:
        token: names what it shows, and when that was true.
        rests: how long whoever shows it is to wait before asking again.
        drawn: what it looks like; None where that is not known, or depends on who looks.
    """

    token: str
    rests: timedelta
    drawn: bytes | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page is posted."""

    key: bytes

    @property
    def _offset(self) -> int:
        return int.from_bytes(self.key[:4], "big") % PLACES * ROOM

    def read(self) -> Posted | None:
        """What was posted last; None where that was another page, or is being written."""
        whole = os.pread(_file, ROOM, self._offset)
        if len(whole) < _HEAD.size:
            return None
        key, checksum, named, drawn = _HEAD.unpack_from(whole)
        text = whole[_HEAD.size : _HEAD.size + named + drawn]
        if key != self.key or checksum != _digest(text):
            return None
        rests, _, token = text[:named].decode().partition(" ")
        shown = zlib.decompress(text[named:]) if drawn else None
        return Posted(token, timedelta(milliseconds=int(rests)), shown)

    def write(self, posted: Posted) -> None:
        """Post a page, in place of what is there."""
        named = f"{posted.rests // timedelta(milliseconds=1)} {posted.token}".encode()
        drawn = b"" if posted.drawn is None else zlib.compress(posted.drawn, level=1)
        if _HEAD.size + len(named) + len(drawn) > ROOM:
            return
        text = named + drawn
        head = _HEAD.pack(self.key, _digest(text), len(named), len(drawn))
        with suppress(OSError):  # no room is left: others read for themselves
            os.pwrite(_file, head + text, self._offset)

    def lock(self) -> bool:
        """Keep other processes out, unless one is there; ends with this process at the latest."""
        try:
            fcntl.lockf(_file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, self._offset)
        except OSError:
            return False
        return True

    def unlock(self) -> None:
        """Let others in."""
        fcntl.lockf(_file, fcntl.LOCK_UN, 1, self._offset)


@contextmanager
def turn(key: Hashable | None) -> Iterator[Place | None]:
    """The only process to read a page, unless that takes the others too long.

    Args:
        key: all that decides what the page shows, what the viewer may see above all; the threads
            of one process take turns before they come here. None where nothing is to be shared.

    Yields:
        Its place; None where there is none for such a key.
    """
    place = _place(key)
    if place is None:
        yield None
        return
    until = monotonic() + _PATIENCE
    while not (alone := place.lock()) and monotonic() < until:
        sleep(_PAUSE)
    try:
        yield place
    finally:
        if alone:
            place.unlock()


def put_up() -> None:
    """Make the board, which this process and those that it forks from now on have in common."""
    global _file
    for make in (_in_memory, _in_a_file):
        with suppress(OSError, AttributeError):  # the system forbids it, or knows no such thing
            _file = make()
            return
    logger.info("There is no room for a board: each process reads for itself.")


def _in_memory() -> int:
    return os.memfd_create("absurd-dashboard")


def _in_a_file() -> int:
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def clear() -> None:
    """Take everything off."""
    if _file >= 0:
        os.truncate(_file, 0)


def _place(key: Hashable | None) -> Place | None:
    if key is None or fcntl is None or _file < 0:
        return None
    # Pickled, two keys are the same only where all that is in them is.
    with suppress(pickle.PicklingError, TypeError, AttributeError):
        return Place(_digest(pickle.dumps(key)))
    return None


def _digest(text: bytes) -> bytes:
    return blake2b(text, digest_size=_DIGEST).digest()
