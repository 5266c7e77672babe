"""A site behind a proxy that takes a prefix away from the path, and says nothing of it."""

from tests.sites.base import *  # noqa: F403

FORCE_SCRIPT_NAME = "/portal"
USE_X_FORWARDED_HOST = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SITE_PROXY_TAKES = "/portal"
STATIC_URL = "/portal/static/"
ROOT_URLCONF = "tests.sites.below_a_path.urls"
