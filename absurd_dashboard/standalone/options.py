"""What can be set when the dashboard is served on its own: each by a flag, and by a variable."""

from __future__ import annotations

from argparse import ArgumentParser, BooleanOptionalAction
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.management import CommandError


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to set.

    Attributes:
        flag: on the command line, such as ``--allowed-hosts``.
        variable: in the environment; the flag goes before it.
        help: what it does.
        default: what counts where neither says anything; empty for nothing.
        kind: ``str``, ``int``, or ``bool`` (a flag without a value, ``1`` as a variable).
        secret: other users of the machine read command lines, so that a variable is better.
    """

    flag: str
    variable: str
    help: str
    default: str = ""
    kind: type = str
    secret: bool = False

    @property
    def name(self) -> str:
        """As argparse calls it."""
        return self.flag.lstrip("-").replace("-", "_")

    def add_to(self, parser: ArgumentParser) -> None:
        """Offer the flag, with its help."""
        said = f"{self.help} [${self.variable}{f'; {self.default}' if self.default else ''}]"
        if self.kind is bool:
            parser.add_argument(self.flag, action=BooleanOptionalAction, default=None, help=said)
        else:
            parser.add_argument(self.flag, type=self.kind, default=None, help=said)


OPTIONS = (
    # Not …_HOST and …_PORT: where a service is called absurd-dashboard, Kubernetes sets the latter.
    Option("--host", "ABSURD_DASHBOARD_LISTEN_HOST", "address to listen on", "127.0.0.1"),
    Option("--port", "ABSURD_DASHBOARD_LISTEN_PORT", "port to listen on", "8000", int),
    Option(
        "--data-dir",
        "ABSURD_DASHBOARD_DATA_DIR",
        "where the SQLite file and the secret key are kept",
    ),
    Option("--database-url", "ABSURD_DATABASE_URL", "the Absurd database", secret=True),
    Option("--replica-url", "ABSURD_REPLICA_URL", "a copy of it for pages to read", secret=True),
    Option(
        "--state-database-url",
        "ABSURD_DASHBOARD_STATE_URL",
        "PostgreSQL for the dashboard's own tables, instead of an SQLite file",
        secret=True,
    ),
    Option("--secret-key", "ABSURD_DASHBOARD_SECRET_KEY", "signs sessions", secret=True),
    Option(
        "--allowed-hosts",
        "ABSURD_DASHBOARD_ALLOWED_HOSTS",
        "host names it answers to, commas between",
        "localhost,127.0.0.1,[::1]",
    ),
    Option(
        "--trusted-origins",
        "ABSURD_DASHBOARD_TRUSTED_ORIGINS",
        "origins whose forms it accepts, such as https://absurd.example.org",
    ),
    Option(
        "--trusted-proxies",
        "ABSURD_DASHBOARD_TRUSTED_PROXIES",
        "addresses or networks whose X-Forwarded-* headers are believed",
        "127.0.0.1,::1",
    ),
    Option("--https", "ABSURD_DASHBOARD_HTTPS", "a proxy in front speaks https", kind=bool),
    Option(
        "--hsts-seconds",
        "ABSURD_DASHBOARD_HSTS_SECONDS",
        "promise https to browsers for so long",
        "0",
        int,
    ),
    Option(
        "--metrics-token",
        "ABSURD_DASHBOARD_METRICS_TOKEN",
        "what Prometheus sends to read /metrics; without it nobody does",
        secret=True,
    ),
    Option(
        "--server-timing",
        "ABSURD_DASHBOARD_SERVER_TIMING",
        "a header Server-Timing says what each page's SQL took",
        kind=bool,
    ),
    Option(
        "--redact-keys",
        "ABSURD_DASHBOARD_REDACT_KEYS",
        "members of payloads to hide at any depth, commas between; * stands for anything",
    ),
    Option(
        "--statement-timeout",
        "ABSURD_DASHBOARD_STATEMENT_TIMEOUT",
        "seconds that a query of a page may take",
        "5",
        int,
    ),
    Option(
        "--late-after",
        "ABSURD_DASHBOARD_LATE_AFTER",
        "seconds after which due work that no worker takes needs attention",
        "300",
        int,
    ),
    Option(
        "--refresh-interval",
        "ABSURD_DASHBOARD_REFRESH_INTERVAL",
        "seconds between two questions of an open page",
        "2",
        int,
    ),
    Option("--page-size", "ABSURD_DASHBOARD_PAGE_SIZE", "rows on a page of a list", "50", int),
    Option("--title", "ABSURD_DASHBOARD_TITLE", "name in the header", "Absurd"),
    Option("--log-format", "ABSURD_DASHBOARD_LOG_FORMAT", "line or json", "line"),
    Option(
        "--log-level",
        "ABSURD_DASHBOARD_LOG_LEVEL",
        "debug, info (each request and action), warning or error",
        "warning",
    ),
    Option("--workers", "ABSURD_DASHBOARD_WORKERS", "processes that answer requests", "2", int),
    Option("--threads", "ABSURD_DASHBOARD_THREADS", "threads in each of them", "8", int),
    Option(
        "--timeout",
        "ABSURD_DASHBOARD_TIMEOUT",
        "seconds after which a process that no longer reacts is replaced",
        "60",
        int,
    ),
    Option(
        "--grace", "ABSURD_DASHBOARD_GRACE", "seconds to finish requests in at the end", "10", int
    ),
)
BY_VARIABLE = {option.variable: option for option in OPTIONS}


def from_flags(given: Mapping[str, Any]) -> dict[str, str]:
    """The environment that the flags on a command line stand for.

    Args:
        given: the parsed command line, None where nothing was said.
    """
    said = {option.variable: given.get(option.name) for option in OPTIONS}
    return {name: _text(value) for name, value in said.items() if value is not None}


def value(environment: Mapping[str, str], variable: str) -> str:
    """What a variable says, or the default of its option."""
    return environment.get(variable) or BY_VARIABLE[variable].default


def number(environment: Mapping[str, str], variable: str) -> int:
    """What a variable says as a whole number.

    Raises:
        CommandError: it is none.
    """
    text = value(environment, variable)
    if not text.isdecimal():
        raise CommandError(f"{variable} has to be a whole number.")
    return int(text)


def seconds(environment: Mapping[str, str], variable: str) -> timedelta:
    """What a variable says as a length of time.

    Raises:
        CommandError: it is no whole number, or nothing.
    """
    if length := number(environment, variable):
        return timedelta(seconds=length)
    raise CommandError(f"{variable} has to be more than nothing.")


def items(environment: Mapping[str, str], variable: str) -> list[str]:
    """What a variable lists, commas between."""
    return [item.strip() for item in value(environment, variable).split(",") if item.strip()]


def _text(said: object) -> str:
    return str(int(said)) if isinstance(said, bool) else str(said)
