"""A site whose own templates, static files, htmx and styles are called as others' would be."""

from tests.sites.base import *  # noqa: F403
from tests.sites.base import INSTALLED_APPS, MIDDLEWARE, TEMPLATES

INSTALLED_APPS = ["tests.sites.colliding", *INSTALLED_APPS]
MIDDLEWARE = [*MIDDLEWARE, "django_htmx.middleware.HtmxMiddleware"]
ROOT_URLCONF = "tests.sites.colliding.urls"
TEMPLATES = [
    {
        **TEMPLATES[0],
        "OPTIONS": {
            "context_processors": [
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.request",
                "tests.sites.colliding.context.everything",
            ],
            "builtins": ["tests.sites.colliding.tags"],
        },
    }
]
