"""What holds for every page: the door, an empty engine, strange names, live answers, JSON twins."""

import json
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client, override_settings

from absurd_dashboard.tilde import encode
from tests.dashboard.engine import Engine

LISTS = ["", "queues/", "tasks/", "failures/", "events/", "workers/"]
#: Space, slash, quotes, percent signs, markup, a right-to-left mark, an emoji; 57 bytes and less.
STRANGE = ['a b/c"d', "100%s'); --", "<b>&amp;</b>", "\u202eabc🙂", "Ü" * 28 + "x", "{r}"]
_QUICK = timedelta(milliseconds=50)


@pytest.mark.parametrize("page", LISTS)
def test_a_list_of_an_empty_engine_says_what_would_be_there(
    client: Client, engine: Engine, page: str
) -> None:
    response = client.get(f"/absurd/{page}")
    assert response.status_code == 200
    assert "abs-blank-title" in response.text


@pytest.mark.parametrize("page", LISTS)
def test_an_anonymous_visitor_is_asked_to_sign_in_first(engine: Engine, page: str) -> None:
    response = Client().get(f"/absurd/{page}")
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=/absurd/")


@pytest.mark.parametrize("page", LISTS)
def test_a_user_without_a_grant_is_refused(engine: Engine, page: str) -> None:
    client = Client()
    client.force_login(User.objects.create_user("staff", is_staff=True))
    response = client.get(f"/absurd/{page}")
    assert response.status_code == 403
    assert "no access" in response.text.lower()


@pytest.mark.parametrize("page", LISTS)
def test_a_page_changes_nothing_by_post(client: Client, engine: Engine, page: str) -> None:
    assert client.post(f"/absurd/{page}").status_code == 405


@pytest.mark.parametrize("queue", STRANGE)
def test_every_page_bears_a_strange_queue_name(client: Client, engine: Engine, queue: str) -> None:
    engine.create(queue)
    task = engine.failed(queue, queue, message=queue, traceback=queue)
    waiting = engine.spawn(queue)
    engine.wait(queue, waiting, engine.claim(queue, worker=queue), queue)
    engine.emit(queue, f"{queue}!", {"from": queue})
    pages = [
        *LISTS,
        f"queues/{encode(queue)}/",
        f"tasks/?{urlencode({'queue': queue, 'name': queue})}",
        f"tasks/{task}/",
        f"tasks/{waiting}/",
        f"events/{encode(queue)}/{encode(queue)}/",
        f"events/{encode(queue)}/{encode(queue + '!')}/",
    ]
    for page in pages:
        response = client.get(f"/absurd/{page}")
        assert response.status_code == 200, page
        assert "INVALID TEMPLATE" not in response.text, page
        assert "<b>&amp;" not in response.text, page


def test_links_to_a_strange_queue_lead_to_its_page(client: Client, engine: Engine) -> None:
    engine.create(STRANGE[0])
    overview = client.get("/absurd/").text
    (address,) = set(re.findall(r'href="(/absurd/queues/[^"]+/)"', overview))
    assert "a b/c&quot;d" in client.get(address).text


def test_a_queue_created_between_two_requests_is_on_the_second(
    client: Client, engine: Engine
) -> None:
    client.get("/absurd/")
    engine.create("brand-new")
    assert "brand-new" in client.get("/absurd/").text


def test_a_queue_dropped_between_two_requests_is_gone_from_the_second(
    client: Client, engine: Engine
) -> None:
    engine.create("old")
    task = engine.spawn("old")
    assert client.get(f"/absurd/tasks/{task}/").status_code == 200
    engine.drop("old")
    assert client.get(f"/absurd/tasks/{task}/").status_code == 404
    assert client.get("/absurd/queues/old/").status_code == 404


def test_an_open_page_gets_an_empty_answer_while_nothing_changes(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    token = re.search(r'data-live-token="([\w.]+)"', client.get("/absurd/tasks/").text)
    assert token is not None
    response = client.get("/absurd/tasks/", headers={"X-Absurd-Live": token[1]})
    assert (response.status_code, response.content) == (204, b"")


def test_an_open_page_gets_the_new_region_once_something_changed(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    page = client.get("/absurd/").text
    token = re.search(r'data-live-token="([\w.]+)"', page)
    assert token is not None
    engine.spawn("a")
    response = client.get("/absurd/", headers={"X-Absurd-Live": token[1]})
    assert response.status_code == 200
    assert response["X-Absurd-Token"] != token[1]
    assert "<html" not in response.text


def test_a_poll_of_somebody_signed_out_is_told_so(engine: Engine) -> None:
    response = Client().get("/absurd/tasks/", headers={"X-Absurd-Live": "x"})
    assert response.status_code == 401


def test_htmx_gets_the_page_without_its_frame(client: Client, engine: Engine) -> None:
    text = client.get("/absurd/tasks/", headers={"HX-Request": "true"}).text
    assert "<h1>" in text
    assert "<html" not in text


@pytest.mark.parametrize("page", LISTS)
def test_every_list_has_a_json_twin(client: Client, engine: Engine, page: str) -> None:
    engine.create("a")
    engine.failed("a")
    response = client.get(f"/absurd/{page}", headers={"Accept": "application/json"})
    assert response["Content-Type"] == "application/json"
    assert isinstance(json.loads(response.content), dict)
    assert response.content == client.get(f"/absurd/{page}?format=json").content


def test_a_page_declares_a_strict_policy_and_is_not_cached(client: Client, engine: Engine) -> None:
    response = client.get("/absurd/")
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("page", [*LISTS, "tasks/{task}/"])
def test_a_page_has_no_inline_style_or_script(client: Client, engine: Engine, page: str) -> None:
    engine.create("a")
    text = client.get(f"/absurd/{page.format(task=engine.failed('a'))}").text
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son\w+\s*=", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', text)


def test_a_missing_engine_is_said_with_the_remedy(client: Client, engine: Engine) -> None:
    engine.call("alter schema absurd rename to elsewhere")
    response = client.get("/absurd/")
    assert response.status_code == 503
    assert "no Absurd engine" in response.text
    assert "absurdctl init" in response.text


def test_an_engine_that_is_too_old_is_said_with_the_remedy(client: Client, engine: Engine) -> None:
    engine.call(
        "create or replace function absurd.get_schema_version() returns text"
        " language sql as $$ select '0.2.0'::text $$"
    )
    response = client.get("/absurd/")
    assert response.status_code == 503
    assert "too old" in response.text
    assert "absurdctl migrate" in response.text


def test_a_query_that_takes_too_long_is_stopped_and_said(client: Client, engine: Engine) -> None:
    engine.create("a")
    engine.call('alter table absurd."t_a" rename to "slow"')
    engine.call('create view absurd."t_a" as select s.* from absurd."slow" s, pg_sleep(60)')
    engine.call('grant select on absurd."t_a" to public')
    engine.call("insert into absurd.slow (task_id, task_name, params, state)"
                " values (gen_random_uuid(), 'x', 'null', 'pending')")  # fmt: skip
    with override_settings(ABSURD_DASHBOARD={"DATABASE": "absurd", "STATEMENT_TIMEOUT": _QUICK}):
        response = client.get("/absurd/tasks/?window=all")
    assert response.status_code == 503
    assert "too long" in response.text


def test_healthz_answers_anybody(engine: Engine) -> None:
    assert Client().get("/absurd/healthz").text == "ok\n"
