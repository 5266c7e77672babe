"""The same tests on a role that row-level security binds: ``ABSURD_TEST_RLS=1 pytest …``."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from psycopg import sql

from absurd_dashboard.second_line import steps
from absurd_dashboard.second_line.catalog import look

_PROCESS = os.environ.get("PYTEST_XDIST_WORKER", "main")

#: The role that the dashboard's connections have, or None for the engine's owner.
BOUND = (
    steps.Wanted(f"dashboard_{_PROCESS}", operator=True, rls=True)
    if os.environ.get("ABSURD_TEST_RLS") == "1"
    else None
)


@contextmanager
def drawn(wanted: steps.Wanted) -> Iterator[None]:
    """Give every connection of the alias ``absurd`` the role for a block."""
    options = connections["absurd"].settings_dict["OPTIONS"]
    if "assume_role" in options:  # by the fixture of another package
        yield
        return
    with connections["absurd"].cursor() as cursor:
        # So that the role calls what it was granted, and nothing that everybody may call.
        cursor.execute("revoke execute on all functions in schema absurd from public")
    steps.apply("absurd", steps.install(wanted, look("absurd", wanted.role)))
    options["assume_role"] = wanted.role
    connections["absurd"].close()
    yield
    connections["absurd"].close()
    del options["assume_role"]
    with connections["absurd"].cursor() as cursor:
        role = sql.Identifier(wanted.role)
        cursor.execute(sql.SQL("drop owned by {0}; drop role {0}").format(role))
