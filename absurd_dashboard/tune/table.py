"""The table of proposed and of built indexes."""

from __future__ import annotations

import django_tables2 as tables
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from absurd_dashboard import markup
from absurd_dashboard.tables import EngineTable
from absurd_dashboard.tune.kinds import KINDS
from absurd_dashboard.tune.proposals import Proposal, Standing

_NUMBER = {"td": {"class": "abs-number"}, "th": {"class": "abs-number"}}
_PRIMARY = {"td": {"class": "abs-primary"}, "th": {"class": "abs-primary"}}


class IndexTable(EngineTable):
    """Indexes with their reason and their price."""

    queue = tables.Column(verbose_name=_("Queue"), attrs=_PRIMARY)
    index = tables.Column(verbose_name=_("Index"), attrs=_PRIMARY, empty_values=())
    why = tables.Column(verbose_name=_("Serves"))
    cost = tables.Column(verbose_name=_("Costs"))
    rows = tables.Column(verbose_name=_("Rows"), attrs=_NUMBER)
    size = tables.Column(verbose_name=_("Size"), attrs=_NUMBER, empty_values=())
    time = tables.Column(verbose_name=_("Time to build"), attrs=_NUMBER, empty_values=())

    def render_queue(self, record: Proposal) -> SafeString:
        """The queue."""
        return self.link(record.queue, "queue", record.queue)

    def render_index(self, record: Proposal) -> SafeString:
        """What is indexed, and how far it is."""
        said = {
            Standing.ABSENT: "",
            Standing.BUILT: "",
            Standing.UNFINISHED: gettext("begun and not finished"),
            Standing.OTHERS: gettext("made by somebody else"),
        }[record.standing]
        return format_html(
            '{} <span class="abs-muted">{}</span>', markup.name(KINDS[record.kind].defined_as), said
        )

    def render_why(self, record: Proposal) -> str:
        """What it serves."""
        return gettext(record.why)

    def render_cost(self, record: Proposal) -> str:
        """What it costs each write."""
        return gettext(record.cost).replace(" %", "\N{NO-BREAK SPACE}%")

    def render_rows(self, record: Proposal) -> SafeString:
        """Rows of the table."""
        return markup.count(record.rows)

    def render_size(self, record: Proposal) -> str:
        """How much space it takes."""
        size = filesizeformat(record.bytes)
        return size if record.standing is Standing.BUILT else f"≈ {size}"

    def render_time(self, record: Proposal) -> SafeString:
        """How long building takes; nothing where it is built."""
        return markup.duration(
            None if record.standing in (Standing.BUILT, Standing.OTHERS) else record.seconds
        )
