"""A bench for histories: one database for a file, a queue of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.dashboard.histories import Bench, engine


@pytest.fixture(scope="module")
def connection(server_url: str) -> Iterator[psycopg.Connection[Any]]:
    with engine(server_url) as connection:
        yield connection


@pytest.fixture
def bench(connection: psycopg.Connection[Any]) -> Bench:
    return Bench(connection)
