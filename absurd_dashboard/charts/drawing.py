"""The four charts, drawn as SVG from what was read: shapes by attributes, looks by classes.

``tabled`` asks for the same as a table, which is half of the work and opened by few.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from absurd_dashboard import display
from absurd_dashboard.charts.figures import Slot, Spread
from absurd_dashboard.charts.picture import SLOT, Picture, Series, axis, hits, table
from absurd_dashboard.charts.scale import HEIGHT, Linear, Logarithmic
from absurd_dashboard.queries.charts import Figures

#: The least that can be seen of a bar, in pixels.
_LEAST = 1.5
_PERCENTILES = ("p50", "p95", "p99")


def throughput(figures: Figures, *, tabled: bool) -> Picture:
    """What ended: completed upwards, failed downwards."""
    slots = figures.slots
    scale = Linear.over(
        max(slot.completed for slot in slots), max(slot.failed + slot.retried for slot in slots)
    )
    words = _("%(completed)s completed, %(failed)s failed for good, %(retried)s retried")
    return _picture(
        figures,
        "throughput",
        _("Throughput"),
        note=_("Attempts that ended in each %(slot)s.") % {"slot": _length(figures)},
        empty="" if figures.completed or figures.failed or figures.retried
        else _("Nothing ended in this time."),
        series=(
            Series("completed", _("Completed"), _about(figures.completed, figures.counted)),
            Series("failed", _("Failed for good"), _about(figures.failed, figures.counted_failed)),
            Series("retried", _("Failed and retried"),
                   _about(figures.retried, figures.counted_failed)),
        ),
        labels=scale.labels,
        base=scale.base,
        shapes=_bars(_blocks(slots, scale)),
        said=[words % {"completed": f"{slot.completed:,}", "failed": f"{slot.failed:,}",
                       "retried": f"{slot.retried:,}"} for slot in slots],
        cells=((f"{s.completed:,}", f"{s.failed:,}", f"{s.retried:,}") for s in slots),
        tabled=tabled,
    )  # fmt: skip


def waiting(figures: Figures, *, tabled: bool) -> Picture:
    """What waited for a worker at the end of each slot."""
    slots = figures.slots
    scale = Linear.over(max(slot.waiting for slot in slots))
    words = _("%(count)s waiting")
    total = f"{figures.waiting:,}+" if figures.capped else f"{figures.waiting:,}"
    return _picture(
        figures,
        "waiting",
        _("Backlog"),
        note=_(
            "Due work that waited for a worker. The past is concluded from first claims: since "
            "when a retry or a sleeper was due, the engine does not keep once it is claimed."
        ),
        empty="" if any(slot.waiting for slot in slots) else _("Nothing waited in this time."),
        series=(Series("waiting", _("Waiting"), _("%(count)s now") % {"count": total}),),
        labels=scale.labels,
        base=scale.base,
        shapes=_area([slot.waiting for slot in slots], scale),
        said=[words % {"count": f"{slot.waiting:,}"} for slot in slots],
        cells=((f"{slot.waiting:,}",) for slot in slots),
        tabled=tabled,
    )


def latency(figures: Figures, *, tabled: bool) -> Picture:
    """How long tasks waited for their first claim."""
    return _spreads(
        figures,
        "latency",
        _("Queue latency"),
        _("From spawning a task to its first claim, by when it was claimed."),
        _("No task was claimed for the first time in this time."),
        lambda slot: slot.latency,
        tabled=tabled,
    )


def duration(figures: Figures, *, tabled: bool) -> Picture:
    """How long completed attempts took."""
    return _spreads(
        figures,
        "duration",
        _("Duration"),
        _("From an attempt's last claim to its completion: the time it slept before is not in it."),
        _("No attempt completed in this time."),
        lambda slot: slot.duration,
        tabled=tabled,
    )


#: What is drawn, in this order.
CHARTS = {
    "throughput": throughput,
    "waiting": waiting,
    "latency": latency,
    "duration": duration,
}


def _spreads(
    figures: Figures,
    key: str,
    title: str,
    note: str,
    nothing: str,
    spread: Callable[[Slot], Spread | None],
    *,
    tabled: bool,
) -> Picture:
    found = [spread(slot) for slot in figures.slots]
    lengths = {p: [getattr(each, p) if each else None for each in found] for p in _PERCENTILES}
    known = [length for row in lengths.values() for length in row if length is not None]
    scale = Logarithmic.over(known)
    return _picture(
        figures,
        key,
        title,
        note=note,
        empty="" if known else nothing,
        series=tuple(
            Series(p, p, _("at most %(length)s") % {"length": display.duration(max(row))})
            for p, each in lengths.items()
            if (row := [length for length in each if length is not None])
        ),
        labels=scale.labels,
        base=None,
        shapes=format_html_join(
            "",
            '<path class="abs-chart-{}" d="{}"/>',
            ((p, _steps([None if v is None else scale.y(v) for v in lengths[p]]))
             for p in reversed(_PERCENTILES)),
        ),
        said=_spread_words(found),
        cells=((f"{each.of:,}", *(display.duration(getattr(each, p)) for p in _PERCENTILES))
               if each else ("0", "–", "–", "–") for each in found),
        tabled=tabled,
        columns=(_("Looked at"), *_PERCENTILES),
    )  # fmt: skip


def _picture(
    figures: Figures,
    key: str,
    title: str,
    *,
    said: Sequence[str],
    cells: Iterable[Sequence[str]],
    tabled: bool,
    series: tuple[Series, ...],
    columns: tuple[str, ...] | None = None,
    **more: object,
) -> Picture:
    return Picture(
        key=key,
        title=title,
        series=series,
        columns=columns or tuple(each.label for each in series),
        ticks=axis(figures.slots, figures.slot),
        hits=hits(figures.slots, figures.slot, said),
        rows=table(figures.slots, figures.slot, cells) if tabled else None,
        width=len(figures.slots) * SLOT,
        **more,  # type: ignore[arg-type]
    )


def _spread_words(spreads: Iterable[Spread | None]) -> list[str]:
    words, none = _("p50 %(p50)s, p95 %(p95)s, p99 %(p99)s of %(of)s"), _("none")
    return [
        words % {
            **{p: display.duration(getattr(each, p)) for p in _PERCENTILES},
            "of": f"{each.of:,}",
        } if each else none for each in spreads
    ]  # fmt: skip


def _length(figures: Figures) -> str:
    return display.duration(figures.slot)


def _about(count: int, share: int) -> str:
    return f"{count:,}" if share == 1 else str(display.Count.estimated(count))


Block = tuple[str, float, float, float]


def _blocks(slots: Sequence[Slot], scale: Linear) -> Iterator[Block]:
    """Class, left, top and height of the bars."""
    base = scale.base
    for number, slot in enumerate(slots):
        left = number * SLOT + 1
        up = _seen(scale.size(slot.completed), slot.completed)
        lost = _seen(scale.size(slot.failed), slot.failed)
        tried = _seen(scale.size(slot.retried), slot.retried)
        if up:
            yield "completed", left, round(base - up, 1), up
        if lost:
            yield "failed", left, base, lost
        if tried:
            yield "retried", left, round(base + lost, 1), tried


def _seen(size: float, count: int) -> float:
    return max(size, _LEAST) if count else 0.0


def _bars(blocks: Iterable[Block]) -> SafeString:
    # As many as slots, or more: format_html takes too long for them.
    return SafeString(
        "".join(
            f'<rect class="abs-chart-{css}" x="{left}" y="{top}"'
            f' width="{SLOT - 2}" height="{size}"/>'
            for css, left, top, size in blocks
        )
    )


def _area(counts: Sequence[int], scale: Linear) -> SafeString:
    line = _steps([scale.base - _seen(scale.size(count), count) for count in counts])
    right = len(counts) * SLOT
    return format_html(
        '<path class="abs-chart-area" d="{}V{}H0Z"/><path class="abs-chart-waiting" d="{}"/>',
        line, HEIGHT, line,
    ) if right else SafeString()  # fmt: skip


def _steps(heights: Sequence[float | None]) -> str:
    """A path that stays level within a slot, and is broken where there is nothing."""
    parts: list[str] = []
    before: float | None = None
    for number, height in enumerate(heights):
        if height is not None:
            start = f"M{number * SLOT} {height:g}" if before is None else f"V{height:g}"
            parts.append(f"{start}H{(number + 1) * SLOT}")
        before = height
    return "".join(parts)
