"""A site that has nothing special."""

from tests.sites.base import *  # noqa: F403
