"""URLs of a host that has nothing of its own but the admin."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("absurd/", include("absurd_dashboard.urls")),
]
