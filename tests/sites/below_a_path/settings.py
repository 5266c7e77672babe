"""A site that its server has below a path, and tells it so in SCRIPT_NAME."""

from tests.sites.base import *  # noqa: F403

SITE_SCRIPT_NAME = "/portal"
STATIC_URL = "/portal/static/"
ROOT_URLCONF = "tests.sites.below_a_path.urls"
