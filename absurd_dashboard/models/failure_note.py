"""What people know of a cause of failures: acknowledged, muted for a while, a note."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from absurd_dashboard.models.fields import MomentField


class FailureNote(models.Model):
    """What one tenant's people say of one cause.

    Attributes:
        tenant: slug of the tenant; empty for superusers outside of any.
        instance: alias of the engine's database.
        fingerprint: see :mod:`absurd_dashboard.fingerprint`.
        acknowledged_at: since when somebody knows of it; null when nobody does.
        muted_until: until then it is listed last and never marked.
        updated_by: who changed any of this last.
    """

    tenant = models.CharField(max_length=50, blank=True)
    instance = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=16)
    acknowledged_at = MomentField(null=True)
    muted_until = MomentField(null=True)
    note = models.TextField(blank=True)
    updated_at = MomentField(auto_now=True)
    updated_by = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("note on a failure")
        verbose_name_plural = _("notes on failures")
        constraints = (
            models.UniqueConstraint(
                fields=("tenant", "instance", "fingerprint"), name="absurd_failure_note_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.fingerprint} · {self.tenant}"
