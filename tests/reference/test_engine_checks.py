"""The checks that ask the database, or are asked before a deployment."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import override_settings

from absurd_dashboard.checks import check_dashboard
from absurd_dashboard.enginechecks import check_engine, check_patience, check_role
from tests.dashboard.engine import Engine


@pytest.fixture
def reader(engine: Engine) -> Iterator[Engine]:
    """The dashboard's connection has a role that reads the engine, but for one queue."""
    for queue in ("orders", "secrets"):
        engine.create(queue)
    engine.call("create role checks_reader")
    engine.call("grant usage on schema absurd to checks_reader")
    engine.call("grant select on all tables in schema absurd to checks_reader")
    engine.call("revoke select on absurd.t_secrets from checks_reader")
    engine.call("set role checks_reader")
    yield engine
    engine.call("reset role")


def test_an_engine_that_can_be_read_is_fine(engine: Engine) -> None:
    engine.create("orders")

    assert check_engine(databases=["default", "absurd"]) == []


def test_a_queue_that_the_role_may_not_read_is_named(reader: Engine) -> None:
    (message,) = check_engine(databases=["absurd"])

    assert message.id == "absurd_dashboard.W005"
    assert message.msg == "The role of database 'absurd' may not read the queues secrets."


def test_a_database_without_an_engine_is_told(engine: Engine) -> None:
    engine.call("alter schema absurd rename to elsewhere")

    (message,) = check_engine(databases=["absurd"])

    assert message.id == "absurd_dashboard.W007"
    assert not message.is_serious()  # or `migrate` could not be what installs it
    assert message.msg == "Database 'absurd': This database has no Absurd engine."
    assert "absurdctl init" in str(message.hint)


def test_no_database_is_asked_unless_it_is_named(engine: Engine) -> None:
    engine.call("alter schema absurd rename to elsewhere")

    assert check_engine(databases=None) == []
    assert check_engine(databases=["default"]) == []


def test_a_role_that_may_write_is_too_much_for_a_deployment(engine: Engine) -> None:
    (message,) = check_role(databases=["absurd"])

    assert message.id == "absurd_dashboard.W006"
    assert "absurd_roles" in str(message.hint)


def test_a_role_that_only_reads_is_not(reader: Engine) -> None:
    assert check_role(databases=["absurd"]) == []


def test_connecting_has_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.DATABASES["absurd"], "OPTIONS", {})
    assert [message.id for message in check_patience()] == ["absurd_dashboard.W004"]

    monkeypatch.setitem(settings.DATABASES["absurd"], "OPTIONS", {"connect_timeout": 5})
    assert check_patience() == []


def test_styles_that_no_finder_finds() -> None:
    with override_settings(STATICFILES_FINDERS=[]):
        assert "absurd_dashboard.W003" in {message.id for message in check_dashboard()}
