"""How long the pages take: alone, and with eight clients at a time.

``python -m benchmarks.pages <URL of a loaded database>`` prints a table in Markdown.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from benchmarks.http import Answer, Browser, sign_in
from benchmarks.processor import backends, between, spent
from benchmarks.stack import USER, Dashboard, dashboard, versions

WARM_UP, ALONE, CLIENTS = 3, 20, 8

_SAMPLES = {
    "old": "select task_id from absurd.t_default where state = 'completed' and task_id >="
    " absurd.uuidv7_floor((select now - interval '10 days' from bench.load)) order by 1 limit 1",
    "failed": "select task_id from absurd.t_default where state = 'failed'"
    " order by task_id desc limit 1",
    "run": "select run_id from absurd.r_emails order by run_id limit 1",
    "deep": "select task_id from absurd.t_default order by task_id desc limit 1 offset"
    " (select least(100000, reltuples / 2) from pg_class where oid = 'absurd.t_default'::regclass)",
    "common": "select name from bench.names where i = 0",
    "middle": "select name from bench.names where i = 20",
    "rare": "select name from bench.names where i = 39",
}


@dataclass(frozen=True, slots=True)
class Case:
    """A page to measure.

    Attributes:
        path: with ``{sample}`` for what is looked up in the data set.
        target: milliseconds that its median may take at scale 1.
        poll: ask as an open page does, again and again, for what has not changed.
    """

    name: str
    path: str
    target: float
    poll: bool = False


CASES = (
    Case("overview", "/", 50),
    Case("queues", "/queues/", 50),
    Case("one queue", "/queues/default/", 50),
    Case("workers", "/workers/", 50),
    Case("tasks, newest", "/tasks/", 50),
    Case("tasks, whole history", "/tasks/?window=all", 50),
    Case("tasks of one queue", "/tasks/?queue=emails", 50),
    Case("tasks, failed", "/tasks/?state=failed", 50),
    Case("tasks, running", "/tasks/?state=running", 50),
    Case("tasks, pending in 30 d", "/tasks/?state=pending&window=30d", 50),
    Case("tasks, sleeping in 1 h", "/tasks/?state=sleeping&window=1h", 50),
    Case("tasks, common name", "/tasks/?name={common}", 50),
    Case("tasks, name of 1 %", "/tasks/?name={middle}", 50),
    Case("tasks, failed, name of 1 %: progressive", "/tasks/?name={middle}&state=failed", 50),
    Case("tasks, at depth 100,000", "/tasks/?window=all&older={deep}", 50),
    Case("tasks, failed, at depth", "/tasks/?window=all&state=failed&older={deep}", 50),
    Case("tasks, first digits of an id", "/tasks/?id={old:.8}", 50),
    Case("task, completed", "/tasks/{old}/", 35),
    Case("task, failed", "/tasks/{failed}/", 35),
    Case("a task's id in the box", "/tasks/?q={old}", 35),
    Case("a run's id in the box", "/tasks/?q={run}", 35),
    Case("failures by cause, 24 h", "/failures/?window=24h", 80),
    Case("failures by cause, 1 h", "/failures/?window=1h", 80),
    Case("events", "/events/", 50),
    Case("charts, 1 h", "/charts/?window=1h", 60),
    Case("charts, 24 h", "/charts/?window=24h", 150),
    Case("rare name, whole history: progressive", "/tasks/?name={rare}&window=all", 50),
    Case("value in params: progressive", "/tasks/?q=params.order_id%3Aord-1&window=all", 300),
    Case("text in params: progressive", "/tasks/?q=params%3Aord-x&window=all", 300),
    Case("text in errors: progressive", "/tasks/?q=error%3Adeadlock&window=all", 300),
    Case("poll, overview, unchanged", "/", 3, poll=True),
    Case("poll, tasks, unchanged", "/tasks/", 3, poll=True),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What came out of one case.

    Attributes:
        crowd: the answers that eight clients got in so many seconds.
        python: milliseconds of processor time for one answer in the web worker.
        postgresql: and in PostgreSQL, where it is on the same machine.
    """

    case: Case
    alone: Sequence[Answer]
    crowd: Sequence[Answer]
    seconds: float
    python: float
    postgresql: float

    def line(self) -> str:
        """A line of the table."""
        last, crowd = self.alone[-1], [answer.milliseconds for answer in self.crowd]
        median = statistics.median(answer.milliseconds for answer in self.alone)
        cells = [
            self.case.name,
            _statuses(self.alone),
            f"{last.wire if self.case.poll else last.size / 1024:.0f}"
            + (" B" if self.case.poll else " kB"),
            str(last.statements),
            f"{statistics.median(answer.sql for answer in self.alone):.1f}",
            f"{self.python:.0f} + {self.postgresql:.0f}",
            f"**{median:.1f}**",
            f"{self.case.target:.0f}",
            f"{_percentile([answer.milliseconds for answer in self.alone], 95):.1f}",
            f"{len(crowd) / self.seconds:.0f}" if crowd else "",
            f"{_percentile(crowd, 95):.0f}" if crowd else "",
            _statuses(self.crowd),
        ]
        return f"| {' | '.join(cells)} |"


