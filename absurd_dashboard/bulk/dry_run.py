"""The dry run: finds the targets of an operation, keeps them, and counts what would happen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import transaction

from absurd_dashboard.access import Access
from absurd_dashboard.bulk import sources
from absurd_dashboard.bulk.owner import access_of, request_of
from absurd_dashboard.bulk.targets import Seen
from absurd_dashboard.bulk.tenure import Tenure, state_database
from absurd_dashboard.bulk.verbs import VERBS, Verb
from absurd_dashboard.engine import snapshot
from absurd_dashboard.models import BulkBatch, BulkOperation
from absurd_dashboard.policy import policy

#: Tasks in one transaction of the engine's; it holds their rows for as long as that takes.
BATCH = 100
#: Kinds of tasks that are told apart; the rest is counted together.
KINDS = 500

State = BulkOperation.State


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """Tasks of which the same is to be said.

    Attributes:
        name: empty where there are too many different ones.
        refusal: why nothing would be done to them; empty for those that are targets.
    """

    queue: str
    state: str
    name: str
    refusal: str = ""


def count_slice(tenure: Tenure, operation: BulkOperation) -> None:
    """Find and keep the targets in the next slice of the source.

    Raises:
        Halted: the owner may not do this.
        DashboardError: the engine could not be read; nothing was kept.
    """
    access = access_of(operation, request_of(operation))
    with snapshot(operation.instance):
        access.confine()
        found = sources.read(access, operation.source, operation.cursor)
    kinds = _Kinds(access, VERBS[operation.action])
    tally = Counter(dict(read_tally(operation.tally)))
    tally.update(map(kinds.of, found.tasks))
    wanted = [task for task in found.tasks if not kinds.of(task).refusal]
    with transaction.atomic(using=state_database()):
        tenure.write(
            cursor=found.cursor,
            tally=_written(tally),
            targets=operation.targets + len(wanted),
            state=State.COUNTING if found.cursor else State.READY,
        )
        BulkBatch.objects.bulk_create(_batches(operation, wanted))


def read_tally(stored: Iterable[list[Any]]) -> Iterator[tuple[Kind, int]]:
    """Kinds of tasks, and how many there are of each."""
    return ((Kind(*kind), number) for *kind, number in stored)


def _written(tally: Counter[Kind]) -> list[list[Any]]:
    common, rest = tally.most_common(KINDS), tally.most_common()[KINDS:]
    kept = Counter(dict(common))
    for kind, number in rest:
        kept[Kind(kind.queue, kind.state, "", kind.refusal)] += number
    return [[kind.queue, kind.state, kind.name, kind.refusal, kept[kind]] for kind in sorted(kept)]


def _batches(operation: BulkOperation, wanted: list[Seen]) -> Iterator[BulkBatch]:
    """Batches of targets in one order everywhere, so that two operations never block each other."""
    first = operation.batches.count()
    for number, start in enumerate(range(0, len(wanted), BATCH)):
        targets = [task.stored() for task in sorted(wanted[start : start + BATCH])]
        yield BulkBatch(operation=operation, position=first + number, targets=targets)


class _Kinds:
    """Says of tasks what kind they are."""

    def __init__(self, access: Access, verb: Verb) -> None:
        self.verb = verb
        self.may = cache(lambda queue: policy().may(access, verb.action, queue))

    def of(self, task: Seen) -> Kind:
        return Kind(task.queue, task.state, task.name, self._refusal(task))

    def _refusal(self, task: Seen) -> str:
        if not self.may(task.queue):
            return "You may not do this in this queue."
        return "" if task.state in self.verb.states else self.verb.refusal
