import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("absurd_dashboard", "0005_failure_note"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("owner_name", models.CharField(max_length=200)),
                ("tenant", models.CharField(blank=True, max_length=50)),
                ("instance", models.CharField(max_length=100)),
                (
                    "page",
                    models.CharField(choices=[("tasks", "Tasks")], default="tasks", max_length=20),
                ),
                ("name", models.CharField(max_length=100)),
                ("query", models.TextField(blank=True)),
                ("shared", models.BooleanField(default=False)),
                ("pinned", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "saved view",
                "verbose_name_plural": "saved views",
                "ordering": ("name", "id"),
                "permissions": (("share_savedview", "Can share views, and change shared ones"),),
                "indexes": [
                    models.Index(fields=["tenant", "instance"], name="absurd_saved_view_place")
                ],
            },
        ),
    ]
