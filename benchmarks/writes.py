"""What watching costs the engine: spawn, claim and complete, with and without open pages.

``python -m benchmarks.writes <URL of a database to make anew>`` prints a table in Markdown.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from benchmarks import cores, data
from benchmarks.http import Browser, sign_in
from benchmarks.processor import dashboards, servers, spent
from benchmarks.stack import USER, Dashboard, dashboard, versions

QUEUE = "default"
#: Tasks of the queue before anything is measured, as a part of scale 1.
SCALE = 0.1
WRITERS, BATCH = 2, 10
WATCHERS, INTERVAL = 100, 2.0
LIST, NO_QUESTION = "/tasks/", "/login/"
#: What is open: as many of each, in turn.
WATCHED = ("/", LIST, "/tasks/{task}/", "/workers/", "/queues/default/")
#: Indexes that nobody needs and some queries are faster with.
INDEXES = {
    "t (task_name, task_id)": "create index bench_x on absurd.t_default (task_name, task_id)",
    "r (completed_at)": "create index bench_x on absurd.r_default (completed_at)"
    " where completed_at is not null",
    "t ((headers->>'tenant_id'), task_id)": "create index bench_x on absurd.t_default"
    " ((headers->>'tenant_id'), task_id)",
    "t gin (params)": "create index bench_x on absurd.t_default using gin (params jsonb_path_ops)",
}
_SPAWN = """select absurd.spawn_task('default', 'billing.charge_card', jsonb_build_object(
    'order_id', gen_random_uuid(), 'note', repeat('x', 200), 'amount', random()),
    '{"max_attempts": 5, "headers": {"tenant_id": "tenant-07"}}')"""
_CLAIM = "select run_id from absurd.claim_task('default', 'bench', 60, %s)"
_COMPLETE = """select absurd.complete_run('default', %s, '{"ok": true}')"""


def write(url: str, seconds: float, cores: list[int]) -> int:
    """Spawn, claim and complete for some seconds, each its own transaction; how many tasks.

    Args:
        url: the engine's database.
        seconds: how long.
        cores: where.
    """
    os.sched_setaffinity(0, cores)
    done, until = 0, time.monotonic() + seconds
    with psycopg.connect(url, autocommit=True) as connection:
        while time.monotonic() < until:
            for _ in range(BATCH):
                connection.execute(_SPAWN)
            runs = connection.execute(_CLAIM, [BATCH]).fetchall()
            for (run,) in runs:
                connection.execute(_COMPLETE, [run])
            done += len(runs)
    return done


def throughput(url: str, seconds: float, cores: list[int]) -> float:
    """Tasks per second of several writers together."""
    with ProcessPoolExecutor(WRITERS) as pool:
        done = pool.map(write, *([each] * WRITERS for each in (url, seconds, cores)))
        return sum(done) / seconds


@contextmanager
def watched(site: Dashboard, url: str, kinds: Sequence[str] = WATCHED) -> Iterator[None]:
    """Keep a hundred pages open for the block, each asking as the browser does.

    Nothing is done with them in the first moments, in which all of them are read.
    """
    cookie = sign_in(site.port, USER, site.password)
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "select task_id from absurd.t_default where state = 'completed' limit %s", [WATCHERS]
        ).fetchall()
    ended = threading.Event()
    pages = [kinds[number % len(kinds)].format(task=row[0]) for number, row in enumerate(rows)]
    threads = [
        threading.Thread(target=_watch, args=(site.port, cookie, page, number, ended))
        for number, page in enumerate(pages)
    ]
    for thread in threads:
        thread.start()
    ended.wait(2 * INTERVAL)
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def _watch(port: int, cookie: str, page: str, number: int, ended: threading.Event) -> None:
    browser, token, every = Browser(port, cookie), "", INTERVAL
    ended.wait(INTERVAL * number / WATCHERS)
    while not ended.is_set():
        answer = browser.get(page, X_Absurd_Live=token)
        token, every = answer.token or token, answer.every or every
        # As live.js does.
        spread = 1 - random.random() / 5 if answer.age else 1  # noqa: S311  no secret
        ended.wait(max(0.25, every * spread - answer.age))


@contextmanager
def indexed(url: str, statement: str) -> Iterator[None]:
    """An index for the block."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL(statement))
        yield
        connection.execute("drop index absurd.bench_x")


