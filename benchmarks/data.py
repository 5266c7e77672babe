"""The data set: ten queues, thirty days, 1.35 million tasks at scale 1.

``python -m benchmarks.data <URL of a database to make anew> --scale 1``
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from absurd_core import schema

#: Tasks of the queues that grow with the scale; ``reports`` is partitioned by week.
LARGE = {"default": 1_000_000, "emails": 300_000, "reports": 50_000}
SMALL = ("billing", "exports", "imports", "notify", "search", "thumbs", "webhooks")
PARTITIONED = "reports"
_IN_SMALL = 100
# Tasks of one transaction: its temporary tables stay in memory.
_PIECE = 50_000
_SQL = Path(__file__).parent / "sql"
_SESSION = "set synchronous_commit = off; set work_mem = '64MB'; set temp_buffers = '128MB'"


@dataclass(frozen=True, slots=True)
class Piece:
    """Tasks ``first`` to ``last`` of a queue that is to have ``total``."""

    queue: str
    first: int
    last: int
    total: int


def main() -> None:
    """Make the database that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--scale", type=float, default=1)
    arguments = parser.parse_args()
    load(arguments.url, arguments.scale)


def load(url: str, scale: float, *, jobs: int = 0, clock: bool = True) -> None:
    """Drop the database, make it anew, and fill it.

    Args:
        url: the database, as libpq takes it; its role may create databases.
        scale: 1 for 1.35 million tasks, 10 for 13.5 million.
        jobs: connections that load at the same time; as many as there are processors if 0.
        clock: stop the engine's clock at the load, so that "the last hour" stays the same one.
    """
    began = time.monotonic()
    _create(url)
    with psycopg.connect(url, autocommit=True) as connection:
        schema.install(connection)
        connection.execute(_text("helpers"))
        connection.execute("insert into bench.load values (now(), %s)", [scale])
        sizes = _queues(connection, scale)
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        pieces = list(_pieces(sizes))
        for done, piece in enumerate(pool.map(lambda piece: _fill(url, piece), pieces), start=1):
            _say(began, f"{done}/{len(pieces)} {piece.queue} {piece.last:,}")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set maintenance_work_mem = '512MB'")
        connection.execute("vacuum (analyze, parallel 0)")
        connection.execute("checkpoint")
        if clock:
            _stop_clock(connection)
    _say(began, "done")


def _create(url: str) -> None:
    name = sql.Identifier(str(conninfo_to_dict(url)["dbname"]))
    with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {}").format(name))
        connection.execute(sql.SQL("create database {}").format(name))


def _queues(connection: psycopg.Connection, scale: float) -> dict[str, int]:
    """Make the queues, and say how many tasks each gets."""
    sizes = {name: max(1, int(size * scale)) for name, size in LARGE.items()}
    sizes |= dict.fromkeys(SMALL, _IN_SMALL)
    for name in sizes:
        mode = "partitioned" if name == PARTITIONED else "unpartitioned"
        connection.execute("select absurd.create_queue(%s, %s)", [name, mode])
    connection.execute(
        """select absurd.set_queue_policy(%s, '{"partition_lookback": "35 days"}')""", [PARTITIONED]
    )
    connection.execute("select absurd.ensure_partitions(%s)", [PARTITIONED])
    return sizes


def _pieces(sizes: dict[str, int]) -> Iterator[Piece]:
    for queue, total in sizes.items():
        for first in range(1, total + 1, _PIECE):
            yield Piece(queue, first, min(total, first + _PIECE - 1), total)


def _fill(url: str, piece: Piece) -> Piece:
    """Load one piece in one transaction; the same piece has the same rows, but for their ids."""
    tables = {name: sql.Identifier("absurd", f"{name}_{piece.queue}") for name in "trcwe"}
    statement = sql.SQL(_text("tasks")).format(**tables)
    place = {"first": piece.first, "last": piece.last, "total": piece.total}
    with psycopg.connect(url, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute(f"{_SESSION}; select setseed(%s)", [piece.first / piece.total])
        connection.execute(statement, place)
    return piece


def _stop_clock(connection: psycopg.Connection) -> None:
    """Make the engine's clock stand at the load, for every later connection."""
    (now,) = connection.execute("select now::text from bench.load").fetchone() or ("",)
    (name,) = connection.execute("select current_database()").fetchone() or ("",)
    connection.execute(
        sql.SQL("alter database {} set absurd.fake_now = {}").format(
            sql.Identifier(name), sql.Literal(now)
        )
    )


def _text(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text()


def _say(began: float, text: str) -> None:
    sys.stdout.write(f"{time.monotonic() - began:6.0f} s  {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
