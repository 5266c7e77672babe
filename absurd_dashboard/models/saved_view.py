"""A list as somebody wants to see it again: a named query with its columns."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from absurd_dashboard.models.fields import MomentField


class SavedView(models.Model):
    """A named query, its owner's alone or shared with a tenant.

    Attributes:
        owner: null when the user is gone; only shared views outlive that.
        owner_name: kept for then.
        tenant: slug of the tenant; empty for superusers outside of any.
        instance: alias of the engine's database.
        page: the list that it is a view of.
        query: the list's query string: what is searched, the time window, columns in their order.
        shared: whether everybody in the tenant sees it.
        pinned: whether it stands in the sidebar of whoever sees it.
    """

    class Page(models.TextChoices):
        """The lists that views are of."""

        TASKS = "tasks", _("Tasks")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    owner_name = models.CharField(max_length=200)
    tenant = models.CharField(max_length=50, blank=True)
    instance = models.CharField(max_length=100)
    page = models.CharField(max_length=20, choices=Page.choices, default=Page.TASKS)
    name = models.CharField(max_length=100)
    query = models.TextField(blank=True)
    shared = models.BooleanField(default=False)
    pinned = models.BooleanField(default=True)
    created_at = MomentField(auto_now_add=True)
    updated_at = MomentField(auto_now=True)

    class Meta:
        ordering = ("name", "id")
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        permissions = (("share_savedview", _("Can share views, and change shared ones")),)
        indexes = (models.Index(fields=["tenant", "instance"], name="absurd_saved_view_place"),)

    def __str__(self) -> str:
        return self.name
