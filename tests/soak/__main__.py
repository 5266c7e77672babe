"""``python -m tests.soak <minutes>``: run it, and end with status 1 if anything was amiss."""

from __future__ import annotations

import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
from psycopg.conninfo import make_conninfo

from absurd_core import queues
from absurd_core.statements import run
from tests.demo.commands import Command
from tests.soak.client import Tally, Visitor, shown
from tests.soak.illness import Server, illnesses

QUEUE = "soak"
PAGES = ("", "tasks/", "failures/", "queues/", "workers/", "events/", "workflows/", "charts/")
#: Pages that are open, and the browsers that they are open in: hashing a password is meant to take
#: long, so fifty that sign in would be an illness of its own.
OPEN, BROWSERS = 50, 5
#: Seconds between two questions of an open page, and between two actions.
POLL, ACT = 2.0, 0.5
#: Seconds after an illness in which everything has to be well again.
RECOVERY = 30


def main(minutes: float) -> int:
    """Run it, and say what came of it."""
    directory = Path(tempfile.mkdtemp(prefix="absurd-soak-"))
    demo = Command("demo", "--port", 0, "--data-dir", directory)
    url = demo.waits_for(r"Open +(\S+)")
    password = demo.waits_for(r"Sign in +demo +(\S+)")
    server = Server(directory / "postgresql", _maintenance(directory / "postgresql"))
    try:
        wrong = soak(Soak(url, password, server), minutes * 60)
    finally:
        demo.terminate()
    sys.stdout.write("\n".join([*wrong, f"{len(wrong)} things amiss", ""]))
    return 1 if wrong else 0


class Soak:
    """What runs during it."""

    def __init__(self, url: str, password: str, server: Server) -> None:
        self.url, self.password, self.server = url, password, server
        self.tally, self.halt = Tally(), threading.Event()
        self.engine = make_conninfo(server.url, dbname="absurd")
        self.state = make_conninfo(server.url, dbname="absurd_dashboard")
        self.actions: dict[str, int] = {}
        with psycopg.connect(self.engine, autocommit=True) as connection:
            run(connection, queues.create(QUEUE))

    def visitor(self) -> Visitor:
        """Somebody signed in."""
        made = Visitor(self.url, self.tally)
        made.sign_in(self.password)
        return made

    def watch(self, visitor: Visitor, page: str) -> None:
        """An open page, which asks again and again."""
        while not self.halt.wait(POLL * random.uniform(0.8, 1.2)):
            visitor.ask("page", page, X_Absurd_Live="")

    def probe(self) -> None:
        """Whoever restarts what is not alive: it asks no database, and waits for a thread only."""
        visitor = Visitor(self.url, self.tally)
        while not self.halt.wait(1):
            visitor.ask("healthz", "healthz")

    def act(self, visitor: Visitor) -> None:
        """An operator who spawns, and never asks twice."""
        number = 0
        while not self.halt.wait(ACT):
            number += 1
            name = f"soak-{number}"
            self.actions[name] = visitor.act(
                "spawn/", name, queue=QUEUE, name="soak", params=f'{{"n": {number}}}'
            )


def soak(running: Soak, seconds: float) -> list[str]:
    """Ill-treat the server while everybody works; what was amiss, in words."""
    wrong: list[str] = []
    with _crowd(running):
        time.sleep(min(60, seconds / 6))
        before, begun = _memory(running.server), time.monotonic()
        while time.monotonic() - begun < seconds:
            for name, befall in illnesses(running.server):
                if time.monotonic() - begun > seconds:
                    break
                healthy = running.visitor()
                running.tally.phase = name
                befall()
                wrong += _recovered(running, healthy, name)
                running.tally.phase = "well"
                time.sleep(min(60, seconds / 12))
        after = _memory(running.server)
    load = "machine: {:.0f}, {:.0f} and {:.0f} processes wanted to run".format(*os.getloadavg())
    sys.stdout.write(
        f"{load}\n{shown(running.tally)}\nmemory of the web: {before:.0f} to {after:.0f} MB\n"
    )
    if after > before * 1.25:
        wrong.append(f"memory grew from {before:.0f} to {after:.0f} MB")
    return [*wrong, *_answers(running.tally), *_actions(running), *_connections(running)]


@contextmanager
def _crowd(running: Soak) -> Iterator[None]:
    browsers = [running.visitor() for _ in range(BROWSERS)]
    threads = [
        threading.Thread(
            target=running.watch,
            args=[browsers[number % BROWSERS].another_tab(), PAGES[number % len(PAGES)]],
        )
        for number in range(OPEN)
    ]
    threads.append(threading.Thread(target=running.probe))
    threads.append(threading.Thread(target=running.act, args=[running.visitor()]))
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        running.halt.set()
        for thread in threads:
            thread.join()


def _recovered(running: Soak, visitor: Visitor, illness: str) -> list[str]:
    deadline = time.monotonic() + RECOVERY
    while time.monotonic() < deadline:
        if all(visitor.ask("recovery", page)[0] == 200 for page in PAGES):
            return []
        time.sleep(1)
    return [f"after {illness} not every page was there within {RECOVERY} s"]


def _answers(tally: Tally) -> list[str]:
    """A page is right, unchanged, or says that it cannot be had; nothing else."""
    fine = {"200", "204", "503"}
    return [
        f"{count} × {outcome} to a {kind}"
        for (kind, outcome), count in tally.counts.items()
        if outcome not in fine
    ]


def _actions(running: Soak) -> list[str]:
    """Each that was said to be done is done once, and each that was done is on record."""
    with psycopg.connect(running.engine) as engine, psycopg.connect(running.state) as state:
        made = engine.execute(
            f"select (params->>'n')::int, count(*) from absurd.t_{QUEUE} group by 1"
        )
        tasks = {f"soak-{number}": count for number, count in made}
        known = state.execute(
            "select request_id, coalesce(o.result, 'unknown') from absurd_dashboard_auditentry e"
            " left join absurd_dashboard_auditoutcome o on o.entry_id = e.id"
            " where request_id like 'soak-%'"
        )
        records = dict(known.fetchall())
    wrong = [f"{name} was done {count} times" for name, count in tasks.items() if count > 1]
    wrong += [f"{name} was done, and is on no record" for name in tasks if name not in records]
    for name, status in running.actions.items():
        if status == 200 and (name not in tasks or records.get(name) != "done"):
            wrong.append(f"{name} was answered as done, and is {records.get(name)}")
    done = sum(status == 200 for status in running.actions.values())
    sys.stdout.write(
        f"actions: {len(running.actions)} sent, {done} done, {len(records)} on record\n"
    )
    return wrong


def _connections(running: Soak) -> list[str]:
    """The web process keeps no more connections than it has threads, to either database."""
    with psycopg.connect(running.server.url) as connection:
        found = connection.execute(
            "select datname, count(*) from pg_stat_activity"
            " where application_name like 'absurd%%dashboard%%' group by 1"
        ).fetchall()
    sys.stdout.write(f"connections left: {dict(found)}\n")
    return [f"{count} connections to {name}" for name, count in found if count > 12]


def _memory(server: Server) -> float:
    """Megabytes that the web's processes hold."""
    mine = psutil.Process().children(recursive=True)
    web = [each for each in mine if "absurd_dashboard.standalone.web" in " ".join(each.cmdline())]
    return sum(each.memory_info().rss for each in web) / 1e6


def _maintenance(directory: Path) -> str:
    lines = (directory / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    return make_conninfo(host=lines[4], port=lines[3], user="postgres", dbname="postgres")


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
