"""The PostgreSQL server under the tests: DATABASE_URL's, or an embedded one for this run."""

import os
import tempfile
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from absurd_dashboard.demo.server import EmbeddedServer

#: Nothing in a test database has to survive a crash of the machine.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

_URL = "ABSURD_TEST_SERVER_URL"
_server: EmbeddedServer | None = None


def start() -> str:
    """Return the server's URL; pytest-xdist's workers inherit it through the environment."""
    global _server
    if _URL not in os.environ:
        if own := os.environ.get("DATABASE_URL"):
            os.environ[_URL] = own
        else:
            _server = EmbeddedServer(
                Path(tempfile.mkdtemp(prefix="absurd-")), settings=FAST, delete=True
            )
            os.environ[_URL] = _server.url()
    return os.environ[_URL]


def stop() -> None:
    """Stop the server if this process started it."""
    if _server is not None:
        _server.stop()


def django_parameters(url: str) -> dict[str, str]:
    """The connection part of a Django DATABASES entry for a server URL."""
    parts = conninfo_to_dict(url)
    return {
        "HOST": str(parts.get("host") or ""),
        "PORT": str(parts.get("port") or ""),
        "USER": str(parts.get("user") or ""),
        "PASSWORD": str(parts.get("password") or ""),
    }
