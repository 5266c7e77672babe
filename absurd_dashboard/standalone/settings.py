"""Django settings of the stand-alone dashboard: everything comes from the environment.

The variables, their defaults and what they do are listed in
:data:`absurd_dashboard.standalone.options.OPTIONS`.
"""

import os
from datetime import timedelta

from absurd_dashboard.redaction import Redaction
from absurd_dashboard.standalone import datadir
from absurd_dashboard.standalone.databases import engines, entry, from_environment, sqlite_url
from absurd_dashboard.standalone.logs import logging_of
from absurd_dashboard.standalone.options import items, number, seconds, value
from absurd_dashboard.standalone.proxies import networks

_directory = datadir.serving(value(os.environ, "ABSURD_DASHBOARD_DATA_DIR"))
SECRET_KEY = value(os.environ, "ABSURD_DASHBOARD_SECRET_KEY") or datadir.kept(_directory)
DEBUG = False
ALLOWED_HOSTS = items(os.environ, "ABSURD_DASHBOARD_ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = items(os.environ, "ABSURD_DASHBOARD_TRUSTED_ORIGINS")
TRUSTED_PROXIES = items(os.environ, "ABSURD_DASHBOARD_TRUSTED_PROXIES")
networks(TRUSTED_PROXIES)  # what is no network is said now, not at the first request
LOGGING = logging_of(
    value(os.environ, "ABSURD_DASHBOARD_LOG_FORMAT"),
    value(os.environ, "ABSURD_DASHBOARD_LOG_LEVEL"),
)

_sqlite = sqlite_url(_directory / datadir.STATE)
_engines = engines(os.environ)
DATABASES = {
    "default": from_environment("ABSURD_DASHBOARD_STATE_URL") or entry(_sqlite, "the default"),
    **_engines.databases,
}
DATABASE_ROUTERS = ["absurd_dashboard.routers.EngineRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ABSURD_DASHBOARD = {
    "DATABASE": next(iter(_engines.databases)),
    "INSTANCES": _engines.instances,
    "REPLICAS": _engines.replicas,
    "LOGOUT_URL": "logout",
    "METRICS_TOKEN": value(os.environ, "ABSURD_DASHBOARD_METRICS_TOKEN"),
    "SERVER_TIMING": value(os.environ, "ABSURD_DASHBOARD_SERVER_TIMING") == "1",
    "REDACT": [Redaction(key=key) for key in items(os.environ, "ABSURD_DASHBOARD_REDACT_KEYS")],
    "STATEMENT_TIMEOUT": seconds(os.environ, "ABSURD_DASHBOARD_STATEMENT_TIMEOUT"),
    "LATE_AFTER": seconds(os.environ, "ABSURD_DASHBOARD_LATE_AFTER"),
    "REFRESH_INTERVAL": seconds(os.environ, "ABSURD_DASHBOARD_REFRESH_INTERVAL"),
    "PAGE_SIZE": number(os.environ, "ABSURD_DASHBOARD_PAGE_SIZE"),
    "TITLE": value(os.environ, "ABSURD_DASHBOARD_TITLE"),
}

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tables2",
    "absurd_dashboard",
    "axes",
]
MIDDLEWARE = [
    "absurd_dashboard.standalone.departed.Departed",
    "absurd_dashboard.standalone.proxies.TrustedProxies",
    "absurd_dashboard.standalone.requests.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "absurd_dashboard.standalone.compression.Compression",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "absurd_dashboard.standalone.own_database.OwnDatabase",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",  # last: it answers whom the sign-in page locked out
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
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
ROOT_URLCONF = "absurd_dashboard.standalone.urls"
WSGI_APPLICATION = "absurd_dashboard.standalone.wsgi.application"
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # from the installed packages; there is nothing to collect

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# Guessing a password from one address ends after ten tries, for a quarter of an hour.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "absurd_dashboard/registration/locked_out.html"
AXES_DISABLE_ACCESS_LOG = True  # who signs in stays out of the log, but for failures
AXES_VERBOSE = False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

USE_TZ = True
TIME_ZONE = "UTC"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LANGUAGE_COOKIE_NAME = "absurd_dashboard_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

# Another Django site on another port of the same host has another session.
SESSION_COOKIE_NAME = "absurd_dashboard_session"
_https = value(os.environ, "ABSURD_DASHBOARD_HTTPS") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _https
SESSION_COOKIE_AGE = 7 * 24 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = _https
SECURE_REDIRECT_EXEMPT = ["^(healthz|metrics)$"]  # asked from inside, in plain http
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = False
SILENCED_SYSTEM_CHECKS = [
    "security.W004",  # HSTS is a promise of the whole host: ABSURD_DASHBOARD_HSTS_SECONDS
    "security.W005",  # other subdomains are not ours to bind
    "security.W021",
    *([] if _https else ["security.W008", "security.W012", "security.W016"]),  # http on loopback
]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_HSTS_SECONDS = number(os.environ, "ABSURD_DASHBOARD_HSTS_SECONDS")
