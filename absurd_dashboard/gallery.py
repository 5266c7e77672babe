"""Specimens of every component, for the page that shows them all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from absurd_dashboard import markup
from absurd_dashboard.display import Count
from absurd_dashboard.jsondiff import Pair
from absurd_dashboard.payload import Json
from absurd_dashboard.search.echo import Echo, echo
from absurd_dashboard.search.qualifiers import understood
from absurd_dashboard.sparkline import sparkline
from absurd_dashboard.states import STATES
from absurd_dashboard.tokens import Token, tokens

_QUEUES = ("emails", "a b/c'\"d", "عربى")
_HOSTILE = '<script>alert("name")</script> \u202egnp.exe\u202c \x07 ' + "long " * 40
_LONG = (
    '{"order": {"id": 12345678901234567890123456789, "total": 1.10, "items": ['
    '{"sku": "A-1", "quantity": 2}, {"sku": "B-7", "quantity": 1}, {}]}, "paid": true, '
    '"note": null, "customer": "Ümit \u202e", "tags": ["gift", "express", "fragile"], "retry": {'
    '"kind": "exponential", "base_seconds": 30, "factor": 2.0}}'
)
_ALIKE = (
    '[{"sku": "A-1", "quantity": 2, "price": 1.10}, {"sku": "B-7", "quantity": 1, "price": 20.00},'
    ' {"sku": "C-3", "price": 0.5, "options": {"gift": true}}]'
)
_EDITED = _LONG.replace("1.10", "1.1").replace(', "paid": true', "").replace("note", "remark")


def _whole(text: str) -> Json:
    return Json(text, len(text))


@dataclass(frozen=True, slots=True)
class Message:
    """What an action did, as Django's messages say it."""

    message: str
    level_tag: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of the specimen list."""

    label: str
    url: str
    current: bool = False
    count: Count | None = None
    state: str = ""


class SpecimenTable(tables.Table):  # type: ignore[misc]
    """Tasks as a list draws them."""

    state = tables.Column(attrs={"td": {"class": "abs-primary"}})
    name = tables.Column(
        attrs={"th": {"class": "abs-wide"}, "td": {"class": "abs-primary abs-wide"}}
    )
    queue = tables.Column()
    id = tables.Column()
    attempt = tables.Column(attrs={"th": {"class": "abs-number"}, "td": {"class": "abs-number"}})
    age = tables.Column(attrs={"th": {"class": "abs-number"}, "td": {"class": "abs-number"}})
    duration = tables.Column(attrs={"th": {"class": "abs-number"}, "td": {"class": "abs-number"}})

    class Meta:
        template_name = "absurd_dashboard/components/table.html"
        empty_text = "No task matches these filters."
        orderable = False
        attrs: ClassVar[dict[str, Any]] = {}

    def __init__(self, rows: list[dict[str, SafeString | str]], *, caption: str) -> None:
        self.caption = caption
        super().__init__(rows)


@dataclass(frozen=True, slots=True)
class Gallery:
    """What the gallery's template shows."""

    table: SpecimenTable
    empty_table: SpecimenTable
    earlier: datetime
    later: datetime
    facts: tuple[tuple[str, object], ...]
    colours: tuple[Token, ...]
    measures: tuple[Token, ...]
    echo: Echo | None
    spark: SafeString
    live_url: str = ""
    event: str = "order:1042:paid"
    hostile: str = _HOSTILE
    exact: Count = Count(1_234)  # noqa: RUF009  frozen
    capped: Count = Count.capped(20_000, 10_000)  # noqa: RUF009
    estimated: Count = Count.estimated(1_234_567)  # noqa: RUF009
    states: tuple[str, ...] = (*STATES, "hibernating")
    small: str = '{"ok": true, "amount": 1.10}'
    long: Json = Json(_LONG, 48_213)  # noqa: RUF009
    alike: str = _ALIKE
    differing: Pair = Pair("params", "Params", _whole(_LONG), _whole(_EDITED))  # noqa: RUF009
    messages: tuple[Message, ...] = (Message("Cancelled.", "success"),)
    crumbs: tuple[tuple[str, str], ...] = (("Tasks", "?"), ("emails", "?queue=emails"))
    tabs: tuple[Tab, ...] = (
        Tab("All", "?", current=True, count=Count.estimated(9_812_000)),
        *(Tab(name, f"?state={name}", count=Count(7), state=name) for name in STATES),
    )


def gallery(now: datetime) -> Gallery:
    """One specimen of everything, as seen at an instant."""
    every, query = tokens(), "queue:emails stat:failed age:2h"
    return Gallery(
        table=SpecimenTable([_task(now, number) for number in range(9)], caption="Tasks"),
        empty_table=SpecimenTable([], caption="No tasks"),
        earlier=now - timedelta(minutes=12),
        later=now + timedelta(hours=3),
        facts=_facts(now),
        colours=tuple(token for token in every if token.light),
        measures=tuple(token for token in every if not token.light),
        echo=echo(query, understood(query).problems),
        spark=sparkline([0, 1, 0, 3, 2, 0, 9, 24, 17, 4, 0, 1], timedelta(minutes=5)),
    )


def _task(now: datetime, number: int) -> dict[str, SafeString | str]:
    names = ["order.fulfil", "agent.loop", "renew_subscription", "etl.extract", _HOSTILE]
    age = timedelta(seconds=7 * 5**number)
    return {
        "state": markup.state_badge([*STATES][number % len(STATES)]),
        "name": format_html('<a href="#">{}</a>', markup.name(names[number % len(names)])),
        "queue": format_html('<a href="#">{}</a>', markup.name(_QUEUES[number % 3])),
        "id": markup.identifier(UUID(int=0x0199_A3F0_0000_7000_8000_0000_0000_0000 + number**9)),
        "attempt": f"{number % 3 + 1} of 5",
        "age": markup.instant(now - age, now),
        "duration": markup.duration(age / 3),
    }


def _facts(now: datetime) -> tuple[tuple[str, object], ...]:
    return (
        ("Queue", markup.name("emails")),
        ("Task", markup.identifier(UUID(int=0x0199_A3F0_1111_7000_8000_0000_DEAD_BEEF))),
        ("Enqueued", markup.moment(now - timedelta(minutes=12))),
        ("Started", markup.instant(now - timedelta(minutes=11), now)),
        ("Took", markup.duration(192)),
        ("Worker", markup.name("host-7.example:4711")),
        ("Result", markup.name(None)),
    )
