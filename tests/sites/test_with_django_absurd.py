"""A project that runs its tasks with django-absurd: one engine, two packages, no quarrel."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import newest
from tests.core.databases import fresh_database
from tests.demo.commands import ROOT, clean_environment, eventually
from tests.sites.running import Host, running

SITE = "with_django_absurd"


@pytest.fixture(scope="module")
def python() -> str:
    """The newest interpreter; django-absurd needs Django 6."""
    found = newest.python()
    if found is None:
        pytest.skip("no newest pair; see python -m tests.newest")
    return str(found)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the host keeps its files."""
    return tmp_path_factory.mktemp(SITE)


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[str]:
    """A database with nothing in it: django-absurd installs the engine."""
    with fresh_database(server_url) as url:
        yield url


@pytest.fixture(scope="module")
def host(python: str, database: str, directory: Path) -> Iterator[Host]:
    """The host, while it runs."""
    with running(SITE, database, directory, python) as found:
        yield found


@pytest.fixture(scope="module")
def worker(python: str, host: Host, database: str, directory: Path) -> Iterator[None]:
    """The worker of django-absurd, as its own command starts it."""
    environment = {
        "DJANGO_SETTINGS_MODULE": f"tests.sites.{SITE}.settings",
        "SITE_ENGINE": database,
        "SITE_DIRECTORY": str(directory),
    }
    with (directory / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [python, "-m", "django", "absurd_worker", "--poll-interval", "0.05"],
            cwd=ROOT,
            env=clean_environment() | environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    yield
    process.terminate()
    process.wait()


@pytest.fixture(scope="module")
def page(host: Host, worker: None) -> str:
    """Where the dashboard shows a task that the site started and the worker failed for good."""
    task = host.get("/order/").text.rpartition(":")[2]
    address = f"/absurd/tasks/{task}/"
    eventually(lambda: "the card was declined" in host.get(address).text, 60)
    return address


def test_neither_package_complains(host: Host) -> None:
    assert host.checks == []


def test_the_steps_and_the_failure_of_the_sites_own_task_are_shown(host: Host, page: str) -> None:
    shown = host.get(page).text

    assert "reserve" in shown
    assert f"tests.sites.{SITE}.tasks.charge" in shown


def test_a_retry_in_the_dashboard_is_worked_on_by_its_worker(host: Host, page: str) -> None:
    eventually(lambda: f'action="{page}retry/"' in host.get(page).text, 60)

    answer = host.post(f"{page}retry/", {"csrfmiddlewaretoken": host.get(page).token})

    assert answer.status == 302
    assert eventually(lambda: 'id="run-' in host.get(page).text and _attempts(host, page) > 1, 60)


def test_both_are_in_the_admin(host: Host, page: str) -> None:
    theirs, ours = (
        host.get(f"/admin/{app}/task/") for app in ("django_absurd", "absurd_dashboard")
    )

    assert (theirs.status, ours.status) == (200, 200)
    assert ">Retry" in ours.text


def test_nothing_was_said_to_the_log(host: Host, page: str) -> None:
    assert host.said() == ""


def _attempts(host: Host, page: str) -> int:
    return host.get(page).text.count('id="run-')
