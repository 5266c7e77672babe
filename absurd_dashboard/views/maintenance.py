"""Keeping a queue small, and dropping it: one page, and one form for each thing to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext, gettext_noop

from absurd_core import maintenance, queues
from absurd_core.errors import InvalidArgument
from absurd_core.queues import QueuePolicy
from absurd_dashboard import lengths, problems, upkeep
from absurd_dashboard.access import Access
from absurd_dashboard.gate import Outcome, Target, act, allowed
from absurd_dashboard.jsoninput import Fields
from absurd_dashboard.links import Links
from absurd_dashboard.pages import Page, View, refused
from absurd_dashboard.pages import page as page_view
from absurd_dashboard.policy import Action
from absurd_dashboard.queries import maintenance as queries
from absurd_dashboard.spawning import Invalid
from absurd_dashboard.views.forms import Asked, Form, Subject
from absurd_dashboard.writing import written

_LENGTHS = {
    "cleanup_ttl": gettext_noop("Finished tasks and events are kept for"),
    "partition_lookahead": gettext_noop("Partitions are made ahead for"),
    "partition_lookback": gettext_noop("Partitions are made back for"),
    "detach_min_age": gettext_noop("Partitions may be detached after"),
}
_CHOICES = {"default_partition": ("enabled", "disabled"), "detach_mode": ("none", "empty")}
#: The engine's own defaults.
SCHEDULES = {
    "partition_schedule": "5 * * * *",
    "cleanup_schedule": "17 * * * *",
    "detach_schedule": "29 * * * *",
}
_RECORDED = {*_LENGTHS, *_CHOICES, *SCHEDULES, "cleanup_limit", "do", "open"}
_PARTED = ("partition_lookahead", "partition_lookback", "detach_min_age", *_CHOICES)


@dataclass(frozen=True, slots=True)
class PolicyField:
    """One value of a policy in its form; ``options`` for a choice."""

    name: str
    label: str
    value: str
    error: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MaintenanceView:
    """A queue's maintenance.

    Attributes:
        error: what is wrong with a form that has one field.
    """

    queue: str
    upkeep: queries.Upkeep
    fields: tuple[PolicyField, ...]
    schedules: tuple[tuple[str, str], ...]
    error: str


def _find(request: HttpRequest, access: Access, queue: str) -> Subject:
    if queue not in access.queue_names:
        raise Http404(gettext("No queue with this name, or none that you may see"))
    return Subject(Target(queue))


def _show(request: HttpRequest, access: Access, subject: Subject, asked: Asked) -> Page:
    queue = subject.target.queue
    found = queries.upkeep(access, queue)
    shown = MaintenanceView(
        queue=queue,
        upkeep=found,
        fields=_policy_fields(found.policy, asked) if found.policy else (),
        schedules=tuple(SCHEDULES.items()),
        error=asked.errors.get("name") or asked.errors.get("", ""),
    )
    return Page(gettext("Maintain {queue}").format(queue=queue), shown)


def _policy_fields(policy: QueuePolicy, asked: Asked) -> tuple[PolicyField, ...]:
    stored = {name: lengths.write(getattr(policy, name)) for name in _LENGTHS}
    stored |= {"cleanup_limit": str(policy.cleanup_limit)}
    stored |= {name: getattr(policy, name) for name in _CHOICES}
    labels = {
        **_LENGTHS,
        "cleanup_limit": gettext_noop("One batch of a cleanup deletes at most"),
        "default_partition": gettext_noop("Default partition"),
        "detach_mode": gettext_noop("Which partitions are detached"),
    }
    names = [name for name in labels if policy.storage_mode == "partitioned" or name not in _PARTED]
    return tuple(
        PolicyField(
            name,
            gettext(labels[name]),
            str(asked.fields.values.get(name, stored[name])),
            asked.errors.get(name, ""),
            _CHOICES.get(name, ()),
        )
        for name in names
    )


@page_view("queues", "queues/maintenance")
def page(request: HttpRequest, access: Access, queue: str) -> Page | HttpResponseBase:
    """A queue's maintenance, and what can be done about it."""
    subject = _find(request, access, queue)
    if not allowed(access, Action.QUEUES, subject.target):
        return refused(request, "queues", 403, gettext("You may not do this"))
    return _show(request, access, subject, Asked())


#: Reads the fields (raises :class:`Invalid`), and returns what is then done.
Prepare = Callable[[Access, str, Fields], Callable[[], Outcome]]


def _form(
    verb: str, prepare: Prepare, onwards: Callable[[HttpRequest, Subject], str] | None = None
) -> View:
    """A view that does one thing to a queue, and shows its maintenance otherwise."""

    def perform(request: HttpRequest, access: Access, subject: Subject, fields: Fields) -> Outcome:
        do = prepare(access, subject.target.queue, fields)
        asked = {name: value for name, value in fields.values.items() if name in _RECORDED}
        return act(request, access, Action.QUEUES, subject.target, do, asked, verb=verb)

    return Form(
        section="queues",
        template="queues/maintenance",
        action=Action.QUEUES,
        find=_find,
        show=_show,
        perform=perform,
        verb=verb,
        onwards=onwards or _maintenance,
    ).view()


def _maintenance(request: HttpRequest, subject: Subject) -> str:
    return Links.of(request).to("maintenance", subject.target.queue)


def _queues(request: HttpRequest, subject: Subject) -> str:
    return Links.of(request).to("queues")


def _changed_policy(access: Access, queue: str, fields: Fields) -> Callable[[], Outcome]:
    """What differs from the stored policy, so that nothing else is rewritten."""
    stored = written(access, queues.policy(queue))
    errors: dict[str, str] = {}
    given: dict[str, Any] = {}
    for name in (*_LENGTHS, *_CHOICES, "cleanup_limit"):
        if name in fields:
            try:
                given[name] = _value(name, fields, getattr(stored, name))
            except (ValueError, InvalidArgument) as error:
                errors[name] = problems.of(error)
    changes = {name: value for name, value in given.items() if value != getattr(stored, name)}
    if errors:
        raise Invalid(errors)
    queues.set_policy(queue, **changes)
    return partial(upkeep.set_policy, access, queue, changes)


def _value(name: str, fields: Fields, stored: Any) -> Any:
    if name == "cleanup_limit":
        limit = fields.whole_number(name)
        return stored if limit is None else limit
    text = fields.text(name)
    if name in _CHOICES or text == lengths.write(stored):
        return text if name in _CHOICES else stored
    return lengths.read(text)


def _cron(access: Access, queue: str, fields: Fields) -> Callable[[], Outcome]:
    if fields.text("do") == "disable":
        return partial(upkeep.disable_cron, access, queue)
    given = {name: fields.text(name, default) for name, default in SCHEDULES.items()}
    maintenance.enable_cron(queue, **given)
    return partial(upkeep.enable_cron, access, queue, given)


def _drop(access: Access, queue: str, fields: Fields) -> Callable[[], Outcome]:
    if fields.text("name") != queue:
        raise Invalid({"name": gettext("is not the name of this queue; nothing was dropped")})
    return partial(upkeep.drop, access, queue, confirmed=fields.whole_number("open"))


change_policy = _form("queue_policy", _changed_policy)
cleanup = _form("queue_cleanup", lambda access, queue, _: partial(upkeep.cleanup, access, queue))
partitions = _form(
    "queue_partitions", lambda access, queue, _: partial(upkeep.ensure_partitions, access, queue)
)
detach = _form("queue_detach", lambda access, queue, _: partial(upkeep.detach, access, queue))
cron = _form("queue_cron", _cron)
drop = _form("queue_drop", _drop, _queues)
