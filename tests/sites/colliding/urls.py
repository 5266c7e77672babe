"""The host's own page, and names of URLs that others might use."""

from django.urls import path
from django.views.generic import TemplateView

from tests.sites import urls

page = TemplateView.as_view(template_name="base.html")
urlpatterns = [
    path("", page, name="overview"),
    path("tasks/", page, name="tasks"),
    *urls.urlpatterns,
]
