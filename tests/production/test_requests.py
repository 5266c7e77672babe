"""Where a request comes from, which id it has, and what the log says of it."""

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.management import CommandError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings

from absurd_dashboard.standalone import logs, options
from absurd_dashboard.standalone.proxies import TrustedProxies, networks
from absurd_dashboard.standalone.requests import Labels, RequestId

PROXY, CLIENT, LIAR = "10.1.2.3", "203.0.113.9", "198.51.100.7"


def seen(peer: str, **headers: str) -> HttpRequest:
    """The request as the pages see it, behind proxies in 10.0.0.0/8."""
    found: list[HttpRequest] = []

    def answer(request: HttpRequest) -> HttpResponse:
        found.append(request)
        return HttpResponse()

    with override_settings(TRUSTED_PROXIES=["10.0.0.0/8", "::1"]):
        TrustedProxies(answer)(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers))
    return found[0]


@pytest.mark.parametrize(
    ("peer", "chain", "client"),
    [
        (PROXY, CLIENT, CLIENT),
        (PROXY, f"{LIAR}, {CLIENT}", CLIENT),
        (PROXY, f"{CLIENT}, 10.9.9.9", CLIENT),
        (PROXY, "10.9.9.9", "10.9.9.9"),
        (PROXY, "<script>", PROXY),
        (PROXY, f"<script>, {CLIENT}", CLIENT),
        (PROXY, "", PROXY),
        (LIAR, CLIENT, LIAR),
        ("", CLIENT, ""),
        ("::1", "2001:db8::1", "2001:db8::1"),
    ],
)
def test_the_address_is_the_last_one_that_no_trusted_proxy_has(
    peer: str, chain: str, client: str
) -> None:
    assert seen(peer, **{"X-Forwarded-For": chain}).META["REMOTE_ADDR"] == client


@pytest.mark.parametrize("header", ["X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded"])
def test_only_a_trusted_proxy_says_how_it_was_asked(header: str) -> None:
    assert seen(PROXY, **{header: "https"}).headers[header] == "https"
    assert header not in seen(LIAR, **{header: "https"}).headers


def test_what_is_no_network_is_said_at_the_start() -> None:
    with pytest.raises(CommandError, match="ABSURD_DASHBOARD_TRUSTED_PROXIES"):
        networks(["10.0.0.0/8", "proxy.example.org"])


def identified(**headers: str) -> tuple[str, str]:
    """The id that a request has inside, and the one in its answer."""
    inside: list[str] = []

    def answer(request: HttpRequest) -> HttpResponse:
        inside.append(request.headers["X-Request-Id"])
        return HttpResponse()

    response = RequestId(answer)(RequestFactory().get("/secret?token=1", headers=headers))
    return inside[0], response.headers["X-Request-Id"]


def test_an_id_from_in_front_is_kept() -> None:
    assert identified(**{"X-Request-Id": "edge-7f3a"}) == ("edge-7f3a", "edge-7f3a")


@pytest.mark.parametrize("given", ["", "two words", "a\nb", "x" * 101, "é"])
def test_without_a_plain_one_it_is_new_for_each_request(given: str) -> None:
    first, second = identified(**{"X-Request-Id": given}), identified(**{"X-Request-Id": given})

    assert first[0] == first[1] != given
    assert first != second


def test_an_answer_without_content_says_nothing_of_how_to_treat_one() -> None:
    named = ("Cache-Control", "Content-Language", "Referrer-Policy", "Vary", "X-Request-Id")

    def answer(request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=204, headers=dict.fromkeys(named[:-1], "x"))

    headers = RequestId(answer)(RequestFactory().get("/")).headers
    assert [name for name in named if name in headers] == ["Cache-Control"]


@pytest.fixture
def told() -> Callable[..., str]:
    """What the log says of a record, in one of its forms."""

    def tell(form: str, message: str, **extra: object) -> str:
        chosen = dict(logs.FORMATTERS[form])
        made = chosen.pop("()")(**{"fmt": chosen.pop("format", None), **chosen})
        record = logging.makeLogRecord({"name": "n", "levelname": "INFO", "msg": message, **extra})
        Labels().filter(record)
        text: str = made.format(record)
        return text

    return tell


def test_a_line_of_json_has_a_fixed_set_of_keys_and_what_is_extra(told: Callable[..., str]) -> None:
    line = told("json", "a\nb", status=200)

    assert "\n" not in line
    found = json.loads(line)
    assert found.pop("time")
    assert found == {
        "level": "INFO",
        "logger": "n",
        "message": "a\nb",
        "request_id": "",
        "status": 200,
    }


def test_the_log_says_what_was_answered_without_the_query(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="absurd_dashboard.requests"):
        identified()

    assert "GET '/secret' 200" in caplog.text
    assert "token" not in caplog.text


@pytest.mark.parametrize(("form", "level"), [("xml", "info"), ("json", "loud")])
def test_an_unknown_form_or_level_is_refused_in_words(form: str, level: str) -> None:
    with pytest.raises(CommandError, match="ABSURD_DASHBOARD_LOG"):
        logs.logging_of(form, level)


def test_a_flag_becomes_its_variable() -> None:
    given = SimpleNamespace(https=True, threads=3, allowed_hosts="a,b")

    assert options.from_flags(vars(given)) == {
        "ABSURD_DASHBOARD_HTTPS": "1",
        "ABSURD_DASHBOARD_THREADS": "3",
        "ABSURD_DASHBOARD_ALLOWED_HOSTS": "a,b",
    }


def test_a_length_of_time_is_more_than_nothing() -> None:
    name = "ABSURD_DASHBOARD_REFRESH_INTERVAL"

    assert options.seconds({name: "5"}, name) == timedelta(seconds=5)
    with pytest.raises(CommandError, match=f"{name} has to be more than nothing"):
        options.seconds({name: "0"}, name)


def test_a_variable_that_has_to_be_a_number_says_so() -> None:
    with pytest.raises(CommandError, match="ABSURD_DASHBOARD_THREADS has to be a whole number"):
        options.number({"ABSURD_DASHBOARD_THREADS": "many"}, "ABSURD_DASHBOARD_THREADS")
