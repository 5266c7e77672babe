"""Models: unmanaged ones over the engine's tables, managed ones for the dashboard's own."""

from absurd_dashboard.models.engine import Checkpoint, Event, Run, Task, Wait

__all__ = ["Checkpoint", "Event", "Run", "Task", "Wait"]
