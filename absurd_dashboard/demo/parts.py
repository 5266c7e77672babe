"""The demo's parts: which processes there are, and what each is told."""

import http.client
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.core.management import CommandError
from psycopg.conninfo import make_conninfo

from absurd_dashboard.demo import installation, queues
from absurd_dashboard.demo.processes import Child
from absurd_dashboard.demo.server import ensure_database
from absurd_dashboard.demo.stopping import StopSignal
from absurd_dashboard.standalone import datadir, sockets

#: Who signs in. The password is generated when the demo is first started on its data.
USER = "demo"
#: One user needs one process, and is not kept waiting at the end.
WEB_OPTIONS = {"ABSURD_DASHBOARD_WORKERS": "1", "ABSURD_DASHBOARD_GRACE": "1"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the demo lives: a directory, and a socket that listens."""

    directory: Path
    listener: socket.socket

    @property
    def logs(self) -> Path:
        """Where each process writes what it has to say."""
        return self.directory / "logs"

    @property
    def url(self) -> str:
        """Where a browser finds the dashboard."""
        return sockets.url(self.listener.fileno())

    @property
    def password(self) -> str:
        """The demo user's password, kept in a file that only its owner reads."""
        return datadir.secret(self.directory / "password")

    def cluster(self) -> Child:
        """PostgreSQL; the first line it prints is its URL."""
        command = ["absurd_dashboard.demo.cluster", str(self.directory / "postgresql")]
        return Child("postgresql", command, environment=os.environ, logs=self.logs, talks=True)

    def web(self, engine: str, state: str) -> Child:
        """The web server, which makes the demo user at its first start."""
        descriptor = self.listener.fileno()
        environment = {
            "ABSURD_DATABASE_URL": engine,
            "ABSURD_DASHBOARD_STATE_URL": state,
            "ABSURD_DASHBOARD_SECRET_KEY": datadir.key(self.directory),
            "DJANGO_SUPERUSER_USERNAME": USER,
            "DJANGO_SUPERUSER_PASSWORD": self.password,
        }
        return Child(
            "web",
            ["absurd_dashboard.standalone.web", str(descriptor), "--lifeline"],
            environment=os.environ | WEB_OPTIONS | environment,
            logs=self.logs,
            pass_fds=[descriptor],
        )

    def workers(self, engine: str) -> list[Child]:
        """The processes that run workflows."""
        return [self._client(name, ["demo.worker", name], engine) for name in queues.WORKERS]

    def traffic(self, engine: str) -> Child:
        """The process that starts workflows, and answers them."""
        return self._client("traffic", ["demo.traffic"], engine)

    def welcome(self) -> str:
        """What to print when everything is there."""
        return (
            f"\n  Open     {self.url}\n"
            f"  Sign in  {USER}  {self.password}\n"
            f"  Data     {self.directory}\n\n"
            "Ctrl-C stops everything; the data stays for the next time."
        )

    def _client(self, name: str, command: list[str], engine: str) -> Child:
        module, *arguments = command
        return Child(
            name,
            [f"absurd_dashboard.{module}", *arguments],
            environment={**os.environ, "ABSURD_DATABASE_URL": engine, "PGAPPNAME": name},
            logs=self.logs,
        )


def first_line(cluster: Child, halt: StopSignal) -> str | None:
    """Wait for PostgreSQL's URL; None when it is time to stop before that.

    Raises:
        CommandError: PostgreSQL does not start.
    """
    output = cluster.process.stdout
    if output is None:
        raise TypeError("the cluster has to be started with talks=True")
    if halt.wait(readable=output.fileno()):
        return None
    url = os.read(output.fileno(), 4096).decode().strip()
    if not url:
        raise CommandError(f"PostgreSQL did not start; {cluster.log} says why.")
    return url


def databases(server: str) -> tuple[str, str]:
    """Make the engine's database and the dashboard's own, and return their URLs."""
    engine, state = "absurd", "absurd_dashboard"
    ensure_database(server, engine)
    ensure_database(server, state)
    engine_url = make_conninfo(server, dbname=engine)
    installation.install(engine_url)
    return engine_url, make_conninfo(server, dbname=state)


def answers(url: str) -> bool:
    """Whether the sign-in page can be had."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=1)
    try:
        connection.request("GET", "/login/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False  # not yet
    finally:
        connection.close()
