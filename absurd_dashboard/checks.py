"""Django's system checks: what is wrong with a host's settings, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from importlib.util import find_spec
from typing import Any, get_args, get_origin, get_type_hints

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.core.validators import slug_re
from django.db import DEFAULT_DB_ALIAS, connections, router
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.module_loading import import_string

from absurd_dashboard import enginechecks
from absurd_dashboard.conf import DashboardSettings, dashboard_settings
from absurd_dashboard.extend.checks import extensions
from absurd_dashboard.redaction import Redaction

_APPS = (
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tables2",
)
#: What goes wrong without a middleware; a subclass of it will do.
_MIDDLEWARE = {
    "django.contrib.auth.middleware.AuthenticationMiddleware": "nobody can be signed in",
    "django.contrib.messages.middleware.MessageMiddleware": "actions cannot say what they did",
    "django.middleware.csrf.CsrfViewMiddleware": "another site could act in a user's name",
}

#: What to call the types of settings that are more than a class.
_WANTED: dict[Any, str] = {
    dict[str, str]: "a dictionary of texts",
    tuple[Redaction, ...]: "a list of Redaction objects",
    tuple[str, ...]: "a list of texts",
}


def register_checks() -> None:
    """Let Django run them all, each when it is asked for."""
    register(check_dashboard)
    register(enginechecks.check_engine, Tags.database)
    register(enginechecks.check_role, Tags.database, deploy=True)
    register(enginechecks.check_patience, deploy=True)


def check_dashboard(**_: Any) -> list[CheckMessage]:
    """Everything that the dashboard needs of a host."""
    try:
        given = dashboard_settings()
    except (ImproperlyConfigured, TypeError, ValueError) as error:
        hint = "ABSURD_DASHBOARD is a dictionary; its keys are described in absurd_dashboard.conf."
        return [*_site(), Error(str(error), hint=hint, id="absurd_dashboard.E001")]
    wrong = list(_types(given))
    if wrong:
        return [*_site(), *wrong]
    found = (
        *_databases(given),
        *_policy(given.policy),
        *_metrics(given.metrics_token),
        *extensions(given),
    )
    return [*_site(), *found]


def _types(given: DashboardSettings) -> Iterator[CheckMessage]:
    for name, kind in get_type_hints(DashboardSettings).items():
        if not _fits(getattr(given, name), kind):
            wanted = _WANTED.get(kind) or f"a {kind.__name__}"
            yield Error(
                f"ABSURD_DASHBOARD[{name.upper()!r}] is not {wanted}.",
                hint=f"Its default is {_defaults()[name]!r}.",
                id="absurd_dashboard.E006",
            )


def _fits(value: object, kind: Any) -> bool:
    if get_origin(kind) is dict:
        return isinstance(value, dict) and all(
            isinstance(part, str) for pair in value.items() for part in pair
        )
    if get_origin(kind) is tuple:
        return isinstance(value, list | tuple) and all(
            isinstance(item, get_args(kind)[0]) for item in value
        )
    return type(value) is kind if kind in (int, bool) else isinstance(value, kind)


def _defaults() -> dict[str, Any]:
    return {
        each.name: getattr(DashboardSettings(), each.name) for each in fields(DashboardSettings)
    }


def _databases(given: DashboardSettings) -> Iterator[CheckMessage]:
    yield from _database("DATABASE", given.database)
    for name, alias in given.instances.items():
        yield from _database("INSTANCES", alias)
        if slug_re.fullmatch(name) is None:
            yield Error(
                f"ABSURD_DASHBOARD['INSTANCES'] has the name {name!r}, which fits into no address.",
                hint="Use letters, digits, hyphens and underscores.",
                id="absurd_dashboard.E011",
            )
    for primary, replica in given.replicas.items():
        yield from _database("REPLICAS", primary)
        yield from _database("REPLICAS", replica)
    if given.instances and given.database not in given.instances.values():
        yield Error(
            f"ABSURD_DASHBOARD['DATABASE'] is {given.database!r}, which is none of INSTANCES.",
            hint="Name the alias of the engine that Django's admin is to show first.",
            id="absurd_dashboard.E012",
        )


def _database(key: str, alias: str) -> Iterator[CheckMessage]:
    if alias not in settings.DATABASES:
        yield Error(
            f"ABSURD_DASHBOARD[{key!r}] names {alias!r}, which is not in DATABASES.",
            hint="Name the alias of the database that holds the schema absurd.",
            id="absurd_dashboard.E002",
        )
    elif connections[alias].vendor not in {"postgresql", "unknown"}:  # unknown: the dummy backend
        yield Error(
            f"The database {alias!r} is not PostgreSQL, so it holds no Absurd engine.",
            hint="Give the engine's database an alias of its own in DATABASES.",
            id="absurd_dashboard.E003",
        )
    elif alias != DEFAULT_DB_ALIAS and router.allow_migrate(alias, "absurd_dashboard"):
        yield checks.Warning(
            f"`migrate --database {alias}` would make Django's tables in the engine's database.",
            hint="Add 'absurd_dashboard.routers.EngineRouter' to DATABASE_ROUTERS.",
            id="absurd_dashboard.W001",
        )


def _metrics(token: str) -> Iterator[CheckMessage]:
    if token and find_spec("prometheus_client") is None:
        yield Error(
            "ABSURD_DASHBOARD['METRICS_TOKEN'] is set, and prometheus-client is not installed.",
            hint="Install absurd-dashboard[metrics].",
            id="absurd_dashboard.E010",
        )


def _policy(path: str) -> Iterator[CheckMessage]:
    from absurd_dashboard.policy import Policy  # needs the models

    hint = "Name a subclass of absurd_dashboard.policy.Policy by its dotted path."
    try:
        found = import_string(path)
    except ImportError as error:
        said = f"ABSURD_DASHBOARD['POLICY'] cannot be imported: {error}"
        yield Error(said, hint=hint, id="absurd_dashboard.E004")
        return
    if not (isinstance(found, type) and issubclass(found, Policy)):
        said = f"ABSURD_DASHBOARD['POLICY'] names {path!r}, which is no policy."
        yield Error(said, hint=hint, id="absurd_dashboard.E005")


def _site() -> Iterator[CheckMessage]:
    missing = [app for app in _APPS if not apps.is_installed(app)]
    for app in missing:
        said, hint = f"The dashboard needs the app {app}.", f"Add {app!r} to INSTALLED_APPS."
        yield Error(said, hint=hint, id="absurd_dashboard.E007")
    yield from _middleware()
    yield from _static_files()
    if not missing:  # the templates use their tags
        yield from _templates()


def _static_files() -> Iterator[CheckMessage]:
    installed = apps.is_installed("django.contrib.staticfiles")
    if installed and finders.find("absurd_dashboard/app.css") is None:
        yield checks.Warning(
            "No static files finder finds the dashboard's styles and scripts.",
            hint="Keep AppDirectoriesFinder in STATICFILES_FINDERS.",
            id="absurd_dashboard.W003",
        )


def _middleware() -> Iterator[CheckMessage]:
    installed = [import_string(path) for path in settings.MIDDLEWARE]
    for path, loss in _MIDDLEWARE.items():
        if not any(_is_a(found, import_string(path)) for found in installed):
            said, hint = f"Without {path} {loss}.", f"Add {path!r} to MIDDLEWARE."
            yield Error(said, hint=hint, id="absurd_dashboard.E008")


def _is_a(found: object, wanted: type) -> bool:
    return isinstance(found, type) and issubclass(found, wanted)


def _templates() -> Iterator[CheckMessage]:
    try:
        get_template("absurd_dashboard/base.html")
    except (TemplateDoesNotExist, ImproperlyConfigured) as error:
        yield Error(
            f"The dashboard's templates cannot be loaded: {error}",
            hint="Set 'APP_DIRS': True for the DjangoTemplates backend in TEMPLATES.",
            id="absurd_dashboard.E009",
        )
