"""URLs of the stand-alone dashboard: sign-in, Django's admin for users, and the pages."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

urlpatterns = [
    path(
        "login/",
        LoginView.as_view(template_name="absurd_dashboard/registration/login.html"),
        name="login",
    ),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
    path("", include("absurd_dashboard.urls")),
]
