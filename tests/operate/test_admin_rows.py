"""The engine's rows in Django's admin: found through indexes, redacted, as far as in sight."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connections
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from absurd_dashboard.adminsite import filters
from absurd_dashboard.models import Membership, Role, Scope, Tenant
from absurd_dashboard.redaction import Redaction
from tests.dashboard.engine import Engine
from tests.dashboard.second_line import BOUND
from tests.dashboard.test_plans import scans

KINDS = ("task", "run", "checkpoint", "event", "wait")
PERMISSIONS = "absurd_dashboard.policies.permissions.DjangoPermissionsPolicy"
LOAD = """
    select absurd.create_queue('big');
    select absurd.spawn_task('big', 'common', '{}') from generate_series(1, 2000);
    select absurd.complete_run('big', run_id) from absurd.claim_task('big', 'w', 60, 1200);
    select absurd.set_task_checkpoint_state('big', task_id, 'step', '1', run_id)
      from absurd."r_big" where state = 'completed';
    select w.* from absurd.claim_task('big', 'w', 60, 700) r,
      lateral absurd.await_event('big', r.task_id, r.run_id, 'step', 'never ' || r.task_id, null) w;
    select absurd.emit_event('big', 'event ' || n, '1') from generate_series(1, 1500) n;
    analyze absurd."t_big"; analyze absurd."r_big"; analyze absurd."c_big";
    analyze absurd."e_big"; analyze absurd."w_big";
"""


def address(kind: str, query: str = "") -> str:
    """A list."""
    return f"/admin/absurd_dashboard/{kind}/{query}"


def links(text: str) -> list[str]:
    """The rows' pages that a list leads to."""
    return re.findall(r'<th class="field-[^>]+><a href="([^"?]+)', text)


def fill(engine: Engine, queue: str, says: str) -> None:
    """A row of each kind, all of which say the same."""
    engine.create(queue)
    headers = {"tenant_id": says, "card": f"4111 {says}"}
    task = engine.spawn(queue, f"task {says}", {"note": says, "card": "4111"}, headers=headers)
    run = engine.claim(queue, worker=f"worker {says}")
    engine.emit(queue, f"emitted / {says}", {"note": says, "card": "4111"})
    engine.checkpoint(queue, task, run, f"step ~_{says}", {"note": says, "card": "4111"})
    engine.wait(queue, task, run, f"awaited {says}")


@pytest.fixture
def boss(engine: Engine) -> Client:
    """An admin of the tenant ``acme``, who is staff."""
    tenant = Tenant.objects.create(slug="acme", name="Acme")
    Scope.objects.create(tenant=tenant, queue_pattern="ours*")
    user = User.objects.create_user("boss", is_staff=True)
    Membership.objects.create(tenant=tenant, user=user, role=Role.ADMIN)
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_in_sight_is_listed_and_has_a_page_and_no_other_is(
    boss: Client, engine: Engine, kind: str
) -> None:
    fill(engine, 'ours / "1"', "mine")
    fill(engine, "theirs", "canary")
    listed = boss.get(address(kind)).text
    assert "canary" not in listed
    (page,) = links(listed)
    shown = boss.get(page)
    assert shown.status_code == 200
    assert "mine" in shown.text
    assert "canary" not in shown.text
    theirs = Client()
    theirs.force_login(User.objects.create_superuser("root"))
    (other,) = set(links(theirs.get(address(kind)).text)) - {page}
    assert boss.get(other).status_code == 302


@pytest.mark.parametrize("kind", KINDS[:4])
def test_a_row_s_payloads_are_redacted(client: Client, engine: Engine, kind: str) -> None:
    fill(engine, "a", "mine")
    given = {"DATABASE": "absurd", "REDACT": (Redaction(key="card"),)}
    if kind == "run":
        engine.failed("a", "work", card="4111", name="E")
    with override_settings(ABSURD_DASHBOARD=given):
        page, *_ = links(client.get(address(kind)).text)
        text = client.get(page).text
    assert "[redacted]" in text
    assert "4111" not in text


FINDS = [
    ("run", "?queue=a", 1),
    ("run", "?queue=b", 0),
    ("run", "?state=sleeping", 1),
    ("run", "?state=failed", 0),
    ("run", "?q={run}", 1),
    ("run", "?q={task}", 1),
    ("run", "?q=nonsense", 0),
    ("checkpoint", "?q={task}", 1),
    ("checkpoint", "?q={run}", 0),
    ("event", "?q=emitted / mine", 1),
    ("event", "?q=emitted", 0),
    ("event", "?window=1h", 1),
    ("wait", "?q=awaited mine", 1),
    ("wait", "?q={task}", 1),
    ("wait", "?q={run}", 1),
    ("wait", "?q=%00", 1),
]


