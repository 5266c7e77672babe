"""Logging without the values that users and workflows put into the database."""

import logging
import traceback
from types import TracebackType
from typing import Any

import django.db
import psycopg

#: Their messages quote what was sent to the server.
_QUOTING = (psycopg.Error, django.db.Error)

ExceptionInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


class Formatter(logging.Formatter):
    """Formats tracebacks, leaving out the messages of database errors."""

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802  logging's name
        """Format an exception and those it came from, the first cause first."""
        parts, error = [], ei[1]
        while error is not None:
            parts.append("".join(traceback.format_tb(error.__traceback__)) + described(error))
            error = error.__cause__ or error.__context__
        return "\n\n".join(reversed(parts))


def described(error: BaseException) -> str:
    """Name an exception, with its message unless that may quote a value."""
    name = type(error).__qualname__
    if isinstance(error, psycopg.Error):
        return f"{name} (SQLSTATE {error.sqlstate})"
    return name if isinstance(error, _QUOTING) else f"{name}: {error}"


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": Formatter,
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # Django's own handlers are for DEBUG and for mail to ADMINS; there are neither.
    "loggers": {"django": {"handlers": [], "level": "WARNING", "propagate": True}},
}
