"""Connections go to the process that has the fewest: browsers keep theirs for as long as they ask.

The processes of a web server listen on one socket, and whichever is first has a connection until it
ends. So one of two could be asked by seven of eight browsers, while the other's core rests.
"""

from __future__ import annotations

import mmap
from time import sleep
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

_PLACES, _NOBODY, _MOST = 256, 255, 254
#: How many connections each process has. Those that are forked from one share it.
_connections = mmap.mmap(-1, _PLACES)
_connections[:] = bytes([_NOBODY]) * _PLACES
# Seconds for another process to take a connection: about what a thread of it keeps the interpreter.
_HEAD_START = 0.002


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's threaded worker, which lets those go first that have fewer connections."""

    def accept(self, *arguments: Any) -> None:
        """Take a new connection, unless another process has just done so."""
        if self.nr_conns > min(_connections[:]):
            sleep(_HEAD_START)
        super().accept(*arguments)
        self._tell()

    def notify(self) -> None:
        """Called by gunicorn whenever something has happened, and at least each second."""
        self._tell()
        super().notify()

    def _tell(self) -> None:
        _connections[self.age % _PLACES] = min(self.nr_conns, _MOST)


def gone(_arbiter: Any, worker: Worker) -> None:
    """A process has ended: nobody is to leave it anything."""
    _connections[worker.age % _PLACES] = _NOBODY