HEAD = (
    "| page | status | size | statements | SQL ms | CPU ms: web + PostgreSQL | median ms | target "
    "| p95 ms | 8 clients: per s | p95 ms | status |\n"
    "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|"
)


def _statuses(answers: Sequence[Answer]) -> str:
    return "/".join(sorted({str(answer.status) for answer in answers}))


def _percentile(values: Sequence[float], rank: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[rank - 1]


def measure(site: Dashboard, engine_url: str, *, seconds: float, only: str) -> Iterator[Measured]:
    """Ask for each page: warm, alone, then by eight clients for some seconds (0: not)."""
    cookie = sign_in(site.port, USER, site.password)
    samples = _samples(engine_url)
    for case in CASES:
        if only in case.name:
            path = case.path.format(**samples)
            browser = Browser(site.port, cookie)
            headers = _headers(browser, case, path)
            for _ in range(WARM_UP):
                browser.get(path, **headers)
            workers, served = site.workers(), backends(engine_url)
            web, sql = spent(workers), spent(served)
            alone = [browser.get(path, **headers) for _ in range(ALONE)]
            python, postgresql = between(web, spent(workers)), between(sql, spent(served))
            crowd = _crowd(site.port, cookie, case, path, seconds) if seconds else []
            yield Measured(case, alone, crowd, seconds or 1, python / ALONE, postgresql / ALONE)


def _samples(engine_url: str) -> dict[str, str]:
    with psycopg.connect(engine_url) as connection:
        rows = {name: connection.execute(query).fetchone() for name, query in _SAMPLES.items()}
    return {name: quote(str(row[0])) for name, row in rows.items() if row}


def _headers(browser: Browser, case: Case, path: str) -> dict[str, str]:
    """What an open page sends along: the token of what it shows."""
    if not case.poll:
        return {}
    return {"X_Absurd_Live": browser.get(path, X_Absurd_Live="").token}


def _crowd(port: int, cookie: str, case: Case, path: str, seconds: float) -> list[Answer]:
    answers: list[Answer] = []
    until = time.monotonic() + seconds

    def ask() -> None:
        browser = Browser(port, cookie)
        headers = _headers(browser, case, path)
        while time.monotonic() < until:
            answers.append(browser.get(path, **headers))

    threads = [threading.Thread(target=ask) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def report(engine_url: str, directory: Path, *, port: int, seconds: float, only: str) -> None:
    """Serve the database, measure its pages, and print the table line by line."""
    say = sys.stdout.write
    say(f"{versions(engine_url)}\n\n{HEAD}\n")
    with dashboard(engine_url, directory, port) as site:
        for measured in measure(site, engine_url, seconds=seconds, only=only):
            say(f"{measured.line()}\n")
            sys.stdout.flush()
        say(f"\nA web worker holds {site.memory():.0f} MB after all of it.\n")


def main() -> None:
    """Measure the database that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--dir", type=Path, default=Path("build/bench"), help="for state and log")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=10, help="with eight clients; 0: without")
    parser.add_argument("--only", default="", help="cases whose name contains this")
    given = parser.parse_args()
    report(given.url, given.dir, port=given.port, seconds=given.seconds, only=given.only)


if __name__ == "__main__":
    main()
