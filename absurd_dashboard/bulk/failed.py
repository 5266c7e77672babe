"""Failed tasks as the source of an operation: those of the failures page, or of one cause."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.http import QueryDict

from absurd_dashboard.access import Access, Row
from absurd_dashboard.bulk import slices
from absurd_dashboard.bulk.slices import COLUMNS, Cursor, Slice, Source
from absurd_dashboard.bulk.targets import Seen
from absurd_dashboard.choices import query_url
from absurd_dashboard.queries.failure_groups import fingerprints
from absurd_dashboard.queries.failures import LONGEST_RUN
from absurd_dashboard.windows import window

#: Failures whose cause is looked at in a slice: each may have a traceback of any length.
CAUSE_SIZE = 2_000
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


def failure_list(query: str, now: datetime) -> Source:
    """Everything that the failures page shows, on all its pages.

    Args:
        query: the page's query string.
        now: the engine's clock, from which the page's time window is counted.
    """
    given = QueryDict(query)
    kept = {key: given.get(key, "")[:500].replace("\x00", "") for key in ("queue", "name")}
    span = window(given.get("window"), "24h")
    query = query_url({"view": "list", "window": span.key, **kept}).removeprefix("?")
    return {"kind": "failures", "window": span.key, "now": now.isoformat(), "query": query, **kept}


def cause(fingerprint: str, query: str, now: datetime) -> Source:
    """Everything that failed for good of one cause.

    Args:
        fingerprint: which.
        query: the query string of its page.
        now: the engine's clock; what fails later is not taken.
    """
    span = window(QueryDict(query).get("window"), "24h").key
    return {
        "kind": "cause",
        "fingerprint": fingerprint,
        "window": span,
        "now": now.isoformat(),
        "query": query_url({"window": span}).removeprefix("?"),
        "queue": "",
        "name": "",
    }


def read(access: Access, source: Source, cursor: Cursor) -> Slice:
    """Failed attempts of one queue after the other, newest claim first."""
    rows, after = _looked_at(access, source, cursor, slices.SIZE, keyed=False)
    return Slice(_seen(row for row in rows if row["matches"]), after)


def read_cause(access: Access, source: Source, cursor: Cursor) -> Slice:
    """The same, of one cause only."""
    size = min(CAUSE_SIZE, slices.SIZE)
    rows, after = _looked_at(access, source, cursor, size, keyed=True)
    final = [row for row in rows if row["matches"]]
    known = fingerprints(access, final)
    alike = (row for row in final if known[row["key"]] == source["fingerprint"])
    return Slice(_seen(alike), after)


def _looked_at(
    access: Access, source: Source, cursor: Cursor, size: int, *, keyed: bool
) -> tuple[list[Row], Cursor | None]:
    """Attempts of one slice, and where the next one begins."""
    queues = sorted(name for name in access.queue_names if source["queue"] in ("", name))
    queue = cursor.get("queue") or next(iter(queues), None)
    if queue is None:
        return [], None
    given = {**_parameters(source, cursor), "size": size, "keyed": keyed}
    rows = access.each_queue("bulk_failures", given, queues=[queue])
    if len(rows) == size:
        last = rows[-1]
        before = last["available_at"].isoformat()
        return rows, {"queue": queue, "before": before, "before_run": str(last["run_id"])}
    following = next((name for name in queues if name > queue), None)
    return rows, {"queue": following} if following is not None else None


def _parameters(source: Source, cursor: Cursor) -> dict[str, Any]:
    now = datetime.fromisoformat(source["now"])
    since = window(source["window"], "24h").since(now) or _EVER
    return {
        "since": since,
        "now": now,
        "claimed_since": since - LONGEST_RUN,
        "name": source["name"] or None,
        "before": cursor.get("before"),
        "before_run": cursor.get("before_run"),
    }


def _seen(rows: Iterable[Row]) -> tuple[Seen, ...]:
    return tuple(Seen(*(row[column] for column in COLUMNS)) for row in rows)
