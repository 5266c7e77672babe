"""Somebody who is signed in, and what their requests came to."""

from __future__ import annotations

import http.client
import http.cookiejar
import json
import re
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from urllib.parse import urlencode

#: Seconds that no answer may take: a page's own limit, and waiting for a thread.
LONGEST = 20
#: Requests without an answer that are listed one by one.
MOST = 20
LIVE = {"X-Absurd-Live": ""}


@dataclass
class Tally:
    """Answers by what was asked for and what came; shared by all threads.

    Attributes:
        phase: what befalls the server now.
        slowest: by phase and kind, the seconds that the slowest answer took, and to what.
        none: what got no answer, when, and in which phase.
    """

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    phase: str = "well"
    slowest: dict[tuple[str, str], tuple[float, str]] = field(default_factory=dict)
    none: list[str] = field(default_factory=list)
    begun: float = field(default_factory=monotonic)
    lock: Lock = field(default_factory=Lock)

    def add(self, kind: str, outcome: str, path: str, asked: float) -> None:
        """One more.

        Args:
            kind: what it is counted as.
            outcome: a status, or the name of an error.
            path: what was asked for.
            asked: when, by the monotonic clock.
        """
        took = monotonic() - asked
        with self.lock:
            self.counts[kind, outcome] += 1
            known = self.slowest.get((self.phase, kind), (0.0, ""))
            self.slowest[self.phase, kind] = max(known, (took, f"{path}: {outcome}"))
            if not outcome.isdecimal():
                when = f"asked at {asked - self.begun:.0f} s, in phase {self.phase!r} after"
                self.none.append(f"{outcome} to {kind} {path}, {when} {took:.1f} s")


class Visitor:
    """A browser without a screen.

    Args:
        url: the dashboard's.
        tally: where outcomes are counted.
    """

    def __init__(self, url: str, tally: Tally) -> None:
        self.url, self.tally = url, tally
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def sign_in(self, password: str) -> None:
        """Fill in the sign-in page as the demo's user."""
        _, page = self.ask("login", "login/")
        self.ask("login", "login/", self._form(page, username="demo", password=password))
        status, _ = self.ask("login", "queues/")
        assert status == 200, f"nobody can sign in: {status}"

    def another_tab(self) -> Visitor:
        """The same browser, and its session, for another page."""
        made = Visitor(self.url, self.tally)
        for cookie in self.cookies:
            made.cookies.set_cookie(cookie)
        return made

    def ask(
        self, kind: str, path: str, data: bytes | None = None, **headers: str
    ) -> tuple[int, str]:
        """Request something; 0 stands for no answer.

        Args:
            kind: what it is counted as.
            path: below the dashboard's URL.
            data: a form to post.
            headers: with ``_`` for ``-``.
        """
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.url + path, data, named)
        asked = monotonic()
        try:
            with self.opener.open(request, timeout=LONGEST) as response:
                status, text = response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                status, text = error.code, error.read().decode()
        except (OSError, http.client.HTTPException) as error:
            self.tally.add(kind, type(error).__name__, path, asked)
            return 0, ""
        self.tally.add(kind, str(status), path, asked)
        return status, text

    def act(self, path: str, request_id: str, **fields: str) -> int:
        """Post an action, with an id that its record will have; its status."""
        token = next((each.value for each in self.cookies if each.name == "csrftoken"), "") or ""
        form = urlencode({"csrfmiddlewaretoken": token, **fields}).encode()
        status, _ = self.ask(
            "action", path, form, Accept="application/json", X_Request_Id=request_id
        )
        return status

    def _form(self, page: str, **fields: str) -> bytes:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        return urlencode({"csrfmiddlewaretoken": token[1] if token else "", **fields}).encode()


def shown(tally: Tally) -> str:
    """The tally as lines of JSON, by kind."""
    kinds: dict[str, dict[str, int]] = {}
    for (kind, outcome), count in sorted(tally.counts.items()):
        kinds.setdefault(kind, {})[outcome] = count
    lines = [f"{kind}: {json.dumps(found)}" for kind, found in kinds.items()]
    lines += [
        f"slowest {kind} while {phase}: {seconds:.1f} s, {what}"
        for (phase, kind), (seconds, what) in sorted(tally.slowest.items())
    ]
    left_out = len(tally.none) - MOST
    more = [f"and {left_out} more without an answer"] if left_out > 0 else []
    return "\n".join([*lines, *tally.none[:MOST], *more])
