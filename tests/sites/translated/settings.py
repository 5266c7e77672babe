"""A German site: its language is in the address, and its numbers are written as Germans do."""

from tests.sites.base import *  # noqa: F403
from tests.sites.base import MIDDLEWARE

ROOT_URLCONF = "tests.sites.translated.urls"
LANGUAGE_CODE = "de"
LANGUAGES = [("de", "Deutsch"), ("en", "English")]
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = "Europe/Berlin"
MIDDLEWARE = [
    *MIDDLEWARE[:2],
    "django.middleware.locale.LocaleMiddleware",
    *MIDDLEWARE[2:],
]
