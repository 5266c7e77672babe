"""The Django app."""

from django.apps import AppConfig
from django.core.checks import register

from absurd_dashboard.checks import check_dashboard


class AbsurdDashboardConfig(AppConfig):
    """`absurd_dashboard`, a dashboard for the Absurd engine."""

    name = "absurd_dashboard"
    verbose_name = "Absurd"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        register(check_dashboard)
