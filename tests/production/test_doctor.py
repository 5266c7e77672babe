"""The doctor says what is wrong, and what to do about it."""

from datetime import timedelta
from io import StringIO

import absurdctl
import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import override_settings

from absurd_dashboard import doctor
from absurd_dashboard.doctor import Finding, Level, examine
from tests.dashboard.engine import Engine

BOTH = pytest.mark.django_db(databases=["default", "absurd"])


def found(subject: str) -> list[Finding]:
    """What the doctor says of a subject."""
    return [finding for finding in examine() if finding.subject == subject]


def sql(statement: str) -> None:
    """Change something in the engine's database; the test takes it back."""
    with connections["absurd"].cursor() as cursor:
        cursor.execute(statement)


def reset_clock(engine: Engine) -> None:
    """Let the engine's clock be the server's."""
    engine.call("select set_config('absurd.fake_now', '', false)")


def test_a_sound_installation_has_no_error(engine: Engine) -> None:
    reset_clock(engine)
    engine.create("a")

    said = StringIO()
    call_command("doctor", stdout=said, no_color=True)

    assert "error" not in said.getvalue()
    assert "ok      clock: agrees with this machine's" in said.getvalue()


@BOTH
@override_settings(ABSURD_DASHBOARD={"DATABASE": "default"})
def test_a_database_without_an_engine_ends_with_an_error_and_the_cure() -> None:
    said = StringIO()
    with pytest.raises(CommandError, match="1 thing must be mended"):
        call_command("doctor", "--quiet", stdout=said, no_color=True)

    assert "engine: 'default': This database has no Absurd engine" in said.getvalue()
    assert "absurdctl init" in said.getvalue()


def test_a_queue_that_the_role_cannot_read_is_an_error(engine: Engine) -> None:
    engine.create("a")
    engine.create("b")
    sql("create role absurd_blind; grant usage on schema absurd to absurd_blind;"
        "grant select on absurd.queues, absurd.t_a to absurd_blind;"
        "set local role absurd_blind")  # fmt: skip

    assert found("rights") == [
        Finding(
            Level.ERROR,
            "rights",
            "'absurd_blind' cannot read 1 of 2 queues",
            "Run absurd_roles, or grant it select on them.",
        )
    ]


def test_a_role_that_only_looks_is_told_so(engine: Engine) -> None:
    engine.create("a")
    sql("create role absurd_looks; grant usage on schema absurd to absurd_looks;"
        "grant select on all tables in schema absurd to absurd_looks;"
        "set local role absurd_looks")  # fmt: skip

    (finding,) = found("rights")

    assert finding.level is Level.OK
    assert finding.said == "'absurd_looks' may look; actions will be refused"


def test_a_superuser_is_too_much(engine: Engine) -> None:
    assert [finding.level for finding in found("rights")] == [Level.WARNING]


def test_an_engine_clock_that_was_set_is_seen(engine: Engine) -> None:
    (finding,) = found("clock")

    assert finding.level is Level.WARNING
    assert "fake_now" in finding.said


def test_a_server_whose_clock_differs_is_seen(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    reset_clock(engine)
    monkeypatch.setattr(doctor, "SKEW", timedelta(microseconds=-1))

    assert found("clock")[0].level is Level.WARNING


def test_an_older_schema_is_seen(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(absurdctl, "ABSURD_SCHEMA_TARGET_VERSION", "99.0.0")

    (finding,) = found("schema")

    assert finding.level is Level.WARNING
    assert finding.remedy == "Upgrade it with absurdctl migrate."


def test_few_free_connections_are_seen(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "CROWDED", 0.0)

    assert found("connections")[0].level is Level.WARNING


def test_a_missing_connect_timeout_is_seen(engine: Engine) -> None:
    assert "connect_timeout" in found("connections")[1].remedy


def test_an_index_whose_build_was_cut_short_is_seen(engine: Engine) -> None:
    engine.create("a")
    sql("update pg_index set indisvalid = false where indexrelid = 'absurd.t_a_pkey'::regclass")

    (finding,) = found("indexes")

    assert finding.said.startswith("1 invalid")