@dataclass(frozen=True, slots=True)
class Compared:
    """Medians of rounds that come in pairs.

    Attributes:
        without: tasks per second.
        after: tasks per second with something.
        ratio: of the two.
        taken: milliseconds of the engine's processors that dashboards took meanwhile, per second.
    """

    without: float
    after: float
    ratio: float
    taken: float


def compared(
    url: str,
    around: Callable[[], AbstractContextManager[None]],
    *,
    rounds: int,
    seconds: float,
    cores: list[int],
) -> Compared:
    """Throughput without and with something."""
    found = []
    for _ in range(rounds):
        _settle(url)
        without = throughput(url, seconds, cores)
        _settle(url)  # which also has the dashboard plan anew, as autovacuum does every minute
        with around():
            before, began = spent(dashboards(url)), time.monotonic()
            after = throughput(url, seconds, cores)
            took, now = time.monotonic() - began, spent(dashboards(url))
        # A connection that is new has taken all that it took in this time.
        taken = sum(now.values()) - sum(before.get(each, 0) for each in now)
        found.append((without, after, after / without, taken / took))
    return Compared(*(statistics.median(column) for column in zip(*found, strict=True)))


@contextmanager
def _apart(site: Dashboard, url: str) -> Iterator[None]:
    """The engine on one core; the dashboard, and who watches, on the others."""
    engine = [each for server in servers(url) for each in (server, *server.children())]
    watching = [psutil.Process(), psutil.Process(site.web.process.pid), *site.workers()]
    with (
        cores.kept_to(cores.ENGINES, engine),
        cores.kept_to(cores.OTHERS, watching),
    ):
        yield


def _settle(url: str) -> None:
    """Each measurement begins with tables that have been vacuumed."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze absurd.t_default")
        connection.execute("vacuum analyze absurd.r_default")
        connection.execute("checkpoint")


def report(url: str, directory: Path, *, port: int, rounds: int, seconds: float) -> None:
    """Make the database, measure, and print the table line by line."""
    data.load(url, SCALE, clock=False)
    say = sys.stdout.write
    say(f"{versions(url)}, {rounds} rounds of {seconds:.0f} s\n\n")
    say("| with | tasks/s without | with | ratio | the dashboard's statements, ms/s |\n")
    say("|---|--:|--:|--:|--:|\n")

    def line(
        name: str,
        around: Callable[[], AbstractContextManager[None]],
        where: list[int] = cores.EVERY,
    ) -> None:
        found = compared(url, around, rounds=rounds, seconds=seconds, cores=where)
        say(
            f"| {name} | {found.without:.0f} | {found.after:.0f} | {found.ratio:.2f} |"
            f" {found.taken:.0f} |\n"
        )
        sys.stdout.flush()

    line("nothing (noise)", nullcontext)
    with dashboard(url, directory, port) as site:
        line(f"{WATCHERS} open pages, all on the same cores", lambda: watched(site, url))
        with _apart(site, url):
            apart = f"{WATCHERS} open pages, the dashboard on a core of its own"
            line(apart, lambda: watched(site, url), cores.ENGINES)
            lists = f"{WATCHERS} open lists of tasks, the same"
            line(lists, lambda: watched(site, url, [LIST]), cores.ENGINES)
            # What a web server on the next core takes from the engine's, whatever it answers.
            strangers = f"{WATCHERS} open pages that ask the engine nothing, the same"
            line(strangers, lambda: watched(site, url, [NO_QUESTION]), cores.ENGINES)
    for name, statement in INDEXES.items():
        line(f"index {name}", lambda statement=statement: indexed(url, statement))  # type: ignore[misc]


def main() -> None:
    """Measure in the database that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--dir", type=Path, default=Path("build/bench"), help="for state and log")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=6)
    given = parser.parse_args()
    report(given.url, given.dir, port=given.port, rounds=given.rounds, seconds=given.seconds)


if __name__ == "__main__":
    main()
