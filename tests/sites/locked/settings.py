"""A site that asks everybody to sign in, whatever page they want, and refers to nobody."""

from tests.sites.base import *  # noqa: F403
from tests.sites.base import MIDDLEWARE

MIDDLEWARE = [*MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"]
SECURE_REFERRER_POLICY = "no-referrer"
CSRF_USE_SESSIONS = True
X_FRAME_OPTIONS = "DENY"
