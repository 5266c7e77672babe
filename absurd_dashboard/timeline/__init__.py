"""What happened to a task, on an axis of time: :func:`build` reads it from the facts."""

from absurd_dashboard.timeline.axis import Axis, Piece
from absurd_dashboard.timeline.build import build
from absurd_dashboard.timeline.model import Kind, Line, Row, Span, Timeline

__all__ = ["Axis", "Kind", "Line", "Piece", "Row", "Span", "Timeline", "build"]
