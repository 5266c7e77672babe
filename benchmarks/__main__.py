"""The whole benchmark: load the data set unless it is there, measure pages, measure writes.

``python -m benchmarks --scale 1`` needs nothing but a disk: PostgreSQL comes from a wheel.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from benchmarks import data, pages, writes
from benchmarks.stack import server


def main() -> None:
    """Measure at the scale that the command line names."""
    given = _arguments()
    with _server(given.server, given.dir) as maintenance:
        engine = make_conninfo(
            maintenance, dbname=f"absurd_bench_{given.scale:g}".replace(".", "_")
        )
        if not _loaded(engine):
            data.load(engine, given.scale)
        pages.report(engine, given.dir, port=0, seconds=given.seconds, only="")
        scratch = make_conninfo(maintenance, dbname="absurd_bench_writes")
        writes.report(scratch, given.dir, port=0, rounds=given.rounds, seconds=6)


@contextmanager
def _server(url: str, directory: Path) -> Iterator[str]:
    """The server that is given, or an embedded one."""
    if url:
        directory.mkdir(parents=True, exist_ok=True)
        yield url
    else:
        with server(directory) as embedded:
            yield embedded


def _loaded(url: str) -> bool:
    """Whether a former run has loaded the data set to its end."""
    try:
        with psycopg.connect(url) as connection:
            row = connection.execute(
                "select from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase"
                " where datname = current_database() and setconfig::text like '%absurd.fake_now%'"
            ).fetchone()
    except psycopg.OperationalError:  # there is no such database yet
        return False
    return row is not None


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--scale", type=float, default=1, help="10 is 13.5 million tasks, 29 GB")
    parser.add_argument("--dir", type=Path, default=Path("build/bench"), help="for all data")
    parser.add_argument("--server", default="", help="URL of a PostgreSQL to use instead")
    parser.add_argument("--seconds", type=float, default=10, help="eight clients on each page")
    parser.add_argument("--rounds", type=int, default=4, help="of writes, with and without")
    return parser.parse_args()


if __name__ == "__main__":
    main()
