"""A site whose admin is django-unfold's, and whose content security policy is Django's own."""

from django.utils.csp import CSP

from tests.sites.base import *  # noqa: F403
from tests.sites.base import INSTALLED_APPS, MIDDLEWARE, TEMPLATES

INSTALLED_APPS = ["unfold", *INSTALLED_APPS]
MIDDLEWARE = ["django.middleware.csp.ContentSecurityPolicyMiddleware", *MIDDLEWARE]
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.NONCE, CSP.STRICT_DYNAMIC],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
}
options = TEMPLATES[0]["OPTIONS"]
processors = [*options["context_processors"], "django.template.context_processors.csp"]
TEMPLATES = [{**TEMPLATES[0], "OPTIONS": {**options, "context_processors": processors}}]
