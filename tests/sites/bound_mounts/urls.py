"""Two mounts, each bound to one engine."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("eu/", include("absurd_dashboard.urls", namespace="eu"), {"instance": "eu"}),
    path("us/", include("absurd_dashboard.urls", namespace="us"), {"instance": "us"}),
]
