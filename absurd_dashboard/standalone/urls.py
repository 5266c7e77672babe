"""URLs of the stand-alone dashboard: sign-in, language, Django's admin for users, and the pages."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path
from django.views.i18n import set_language

urlpatterns = [
    path(
        "login/",
        LoginView.as_view(template_name="absurd_dashboard/registration/login.html"),
        name="login",
    ),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("language/", set_language, name="set_language"),
    path("admin/", admin.site.urls),
    path("", include("absurd_dashboard.urls")),
]
