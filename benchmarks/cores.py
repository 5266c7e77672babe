"""Two machines in one: the engine and its writers on one core, the dashboard on the others.

What the dashboard's statements cost the engine is seen without what its web server takes from it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

import psutil

#: All cores, before any process is kept to some of them.
EVERY = sorted(os.sched_getaffinity(0))
#: The cores of the engine and its writers: the first.
ENGINES = EVERY[:1]
#: The cores of everything else; the same where there is one.
OTHERS = EVERY[1:] or EVERY


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
