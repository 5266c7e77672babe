"""Carrying statements out: one process at a time, as the owner, without locking anybody out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from absurd_dashboard.tune.catalog import look
from absurd_dashboard.tune.errors import CannotTune
from absurd_dashboard.tune.kinds import KINDS
from absurd_dashboard.tune.proposals import Proposal, Statement, proposals

#: Who builds holds this; two who did would stop each other.
_LOCK = "hashtextextended('absurd_dashboard.tune', 0)"
#: How long a statement that locks out writers waits for its lock.
_BRIEF = "5s"

#: Which of the statements of a proposal to carry out.
Choose = Callable[[Proposal], tuple[Statement, ...]]


def carry_out(
    database: str,
    wanted: set[tuple[str, str]],
    choose: Choose,
    say: Callable[[str], None],
) -> int:
    """Build or remove indexes.

    Whatever an earlier attempt left is found and taken up. What was done before an error stays.

    Args:
        database: alias of a connection whose role owns the engine's tables.
        wanted: queues and keys of kinds.
        choose: says what to do of each.
        say: is told each statement before it begins.

    Returns:
        How many statements were carried out.

    Raises:
        CannotTune: the role may not, somebody else is at it, or the database refused.
    """
    connection = connections[database]
    if connection.in_atomic_block:
        raise CannotTune("Indexes cannot be built concurrently inside of a transaction.")
    done = 0
    with _translated(), _alone(connection):
        for proposal in _chosen(database, wanted):
            statements = choose(proposal)
            if any(each.builds for each in statements):
                _have_extension(connection, KINDS[proposal.kind].extension)
            for statement in statements:
                say(statement.sql)
                _execute(connection, statement)
                done += 1
    return done


def _chosen(database: str, wanted: set[tuple[str, str]]) -> Iterator[Proposal]:
    """The proposals that are wanted, as things are now."""
    tables = look(database, sorted({queue for queue, _ in wanted}))
    for proposal in proposals(tables):
        if (proposal.queue, proposal.kind) not in wanted:
            continue
        if not proposal.is_own:
            raise CannotTune(
                f"The tables of queue {proposal.queue!r} belong to the role {proposal.owner!r}; "
                "only their owner can build indexes on them. Name a connection of that role with "
                "--database, or give its owner the statements that this command prints."
            )
        yield proposal


@contextmanager
def _alone(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Be the only one who builds; not waiting for the other, since a waiter stops the build."""
    with connection.cursor() as cursor:
        cursor.execute(f"select pg_try_advisory_lock({_LOCK})")
        if cursor.fetchone() != (True,):
            raise CannotTune(
                "Another process builds indexes here at this moment, or the database still works "
                "on what a stopped one began. Run this again when it is done."
            )
        try:
            yield
        finally:
            if connection.is_usable():
                cursor.execute(f"select pg_advisory_unlock({_LOCK})")


def _have_extension(connection: BaseDatabaseWrapper, needed: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select from pg_extension where %s in ('', extname)", [needed])
        if cursor.fetchone() is None:
            raise CannotTune(
                f"PostgreSQL's extension {needed} is needed. Whoever owns the database can say: "
                f"create extension {needed}"
            )


def _execute(connection: BaseDatabaseWrapper, statement: Statement) -> None:
    patience = _BRIEF if statement.brief else "0"
    with connection.cursor() as cursor:
        cursor.execute(f"set statement_timeout = 0; set lock_timeout = '{patience}'")
        try:
            cursor.execute(statement.sql)
        finally:
            if connection.is_usable():
                cursor.execute("reset statement_timeout; reset lock_timeout")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except Error as error:
        raise CannotTune(
            f"The database refused: {str(error).strip().splitlines()[0]}. What was built stays; "
            "run this again to go on."
        ) from error
