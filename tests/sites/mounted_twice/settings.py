"""A site that has the dashboard twice, once of them inside of a namespace of its own."""

from tests.sites.base import *  # noqa: F403

ROOT_URLCONF = "tests.sites.mounted_twice.urls"
