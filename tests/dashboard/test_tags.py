"""A DBA who looks at the server sees who asks: the application, and the page."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from absurd_dashboard import tags
from tests.dashboard.engine import Engine

ACTIVITY = "select application_name, query from pg_stat_activity where pid = pg_backend_pid()"


def sent(client: Client, address: str) -> list[str]:
    """The statements that a page sends to the engine's database, but for savepoints."""
    with CaptureQueriesContext(connections["absurd"]) as captured:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]


@pytest.mark.parametrize(
    ("page", "name"),
    [("", "overview"), ("tasks/", "tasks"), ("workers/", "workers"), ("failures/", "failures")],
)
def test_every_statement_of_a_page_begins_with_its_name(
    client: Client, engine: Engine, page: str, name: str
) -> None:
    engine.failed(engine.create("mail"))
    statements = sent(client, f"/absurd/{page}")
    assert statements
    assert [each for each in statements if f"/*absurd-dashboard/{name}*/" not in each] == []


def test_the_server_sees_the_page_while_a_statement_of_its_runs(
    client: Client, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.create("mail")
    seen: list[Any] = []

    def look(*_: Any) -> list[Any]:
        with engine.owning(), connections["absurd"].cursor() as cursor:
            cursor.execute(ACTIVITY)
            seen.extend(cursor.fetchall())
        return []

    monkeypatch.setattr("absurd_dashboard.views.queues.summaries", look)
    client.get("/absurd/queues/")
    assert seen == [
        ("absurd-dashboard/queues", f"/*absurd-dashboard/queues*/ {ACTIVITY}"),
    ]


def test_an_action_is_known_by_its_name_too(client: Client, engine: Engine) -> None:
    task = engine.spawn(engine.create("mail"))
    engine.call(
        "create function pg_temp.told() returns trigger language plpgsql as "
        "$$ begin perform set_config('test.asked', current_setting('application_name'), false);"
        " return new; end $$"
    )
    engine.call(
        'create trigger told after update on absurd."t_mail" for each row'
        " execute function pg_temp.told()"
    )
    client.post(f"/absurd/tasks/{task}/cancel/")
    assert engine.call("select current_setting('test.asked')") == [("absurd-dashboard/cancel",)]


def test_a_name_says_no_more_than_a_name_may() -> None:
    with tags.asking("x'; drop */ table"):
        assert tags.application_name() == "absurd-dashboard/x---drop----table"
