"""URLs of a host that serves its static files below the path, as its web server would."""

from django.contrib.staticfiles.views import serve
from django.urls import path

from tests.sites import urls

urlpatterns = [*urls.urlpatterns, path("static/<path:path>", serve, {"insecure": True})]
