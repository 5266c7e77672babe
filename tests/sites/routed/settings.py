"""A site without a default database: it reads from a replica, and writes to the primary."""

from tests.sites.base import *  # noqa: F403
from tests.sites.base import DATABASE_ROUTERS, DATABASES

DATABASES = {
    "default": {},
    "primary": DATABASES["default"],
    "replica": DATABASES["default"],
    "absurd": DATABASES["absurd"],
}
DATABASE_ROUTERS = ["tests.sites.routed.routers.Replicated", *DATABASE_ROUTERS]
SITE_MIGRATES = ["primary"]
