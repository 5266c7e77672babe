"""A batch that is cut off at each of its steps, with real commits in two databases, or in one."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import absurdctl
import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client, override_settings

from absurd_dashboard.bulk import flight, tenure, verbs, work
from absurd_dashboard.bulk.errors import TenureLost, Undecided
from absurd_dashboard.models import AuditEntry, AuditOutcome, BulkOperation
from tests.bulk.desk import Desk, kept, work_off
from tests.dashboard.engine import Engine
from tests.dashboard.second_line import BOUND

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "absurd"])


class Killed(BaseException):
    """What stands for SIGKILL: nothing that handles errors sees it."""


class EngineAt(Engine):
    """The engine behind any alias."""

    def __init__(self, alias: str) -> None:
        super().__init__(BOUND if alias == "absurd" else None)
        self.alias = alias

    def call(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with self.owning(), connections[self.alias].cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="module", autouse=True)
def _left_as_it_was(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Elsewhere there is no engine beside the dashboard's own tables."""
    yield
    with django_db_blocker.unblock(), connections["default"].cursor() as cursor:
        cursor.execute("drop schema if exists absurd cascade")


@pytest.fixture(params=["absurd", "default"], ids=["two databases", "one database"])
def engine(request: pytest.FixtureRequest, transactional_db: None) -> Iterator[EngineAt]:
    """An engine with a queue, in a database of its own or beside the dashboard's own tables."""
    made = EngineAt(request.param)
    if made.call("select to_regnamespace('absurd') is null") == [(True,)]:
        made.call(absurdctl.BUNDLED_SCHEMA_SQL.replace("%", "%%"))
    made.create("a")
    with override_settings(ABSURD_DASHBOARD={"DATABASE": request.param, "BULK_IN_WEB": False}):
        yield made
    made.drop("a")


@pytest.fixture
def desk(engine: EngineAt) -> Desk:
    """A superuser at the dashboard."""
    client = Client()
    client.force_login(User.objects.create_superuser("operator"))
    return Desk(client)


def begun(desk: Desk, engine: EngineAt, action: str) -> UUID:
    """An operation on three tasks, confirmed."""
    for _ in range(3):
        engine.spawn("a") if action == "cancel" else engine.failed("a")
    return desk.begin(action)


