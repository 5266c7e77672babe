"""Open pages cost the engine little: what many look at is read once, what has not changed never."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections, transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from absurd_dashboard import urls, watching
from absurd_dashboard.models import Membership, Role, Scope, Tenant
from absurd_dashboard.policy import Grant, Policy, Rule
from absurd_dashboard.polling import Place
from tests.dashboard.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "absurd"])

#: So long that whatever a test does happens within one interval.
SETTINGS = {"DATABASE": "absurd", "REFRESH_INTERVAL": timedelta(minutes=10)}
PRIVATE = Place("", "")
TASKS, OVERVIEW = "/absurd/tasks/", "/absurd/"
_LOADERS = [
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]


class Watcher:
    """An open page: asks with the token of what it has seen.

    Attributes:
        statements: what the last question sent to the engine.
        ended: whether the transaction that read was over when that was drawn.
    """

    def __init__(self, client: Client, path: str) -> None:
        self.client, self.path = client, path
        page = client.get(path)
        assert page.status_code == 200
        self.token = page.text.partition('data-live-token="')[2].partition('"')[0]
        self.statements: list[str] = []
        self.ended = False

    def ask(self) -> HttpResponse:
        with CaptureQueriesContext(connections["absurd"]) as captured:
            answer: Any = self.client.get(self.path, headers={"X-Absurd-Live": self.token})
        sent = [query["sql"] for query in captured]
        self.ended = sent[-1:] == ["COMMIT"]
        self.statements = [each for each in sent if each not in {"BEGIN", "COMMIT"}]
        self.token = answer.headers.get("X-Absurd-Token", self.token)
        return answer  # type: ignore[no-any-return]


@pytest.fixture(autouse=True)
def _slowly() -> Iterator[None]:
    with override_settings(ABSURD_DASHBOARD=SETTINGS):
        yield


@pytest.fixture
def another_process(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes this process as good as another one: it remembers nothing that it read."""

    def forget() -> None:
        for name in ("_watches", "_versions", "_stamps"):
            monkeypatch.setattr(watching, name, type(getattr(watching, name))())

    return forget


@pytest.fixture
def other(client: Client) -> Client:
    """Another superuser's browser."""
    browser = Client()
    browser.force_login(User.objects.create_superuser("another"))
    return browser


@pytest.mark.parametrize("path", [OVERVIEW, TASKS, "/absurd/queues/a/", "/absurd/workers/"])
def test_what_one_page_read_anew_is_shown_on_the_others_without_asking_the_engine(
    client: Client, other: Client, engine: Engine, path: str
) -> None:
    engine.create("a")
    first, second = Watcher(client, path), Watcher(other, path)
    engine.claim("a", worker=str(engine.spawn("a")))
    assert first.ask().status_code == 200
    assert first.statements
    shown = second.ask()
    assert shown.status_code == 200
    assert second.statements == []
    assert second.token == first.token


@pytest.mark.parametrize("path", [OVERVIEW, TASKS, "/absurd/queues/a/", "/absurd/workers/"])
def test_what_was_drawn_for_one_page_is_not_drawn_again_for_the_others(
    client: Client, other: Client, engine: Engine, path: str
) -> None:
    engine.create("a")
    first, second = Watcher(client, path), Watcher(other, path)
    engine.claim("a", worker=str(engine.spawn("a")))
    drawn: Any = first.ask()
    shown: Any = second.ask()
    assert drawn.templates
    assert shown.templates == []
    assert shown.content == drawn.content


@pytest.mark.parametrize("path", [OVERVIEW, "/absurd/workers/", "/absurd/queues/a/"])
def test_what_was_drawn_in_one_process_is_shown_by_another_without_asking_the_engine(
    client: Client,
    other: Client,
    engine: Engine,
    path: str,
    another_process: Callable[[], None],
) -> None:
    engine.create("a")
    first, second = Watcher(client, path), Watcher(other, path)
    engine.claim("a", worker=str(engine.spawn("a")))
    drawn = first.ask()
    another_process()
    shown = second.ask()
    assert second.statements == []
    assert (shown.content, second.token) == (drawn.content, first.token)


def test_who_has_seen_what_another_process_drew_is_told_nothing_new(
    client: Client, engine: Engine, another_process: Callable[[], None]
) -> None:
    engine.create("a")
    page = Watcher(client, OVERVIEW)
    engine.spawn("a")
    assert page.ask().status_code == 200
    another_process()
    engine.spawn("a")
    page.ask()
    assert page.statements


