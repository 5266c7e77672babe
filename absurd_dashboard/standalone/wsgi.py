"""The stand-alone dashboard for any WSGI server; its settings come from the environment."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "absurd_dashboard.standalone.settings")
application = get_wsgi_application()
