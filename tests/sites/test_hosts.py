"""The same visit in every kind of host: it looks, follows links, acts, and is not in the way."""

import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from absurd_core import run, tasks
from absurd_dashboard import tilde
from tests import newest
from tests.sites.conftest import QUEUE, Fail
from tests.sites.running import Host, running

#: Each host, and where the dashboard is in it.
HOSTS = {
    "plain": "/absurd/",
    "custom_user": "/absurd/",
    "translated": "/de/absurd/",
    "below_a_path": "/portal/absurd/",
    "behind_a_proxy": "/portal/absurd/",
    "hashed_files": "/absurd/",
    "naive_time": "/absurd/",
    "one_transaction": "/absurd/",
    "asynchronous": "/absurd/",
    "pooled": "/absurd/",
    "routed": "/absurd/",
    "mounted_twice": "/operations/absurd/",
    "bound_mounts": "/us/",
    "locked": "/absurd/",
    "strict_policy": "/absurd/",
    "colliding": "/absurd/",
    "unfolded": "/absurd/",
}
#: Those that need the newest Python and Django.
NEWEST = {"unfolded"}


@pytest.fixture(scope="module", params=HOSTS)
def name(request: pytest.FixtureRequest) -> str:
    """Each host in turn."""
    return str(request.param)


@pytest.fixture(scope="module")
def host(name: str, engine_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """The host, while it runs."""
    with running(name, engine_url, tmp_path_factory.mktemp(name), python_of(name)) as found:
        yield found


@pytest.fixture(scope="module")
def mount(name: str) -> str:
    """Where the dashboard is."""
    return HOSTS[name]


@pytest.fixture(scope="module")
def task(fail: Fail, name: str) -> UUID:
    """A task that failed."""
    return fail()


def python_of(name: str) -> str:
    """The interpreter, and with it Django, that a host takes."""
    if name not in NEWEST:
        return sys.executable
    python = newest.python()
    if python is None:
        pytest.skip("no newest pair; see python -m tests.newest")
    return str(python)


def test_the_checks_have_nothing_to_complain_of(host: Host) -> None:
    assert host.checks == []


def test_the_pages_lead_to_each_other_below_the_mount(host: Host, mount: str, task: UUID) -> None:
    overview = host.get(mount)
    listed = host.get(f"{mount}tasks/")
    detail = host.get(f"{mount}tasks/{task}/")

    assert [page.status for page in (overview, listed, detail)] == [200, 200, 200], host.said()
    assert f"{mount}queues/{tilde.encode(QUEUE)}/" in overview.links
    assert f"{mount}tasks/{task}/" in listed.links
    assert "the card was declined" in detail.text


def test_everything_that_a_page_refers_to_is_there(host: Host, mount: str, task: UUID) -> None:
    links = host.get(f"{mount}tasks/{task}/").links
    looked_at = {link for link in links if not re.search("retry|cancel|run-again|logout", link)}

    found = {link: host.get(link).status for link in looked_at}
    assert found == dict.fromkeys(looked_at, 200), host.said()
    assert any(link.endswith(".js") for link in links)


def test_an_open_page_learns_that_nothing_changed(host: Host, mount: str, task: UUID) -> None:
    for _ in range(2):  # a task's picture is drawn every ten seconds, once perhaps in between
        page = host.get(f"{mount}tasks/{task}/")
        (address,) = re.findall(r'data-live-url="([^"]+)"', page.text)
        (token,) = re.findall(r'data-live-token="([^"]+)"', page.text)
        answer = host.get(address, X_Absurd_Live=token)
        if answer.status == 204:
            break

    assert answer.status == 204
    assert "the card was declined" in host.get(address, X_Absurd_Live="other").text


def test_the_numbers_for_scripts_are_numbers_for_scripts(
    host: Host, mount: str, task: UUID
) -> None:
    page = host.get(f"{mount}tasks/{task}/").text

    assert 'data-live-interval="2000"' in page
    numbers = re.findall(r' (?:x|y|width|height|data-\w*ms|style)="([^"]*)"', page)
    assert not [number for number in numbers if "," in number]


def test_a_stranger_is_led_to_the_hosts_own_sign_in_page(host: Host, mount: str) -> None:
    answer = host.get(mount, anonymous=True)

    assert answer.status == 302
    assert host.get(answer.headers["Location"], anonymous=True).status == 200


def test_a_scripts_twin_holds_the_same(host: Host, mount: str, task: UUID) -> None:
    answer = host.get(f"{mount}tasks/{task}/", Accept="application/json")

    assert answer.headers["Content-Type"] == "application/json"
    assert "1234567" in answer.text


def test_whether_it_is_alive_is_told_to_everybody(host: Host, mount: str) -> None:
    answer = host.get(f"{mount}healthz?ready", anonymous=True)

    assert (answer.status, answer.text) == (200, "ok\n")


def test_a_retry_is_done_and_on_record(host: Host, mount: str, fail: Fail, engine_url: str) -> None:
    task = fail()
    form = {"csrfmiddlewaretoken": host.get(f"{mount}tasks/{task}/").token}

    answer = host.post(f"{mount}tasks/{task}/retry/", form)

    assert (answer.status, answer.headers["Location"]) == (302, f"{mount}tasks/{task}/"), (
        host.said()
    )
    with psycopg.connect(engine_url) as connection:
        assert run(connection, tasks.result(QUEUE, task)).state == "pending"
        run(connection, tasks.cancel(QUEUE, task))
    (newest, *_) = json.loads(host.get(f"{mount}audit/?format=json").text)["rows"]
    assert newest["user"] == "ada@example.org"
    age = datetime.now(UTC) - datetime.fromisoformat(newest["at"])
    assert timedelta(0) < age < timedelta(minutes=1)


def test_many_tasks_at_once_are_looked_at_before_anything_is_done(
    host: Host, mount: str, task: UUID
) -> None:
    token = host.get(f"{mount}tasks/{task}/").token
    form = {"csrfmiddlewaretoken": token, "action": "retry", "from": "selected", "task": str(task)}

    made = host.post(f"{mount}bulk/new/", form)

    assert made.status == 302, host.said()
    assert host.get(made.headers["Location"]).status == 200, host.said()
    assert host.get(f"{mount}bulk/").status == 200, host.said()


def test_nothing_was_said_to_the_log(host: Host) -> None:
    assert host.said() == ""
