"""Two machines in one: the engine and its writers on one core, the dashboard on the others.

What the dashboard's statements cost the engine is seen without what its web server takes from it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

import psutil


def engines() -> list[int]:
    """The cores of the engine: the first, or all where there is no other."""
    return sorted(os.sched_getaffinity(0))[:1]


def others() -> list[int]:
    """The cores of everything else."""
    every = sorted(os.sched_getaffinity(0))
    return every[1:] or every


@contextmanager
def kept_to(cores: list[int], processes: Iterable[psutil.Process]) -> Iterator[None]:
    """Keep processes, and those that they start, to some cores for the block."""
    before = {}
    for process in processes:
        with suppress(psutil.NoSuchProcess, ProcessLookupError):  # a connection has just ended
            for thread in process.threads():
                before[thread.id] = os.sched_getaffinity(thread.id)
                os.sched_setaffinity(thread.id, cores)
    try:
        yield
    finally:
        for thread, every in before.items():
            with suppress(ProcessLookupError):  # it has ended meanwhile
                os.sched_setaffinity(thread, every)
