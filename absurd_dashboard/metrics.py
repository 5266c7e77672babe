"""The engine's state as Prometheus reads it: a few numbers per queue, and per task name.

Counters cannot be had from a database that is cleaned up, so everything is a gauge: what is so
now, or what ended within the last five minutes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from time import monotonic

from prometheus_client import generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from absurd_dashboard.access import Access
from absurd_dashboard.engine import snapshot
from absurd_dashboard.errors import DashboardError
from absurd_dashboard.policy import Grant, Rule
from absurd_dashboard.queries import metrics, queues
from absurd_dashboard.queries.metrics import Ended
from absurd_dashboard.queries.queues import QueueSummary

#: Pairs of queue and task name with series of their own, and queues; the rest is summed up.
NAMES, QUEUES = 300, 300
#: The label of what is summed up.
REST = "(other)"
_QUANTILES = ("0.5", "0.95", "0.99")
#: Whoever may read the metrics sees the numbers of every queue, and does nothing.
_EVERYTHING = Grant(None, "", (Rule("*"),), frozenset())


class Engine:
    """Collects the numbers of one engine, in one read transaction, when it is scraped.

    Args:
        alias: of the engine's database, which is the label ``engine`` too.
    """

    def __init__(self, alias: str) -> None:
        self.alias = alias

    def collect(self) -> Iterator[Metric]:
        """The families; ``absurd_up`` alone where the engine does not answer."""
        begun = monotonic()
        try:
            with snapshot(self.alias) as opened:
                access = Access.of(_EVERYTHING, opened)
                now = list(self._now(queues.summaries(access, exact=True), access))
                lately = list(self._lately(metrics.lately(access)))
        except DashboardError:
            yield self._one("absurd_up", "Whether the engine answers.", 0)
            return
        yield self._one("absurd_up", "Whether the engine answers.", 1)
        yield from now
        yield from lately
        took = monotonic() - begun
        yield self._one("absurd_scrape_seconds", "How long collecting these took.", took)

    def _now(self, found: list[QueueSummary], access: Access) -> Iterator[Metric]:
        runs = self._family("absurd_open_runs", "Runs that have not ended.", "queue", "state")
        due = self._family(
            "absurd_oldest_due_seconds", "Age of the run that waits longest to be claimed.", "queue"
        )
        dead = self._family("absurd_expired_leases", "Claims whose lease has run out.", "queue")
        crew = self._family("absurd_live_workers", "Workers that hold a live claim.", "queue")
        lost = self._family(
            "absurd_failed_tasks_24h", "Tasks that failed for good in 24 hours.", "queue"
        )
        schema = self._family("absurd_schema_info", "The engine's version.", "version")
        schema.add_metric([self.alias, access.version], 1)
        # The busiest queues first: those beyond the limit are the quietest.
        ordered = sorted(found, key=lambda each: -(each.pending + each.running + each.sleeping))
        for summary in ordered[:QUEUES]:
            labels = [self.alias, summary.queue]
            for state in ("pending", "running", "sleeping"):
                runs.add_metric([*labels, state], getattr(summary, state))
            since = summary.oldest_due
            due.add_metric(labels, (access.now - since).total_seconds() if since else 0)
            dead.add_metric(labels, summary.expired)
            crew.add_metric(labels, summary.workers)
            lost.add_metric(labels, summary.failed)
        yield from (schema, runs, due, dead, crew, lost)
        hidden = max(0, len(access.scopes) - min(len(found), QUEUES))
        yield self._one("absurd_queues_left_out", "Queues without series of their own.", hidden)

    def _lately(self, found: list[Ended]) -> Iterator[Metric]:
        ended = self._family(
            "absurd_ended_runs_5m",
            "Attempts that ended in 5 minutes.",
            "queue",
            "task_name",
            "outcome",
        )
        took = self._family(
            "absurd_run_seconds",
            "From claim to end, of attempts that ended in 5 minutes.",
            "queue",
            "task_name",
            "outcome",
            "quantile",
        )
        for each in found[:NAMES]:
            labels = [self.alias, each.queue, each.task_name, each.outcome]
            ended.add_metric(labels, each.ended)
            for quantile, seconds in zip(_QUANTILES, each.seconds, strict=True):
                took.add_metric([*labels, quantile], seconds)
        for (queue, outcome), total in _rest(found[NAMES:]).items():
            ended.add_metric([self.alias, queue, REST, outcome], total)
        yield from (ended, took)
        capped = len({each.queue for each in found if each.capped})
        yield self._one(
            "absurd_capped_queues", "Queues of which only the newest runs were read.", capped
        )

    def _family(self, name: str, text: str, *labels: str) -> GaugeMetricFamily:
        return GaugeMetricFamily(name, text, labels=["engine", *labels])

    def _one(self, name: str, text: str, value: float) -> Metric:
        family = self._family(name, text)
        family.add_metric([self.alias], value)
        return family


@dataclass(frozen=True, slots=True)
class Engines:
    """Several engines as one collector: the format wants each family once.

    Args:
        aliases: of their databases.
    """

    aliases: Sequence[str]

    def collect(self) -> Iterable[Metric]:
        """The families of all, merged."""
        merged: dict[str, Metric] = {}
        for family in chain.from_iterable(Engine(alias).collect() for alias in self.aliases):
            known = merged.setdefault(family.name, family)
            if known is not family:
                known.samples.extend(family.samples)
        return merged.values()


def exposition(aliases: Sequence[str]) -> bytes:
    """The numbers of these engines, in Prometheus' text format, version 0.0.4."""
    return generate_latest(Engines(aliases))


def _rest(found: Iterable[Ended]) -> Counter[tuple[str, str]]:
    sums: Counter[tuple[str, str]] = Counter()
    for each in found:
        sums[each.queue, each.outcome] += each.ended
    return sums
