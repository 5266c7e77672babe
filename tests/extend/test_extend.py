"""Links, panels, navigation and look: what the settings of a host add to the pages."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.checks import CheckMessage
from django.test import Client, override_settings
from django.urls import reverse

from absurd_dashboard.checks import check_dashboard
from absurd_dashboard.gate import action_attempted
from absurd_dashboard.redaction import Redaction
from tests.dashboard.engine import Engine

OURS = "tests.extend.host"
TEMPLATES = Path(__file__).parent / "templates"


@contextmanager
def host(**given: Any) -> Iterator[None]:
    """A host with these keys of ``ABSURD_DASHBOARD``, and templates of its own."""
    from tests import settings

    templates = [{**settings.TEMPLATES[0], "DIRS": [TEMPLATES]}]
    with override_settings(ABSURD_DASHBOARD={"DATABASE": "absurd", **given}, TEMPLATES=templates):
        yield


@pytest.fixture
def task(engine: Engine) -> UUID:
    """A task that failed, with headers."""
    engine.create("orders & more")
    headers = {"customer": "Ann & Bob/7", "token": "s3cret"}
    task = engine.spawn("orders & more", "charge", headers=headers, max_attempts=1)
    engine.fail("orders & more", engine.claim("orders & more"), name="ValueError", message="no")
    return task


def links(client: Client, task: UUID, **said: str) -> dict[str, str]:
    """The task page's links of the host's, by their labels."""
    with host(TASK_LINKS=said, REDACT=(Redaction(key="token"),)):
        page = client.get(reverse("absurd_dashboard:task", args=[task])).content.decode()
    found = re.findall(r'href="([^"]*)" rel="noopener noreferrer">([^<]*)</a>', page)
    return {label: unescape(url) for url, label in found}


def page_with(client: Client, task: UUID, **given: Any) -> str:
    """The task's page in a host."""
    with host(**given):
        answer = client.get(reverse("absurd_dashboard:task", args=[task]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_link_is_filled_with_what_is_known_of_the_task(client: Client, task: UUID) -> None:
    found = links(
        client,
        task,
        Logs="https://logs.example.org/?q={task_id}&queue={queue}",
        Customer="/customers/{headers.customer}/",
    )

    assert found["Logs"] == f"https://logs.example.org/?q={task}&queue=orders%20%26%20more"
    assert found["Customer"] == "/customers/Ann%20%26%20Bob%2F7/"


def test_a_link_for_which_the_task_lacks_a_value_is_left_out(client: Client, task: UUID) -> None:
    assert links(client, task, Order="/orders/{headers.order}/") == {}


def test_what_is_redacted_does_not_leave_in_a_link(client: Client, task: UUID) -> None:
    found = links(client, task, Token="/look/{headers.token}/")

    assert "s3cret" not in found["Token"]


def test_a_function_makes_a_link_of_a_task(client: Client, task: UUID) -> None:
    assert links(client, task, Trace=f"{OURS}.trace")["Trace"].startswith(
        "https://traces.example.org/"
    )


def test_an_address_that_is_no_page_is_never_linked_to(client: Client, task: UUID) -> None:
    page = page_with(client, task, TASK_LINKS={"Evil": f"{OURS}.script"})

    assert "javascript:" not in page
    assert "Evil: no link could be made" in page


def test_a_link_that_fails_is_said_to_fail(client: Client, task: UUID) -> None:
    page = page_with(client, task, TASK_LINKS={"Customer": f"{OURS}.broken"})

    assert "Customer: no link could be made (LookupError)" in page


def test_a_panel_shows_what_its_template_makes(client: Client, task: UUID) -> None:
    page = page_with(client, task, PANELS=[f"{OURS}.customer", f"{OURS}.nothing"])

    assert '<h2 id="panel-1">Customer</h2>' in page
    assert "Ann &amp; Bob/7 has 1 of these" in page
    assert "panel-2" not in page


def test_a_panel_that_fails_in_the_database_spoils_nothing_else(client: Client, task: UUID) -> None:
    page = page_with(client, task, PANELS=[f"{OURS}.failing", f"{OURS}.customer"])

    assert "This panel failed (DataError); the log says why." in page
    assert "has 1 of these" in page


def test_the_navigation_has_the_hosts_entries_and_its_logo(client: Client, task: UUID) -> None:
    page = page_with(
        client,
        task,
        NAVIGATION={"Back office": "admin:index"},
        LOGO="absurd_dashboard/favicon.svg",
        TITLE="Shop",
    )

    assert re.search(r'href="/admin/">.*<span>Back office</span>', page)
    assert re.search(r'<img [^>]*favicon.svg" alt=""><span>Shop</span>', page)


def test_a_template_of_the_hosts_goes_before_the_dashboards(client: Client, task: UUID) -> None:
    assert "the host says hello to charge" in page_with(client, task)


def test_a_signal_tells_of_every_action(client: Client, task: UUID) -> None:
    told: list[tuple[str, str]] = []

    def receiver(sender: str, entry: Any, outcome: Any, **_: Any) -> None:
        told.append((sender, outcome.result))

    action_attempted.connect(receiver)
    try:
        client.post(reverse("absurd_dashboard:retry", args=[task]))
    finally:
        action_attempted.disconnect(receiver)
    assert told == [("retry", "done")]


@pytest.mark.parametrize(
    ("given", "id_"),
    [
        ({"TASK_LINKS": {"Logs": "http://logs.example.org/"}}, "E013"),
        ({"TASK_LINKS": {"Logs": "//logs.example.org/"}}, "E013"),
        ({"TASK_LINKS": {"Logs": "/logs/{taskid}/"}}, "E013"),
        ({"TASK_LINKS": {"Logs": "nowhere.at.all"}}, "E013"),
        ({"PANELS": ["tests.extend.host.TEMPLATES"]}, "E014"),
        ({"PANELS": [1]}, "E006"),
        ({"LOGO": "shop/none.svg"}, "W002"),
    ],
)
def test_what_cannot_work_is_said_before_anybody_sees_a_page(
    given: dict[str, Any], id_: str
) -> None:
    with host(**given):
        (message,) = check_dashboard()
    assert isinstance(message, CheckMessage)
    assert message.id == f"absurd_dashboard.{id_}"
    assert message.hint
