"""The engine's five kinds of rows as Django models: task, run, checkpoint, event, wait."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from absurd_dashboard.models.fields import EngineDateTimeField, JsonTextField
from absurd_dashboard.models.union import EngineModel


class Task(EngineModel):
    """A workflow instance."""

    prefix = "t"

    task_id = models.UUIDField(primary_key=True)
    task_name = models.TextField()
    params = JsonTextField()
    headers = JsonTextField(null=True)
    retry_strategy = JsonTextField(null=True)
    max_attempts = models.IntegerField(null=True)
    cancellation = JsonTextField(null=True)
    enqueue_at = EngineDateTimeField()
    first_started_at = EngineDateTimeField(null=True)
    state = models.TextField()
    attempts = models.IntegerField()
    last_attempt_run = models.UUIDField(null=True)
    completed_payload = JsonTextField(null=True)
    cancelled_at = EngineDateTimeField(null=True)
    idempotency_key = models.TextField(null=True)

    class Meta(EngineModel.Meta):
        abstract = False
        db_table = "absurd_task"
        # For policies that go by Django's permissions; by itself none of them grants anything.
        permissions = (
            ("retry_task", _("Can retry failed tasks")),
            ("run_again_task", _("Can run finished tasks again")),
            ("cancel_task", _("Can cancel tasks")),
            ("bulk_task", _("Can act on many tasks at once")),
            ("spawn_task", _("Can spawn tasks")),
            ("manage_queues", _("Can manage queues")),
        )


class Run(EngineModel):
    """One attempt at a task."""

    prefix = "r"

    run_id = models.UUIDField(primary_key=True)
    task_id = models.UUIDField()
    attempt = models.IntegerField()
    state = models.TextField()
    claimed_by = models.TextField(null=True)
    claim_expires_at = EngineDateTimeField(null=True)
    available_at = EngineDateTimeField()
    wake_event = models.TextField(null=True)
    event_payload = JsonTextField(null=True)
    started_at = EngineDateTimeField(null=True)
    completed_at = EngineDateTimeField(null=True)
    failed_at = EngineDateTimeField(null=True)
    result = JsonTextField(null=True)
    failure_reason = JsonTextField(null=True)
    created_at = EngineDateTimeField()

    class Meta(EngineModel.Meta):
        abstract = False
        db_table = "absurd_run"


class Checkpoint(EngineModel):
    """The saved result of a step; unique by task and name."""

    prefix = "c"

    task_id = models.UUIDField(primary_key=True)
    checkpoint_name = models.TextField()
    state = JsonTextField(null=True)
    status = models.TextField()
    owner_run_id = models.UUIDField(null=True)
    updated_at = EngineDateTimeField()

    class Meta(EngineModel.Meta):
        abstract = False
        db_table = "absurd_checkpoint"


class Event(EngineModel):
    """A named signal; a row without payload is a lock of the engine's and not an event."""

    prefix = "e"

    event_name = models.TextField(primary_key=True)
    payload = JsonTextField(null=True)
    emitted_at = EngineDateTimeField()

    class Meta(EngineModel.Meta):
        abstract = False
        db_table = "absurd_event"
        permissions = (("emit_event", _("Can emit events")),)


class Wait(EngineModel):
    """A run's registration for an event."""

    prefix = "w"

    run_id = models.UUIDField(primary_key=True)
    task_id = models.UUIDField()
    step_name = models.TextField()
    event_name = models.TextField()
    timeout_at = EngineDateTimeField(null=True)
    created_at = EngineDateTimeField()

    class Meta(EngineModel.Meta):
        abstract = False
        db_table = "absurd_wait"
