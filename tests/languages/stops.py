"""Every page and state of a page, of an engine whose data has no letters, in one language."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf.locale import LANG_INFO
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import translation

from absurd_dashboard.fingerprint import fingerprint
from absurd_dashboard.models import BulkOperation, SavedView
from tests.dashboard.engine import Engine
from tests.languages.pseudo import MIRRORED
from tests.security.endpoints import ENDPOINTS, Kind

#: What shows no page of its own: files to download, and what is a part of other pages.
PARTS = {
    "audit_csv",
    "audit_jsonl",
    "complete",
    "headers",
    "params",
    "pinned",
    "reason",
    "result",
    "task_counts",
}
_QUEUE, _MISSING = "0000-00", UUID(int=7)
_ERROR = {"name": "0010", "message": "0011", "traceback": "0012"}
#: Queries that make no sense, each in another way.
_MISTAKES = (
    "stat:failed", "state:0", "id:0", "age:0", "age:5m", "attempts:-", "has:0", "error:", "queue:",
    '"0', "0 1", "params:*", "-worker:0,1 worker:>1", "name:*0*0*0*0*0*0*0*0*0*",
)  # fmt: skip


@dataclass(frozen=True)
class Stop:
    """Where a page or a state of one is found.

    Attributes:
        path: below where the dashboard is mounted.
        form: what is sent; None for a visit.
        status: of the answer, after whatever it leads to.
        settings: of the site, while it is visited.
        anonymous: whether nobody is signed in.
        nobody: whether who is signed in has been granted nothing.
    """

    path: str
    form: dict[str, Any] | None = None
    status: int = 200
    settings: dict[str, Any] = field(default_factory=dict)
    anonymous: bool = False
    nobody: bool = False


@contextmanager
def speaking(language: str, catalogues: Path) -> Iterator[None]:
    """The dashboard in one of the languages that nobody speaks."""
    names = {"name": "x", "name_local": "⟦x⟧", "code": language, "bidi": language == MIRRORED}
    LANG_INFO[language] = names
    settings = {
        "LANGUAGE_CODE": language,
        "LANGUAGES": [(language, "x")],
        "LOCALE_PATHS": [catalogues],
        "ROOT_URLCONF": "absurd_dashboard.standalone.urls",
        "LOGIN_URL": "login",
    }
    try:
        with override_settings(**settings), translation.override(language):
            yield
    finally:
        del LANG_INFO[language]


def filled(engine: Engine) -> dict[str, list[object]]:
    """Tasks in every state and whatever else there is to see; the arguments of addresses."""
    engine.create(_QUEUE)
    engine.create("0000-01", "partitioned")
    failed = engine.failed(_QUEUE, "0001", **_ERROR)
    engine.call("select absurd.retry_task(%s, %s)", _QUEUE, failed)
    engine.fail(_QUEUE, engine.claim(_QUEUE, "0003"), **_ERROR)
    headers = {"workflow_run_id": "0002"}
    done = engine.spawn(_QUEUE, "0004", {"0": [1, "2"]}, headers=headers)
    run = engine.claim(_QUEUE, "0003")
    engine.checkpoint(_QUEUE, done, run, "0005", {"0": 1})
    engine.complete(_QUEUE, run, {"0": 1})
    waiting = engine.spawn(_QUEUE, "0006", headers=headers)
    run = engine.claim(_QUEUE, "0003")
    engine.wait(_QUEUE, waiting, run, "0007", timeout=600)
    sleeping = engine.spawn(_QUEUE, "0006")
    engine.sleep(_QUEUE, engine.claim(_QUEUE, "0003"), engine.now.replace(hour=23))
    engine.emit(_QUEUE, "0008", 1)
    cancelled = engine.spawn(_QUEUE, "0009")
    engine.cancel(_QUEUE, cancelled)
    engine.spawn(_QUEUE, "0013")
    running = engine.spawn(_QUEUE, "0014")
    engine.claim(_QUEUE, "0003")
    return {
        "failed": [failed], "done": [done], "waiting": [waiting], "sleeping": [sleeping],
        "cancelled": [cancelled], "running": [running], "queue": [_QUEUE], "cause": [_cause()],
        "event": [_QUEUE, "0008"], "awaited": [_QUEUE, "0007"], "workflow": ["0002"],
        "view": [_view()], "operation": [_operation()],
    }  # fmt: skip


def _cause() -> str:
    return fingerprint(*_ERROR.values())


def _view() -> UUID:
    owner = User.objects.get(username="0015")
    made = {"owner": owner, "owner_name": "0015", "instance": "absurd", "query": "state=failed"}
    return SavedView.objects.create(name="0016", pinned=True, **made).pk


def _operation() -> UUID:
    source = {"kind": "selected", "tasks": []}
    made = {"instance": "absurd", "action": "retry", "username": "0015", "source": source}
    return BulkOperation.objects.create(state=BulkOperation.State.READY, **made).pk


#: What the arguments of an address are; the others have none.
_ABOUT = {
    "task": "failed", "step": "done", "run_again": "done", "failure": "cause", "event": "event",
    "emit": "awaited", "workflow": "workflow", "view_edit": "view", "view_delete": "view",
    "bulk_operation": "operation",
}  # fmt: skip


def stops(things: dict[str, list[object]]) -> dict[str, Stop]:
    """Every page by its name, and what it shows when something is amiss."""

    def at(name: str, *about: object) -> str:
        return reverse(f"absurd_dashboard:{name}", args=about)

    def pages() -> Iterator[tuple[str, Stop]]:
        for name, endpoint in ENDPOINTS.items():
            if endpoint.kind in (Kind.LIST, Kind.OBJECT, Kind.FORM) and name not in PARTS:
                yield name, Stop(at(name, *_arguments(name, things)))

    tasks, missing = at("tasks"), at("task", _MISSING)
    named = {each: things[each][0] for each in things}
    queue = named["queue"]
    bad = {"params": "{", "headers": "1", "retry_strategy": "[", "cancellation": '{"0": 1}'}
    more = {
        **{f"task {each}": Stop(at("task", named[each])) for each in
           ("done", "waiting", "sleeping", "cancelled", "running")},
        **{f"query {each}": Stop(f"{tasks}?{_query(q=each)}") for each in _MISTAKES},
        "no task": Stop(f"{tasks}?name=nothing"),
        "tasks of all time": Stop(f"{tasks}?window=all&state=failed"),
        "failures one by one": Stop(f"{at('failures')}?view=list"),
        "workflows by header": Stop(f"{at('workflows')}?by=header"),
        "charts of a month": Stop(f"{at('charts')}?window=30d"),
        "an id to go to": Stop(f"{at('go')}?q={named['failed']}"),
        "what can be done here": Stop(f"{at('go')}?from={at('task', named['failed'])}"),
        "not there": Stop(missing, status=404),
        "no such queue": Stop(at("queue", "nothing"), status=404),
        "not allowed": Stop(at("overview"), status=403, nobody=True),
        "no engine": Stop(
            at("overview"), status=503, settings={"ABSURD_DASHBOARD": {"DATABASE": "default"}}
        ),
        "cancelled already": Stop(at("cancel", named["cancelled"]), {}, status=409),
        "nothing selected": Stop(at("bulk_new"), {"action": "retry", "from": "selected"}, 400),
        "no such action": Stop(at("bulk_new"), {"action": "0"}, 400),
        "no number of attempts": Stop(
            at("bulk_new"), {"action": "retry", "attempts": "0", "from": "selected"}, 400
        ),
        "no such muting": Stop(at("triage", named["cause"]), {"mute": "0"}, 400),
        "a note too long": Stop(at("triage", named["cause"]), {"note": "0" * 9_999}, 400),
        "spawn without a name": Stop(
            at("spawn"), {"queue": queue, "name": " ", "max_attempts": "x", **bad}, 400
        ),
        "spawn with what cannot be": Stop(
            at("spawn"), {"queue": queue, "name": "0", "max_attempts": "0"}, 400
        ),
        "spawn with limits that cannot be": Stop(
            at("spawn"), {"queue": queue, "name": "0", "cancellation": '{"max_delay": "0"}'}, 400
        ),
        "spawn with a strategy that cannot be": Stop(
            at("spawn"), {"queue": queue, "name": "0", "retry_strategy": '{"kind": "0"}'}, 400
        ),
        "run again with mistakes": Stop(at("run_again", named["done"]), bad, 400),
        "emit no JSON": Stop(at("emit", queue, "0007"), {"payload": "{"}, 400),
        "a queue without a name": Stop(at("queue_create"), {"name": ""}, 400),
        "a queue with too long a name": Stop(at("queue_create"), {"name": "0" * 58}, 400),
        "a policy that cannot be": Stop(
            at("queue_policy", queue),
            {"cleanup_ttl": "0", "partition_lookahead": "9" * 9 + "w", "cleanup_limit": "-"}, 400,
        ),
        "a queue not dropped": Stop(at("queue_drop", queue), {"name": "0"}, 400),
        "a view without a name": Stop(at("view_new"), {"name": "", "query": "state=failed"}, 400),
        "a retry": Stop(at("retry", named["failed"]), {}),
        "a cancellation": Stop(at("cancel", named["waiting"]), {}),
        "an emit": Stop(at("emit", queue, "0017"), {"payload": "1"}),
        "a queue cleaned up": Stop(at("queue_cleanup", queue), {}),
        "a spawned task": Stop(at("spawn"), {"queue": queue, "name": "0018"}),
        "a task run again": Stop(at("run_again", named["done"]), {}),
        "signing in": Stop(reverse("login"), anonymous=True),
        "signing in as nobody": Stop(reverse("login"), {"username": ""}, anonymous=True),
    }  # fmt: skip
    return {**dict(pages()), **more}


def _arguments(name: str, things: dict[str, list[object]]) -> list[object]:
    needs = ENDPOINTS[name].arguments is not ENDPOINTS["overview"].arguments
    about = list(things[_ABOUT.get(name, "queue")]) if needs else []
    return [*about, "0005"] if name == "step" else about


def _query(**parameters: str) -> str:
    return urlencode(parameters)


def visited(stop: Stop) -> HttpResponse:
    """What a stop shows."""
    client = Client()
    if not stop.anonymous:
        name = "0019" if stop.nobody else "0015"
        client.force_login(User.objects.get(username=name))
    with override_settings(**stop.settings):
        if stop.form is None:
            return client.get(stop.path, follow=True)
        return client.post(stop.path, stop.form, follow=True)
