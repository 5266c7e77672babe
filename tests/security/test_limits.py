"""What a page holds, tells and takes is the server's to say, whatever is asked for."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from absurd_dashboard import palette
from absurd_dashboard.charts import figures
from tests.dashboard.engine import Engine
from tests.security.endpoints import ENDPOINTS, Kind

#: Pages that are no list of rows, and have a bound of their own.
BOUNDS = {"charts": (figures, "_MOST_GROUPS"), "go": (palette, "MOST")}
LISTS = [name for name, each in ENDPOINTS.items() if each.kind is Kind.LIST]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_no_longer_than_its_page_whatever_is_asked_for(
    client: Client, engine: Engine, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name in BOUNDS:
        monkeypatch.setattr(*BOUNDS[name], 3)
    engine.create("a")
    for number in range(6):
        engine.failed("a", f"task-{number}", name=f"E{number}")
        engine.emit("a", f"event-{number}")
    given = {"DATABASE": "absurd", "PAGE_SIZE": 3, "BULK_IN_WEB": False}
    query = urlencode({**dict.fromkeys(["page_size", "limit", "size", "depth"], "999999"),
                       "window": "all", "view": "list"})  # fmt: skip
    with override_settings(ABSURD_DASHBOARD=given):
        answer = client.get(f"{reverse(f'absurd_dashboard:{name}')}?{query}&format=json")
    rows = [f"{kind}-{number}" for kind in ("task", "event") for number in range(6)]
    assert sum(f'"{row}"' in answer.getvalue().decode() for row in rows) <= 3


def test_the_time_that_a_statement_may_take_is_not_the_askers(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    given = {"DATABASE": "absurd", "STATEMENT_TIMEOUT": timedelta(milliseconds=50)}
    slow = 'create view absurd."t_a" as select s.* from absurd."slow" s, pg_sleep(60)'
    engine.spawn("a")
    engine.call('alter table absurd."t_a" rename to "slow"')
    engine.call(slow)
    with override_settings(ABSURD_DASHBOARD=given):
        answer = client.get("/absurd/tasks/?window=all&timeout=60000&statement_timeout=0")
    assert answer.status_code == 503


def test_a_defect_shows_no_sql_and_no_values(client: Client, engine: Engine) -> None:
    engine.create("a")
    engine.call('alter table absurd."t_a" rename column task_name to no_name')
    client.raise_request_exception = False
    answer = client.get("/absurd/tasks/?name=k3ptfromall&window=all")
    assert answer.status_code == 500
    for told in ("select", "task_name", "t_a", "k3ptfromall", "Traceback"):
        assert told.lower() not in answer.text.lower()
