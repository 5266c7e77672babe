"""A site without time zones."""

from tests.sites.base import *  # noqa: F403

USE_TZ = False
TIME_ZONE = "America/New_York"
