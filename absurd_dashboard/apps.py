"""The Django app."""

from django.apps import AppConfig

from absurd_dashboard import board
from absurd_dashboard.checks import register_checks


class AbsurdDashboardConfig(AppConfig):
    """`absurd_dashboard`, a dashboard for the Absurd engine."""

    name = "absurd_dashboard"
    verbose_name = "Absurd"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks; put up the board, before a web server forks."""
        register_checks()
        board.put_up()
