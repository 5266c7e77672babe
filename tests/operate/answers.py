"""What the tests say to the dashboard, and what they read in its answers."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.test import Client

JSON = {"Accept": "application/json"}
HTMX = {"HX-Request": "true"}


def posted(client: Client, path: str, **fields: str) -> HttpResponse:
    """A form, sent; the answer as it is."""
    return client.post(f"/absurd/{path}", fields)


def as_json(client: Client, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
    """A JSON object, sent by a program: status and answer."""
    response = client.post(
        f"/absurd/{path}", json.dumps(body or {}), content_type="application/json", headers=JSON
    )
    return response.status_code, json.loads(response.content)


def by_htmx(client: Client, path: str, **fields: str) -> tuple[int, str, str]:
    """A form, sent by htmx: status, where it leads, and the message on the page there."""
    response = client.post(f"/absurd/{path}", fields, headers=HTMX)
    place = json.loads(response["HX-Location"])["path"]
    page = client.get(place, headers=HTMX)
    return response.status_code, place, " ".join(toasts(page))


def toasts(page: HttpResponse) -> list[str]:
    """The messages on a page."""
    return [
        unescape(text) for text in re.findall(r"<p>([^<]*)</p>\s*<button[^>]*dismiss", page.text)
    ]


def form(client: Client, path: str) -> dict[str, str]:
    """The fields of the form on a page, as a browser would send them."""
    page = client.get(f"/absurd/{path}").text
    inputs = re.findall(r'<input[^>]*name="([^"]+)"[^>]*?value="([^"]*)"', page)
    areas = re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?([^<]*)</textarea>', page)
    chosen = re.findall(
        r'<select[^>]*name="([^"]+)".*?<option value="([^"]*)" selected', page, re.DOTALL
    )
    found = {name: unescape(value) for name, value in (*inputs, *areas, *chosen)}
    return {
        name: value for name, value in found.items() if name not in ("q", "csrfmiddlewaretoken")
    }


def task_of(response: HttpResponse) -> str:
    """The id of the task that an answer leads to."""
    return urlsplit(response["Location"]).path.rstrip("/").rpartition("/")[2]
