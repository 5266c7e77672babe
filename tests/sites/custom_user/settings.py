"""A site whose users are its own: known by e-mail, with UUIDs, and without Django's permissions."""

from tests.sites.base import *  # noqa: F403
from tests.sites.base import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.sites.custom_user"]
AUTH_USER_MODEL = "custom_user.Person"
