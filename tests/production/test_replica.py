"""Pages read a real streaming replica, say how old what they show is, and actions go past it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import psycopg
import pytest

from absurd_core import queues, schema, tasks
from absurd_core.statements import run
from tests.core.databases import fresh_database
from tests.demo.commands import Browser, Command, eventually
from tests.production.standby import Standby, primary, standby

QUEUE = "copied"


@dataclass
class World:
    """Two engines in one dashboard: ``eu`` with a replica, and ``us``, which nobody started."""

    copy: Standby
    browser: Browser
    url: str
    variables: dict[str, str]

    def examined(self) -> str:
        """What the doctor says."""
        command = Command("doctor", environment=self.variables)
        command.ends()
        return command.printed

    def spawn(self) -> str:
        """A task, on the primary."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            return str(run(connection, tasks.spawn(QUEUE, "work")).task_id)

    def state(self, task: str) -> str:
        """A task's state, on the primary."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            found = run(connection, tasks.result(QUEUE, task))
        assert found
        return found.state

    def page(self, path: str) -> str:
        """What a page about the engine with the replica says."""
        status, text = self.browser.get(f"i/eu/{path}")
        assert status == 200, text
        return text

    def behind(self) -> float | None:
        """Seconds that pages say they are behind; None where they say nothing of a replica."""
        said = r'replica, <data value="([\d.]+)">[^<]+</data> behind'
        found = re.search(said, self.page("tasks/"))
        return float(found[1]) if found else None

    def follows(self) -> bool:
        """Whether the pages say that the replica has all that its primary wrote."""
        return self.behind() == 0

    def cancel(self, task: str) -> tuple[int, str]:
        """Press the button."""
        _, shown = self.browser.get("i/eu/spawn/")
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', shown)
        assert token, shown
        form = urlencode({"csrfmiddlewaretoken": token[1]}).encode()
        return self.browser.get(f"i/eu/tasks/{task}/cancel/?format=json", form)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Both engines, and an operator's browser."""
    with primary() as server, fresh_database(server.url()) as url, standby(url) as copy:
        with psycopg.connect(url, autocommit=True) as connection:
            schema.install(connection)
            run(connection, queues.create(QUEUE))
        environment = {
            "ABSURD_INSTANCE_EU_URL": url,
            "ABSURD_INSTANCE_EU_REPLICA_URL": copy.url,
            "ABSURD_INSTANCE_US_URL": "postgresql://dashboard@127.0.0.1:1/absurd",
            "DJANGO_SUPERUSER_USERNAME": "ada",
            "DJANGO_SUPERUSER_PASSWORD": "engine-no-1",
            "ABSURD_DASHBOARD_DATA_DIR": str(tmp_path_factory.mktemp("serve")),
        }
        command = Command("serve", "--port", 0, "--workers", 1, environment=environment)
        browser = Browser(command.waits_for(r"Absurd Dashboard: (\S+)"))
        browser.sign_in("ada", "engine-no-1")
        yield World(copy, browser, url, environment)
        command.terminate()


def test_a_page_shows_what_the_replica_has_and_that_it_is_one(world: World) -> None:
    task = world.spawn()

    eventually(lambda: task in world.page("tasks/"))
    eventually(world.follows)


def test_while_the_replica_stands_still_its_pages_say_how_far_it_is_behind(world: World) -> None:
    with world.copy.paused():
        task = world.spawn()

        eventually(lambda: (world.behind() or 0) > 1, 30, world.behind)
        assert task not in world.page("tasks/")
    eventually(lambda: task in world.page("tasks/"))
    eventually(world.follows)


def test_a_replica_that_is_cut_off_from_its_primary_does_not_pass_for_one_that_follows(
    world: World,
) -> None:
    with world.copy.cut_off():
        eventually(lambda: (world.behind() or 0) > 1, 30, world.behind)
    eventually(world.follows)


def test_an_action_reaches_the_primary_while_the_replica_stands_still(world: World) -> None:
    with world.copy.paused():
        task = world.spawn()  # which the replica does not know
        status, answer = world.cancel(task)

        assert (status, world.state(task)) == (200, "cancelled"), answer
    eventually(lambda: "cancelled" in world.page(f"tasks/?state=cancelled&q={task}"))


@pytest.fixture(scope="module")
def examined(world: World) -> str:
    """What the doctor says while the replica follows."""
    eventually(world.follows)
    return world.examined()


def test_the_doctor_says_that_the_replica_follows(examined: str) -> None:
    assert "ok      replica: follows its primary" in examined


def test_the_doctor_names_the_engine_that_is_down(examined: str) -> None:
    assert "error   engine: 'absurd_us': The engine's database cannot be" in examined


def test_the_doctor_says_that_a_replica_stands_still(world: World) -> None:
    with world.copy.paused():
        assert "warning replica: its replay is paused" in world.examined()


def test_an_engine_that_is_down_leaves_the_other_working(world: World) -> None:
    down, said = world.browser.get("i/us/tasks/")

    assert down == 503
    assert "cannot be reached" in said
    assert world.behind() is not None


def test_without_its_replica_pages_are_read_from_the_primary_and_say_nothing_of_one(
    world: World,
) -> None:
    world.copy.stop()
    try:
        task = world.spawn()

        assert task in world.page("tasks/")
        assert world.behind() is None
    finally:
        world.copy.start()
    eventually(world.follows)
