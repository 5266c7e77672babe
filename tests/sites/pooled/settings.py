"""A site whose connections to the engine are Django's pool's."""

from tests.sites.base import *  # noqa: F403
from tests.sites.base import DATABASES

engine = DATABASES["absurd"]
DATABASES = {
    **DATABASES,
    "absurd": {
        **engine,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {**engine["OPTIONS"], "pool": {"min_size": 1, "max_size": 2}},
    },
}
