"""A site served by ASGI."""

from tests.sites.base import *  # noqa: F403
from tests.sites.base import DATABASES

# Each request has a thread of its own there, so a kept connection would be nobody's.
DATABASES = {name: {**each, "CONN_MAX_AGE": 0} for name, each in DATABASES.items()}
ASGI_APPLICATION = "uvicorn"
