from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("absurd_dashboard", "0004_audit_once"),
    ]

    operations = [
        migrations.CreateModel(
            name="FailureNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant", models.CharField(blank=True, max_length=50)),
                ("instance", models.CharField(max_length=100)),
                ("fingerprint", models.CharField(max_length=16)),
                ("acknowledged_at", models.DateTimeField(null=True)),
                ("muted_until", models.DateTimeField(null=True)),
                ("note", models.TextField(blank=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("updated_by", models.CharField(max_length=200)),
            ],
            options={
                "verbose_name": "note on a failure",
                "verbose_name_plural": "notes on failures",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "instance", "fingerprint"),
                        name="absurd_failure_note_once",
                    )
                ],
            },
        ),
    ]
