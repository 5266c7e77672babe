"""The web server as a process: the environment says what to serve, and on which socket.

``python -m absurd_dashboard.standalone.web <file descriptor of a listening socket>``, with the
environment that :mod:`absurd_dashboard.standalone.settings` describes. Both commands end here.
"""

import argparse
import gc
import os
import signal
import sys
from typing import Any

import django
from django.core.management import CommandError, call_command
from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError, connections
from django.urls import get_resolver
from gunicorn.app.base import BaseApplication

from absurd_dashboard import lending
from absurd_dashboard.standalone import databases, engine, first_user, lifeline, sockets, worker
from absurd_dashboard.standalone.options import number


class Web(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn, configured by a dictionary and by nothing else."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        """Take over the options; gunicorn's files and variables have no say."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Make the application, once in each worker."""
        application = get_wsgi_application()
        settled()
        lending.begin()
        return application


def main() -> None:
    """Prepare the dashboard's own tables and the first user, then serve until a signal."""
    arguments = _arguments()
    os.environ["DJANGO_SETTINGS_MODULE"] = "absurd_dashboard.standalone.settings"
    if arguments.lifeline:
        lifeline.on_loss(lambda: os.kill(os.getpid(), signal.SIGTERM))
    try:
        prepare()
    except CommandError as error:
        sys.exit(f"Error: {error}")
    sys.stdout.write(f"Absurd Dashboard: {sockets.url(arguments.socket)}\n")
    sys.stdout.flush()
    Web(options(arguments.socket)).run()


def prepare() -> None:
    """Check the engine, migrate, and make sure that somebody can sign in.

    Raises:
        CommandError: one sentence about what is in the way.
    """
    if not databases.several(os.environ):  # of several, those that are down say so
        engine.check(os.environ["ABSURD_DATABASE_URL"])
    django.setup()
    try:
        call_command("migrate", interactive=False, verbosity=0)
        first_user.ensure()
    except DatabaseError as error:
        raise CommandError(
            f"Cannot use the dashboard's own database ({str(error).partition(chr(10))[0]}); "
            "check --state-database-url, or --data-dir."
        ) from error
    connections.close_all()  # a fork must not inherit them


def settled() -> None:
    """Load what stays for good, and have the garbage collector pass it over.

    Else it looks at a hundred thousand objects in the middle of some page, for 20 to 35 ms.
    """
    get_resolver().url_patterns  # noqa: B018  imports all views
    gc.collect()
    gc.freeze()


def options(socket: int) -> dict[str, Any]:
    """Say to gunicorn what is to be different from its defaults."""
    return {
        "bind": f"fd://{socket}",
        "worker_class": worker.Worker,
        "child_exit": worker.gone,
        "workers": number(os.environ, "ABSURD_DASHBOARD_WORKERS"),
        "threads": number(os.environ, "ABSURD_DASHBOARD_THREADS"),
        "timeout": number(os.environ, "ABSURD_DASHBOARD_TIMEOUT"),
        "graceful_timeout": number(os.environ, "ABSURD_DASHBOARD_GRACE"),
        # What a proxy says of a request is judged by our own middleware.
        "forwarded_allow_ips": "",
        "loglevel": "warning",
        "control_socket_disable": True,
        "proc_name": "absurd-dashboard",
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("socket", type=int, help="file descriptor of a listening socket")
    parser.add_argument("--lifeline", action="store_true", help="end when standard input does")
    return parser.parse_args()


if __name__ == "__main__":
    main()
