"""No page reads a whole table of history: the plan of every statement, on a loaded queue."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from absurd_dashboard.models import Scope
from tests.dashboard.engine import Engine
from tests.dashboard.members import member_of

TASKS = 6_000

LOAD = f"""
    select absurd.create_queue('big');
    select absurd.spawn_task('big', 'doomed', '{{}}', '{{"max_attempts": 1}}')
      from generate_series(1, 3);
    select absurd.fail_run('big', run_id, '{{"name": "D", "message": "m"}}')
      from absurd.claim_task('big', 'w', 60, 3);
    select absurd.spawn_task(
             'big', 'common', '{{}}',
             jsonb_build_object('headers', jsonb_build_object('tenant_id', n %% 10)))
      from generate_series(1, {TASKS}) n;
    select absurd.complete_run('big', run_id) from absurd.claim_task('big', 'w', 60, {TASKS - 400});
    select absurd.fail_run('big', run_id, '{{"name": "E", "message": "m"}}', 'infinity')
      from absurd.claim_task('big', 'w', 60, 200);
    select absurd.claim_task('big', 'w', 60, 100);
    select absurd.spawn_task('big', 'rare', '{{}}', '{{"headers": {{"workflow_run_id": "run7"}}}}');
    select absurd.emit_event('big', 'packed', '{{}}');
    select absurd.set_task_checkpoint_state('big', task_id, 'step', '1', run_id)
      from absurd."r_big" where state = 'completed';
    analyze absurd."t_big"; analyze absurd."r_big"; analyze absurd."c_big";
"""


def scans(plan: dict[str, Any]) -> Iterator[str]:
    """The tables that a plan reads from end to end."""
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for child in plan.get("Plans", []):
        yield from scans(child)


def relations(plan: dict[str, Any]) -> Iterator[str]:
    """The tables and partitions that a plan would look into, an index on them included."""
    if "Relation Name" in plan:
        yield plan["Relation Name"]
    for child in plan.get("Plans", []):
        yield from relations(child)


def plans(client: Client, address: str) -> list[dict[str, Any]]:
    """The plans of the statements that a page sends about queues."""
    with CaptureQueriesContext(connections["absurd"]) as captured:
        assert client.get(address).status_code == 200
    statements = [
        query["sql"]
        for query in captured
        if 'absurd."' in query["sql"] or '"absurd"."' in query["sql"]
    ]
    assert statements
    found = []
    with connections["absurd"].cursor() as cursor:
        # As on any disk without moving parts.
        cursor.execute("set local random_page_cost = 1.1; set local jit = off")
        for statement in statements:
            cursor.execute("explain (format json) " + statement)
            (plan,) = cursor.fetchone()
            plan = json.loads(plan) if isinstance(plan, str) else plan
            found.append(plan[0]["Plan"])
    return found


def whole_tables_read(client: Client, address: str) -> set[str]:
    """Tables of tasks, runs and checkpoints that the page's statements read from end to end."""
    found = {table for plan in plans(client, address) for table in scans(plan)}
    return found & {"t_big", "r_big", "c_big"}


def cause(client: Client) -> str:
    """The fingerprint of the only cause of failures."""
    (row,) = json.loads(client.get("/absurd/failures/?window=1h&format=json").content)["rows"]
    return str(row["fingerprint"])


def test_no_page_reads_a_whole_table_of_history(client: Client, engine: Engine) -> None:
    engine.call(LOAD)
    task, run = engine.call('select task_id, last_attempt_run from absurd."t_big" limit 1')[0]
    failed, rare = (
        engine.call('select task_id from absurd."t_big" where task_name = %s', name)[0][0]
        for name in ("doomed", "rare")
    )
    pages = [
        "",
        "queues/",
        "queues/big/",
        "tasks/",
        "tasks/?window=all",
        "tasks/?queue=big&window=1h",
        "tasks/?state=completed",
        "tasks/?state=running",
        f"tasks/?older={task}",
        f"tasks/?newer={task}",
        f"tasks/?id={str(task)[:20]}",
        f"tasks/?id={run}",
        f"tasks/{task}/",
        "failures/",
        "failures/?view=list",
        f"failures/{cause(client)}/",
        f"tasks/{failed}/",
        "attention/",
        "workflows/?by=header&window=1h",
        f"workflows/run7/?task={rare}",
        "events/",
        "events/big/packed/",
        "workers/",
        "charts/",
        "charts/?window=30d",
        "charts/?name=rare",
    ]
    read = {page: whole_tables_read(client, f"/absurd/{page}") for page in pages}
    assert {page: tables for page, tables in read.items() if tables} == {}
    for query in ("name=rare", "state=cancelled", "name=nothing&state=failed"):
        # No index serves these: the slice of the window is read, by its key or as a whole.
        assert whole_tables_read(client, f"/absurd/tasks/?{query}&window=1h") <= {"t_big"}


def test_what_a_tenant_sees_of_a_shared_queue_is_not_found_by_reading_all_of_it(
    engine: Engine,
) -> None:
    engine.call(LOAD)
    browser = member_of(Scope(queue_pattern="big", header_tenant="3"))
    ((task,),) = engine.call(
        "select task_id from absurd.\"t_big\" where headers->>'tenant_id' = '3' limit 1"
    )
    pages = ["", "queues/", f"tasks/{task}/", "workers/"]
    read = {page: whole_tables_read(browser, f"/absurd/t/acme/{page}") for page in pages}
    assert {page: tables for page, tables in read.items() if tables} == {}


PARTITIONED = """
    select absurd.create_queue('weekly', 'partitioned');
    select absurd.set_queue_policy('weekly', '{"partition_lookback": "413 days"}');
    select absurd.ensure_partitions('weekly');
    select absurd.spawn_task('weekly', 'now', '1');
"""


def weeks(client: Client, address: str, prefix: str) -> int:
    """Partitions of the queue's table with that prefix that a page's plans look into at most."""
    return max(
        len({name for name in relations(plan) if name.startswith(f"{prefix}_weekly_")})
        for plan in plans(client, address)
    )


def test_bounds_leave_sixty_weeks_of_partitions_alone(client: Client, engine: Engine) -> None:
    engine.call(PARTITIONED)
    (made,) = engine.call(
        "select count(*) from pg_inherits where inhparent = 'absurd.t_weekly'::regclass"
    )[0]
    assert made >= 60
    (task, run) = engine.call('select task_id, last_attempt_run from absurd."t_weekly"')[0]
    # This week, the one before, those made ahead, and the default one.
    lately = 9
    assert weeks(client, "/absurd/tasks/?window=24h", "t") <= lately
    assert weeks(client, "/absurd/tasks/?window=24h&state=failed&name=now", "t") <= lately
    assert weeks(client, f"/absurd/tasks/?id={run}", "r") == 1
    assert weeks(client, f"/absurd/tasks/{task}/", "t") == 1
