"""Processor time of other processes, as far as they are on this machine."""

from __future__ import annotations

from pathlib import Path

import psutil
import psycopg


def backends(url: str) -> list[psutil.Process]:
    """The processes of the PostgreSQL server behind a URL; none where it is on another machine."""
    return [child for server in servers(url) for child in server.children()]


def servers(url: str) -> list[psutil.Process]:
    """The PostgreSQL server behind a URL as a process; none where it is on another machine."""
    with psycopg.connect(url) as connection:
        (directory,) = connection.execute("show data_directory").fetchone() or ("",)
    file = Path(directory) / "postmaster.pid"
    if not file.exists():
        return []
    return [psutil.Process(int(file.read_text().split()[0]))]


def dashboards(url: str) -> list[psutil.Process]:
    """Those of :func:`backends` that a dashboard reads the engine through."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "select pid from pg_stat_activity where application_name like 'absurd-dashboard%'"
        ).fetchall()
    numbers = {number for (number,) in rows}
    return [process for process in backends(url) if process.pid in numbers]


def spent(processes: list[psutil.Process]) -> dict[int, float]:
    """Milliseconds of processor time that processes have taken, by their number."""
    found = {}
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        found[process.pid] = float(times.user + times.system) * 1000
    return found


def between(before: dict[int, float], after: dict[int, float]) -> float:
    """What the processes that were there at both times have taken meanwhile."""
    return sum(after[pid] - before[pid] for pid in before.keys() & after.keys())
