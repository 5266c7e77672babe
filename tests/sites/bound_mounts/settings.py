"""A site with two engines, each in a mount of its own. (Here both are one, by two names.)"""

from tests.sites.base import *  # noqa: F403
from tests.sites.base import ABSURD_DASHBOARD, DATABASES

ROOT_URLCONF = "tests.sites.bound_mounts.urls"
DATABASES["other"] = {**DATABASES["absurd"]}
ABSURD_DASHBOARD["INSTANCES"] = {"eu": "absurd", "us": "other"}