@pytest.mark.parametrize("asks", ["{{ user.username }}", "{{ request.user }}", "{% csrf_token %}"])
def test_what_asks_who_looks_is_drawn_for_each(
    client: Client, other: Client, engine: Engine, settings: Any, asks: str
) -> None:
    engine.create("a")
    pages = [Watcher(each, TASKS) for each in (client, other)]
    engine.spawn("a")
    (backend,) = settings.TEMPLATES
    mine = {"absurd_dashboard/tasks/list_live.html": f"<section data-live>{asks}</section>"}
    loaders = [("django.template.loaders.locmem.Loader", mine), *_LOADERS]
    options = {**backend["OPTIONS"], "loaders": loaders}
    settings.TEMPLATES = [{**backend, "APP_DIRS": False, "OPTIONS": options}]
    one, another = [page.ask() for page in pages]
    assert one.content != another.content


@pytest.fixture
def costly(monkeypatch: pytest.MonkeyPatch) -> Iterator[timedelta]:
    """Whatever a page reads costs too much; how long it is to rest for that."""
    monkeypatch.setattr(watching, "SHARE", 1_000_000)
    settings = {**SETTINGS, "REFRESH_INTERVAL": timedelta(seconds=2)}
    with override_settings(ABSURD_DASHBOARD=settings):
        yield watching.LONGEST_REST


@pytest.mark.parametrize(
    ("took", "rests"), [(0.0, 2.0), (0.04, 2.0), (0.1, 5.0), (0.25, 12.5), (4.0, 15.0)]
)
def test_the_more_a_page_costs_the_engine_the_less_often_it_asks(took: float, rests: float) -> None:
    with override_settings(ABSURD_DASHBOARD={"DATABASE": "absurd"}):
        assert watching.rest(took=took).total_seconds() == rests


def test_a_page_that_asks_seldom_by_itself_is_not_made_to_ask_more_often() -> None:
    assert watching.rest(timedelta(hours=1), 4.0) == timedelta(hours=1)


def test_a_costly_page_is_asked_for_again_after_a_rest(
    client: Client, engine: Engine, costly: timedelta
) -> None:
    engine.create("a")
    page = Watcher(client, OVERVIEW)
    engine.spawn("a")
    assert every(page.ask()) == costly


def test_what_a_costly_page_shows_is_new_for_half_of_its_rest(
    client: Client,
    other: Client,
    engine: Engine,
    costly: timedelta,
    monkeypatch: pytest.MonkeyPatch,
    another_process: Callable[[], None],
) -> None:
    engine.create("a")
    pages = [Watcher(each, OVERVIEW) for each in (client, other, client)]
    engine.spawn("a")
    pages[0].ask()
    now = watching.instant() + 0.4 * costly / timedelta(milliseconds=1)
    monkeypatch.setattr(watching, "instant", lambda: now)
    assert every(pages[1].ask()) == costly
    assert pages[1].statements == []
    another_process()
    assert every(pages[2].ask()) == costly
    assert pages[2].statements == []


def test_a_costly_page_whose_rows_tell_that_it_is_true_asks_as_often_as_any(
    client: Client, engine: Engine, costly: timedelta
) -> None:
    engine.create("a")
    page = Watcher(client, f"{TASKS}{engine.spawn('a')}/")
    engine.spawn("a")
    assert every(page.ask()) == costly
    engine.spawn("a")
    assert every(page.ask()) == timedelta(seconds=2)


def test_a_costly_page_rests_in_a_host_that_reads_in_its_own_transaction_too(
    client: Client, engine: Engine, costly: timedelta
) -> None:
    engine.create("a")
    page = Watcher(client, OVERVIEW)
    with transaction.atomic(using="absurd"):
        assert every(page.ask()) == costly


def every(answer: HttpResponse) -> timedelta:
    """How long an answer tells an open page to wait."""
    return timedelta(milliseconds=int(answer.headers["X-Absurd-Every"]))


def test_what_was_read_for_another_page_says_how_old_it_is(
    client: Client, other: Client, engine: Engine
) -> None:
    engine.create("a")
    first, second = Watcher(client, OVERVIEW), Watcher(other, OVERVIEW)
    engine.spawn("a")
    first.ask()
    assert int(second.ask().headers["X-Absurd-Age"]) >= 0


def test_nobody_is_shown_the_same_reading_twice(client: Client, engine: Engine) -> None:
    engine.create("a")
    page = Watcher(client, OVERVIEW)
    engine.spawn("a")
    page.ask()
    engine.spawn("a")
    assert page.ask().status_code == 200
    assert page.statements


def test_what_is_read_for_one_viewer_says_nothing_of_a_page_that_asks_who_looks(
    client: Client, other: Client, engine: Engine
) -> None:
    engine.create("a")
    engine.emit("a", "packed")
    pages = [Watcher(each, "/absurd/events/a/packed/") for each in (client, other)]
    engine.spawn("a")
    assert [page.ask().status_code for page in pages] == [204, 204]
    assert all(page.statements for page in pages)


