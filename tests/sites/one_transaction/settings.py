"""A site that has the engine in its own database, and a transaction around every request."""

from tests.sites.base import *  # noqa: F403
from tests.sites.base import DATABASES

DATABASES = {"default": {**DATABASES["absurd"], "ATOMIC_REQUESTS": True}}
DATABASE_ROUTERS: list[str] = []
ABSURD_DASHBOARD = {"BULK_IN_WEB": False}
