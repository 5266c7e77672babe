"""Two tenants, each with a queue of its own and a share of one, and everybody who may come by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.contrib.auth.models import Permission, User
from django.db import transaction
from django.test import Client

from absurd_dashboard.fingerprint import fingerprint
from absurd_dashboard.models import (
    BulkOperation,
    FailureNote,
    Membership,
    Role,
    SavedView,
    Scope,
    Tenant,
)
from tests.dashboard.engine import Engine

#: In everything that belongs to the other tenant, and in nothing else.
CANARY = "k3ptf4rfromus"
ALIASES = ("default", "absurd")
OURS, THEIRS = "acme", f"rival-{CANARY}"
SHARED = "shared"


class Actor(StrEnum):
    """Who sends a request. The roles are in the tenant :data:`OURS`, except for one."""

    ANONYMOUS = "anonymous"
    DEACTIVATED = "deactivated"
    NOBODY = "without membership"
    STAFF = "staff without grant"
    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"
    RIVAL = "admin of another tenant"
    SUPERUSER = "superuser"


ROLES = {
    Actor.DEACTIVATED: (OURS, Role.ADMIN),
    Actor.VIEWER: (OURS, Role.VIEWER),
    Actor.OPERATOR: (OURS, Role.OPERATOR),
    Actor.ADMIN: (OURS, Role.ADMIN),
    Actor.RIVAL: (THEIRS, Role.ADMIN),
}


@dataclass(frozen=True)
class Things:
    """What addresses name: things of one owner in one queue.

    Attributes:
        done: a completed task; ``step`` is one of its checkpoints.
        failed: a task that failed for good, in ``failed_run``.
        waiting: a task that waits for ``awaited``.
        emitted: an event that was emitted after one of the tasks awaited it.
        fingerprint: the cause of the failure.
        operations: bulk operations by their state.
        view: a saved view that is shared.
    """

    queue: str
    done: UUID
    failed: UUID
    failed_run: UUID
    waiting: UUID
    step: str
    awaited: str
    emitted: str
    fingerprint: str
    operations: dict[str, UUID]
    view: UUID


@dataclass(frozen=True)
class World:
    """What the tests go through.

    Attributes:
        ours: things of :data:`OURS`, in its own queue and in the shared one.
        theirs: things of :data:`THEIRS`, likewise.
        missing: things that do not exist, named in a missing queue and in the shared one.
        clients: a browser for every actor.
    """

    engine: Engine
    ours: tuple[Things, Things]
    theirs: tuple[Things, Things]
    missing: tuple[Things, Things]
    clients: dict[Actor, Client]


@contextmanager
def undone() -> Iterator[None]:
    """Take back in both databases whatever the block does."""
    with ExitStack() as stack:
        for alias in ALIASES:
            stack.enter_context(transaction.atomic(using=alias))
        yield
        for alias in ALIASES:
            transaction.set_rollback(True, using=alias)


def build(engine: Engine) -> World:
    """Fill an empty engine, and let everybody sign in."""
    queues = {OURS: "acme-orders", THEIRS: f"rival-orders-{CANARY}"}
    for queue in (*queues.values(), SHARED):
        engine.create(queue)
    for slug, queue in queues.items():
        tenant = Tenant.objects.create(slug=slug, name=slug)
        Scope.objects.create(tenant=tenant, queue_pattern=f"{queue[:5]}*")
        Scope.objects.create(tenant=tenant, queue_pattern="shared*", header_tenant=slug)
    ours, theirs = (
        (things(engine, queue, slug), things(engine, SHARED, slug))
        for slug, queue in queues.items()
    )
    for owner, (own, share) in {OURS: ours, THEIRS: theirs}.items():
        for queue in (own.queue, share.queue):  # last, or another's worker would claim it
            spawn(engine, queue, owner, "pending")
    nowhere, shared = missing("no-such-queue"), missing(SHARED)
    return World(engine, ours, theirs, (nowhere, shared), everybody())


def things(engine: Engine, queue: str, owner: str) -> Things:
    """Tasks in every state, with payloads, errors, steps, events and workers; all say the owner."""
    payload = {f"key-{owner}": f"value-{owner}"}

    def claim() -> UUID:
        return engine.claim(queue, worker=f"worker-{owner}")

    emitted, awaited, step = f"emitted-{owner}", f"awaited-{owner}", f"step-{owner}"
    done = spawn(engine, queue, owner, "done")
    run = claim()
    engine.wait(queue, done, run, emitted)
    engine.emit(queue, emitted, payload)
    run = claim()
    engine.checkpoint(queue, done, run, step, payload)
    engine.complete(queue, run, payload)
    failed = spawn(engine, queue, owner, "failed", max_attempts=1)
    failed_run = claim()
    error = {"name": f"E-{owner}", "message": f"m-{owner}", "traceback": f"t-{owner}"}
    engine.fail(queue, failed_run, **error)
    waiting = spawn(engine, queue, owner, "waiting")
    engine.wait(queue, waiting, claim(), awaited)
    spawn(engine, queue, owner, "running")
    claim()
    engine.cancel(queue, spawn(engine, queue, owner, "cancelled"))
    cause = fingerprint(*error.values())
    noted = {"tenant": owner, "instance": "absurd", "fingerprint": cause}
    FailureNote.objects.get_or_create(**noted, defaults={"note": f"note-{owner}"})
    made = {"tenant": owner, "instance": "absurd", "shared": True, "owner_name": f"by-{owner}"}
    view = SavedView.objects.create(name=f"view-{owner}", query=f"name=done-{owner}", **made)
    return Things(
        queue, done, failed, failed_run, waiting, step, awaited, emitted, cause,
        operations(owner), view.pk,
    )  # fmt: skip


def operations(owner: str) -> dict[str, UUID]:
    """A bulk operation in every state in which something can be done with it."""
    made = {"tenant": owner, "instance": "absurd", "action": "retry", "username": f"by-{owner}"}
    source = {"kind": "selected", "tasks": []}
    states = BulkOperation.State
    return {
        state.value: BulkOperation.objects.create(state=state, source=source, **made).pk
        for state in (states.READY, states.RUNNING, states.STOPPED)
    }


def spawn(engine: Engine, queue: str, owner: str, kind: str, **more: object) -> UUID:
    """A task that says its owner wherever a task can."""
    headers = {"tenant_id": owner, "note": f"header-{owner}"}
    given = {"headers": headers, "idempotency_key": f"once-{kind}-{owner}", **more}
    params = {f"key-{owner}": f"value-{owner}"}
    return engine.spawn(queue, f"{kind}-{owner}", params, **given)


def missing(queue: str) -> Things:
    """Names of things that do not exist."""
    ids = [UUID(int=(0x0199A3F00000_7 << 76) | (2 << 62) | number) for number in range(4)]
    operations = dict.fromkeys(("ready", "running", "stopped"), UUID(int=4))
    names = ("no-step", "never-awaited", "never-emitted", "0" * 16)
    return Things(queue, *ids, *names, operations, UUID(int=5))


def everybody() -> dict[Actor, Client]:
    """A browser for every actor; the deactivated user signed in before."""
    clients = {actor: Client() for actor in Actor}
    for actor, client in clients.items():
        if actor is not Actor.ANONYMOUS:
            client.force_login(user(actor))
    User.objects.filter(username=Actor.DEACTIVATED).update(is_active=False)
    return clients


def user(actor: Actor) -> User:
    """The user of an actor, with its membership."""
    special = {"is_staff": actor is Actor.STAFF, "is_superuser": actor is Actor.SUPERUSER}
    made = User.objects.create_user(actor.value, **special)
    if actor in ROLES:
        slug, role = ROLES[actor]
        Membership.objects.create(tenant=Tenant.objects.get(slug=slug), user=made, role=role)
    return made


def allow_reveal(made: User) -> None:
    """Give a user the permission to see what is redacted."""
    made.user_permissions.add(Permission.objects.get(codename="reveal_payload"))
