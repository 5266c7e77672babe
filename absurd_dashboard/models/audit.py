"""The record of who did what. Rows are added, and never changed by the application.

An attempt is written before the engine is asked, its outcome afterwards: a crash in between
leaves an attempt without an outcome, which reads as "outcome unknown".
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from absurd_dashboard.models.fields import MomentField


class AppendOnly(models.Model):
    """A row that can be added, but not changed."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; refuse to update."""
        if not self._state.adding:
            raise TypeError("audit records are never changed")
        super().save(*args, **kwargs)


class AuditEntry(AppendOnly):
    """One attempt at an action, refused ones too.

    Attributes:
        username: kept for when the user is deleted.
        tenant: slug of the tenant acted in; empty for a superuser outside of any.
        action: the verb: a :class:`absurd_dashboard.policy.Action`, or one of several that such a
            permission covers, as ``queue_drop``.
        arguments: what was asked for, redacted like any payload.
        owner: the header ``tenant_id`` of the task acted upon; in a queue that tenants share it
            says whose record this is.
        address: the client's, as the web server gives it.
        once: the fingerprint of the form that asked, unique so that it acts once; None for none.
    """

    at = MomentField(auto_now_add=True, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    username = models.CharField(max_length=200)
    tenant = models.CharField(max_length=50, blank=True, db_index=True)
    action = models.CharField(max_length=30)
    instance = models.CharField(max_length=100)
    queue = models.TextField(blank=True)
    task_id = models.UUIDField(null=True, db_index=True)
    event = models.TextField(blank=True)
    owner = models.TextField(blank=True)
    arguments = models.JSONField(default=dict)
    request_id = models.CharField(max_length=100, blank=True)
    address = models.GenericIPAddressField(null=True)
    once = models.CharField(max_length=80, null=True, unique=True, editable=False)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        default_permissions = ("view",)
        permissions = (("reveal_payload", _("May see what is redacted in payloads")),)

    def __str__(self) -> str:
        return f"{self.username}: {self.action} {self.queue} {self.task_id or self.event}"


class AuditOutcome(AppendOnly):
    """How an attempt ended.

    Attributes:
        detail: in words, what the engine did.
        new_task_id: the task that the action made.
    """

    class Result(models.TextChoices):
        """The ways an attempt can end."""

        DONE = "done", _("done")
        NOTHING = "nothing", _("nothing to do")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")

    entry = models.OneToOneField(
        AuditEntry, primary_key=True, on_delete=models.CASCADE, related_name="outcome"
    )
    at = MomentField(auto_now_add=True)
    result = models.CharField(max_length=10, choices=Result.choices)
    detail = models.TextField(blank=True)
    new_task_id = models.UUIDField(null=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.result}: {self.detail}"
