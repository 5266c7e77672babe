"""URLs of the site that the tests mount the dashboard in."""

from django.contrib import admin
from django.contrib.auth.views import LoginView
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/login/", LoginView.as_view(template_name="admin/login.html")),
    path("absurd/", include("absurd_dashboard.urls")),
]
