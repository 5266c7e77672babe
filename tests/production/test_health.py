"""Whether it is alive, and whether it is ready: two questions."""

import pytest
from django.test import Client, override_settings

from tests.dashboard.engine import Engine


def test_ready_says_ok_where_both_databases_answer(engine: Engine) -> None:
    answer = Client().get("/absurd/healthz?ready")

    assert (answer.status_code, answer.text) == (200, "ok\n")


@pytest.mark.django_db(databases=["default", "absurd"])
@override_settings(ABSURD_DASHBOARD={"DATABASE": "default"})
def test_not_ready_without_an_engine_says_what_is_missing() -> None:
    answer = Client().get("/absurd/healthz?ready")

    assert (answer.status_code, answer.text) == (503, "This database has no Absurd engine.\n")


@pytest.mark.django_db(databases=["default", "absurd"])
@override_settings(ABSURD_DASHBOARD={"DATABASE": "default"})
def test_alive_asks_no_database(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert Client().get("/absurd/healthz").text == "ok\n"
