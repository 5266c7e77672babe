"""Answers are sent compressed; a part of a file stays the part that was asked for."""

from http import HTTPStatus

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class Compression(GZipMiddleware):
    """Django's, which adds random bytes to each answer, so that its length tells no secret."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Compress a whole answer."""
        if response.status_code == HTTPStatus.PARTIAL_CONTENT:
            return response
        return super().process_response(request, response)
