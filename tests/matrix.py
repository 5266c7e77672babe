"""A part of the tests on every combination of versions that this machine has.

``python -m tests.matrix`` runs each pair of Python and Django on the embedded server with the
newest engine, and each pair of server and engine on the Python that runs it; ``--all`` runs the
whole product. ``--fetch`` brings PostgreSQL 14, 16 and 17 first (``tests/fetched_servers.py``). It
makes its environments below ``build/matrix`` and prints a table.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from tests import fetched_servers
from tests.core import old_engines, older_server
from tests.demo.commands import clean_environment
from tests.interpreters import interpreters

ROOT = Path(__file__).parents[1]
PLACE = ROOT / "build" / "matrix"
#: The first Python that each Django runs on.
DJANGOS = {"5.2": "3.11", "6.0": "3.12", "6.1": "3.12"}
EMBEDDED = "embedded"
#: What is run: every page, list, action and right, in databases of the combination's kind.
SUBSET = ("tests/dashboard", "tests/operate", "tests/tenancy/test_policies.py")
#: On older engines: what reads them, and acts; not what needs newer functions to arrange itself,
#: nor the overview without anything to attend to, for there is an old engine to attend to.
OLDER = (
    "tests/dashboard/test_access.py",
    "tests/dashboard/test_pages.py",
    "tests/dashboard/test_task_page.py",
    "tests/dashboard/test_tasks.py",
    "tests/operate/test_actions.py",
    "--deselect=tests/dashboard/test_tasks.py::test_a_window_leaves_out_what_was_spawned_before_it",
    "--deselect=tests/dashboard/test_pages.py::test_a_list_of_an_empty_engine_says_what_would_be_there[]",
)
#: What these tests need besides the demo's own dependencies.
_TOOLS = (
    "hypothesis",
    "pytest",
    "pytest-django",
    "pytest-asyncio",
    "pytest-xdist",
    "django-guardian",
)


@dataclass(frozen=True, order=True)
class Combination:
    """One cell of the matrix; ``server`` is a folder of programs, or the embedded one."""

    python: str
    django: str
    server: str
    engine: str


def combinations(servers: list[str], *, every: bool) -> Iterator[Combination]:
    """What to run, the oldest first."""
    pairs = [
        (python, django)
        for python, django in product(interpreters(), DJANGOS)
        if _number(python) >= _number(DJANGOS[django])
    ]
    places = list(product(servers, old_engines.EVERY_VERSION))
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    for (python, django), (server, engine) in product(pairs, places):
        newest = server == EMBEDDED and engine == old_engines.NEWEST
        if every or newest or (python, django) == (here, "5.2"):
            yield Combination(python, django, server, engine)


def main() -> int:
    """Run them, and say how each ended; 0 if all did well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="the whole product")
    parser.add_argument("--fetch", action="store_true", help="bring PostgreSQL 14, 16 and 17")
    parser.add_argument("--list", action="store_true", help="only say what would be run")
    parser.add_argument("--only", default="", help="a regular expression that a line has to match")
    parser.add_argument("tests", nargs="*", help="what to run instead of the usual part")
    given = parser.parse_args()
    if given.fetch:
        fetched_servers.fetch()
    wanted = [
        each
        for each in combinations([EMBEDDED, *_servers()], every=given.all)
        if re.search(given.only, _line(each))
    ]
    _say(f"{'Python':8}{'Django':8}{'engine':8}{'PostgreSQL':32}outcome")
    failed = 0
    for each in wanted:
        outcome, well = ("", True) if given.list else _run(each, given.tests)
        failed += not well
        _say(f"{_line(each)}{outcome}")
    return 1 if failed else 0


def _run(each: Combination, tests: list[str]) -> tuple[str, bool]:
    """The last line that pytest printed, and whether it was content."""
    usual = SUBSET if each.engine == old_engines.NEWEST else OLDER
    python = _environment(each.python, each.django)
    server = Path(each.server).parent.name or each.server
    log = PLACE / f"{each.python}-{each.django}-{server}-{each.engine}.log"
    with _server(each.server) as url:
        variables = {"ABSURD_TEST_ENGINE": each.engine} | ({"DATABASE_URL": url} if url else {})
        done = subprocess.run(
            [python, "-m", "pytest", "-q", "-n", "auto", "--dist", "loadfile", *(tests or usual)],
            cwd=ROOT,
            env=clean_environment() | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    log.write_text(done.stdout)
    last = done.stdout.strip().splitlines()[-1:]
    return f"{' '.join(last).strip('= ')}", done.returncode == 0


def _server(programs: str) -> AbstractContextManager[str]:
    return nullcontext("") if programs == EMBEDDED else older_server.cluster(Path(programs))


def _servers() -> list[str]:
    installed = (path for pattern in older_server.PATTERNS for path in Path("/").glob(pattern))
    found = (*installed, *fetched_servers.folders())
    return sorted(str(path) for path in found if (path / "initdb").exists())


def _environment(python: str, django: str) -> Path:
    """The interpreter of an environment with this pair, made where it is not there yet."""
    place = PLACE / f"{python}-{django}"
    found, done = place / "bin" / "python", place / "installed"
    if not done.exists():
        subprocess.run([interpreters()[python], "-m", "venv", "--clear", place], check=True)
        pip = [found, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
        pinned = ("-c", str(_constraints()), f"django~={django}.0", *_TOOLS)
        subprocess.run([*pip, "--editable", f"{ROOT}[demo]", *pinned], check=True, cwd=PLACE)
        done.touch()
    return found


def _constraints() -> Path:
    """The pinned versions of the tests, without Django's and without hashes."""
    lines = (ROOT / "constraints" / "test.txt").read_text().splitlines()
    pins = [line.rstrip(" \\") for line in lines if re.match(r"[a-z0-9]", line)]
    path = PLACE / "constraints.txt"
    kept = (pin for pin in pins if not pin.startswith(("django==", "django-stubs")))
    path.write_text("\n".join(kept) + "\n")
    return path


def _line(each: Combination) -> str:
    server = each.server.removeprefix(f"{ROOT}/")
    return f"{each.python:8}{each.django:8}{each.engine:8}{server:32}"


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    PLACE.mkdir(parents=True, exist_ok=True)
    os.chdir(ROOT)
    sys.exit(main())
