"""The common URLs, and a page that starts a task as the site's own code does."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from tests.sites import urls
from tests.sites.with_django_absurd.tasks import charge


def order(request: HttpRequest) -> HttpResponse:
    """Start a task, and tell its id."""
    return HttpResponse(str(charge.enqueue(order=7).id))


urlpatterns = [*urls.urlpatterns, path("order/", order)]
