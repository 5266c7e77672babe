"""A site whose static files have hashes in their names, and are served from where they were put."""

from tests.sites.base import *  # noqa: F403
from tests.sites.base import DIRECTORY

ROOT_URLCONF = "tests.sites.hashed_files.urls"
STATIC_ROOT = DIRECTORY / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
    },
}