def cut_off(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Be killed at a step of the next batch."""

    def killed(*_: object, **__: object) -> Any:
        raise Killed

    carry_out = flight.carry_out

    def done_and_killed(*arguments: Any) -> None:
        carry_out(*arguments)
        raise Killed

    write = tenure.Tenure.write

    def kept_and_killed(self: tenure.Tenure, **changes: Any) -> None:
        write(self, **changes)
        if "number" in (changes.get("flight") or ()):
            raise Killed

    match step:
        case "before the engine is asked":
            monkeypatch.setattr(flight, "carry_out", killed)
        case "when the engine was asked":
            monkeypatch.setattr(flight, "_text", killed)
        case "when the number is kept":
            monkeypatch.setattr(tenure.Tenure, "write", kept_and_killed)
        case "when the engine has committed":
            monkeypatch.setattr(flight, "carry_out", done_and_killed)
        case "while outcomes are recorded":
            monkeypatch.setattr(flight, "_keep_troubles", killed)
    with pytest.raises(Killed):
        work_off()
    monkeypatch.undo()


STEPS = (
    "before the engine is asked",
    "when the engine was asked",
    "when the number is kept",
    "when the engine has committed",
    "while outcomes are recorded",
)
COMMITTED = STEPS[3:]


@pytest.mark.parametrize("action", ["retry", "copy", "cancel"])
@pytest.mark.parametrize("step", STEPS)
def test_each_task_is_done_once_and_has_one_record(
    desk: Desk, engine: EngineAt, monkeypatch: pytest.MonkeyPatch, step: str, action: str
) -> None:
    operation = begun(desk, engine, action)
    cut_off(monkeypatch, step)
    work_off()
    assert (kept(operation).state, kept(operation).done) == ("finished", 3)
    outcomes = AuditOutcome.objects.exclude(entry__action="bulk")
    assert [outcome.result for outcome in outcomes] == ["done"] * 3
    assert AuditEntry.objects.exclude(action="bulk").count() == 3
    new = {"retry": (3, 6), "copy": (6, 6), "cancel": (3, 3)}[action]
    counted = 'select (select count(*) from absurd."t_a"), (select count(*) from absurd."r_a")'
    assert engine.call(counted) == [new]


@pytest.mark.parametrize("step", STEPS)
def test_a_task_that_fails_again_while_nobody_works_is_not_retried_again(
    desk: Desk, engine: EngineAt, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    operation = begun(desk, engine, "retry")
    cut_off(monkeypatch, step)
    for (run,) in engine.call("select run_id from absurd.claim_task('a', 'w', 60, 3)"):
        engine.fail("a", run, name="Again")
    work_off()
    assert kept(operation).done == 3
    asked = step in COMMITTED
    state = "failed" if asked else "pending"
    assert engine.call('select distinct state, attempts from absurd."t_a"') == [(state, 2)]


@pytest.mark.parametrize("step", [step for step in STEPS if step not in COMMITTED])
def test_stopped_when_cut_off_it_says_that_nothing_was_done(
    desk: Desk, engine: EngineAt, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    operation = begun(desk, engine, "retry")
    cut_off(monkeypatch, step)
    desk.post(operation, "stop")
    work_off()
    assert set(AuditOutcome.objects.exclude(entry__action="bulk").values_list("result")) == {
        ("failed",)
    }
    desk.post(operation, "resume")
    work_off()
    assert kept(operation).done == 3


@pytest.mark.parametrize("step", COMMITTED)
def test_stopped_when_cut_off_it_says_what_was_done(
    desk: Desk, engine: EngineAt, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    operation = begun(desk, engine, "retry")
    cut_off(monkeypatch, step)
    desk.post(operation, "stop")
    work_off()
    assert (kept(operation).state, kept(operation).done) == ("stopped", 3)


def test_whoever_lost_the_tenure_in_the_middle_of_a_batch_changes_nothing(
    desk: Desk, engine: EngineAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = begun(desk, engine, "retry")
    standing = verbs._standing

    def overtaken(*arguments: Any) -> Any:
        rows = BulkOperation.objects.using("default").filter(pk=operation)
        rows.update(epoch=rows.get().epoch + 1)
        return standing(*arguments)

    with tenure.taken(operation) as mine:
        assert mine is not None
        monkeypatch.setattr(verbs, "_standing", overtaken)
        with pytest.raises(TenureLost):
            work.advance(mine)
    assert engine.call('select distinct state from absurd."t_a"') == [("failed",)]
    monkeypatch.undo()
    work_off()
    assert engine.call('select distinct state, attempts from absurd."t_a"') == [("pending", 2)]


def test_while_the_engines_transaction_is_open_nobody_does_anything(
    desk: Desk, engine: EngineAt
) -> None:
    operation = begun(desk, engine, "retry")
    other = connections[engine.alias].copy()
    with other.cursor() as cursor:
        cursor.execute("begin")
        cursor.execute("select pg_current_xact_id()::text")
        (number,) = cursor.fetchone()
        outcome: list[Any] = ["done", "", None, False]
        open_flight = {"entries": [], "number": number, "outcomes": [outcome] * 3}
        BulkOperation.objects.filter(pk=operation).update(flight=open_flight)
        with pytest.raises(Undecided):
            work_off()
        cursor.execute("rollback")
    other.close()
    BulkOperation.objects.filter(pk=operation).update(flight=None)
    work_off()
    assert kept(operation).done == 3


@pytest.mark.parametrize("number", ["3", "18446744073709000000"])
def test_a_transaction_that_the_engine_does_not_know_is_asked_for_again_safely(
    desk: Desk, engine: EngineAt, number: str
) -> None:
    operation = begun(desk, engine, "copy")
    work_off()
    entries = list(AuditEntry.objects.exclude(action="bulk").values_list("pk", flat=True))
    AuditOutcome.objects.exclude(entry__action="bulk").delete()
    lost = {"entries": entries, "number": number, "outcomes": []}
    BulkOperation.objects.filter(pk=operation).update(
        flight=lost, position=0, done=0, state="running"
    )
    work_off()
    assert kept(operation).done == 3
    assert engine.call('select count(*) from absurd."t_a"') == [(6,)]


def test_an_unknown_outcome_is_no_outcome_until_it_is_known(
    desk: Desk, engine: EngineAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(desk, engine, "retry")
    cut_off(monkeypatch, "when the engine has committed")
    assert AuditEntry.objects.filter(action="retry", outcome=None).count() == 3
    work_off()
    assert AuditEntry.objects.filter(action="retry", outcome=None).count() == 0
