"""Why the second line cannot be drawn."""

from absurd_dashboard.errors import DashboardError


class CannotDefend(DashboardError):
    """The role cannot be made so; the message says why, in one sentence."""