def test_a_page_just_opened_is_not_thrown_back_to_what_others_read_before(
    client: Client, other: Client, engine: Engine
) -> None:
    engine.create("a")
    first = Watcher(client, TASKS)
    engine.spawn("a", "before")
    first.ask()
    engine.spawn("a", "after")
    late = Watcher(other, TASKS)
    assert late.ask().status_code == 204


def test_one_question_finds_for_all_pages_that_nothing_was_written(
    client: Client, other: Client, engine: Engine
) -> None:
    engine.create("a")
    task = engine.spawn("a")

    def shared() -> bool:
        pages = [Watcher(client, OVERVIEW), Watcher(other, f"{TASKS}{task}/")]
        answers = [page.ask() for page in pages]
        assert [answer.status_code for answer in answers] == [204, 204]
        assert "X-Absurd-Token" not in answers[1] or pages[1].statements
        return len(pages[0].statements) == 1 and pages[1].statements == []

    # Other tests write into other databases of the same server, which counts as a change, too.
    assert any(shared() for _ in range(300))


def test_a_task_is_not_read_again_while_other_tasks_change(client: Client, engine: Engine) -> None:
    engine.create("a")
    page = Watcher(client, f"{TASKS}{engine.spawn('a')}/")
    engine.spawn("a")
    page.ask()  # reads it, and remembers the versions of its rows
    whole = len(page.statements)
    engine.spawn("a")
    assert page.ask().status_code == 204
    assert len(page.statements) < whole / 2
    assert any("xmin" in statement for statement in page.statements)


def remember(engine: Engine, *pages: Watcher) -> None:
    """Let pages be read, each at a time of its own, and their rows' versions be remembered."""
    for page in pages:
        engine.spawn("a")
        page.ask()
    engine.spawn("a")


def test_one_look_at_rows_serves_the_pages_of_all_tasks(
    client: Client, other: Client, engine: Engine
) -> None:
    engine.create("a")
    pages = [Watcher(each, f"{TASKS}{engine.spawn('a')}/") for each in (client, other)]
    remember(engine, *pages)
    assert [page.ask().status_code for page in pages] == [204, 204]
    assert pages[0].statements
    assert pages[1].statements == []


def test_what_is_written_after_that_look_is_found_by_the_next(
    client: Client, other: Client, engine: Engine
) -> None:
    engine.create("a")
    task = engine.spawn("a")
    first, second = (
        Watcher(client, f"{TASKS}{engine.spawn('a')}/"),
        Watcher(other, f"{TASKS}{task}/"),
    )
    remember(engine, first, second)
    first.ask()
    engine.cancel("a", task)
    assert second.ask().status_code == 204  # true when its rows were looked at for the first
    assert second.ask().status_code == 200


def test_whose_sight_differs_looks_for_themselves(client: Client, engine: Engine) -> None:
    engine.create("a")
    tenant = Tenant.objects.create(slug="t", name="T")
    Scope.objects.create(tenant=tenant, queue_pattern="a", header_tenant="acme")
    user = User.objects.create_user("member")
    Membership.objects.create(tenant=tenant, user=user, role=Role.VIEWER)
    member = Client()
    member.force_login(user)
    task = engine.spawn("a", headers={"tenant_id": "acme"})
    pages = [Watcher(client, f"{TASKS}{task}/"), Watcher(member, f"/absurd/t/t/tasks/{task}/")]
    remember(engine, *pages)
    assert [page.ask().status_code for page in pages] == [204, 204]
    assert all(page.statements for page in pages)


@pytest.mark.parametrize("what", ["claim", "checkpoint", "complete", "wait", "cancel"])
def test_whatever_is_written_of_a_task_is_on_its_page(
    client: Client, engine: Engine, what: str
) -> None:
    engine.create("a")
    task = engine.spawn("a")
    run = engine.claim("a") if what != "claim" else None
    page = Watcher(client, f"{TASKS}{task}/")
    engine.spawn("a", "neighbour")
    page.ask()
    match what, run:
        case "claim", _:
            engine.claim("a")
        case "checkpoint", found:
            engine.checkpoint("a", task, found, "step", 1)  # type: ignore[arg-type]
        case "complete", found:
            engine.complete("a", found, "done")  # type: ignore[arg-type]
        case "wait", found:
            engine.wait("a", task, found, "packed")  # type: ignore[arg-type]
        case _:
            engine.cancel("a", task)
    assert page.ask().status_code == 200


def test_a_finished_task_goes_on_saying_how_long_ago_it_finished(
    client: Client, engine: Engine
) -> None:
    engine.freeze()
    engine.create("a")
    task = engine.spawn("a")
    engine.complete("a", engine.claim("a"), "done")
    page = Watcher(client, f"{TASKS}{task}/")
    engine.advance(seconds=30)
    said = page.ask().text
    engine.call("select set_config('absurd.fake_now', '', false)")
    assert "Completed 30 s ago" in said