def test_lists_are_filtered_and_searched(client: Client, engine: Engine) -> None:
    fill(engine, "a", "mine")
    engine.create("b")
    ((task, run),) = engine.call('select task_id, run_id from absurd."r_a"')
    for kind, query, number in FINDS:
        text = client.get(address(kind, query.format(task=task, run=run))).text
        assert len(links(text)) == number, (kind, query)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_row_s_key_is_missing(client: Client, engine: Engine, kind: str) -> None:
    engine.create("a")
    for key in ("x", "a.b.c", "~00.x", "_2F", "a~", "%F0%9F", "."):
        assert client.get(f"{address(kind)}{key}/change/").status_code == 302, key


@pytest.fixture
def staff(engine: Engine) -> Iterator[User]:
    """A member of staff, where Django's permissions decide."""
    with override_settings(ABSURD_DASHBOARD={"DATABASE": "absurd", "POLICY": PERMISSIONS}):
        yield User.objects.create_user("staff", is_staff=True)


def test_whoever_may_view_tasks_by_django_s_permissions_sees_rows_and_no_other_staff_does(
    engine: Engine, staff: User
) -> None:
    fill(engine, "a", "mine")
    client = Client()
    client.force_login(staff)
    assert {client.get(address(kind)).status_code for kind in KINDS} == {403}
    staff.user_permissions.add(Permission.objects.get(codename="view_task"))
    assert [len(links(client.get(address(kind)).text)) for kind in KINDS] == [1] * len(KINDS)
    assert client.get(address("membership")).status_code == 403


def test_django_s_permission_for_an_action_offers_it_in_the_admin(
    engine: Engine, staff: User
) -> None:
    fill(engine, "a", "mine")
    for codename in ("view_task", "cancel_task"):
        staff.user_permissions.add(Permission.objects.get(codename=codename))
    client = Client()
    client.force_login(staff)
    text = client.get(address("task")).text
    assert 'value="cancel"' in text
    assert 'value="retry"' not in text


def whole_tables_read(client: Client, page: str) -> set[str]:
    """The tables that a page's statements read from end to end."""
    with CaptureQueriesContext(connections["absurd"]) as captured:
        assert client.get(page).status_code == 200, page
    statements = [query["sql"] for query in captured if '"absurd"."' in query["sql"]]
    assert statements
    return {table for statement in statements for table in _scanned(statement)}


def _scanned(statement: str) -> Iterator[str]:
    with connections["absurd"].cursor() as cursor:
        cursor.execute("set local random_page_cost = 1.1; set local jit = off")
        cursor.execute("explain (format json) " + statement)
        plan: Any = cursor.fetchone()[0]
    plan = json.loads(plan) if isinstance(plan, str) else plan
    yield from (table for table in scans(plan[0]["Plan"]) if table.endswith("_big"))


@pytest.mark.skipif(BOUND is not None, reason="policies are part of the plans")
def test_no_list_filter_search_or_page_reads_a_whole_table(
    client: Client, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.call(LOAD)
    monkeypatch.setattr(filters, "DEPTH", 100)
    ((task, run),) = engine.call('select task_id, run_id from absurd."w_big" limit 1')
    searches = {
        "task": (task, "rare", "com"),
        "run": (run, str(run)[:12], task),
        "checkpoint": (task, str(task)[:12]),
        "event": ("event 7", "never"),
        "wait": ("never", task, run),
    }
    pages = [address(kind, f"?{more}") for kind in KINDS for more in ("", "window=all&p=2")]
    pages += [address(kind, f"?state={state}&window=all") for kind in ("task", "run")
              for state in ("completed", "cancelled")]  # fmt: skip
    pages += [address(kind, f"?q={text}") for kind, each in searches.items() for text in each]
    pages += [links(client.get(address(kind)).text)[0] for kind in KINDS]
    read = {page: whole_tables_read(client, page) for page in pages}
    assert {page: tables for page, tables in read.items() if tables} == {}


def test_a_host_s_own_site_takes_them_too() -> None:
    from django.contrib.admin import AdminSite

    from absurd_dashboard.adminsite.register import register

    site = AdminSite("own")
    register(site)
    assert {model._meta.model_name for model in site._registry} >= set(KINDS)
    assert reverse("admin:absurd_dashboard_run_changelist")
