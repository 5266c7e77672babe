"""A site that lets only scripts and styles run that bear the nonce of the answer."""

from csp.constants import NONCE, NONE, SELF

from tests.sites.base import *  # noqa: F403
from tests.sites.base import MIDDLEWARE

MIDDLEWARE = ["csp.middleware.CSPMiddleware", *MIDDLEWARE]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [NONCE],
        "style-src": [NONCE],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
