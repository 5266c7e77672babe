"""The demo's workers and its traffic: kept running, and now and then killed."""

import random
import time
from collections.abc import Sequence

from absurd_dashboard.demo.processes import Child


class Crew:
    """Running processes that are started again when they end, for whatever reason.

    Args:
        workers: those that are also killed from time to time.
        others: those that are not.
        crash_every: seconds between two crashes; 0: none.
        downtime: seconds until a process that ended is started again; longer than a worker's
            lease, so that there are dead leases to look at.
    """

    def __init__(
        self,
        workers: Sequence[Child],
        others: Sequence[Child],
        *,
        crash_every: float,
        downtime: float,
    ) -> None:
        self._workers = workers
        self._all = [*workers, *others]
        self._crash_every = crash_every
        self._downtime = downtime
        self._back_at: dict[str, float] = {}
        self._next_crash = time.monotonic() + crash_every

    def tend(self) -> None:
        """Do what is due: start those again that are down for long enough, and crash one."""
        now = time.monotonic()
        for child in self._all:
            self._revive(child, now)
        if self._crash_every and now >= self._next_crash:
            self._next_crash = now + self._crash_every
            self._crash()

    def _revive(self, child: Child, now: float) -> None:
        if child.running:
            return
        if now >= self._back_at.setdefault(child.name, now + self._downtime):
            del self._back_at[child.name]
            child.start()

    def _crash(self) -> None:
        if up := [worker for worker in self._workers if worker.running]:
            random.choice(up).kill()  # noqa: S311  any of them
