"""What every host has in common: the settings of a new project, and the dashboard."""

import os
from pathlib import Path
from typing import Any

from absurd_dashboard.standalone.databases import entry

#: Where the host keeps its files; :mod:`tests.sites.host` says which.
DIRECTORY = Path(os.environ["SITE_DIRECTORY"])

SECRET_KEY = "not secret: tests only"
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "tests.sites.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast; tests only
STATIC_URL = "static/"
LOGIN_URL = "admin:login"
USE_TZ = True

DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DIRECTORY / "site.sqlite3",
        "OPTIONS": {"init_command": "pragma synchronous = off", "transaction_mode": "IMMEDIATE"},
    },
    "absurd": entry(os.environ["SITE_ENGINE"], "SITE_ENGINE"),
}
DATABASE_ROUTERS = ["absurd_dashboard.routers.EngineRouter"]
ABSURD_DASHBOARD: dict[str, Any] = {"DATABASE": "absurd", "BULK_IN_WEB": False}

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "absurd_dashboard",
    "django_htmx",
    "django_tables2",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
