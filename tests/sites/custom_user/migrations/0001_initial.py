"""Make people."""

from uuid import uuid4

from django.db import migrations, models


class Migration(migrations.Migration):
    """As `makemigrations` writes it."""

    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                ("id", models.UUIDField(default=uuid4, primary_key=True, serialize=False)),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("is_superuser", models.BooleanField(default=False)),
            ],
            options={"abstract": False},
        ),
    ]
