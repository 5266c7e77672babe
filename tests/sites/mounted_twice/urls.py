"""Two mounts, told apart by their namespaces."""

from django.contrib import admin
from django.urls import include, path

operations = [path("absurd/", include("absurd_dashboard.urls"))]

urlpatterns = [
    path("admin/", admin.site.urls),
    path("first/", include("absurd_dashboard.urls", namespace="first")),
    path("operations/", include((operations, "operations"))),
]
