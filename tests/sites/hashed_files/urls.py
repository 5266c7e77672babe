"""URLs of a host that serves what collectstatic collected."""

from django.conf import settings
from django.urls import path
from django.views.static import serve

from tests.sites import urls

urlpatterns = [
    *urls.urlpatterns,
    path("static/<path:path>", serve, {"document_root": settings.STATIC_ROOT}),
]
