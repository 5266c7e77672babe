"""Actions on many tasks: the operation, and the tasks that its dry run found, in batches."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from absurd_dashboard.models.fields import MomentField


class BulkOperation(models.Model):
    """One action on many tasks, from its dry run to its end.

    Attributes:
        tenant: slug of the tenant acted in; empty for a superuser outside of any.
        instance: alias of the engine's database.
        action: a key of :data:`absurd_dashboard.bulk.verbs.VERBS`.
        options: of the action; ``attempts`` says how many more a retried task gets.
        source: where the targets come from, as :mod:`absurd_dashboard.bulk.sources` reads it.
        why: why it stopped, where nobody asked it to.
        cursor: how far the dry run has come; null before it begins.
        tally: what the dry run found, as :mod:`absurd_dashboard.bulk.dry_run` writes it.
        targets: how many tasks the dry run found that the action applies to.
        position: the batch that is next.
        flight: the batch that is under way, as :mod:`absurd_dashboard.bulk.flight` writes it.
        epoch: goes up whenever somebody begins to work on it; whoever holds an older one has
            lost the right to.
        heartbeat_at: when it was last worked on; null when its worker has let go of it.
        pace: tasks per second, lately.
    """

    class State(models.TextChoices):
        """Where an operation stands."""

        COUNTING = "counting", _("counting")
        READY = "ready", _("to be confirmed")
        RUNNING = "running", _("under way")
        STOPPED = "stopped", _("stopped")
        FINISHED = "finished", _("finished")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    created_at = MomentField(auto_now_add=True)
    confirmed_at = MomentField(null=True)
    ended_at = MomentField(null=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    username = models.CharField(max_length=200)
    address = models.GenericIPAddressField(null=True)
    tenant = models.CharField(max_length=50, blank=True)
    instance = models.CharField(max_length=100)
    action = models.CharField(max_length=30)
    options = models.JSONField(default=dict)
    source = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.COUNTING)
    why = models.TextField(blank=True)
    cursor = models.JSONField(null=True)
    tally = models.JSONField(default=list)
    targets = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    flight = models.JSONField(null=True)
    done = models.PositiveIntegerField(default=0)
    nothing = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    epoch = models.PositiveIntegerField(default=0)
    heartbeat_at = MomentField(null=True)
    pace = models.FloatField(null=True)

    class Meta:
        ordering = ("-created_at",)
        indexes = (
            models.Index(fields=("tenant", "-created_at"), name="absurd_bulk_newest"),
            models.Index(fields=("state", "created_at"), name="absurd_bulk_open"),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.targets} tasks by {self.username}: {self.state}"

    @property
    def handled(self) -> int:
        """How many of the targets are through."""
        return self.done + self.nothing + self.refused + self.failed


class BulkBatch(models.Model):
    """Some of an operation's targets: what one transaction in the engine is about.

    Attributes:
        position: its place in the operation, from 0.
        targets: as :class:`absurd_dashboard.bulk.targets.Seen` writes them; never changed.
        troubles: those that were not done, each with why; empty until the batch is through.
    """

    operation = models.ForeignKey(BulkOperation, on_delete=models.CASCADE, related_name="batches")
    position = models.PositiveIntegerField()
    targets = models.JSONField()
    troubles = models.JSONField(default=list)
    troubled = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=("operation", "position"), name="absurd_bulk_position"),
        )

    def __str__(self) -> str:
        return f"batch {self.position} of {self.operation_id}"
