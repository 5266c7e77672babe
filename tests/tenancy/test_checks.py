"""The system checks: each says what is wrong, and what to do about it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import checks
from django.core.checks import CheckMessage, Error, run_checks
from django.test import override_settings

from absurd_dashboard.checks import check_dashboard
from absurd_dashboard.redaction import Redaction
from tests import settings


def checked(**dashboard: Any) -> list[CheckMessage]:
    """What the checks say of these keys of ``ABSURD_DASHBOARD``."""
    with override_settings(ABSURD_DASHBOARD={"DATABASE": "absurd", **dashboard}):
        return check_dashboard()


def without(setting: str, *removed: str) -> list[Any]:
    """A list of the tests' settings with some items left out."""
    return [item for item in getattr(settings, setting) if item not in removed]


def test_a_site_that_has_all_it_needs_passes() -> None:
    assert checked(REDACT=[Redaction(key="password")], PAGE_SIZE=10) == []


def test_the_checks_run_with_those_of_django() -> None:
    with override_settings(ABSURD_DASHBOARD={"POLICY": "nowhere.Policy"}):
        assert "absurd_dashboard.E004" in {message.id for message in run_checks()}


def test_an_unknown_key_is_named() -> None:
    (message,) = checked(DATABSE="absurd")
    assert message.id == "absurd_dashboard.E001"
    assert message.msg.startswith("ABSURD_DASHBOARD has unknown keys: DATABSE. Known are:")
    assert message.hint == (
        "ABSURD_DASHBOARD is a dictionary; its keys are described in absurd_dashboard.conf."
    )


def test_a_database_that_is_not_in_the_settings() -> None:
    assert checked(DATABASE="engine") == [
        Error(
            "ABSURD_DASHBOARD['DATABASE'] names 'engine', which is not in DATABASES.",
            hint="Name the alias of the database that holds the schema absurd.",
            id="absurd_dashboard.E002",
        )
    ]


def test_a_database_that_is_not_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.db.backends.postgresql.base.DatabaseWrapper.vendor", "sqlite")
    assert checked() == [
        Error(
            "The database 'absurd' is not PostgreSQL, so it holds no Absurd engine.",
            hint="Give the engine's database an alias of its own in DATABASES.",
            id="absurd_dashboard.E003",
        )
    ]


def test_a_policy_that_cannot_be_imported() -> None:
    assert checked(POLICY="nowhere.Policy") == [
        Error(
            "ABSURD_DASHBOARD['POLICY'] cannot be imported: No module named 'nowhere'",
            hint="Name a subclass of absurd_dashboard.policy.Policy by its dotted path.",
            id="absurd_dashboard.E004",
        )
    ]


def test_a_policy_that_is_none() -> None:
    assert checked(POLICY="pathlib.Path") == [
        Error(
            "ABSURD_DASHBOARD['POLICY'] names 'pathlib.Path', which is no policy.",
            hint="Name a subclass of absurd_dashboard.policy.Policy by its dotted path.",
            id="absurd_dashboard.E005",
        )
    ]


@pytest.mark.parametrize(
    ("key", "value", "problem", "hint"),
    [
        ("PAGE_SIZE", "50", "is not a int", "50"),
        ("PAGE_SIZE", True, "is not a int", "50"),
        ("STATEMENT_TIMEOUT", 5, "is not a timedelta", repr(timedelta(seconds=5))),
        ("TITLE", None, "is not a str", "'Absurd'"),
        ("REDACT", ["password"], "is not a list of Redaction objects", "()"),
        ("REDACT", Redaction(key="x"), "is not a list of Redaction objects", "()"),
    ],
)
def test_a_value_of_the_wrong_type(key: str, value: object, problem: str, hint: str) -> None:
    assert checked(**{key: value}) == [
        Error(
            f"ABSURD_DASHBOARD[{key!r}] {problem}.",
            hint=f"Its default is {hint}.",
            id="absurd_dashboard.E006",
        )
    ]


@pytest.mark.parametrize(
    "app", ["django.contrib.messages", "django.contrib.staticfiles", "django_htmx"]
)
def test_an_app_that_is_missing(app: str) -> None:
    with override_settings(INSTALLED_APPS=without("INSTALLED_APPS", app)):
        assert checked() == [
            Error(
                f"The dashboard needs the app {app}.",
                hint=f"Add {app!r} to INSTALLED_APPS.",
                id="absurd_dashboard.E007",
            )
        ]


@pytest.mark.parametrize(
    ("middleware", "loss"),
    [
        ("django.contrib.auth.middleware.AuthenticationMiddleware", "nobody can be signed in"),
        (
            "django.contrib.messages.middleware.MessageMiddleware",
            "actions cannot say what they did",
        ),
        ("django.middleware.csrf.CsrfViewMiddleware", "another site could act in a user's name"),
    ],
)
def test_a_middleware_that_is_missing(middleware: str, loss: str) -> None:
    with override_settings(MIDDLEWARE=without("MIDDLEWARE", middleware)):
        assert checked() == [
            Error(
                f"Without {middleware} {loss}.",
                hint=f"Add {middleware!r} to MIDDLEWARE.",
                id="absurd_dashboard.E008",
            )
        ]


def test_templates_that_are_not_found() -> None:
    bare = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]
    with override_settings(TEMPLATES=bare):
        assert checked() == [
            Error(
                "The dashboard's templates cannot be loaded: absurd_dashboard/base.html",
                hint="Set 'APP_DIRS': True for the DjangoTemplates backend in TEMPLATES.",
                id="absurd_dashboard.E009",
            )
        ]


def test_a_database_of_its_own_without_a_router() -> None:
    with override_settings(DATABASE_ROUTERS=[]):
        assert checked() == [
            checks.Warning(
                "`migrate --database absurd` would make Django's tables in the engine's database.",
                hint="Add 'absurd_dashboard.routers.EngineRouter' to DATABASE_ROUTERS.",
                id="absurd_dashboard.W001",
            )
        ]


def test_a_shared_database_needs_no_router() -> None:
    with override_settings(DATABASE_ROUTERS=[]):
        assert checked(DATABASE="default") == []
