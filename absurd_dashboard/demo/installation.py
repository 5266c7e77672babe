"""The engine as the demo needs it: its schema, the table of workflow runs, and the queues.

``python -m absurd_dashboard.demo.installation``; the database is ``ABSURD_DATABASE_URL``'s. It may
be done twice.
"""

import os

import psycopg

from absurd_core import schema
from absurd_dashboard.demo import queues


def install(url: str) -> None:
    """Install what is missing.

    Args:
        url: of a database that exists.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        schema.install(connection, workflows=True)
        queues.create(connection)


if __name__ == "__main__":
    install(os.environ["ABSURD_DATABASE_URL"])
