"""Logging without the values that users and workflows put into the database."""

import logging
import traceback
from types import TracebackType
from typing import Any

import django.db
import psycopg
from django.core.management import CommandError
from pythonjsonlogger import json

from absurd_dashboard.standalone.requests import Labels

#: Their messages quote what was sent to the server.
_QUOTING = (psycopg.Error, django.db.Error)

ExceptionInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


class _WithoutValues(logging.Formatter):
    """Formats tracebacks, leaving out the messages of database errors."""

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802  logging's name
        """Format an exception and those it came from, the first cause first."""
        parts, error = [], ei[1]
        while error is not None:
            parts.append("".join(traceback.format_tb(error.__traceback__)) + described(error))
            error = error.__cause__ or error.__context__
        return "\n\n".join(reversed(parts))


class Formatter(_WithoutValues):
    """One line of text for each record, and its traceback below."""


def described(error: BaseException) -> str:
    """Name an exception, with its message unless that may quote a value."""
    name = type(error).__qualname__
    if isinstance(error, psycopg.Error):
        return f"{name} (SQLSTATE {error.sqlstate})"
    return name if isinstance(error, _QUOTING) else f"{name}: {error}"


class JsonFormatter(_WithoutValues, json.JsonFormatter):
    """One JSON object a line: ``time``, ``level``, ``logger``, ``message``, and what is extra."""


def logging_of(form: str, level: str) -> dict[str, Any]:
    """The setting ``LOGGING``.

    Args:
        form: ``line`` or ``json``.
        level: of everything of ours and of Django's.

    Raises:
        CommandError: there is no such form or level.
    """
    if form not in FORMATTERS or level.upper() not in LEVELS:
        raise CommandError(
            "Logs are written as line or json (ABSURD_DASHBOARD_LOG_FORMAT), "
            "from debug, info, warning or error on (ABSURD_DASHBOARD_LOG_LEVEL)."
        )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"chosen": FORMATTERS[form]},
        "filters": {"labels": {"()": Labels}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "chosen",
                "filters": ["labels"],
            }
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            # Django's own handlers are for DEBUG and for mail to ADMINS; there are neither.
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "absurd_dashboard": {"level": level.upper()},
        },
    }


LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
FORMATTERS: dict[str, dict[str, Any]] = {
    "line": {
        "()": Formatter,
        "format": "{asctime} {levelname} {name} {message}",
        "style": "{",
    },
    "json": {
        "()": JsonFormatter,
        "fmt": "{asctime}{levelname}{name}{message}{request_id}",
        "style": "{",
        "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
    },
}
