"""What is said of one checkpoint beside the timeline: its span, its owner, its value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from absurd_dashboard.timeline import words
from absurd_dashboard.timeline.model import Row, Span, Timeline

if TYPE_CHECKING:
    from absurd_dashboard.queries.checkpoints import Step


@dataclass(frozen=True, slots=True)
class Panel:
    """A checkpoint that was chosen on the timeline.

    Attributes:
        row: the attempt that owns it.
    """

    step: Step
    row: Row
    span: Span
    what: str
    length: str


def panel(timeline: Timeline, step: Step | None) -> Panel | None:
    """The panel of a checkpoint; None without one, or when no attempt that is known owns it."""
    if step is None:
        return None
    for row in timeline.rows:
        for line in row.lines:
            for span in line.spans:
                if span.checkpoint == step.fact.name:
                    length = words.length(span.start, span.end, timeline.now)
                    return Panel(step, row, span, words.kind(span.kind), length)
    return None
