"""A site that runs its tasks with django-absurd, which put the engine into the site's database."""

from tests.sites.base import *  # noqa: F403
from tests.sites.base import DATABASES, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django_absurd", "tests.sites.with_django_absurd"]
ROOT_URLCONF = "tests.sites.with_django_absurd.urls"
DATABASES = {"default": DATABASES["absurd"]}
DATABASE_ROUTERS: list[str] = []
ABSURD_DASHBOARD = {"BULK_IN_WEB": False}
TASKS = {"default": {"BACKEND": "django_absurd.backends.AbsurdBackend"}}