def test_what_becomes_of_a_child_is_on_its_parents_page(client: Client, engine: Engine) -> None:
    engine.create("a")
    engine.create("children")
    parent = engine.spawn("a")
    child = engine.spawn("children", "child", headers={"parent_task_id": str(parent)})
    page = Watcher(client, f"{TASKS}{parent}/")
    engine.spawn("a", "neighbour")
    page.ask()
    engine.cancel("children", child)
    assert page.ask().status_code == 200


class Nobody:
    """Who a shared page must not ask about."""

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(f"A shared page asked for its viewer's {name}.")


class Unseen(Policy):
    """Superusers' policy, after which nobody knows who asks."""

    def grant(self, request: Any, tenant: str | None) -> Grant | None:
        grant = super().grant(request, tenant)
        if "X-Absurd-Live" in request.headers:
            request.user = Nobody()
        return grant


def cause(client: Client) -> str:
    """The fingerprint of the only cause of failures."""
    (row,) = client.get("/absurd/failures/?format=json").json()["rows"]
    return str(row["fingerprint"])


SHARED = [each.name for each in urls.pages if getattr(each.callback, "place", PRIVATE).shared]


@pytest.mark.parametrize("name", SHARED)
def test_a_page_that_is_shared_asks_nothing_of_its_viewer_and_the_engine_nothing_while_drawn(
    client: Client, engine: Engine, name: str
) -> None:
    engine.create("a")
    engine.failed("a")
    engine.emit("a", "packed")
    engine.spawn("a", headers={"workflow_run_id": "w"})
    about = {"queue": ["a"], "workflow": ["w"], "failure": [cause(client)]}
    page = Watcher(client, reverse(f"absurd_dashboard:{name}", args=about.get(name, [])))
    engine.claim("a")
    engine.failed("a")
    engine.spawn("a", headers={"workflow_run_id": "w"})
    with override_settings(ABSURD_DASHBOARD={**SETTINGS, "POLICY": f"{__name__}.Unseen"}):
        assert page.ask().status_code in {200, 204}
    assert page.ended


class ByName(Policy):
    """Everybody at the same address sees the queue of their own name."""

    def grant(self, request: Any, tenant: str | None) -> Grant:
        return Grant(None, "", (Rule(request.user.get_username()),), frozenset())


@pytest.mark.parametrize("processes", [1, 2])
def test_who_may_see_something_else_at_the_same_address_is_read_for_anew(
    engine: Engine, processes: int, another_process: Callable[[], None]
) -> None:
    browsers = {}
    for name in ("ann", "bob"):
        engine.create(name)
        browsers[name] = Client()
        browsers[name].force_login(User.objects.create_user(name))
    with override_settings(ABSURD_DASHBOARD={**SETTINGS, "POLICY": f"{__name__}.ByName"}):
        lists = {name: Watcher(browser, TASKS) for name, browser in browsers.items()}
        overviews = {name: Watcher(browser, OVERVIEW) for name, browser in browsers.items()}
        for name in browsers:
            engine.spawn(name, f"secret-of-{name}")
        texts = {}
        for name in browsers:
            if processes > 1:
                another_process()
            texts[name] = lists[name].ask().text + overviews[name].ask().text
    assert "secret-of-ann" in texts["ann"]
    assert "secret-of-bob" in texts["bob"]
    assert "secret-of-ann" not in texts["bob"]
    assert "secret-of-bob" not in texts["ann"]
    assert "/queues/ann/" in texts["ann"]
    assert "/queues/bob/" in texts["bob"]
    assert "/queues/ann/" not in texts["bob"]
    assert "/queues/bob/" not in texts["ann"]


def test_whoever_loses_a_grant_is_answered_nothing_that_others_read(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    tenant = Tenant.objects.create(slug="t", name="T")
    Scope.objects.create(tenant=tenant, queue_pattern="a")
    browsers = []
    for name in ("stays", "goes"):
        user = User.objects.create_user(name)
        Membership.objects.create(tenant=tenant, user=user, role=Role.VIEWER)
        browsers.append(Client())
        browsers[-1].force_login(user)
    first, second = (Watcher(browser, "/absurd/t/t/") for browser in browsers)
    Membership.objects.get(user__username="goes").delete()
    engine.spawn("a")
    assert first.ask().status_code == 200
    assert second.ask().status_code == 404


def test_another_language_is_read_for_anew(client: Client, other: Client, engine: Engine) -> None:
    engine.create("a")
    first, second = Watcher(client, OVERVIEW), Watcher(other, OVERVIEW)
    engine.spawn("a")
    first.ask()
    with translation.override("de"):
        assert "Nichts braucht Aufmerksamkeit" in second.ask().text
    assert second.statements
