"""A JSON tree as HTML whose text is the JSON again: containers fold, what is missing is linked."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from absurd_dashboard.display import visible
from absurd_dashboard.jsonlines import unlike
from absurd_dashboard.jsonsheet import Sheet, sheet
from absurd_dashboard.jsontree import Node, Tree, flat
from absurd_dashboard.markup import NOTHING

#: Characters of a string that are shown before it is unfolded.
_LONG = 300
#: Characters of a scalar in a table's cell, and of a container that is opened there.
_CELL, _DEEP = 120, 300
#: Characters that are shown before the first that differs.
_CONTEXT = 40


def json_tree(tree: Tree, source: str = "") -> SafeString:
    """A tree as nested folds; json.js makes them searchable and their values copied.

    Args:
        tree: the values.
        source: address that answers with a part of the value, as ``?at=`` a JSON pointer.
    """
    return _joined(_value(node, source, "", outermost=True) for node in tree.roots)


def beside(before: str | None, after: str | None) -> tuple[SafeString, SafeString]:
    """Two values on one line each; what is long and the same at their beginning is left out.

    Texts of several lines are reduced to the lines that differ.
    """
    lines = unlike(before, after) if before and after else None
    if lines:
        return _line(visible(lines[0], keep="\n\t"), 0), _line(visible(lines[1], keep="\n\t"), 0)
    pairs = enumerate(zip(before or "", after or "", strict=False))
    same = next((place for place, (old, new) in pairs if old != new), 0)
    skipped = same - _CONTEXT if same > 2 * _CONTEXT else 0
    return _line(before, skipped), _line(after, skipped)


def _line(text: str | None, skipped: int) -> SafeString:
    if text is None:
        return NOTHING
    shown = f"…{text[skipped:]}" if skipped else text
    if len(shown) <= _LONG:
        return format_html("<code>{}</code>", shown)
    return format_html(
        '<details class="abs-json-long"><summary><code>{}</code></summary>'
        "<code>{}</code></details>",
        *(shown[:_LONG], shown[_LONG:]),
    )


def _value(node: Node, source: str, comma: str, *, outermost: bool = False) -> SafeString:
    key = _key(node)
    if not node.container:
        return format_html('<div data-at="{}">{}{}{}</div>', node.at, key, _scalar(node), comma)
    if not node.children and not node.cut:
        return format_html('<div data-at="{}">{}{}{}{}</div>', node.at, key, *_ends(node), comma)
    last = len(node.children) - 1
    inside = _joined(
        _value(child, source, "," if place < last or node.cut else "")
        for place, child in enumerate(node.children)
    )
    more = _more(node, source) if node.cut else ""
    body = format_html(
        '{}<div class="abs-json-in">{}{}</div><div>{}{}</div>',
        _table(sheet(node), node, source),
        *(inside, more, node.end, comma),
    )
    if outermost:
        return format_html('<div data-at="{}">{}</div>{}', node.at, node.text, body)
    return format_html(
        '<details data-at="{}"{}><summary>{}{}<span class="abs-json-many" data-many="{}"></span>'
        "</summary>{}</details>",
        node.at,
        " open" if node.children else "",
        key,
        node.text,
        f"{_many(node)} {node.end}",
        body,
    )


def _key(node: Node) -> SafeString:
    if node.key is None:
        return SafeString()
    return format_html('<span class="abs-json-key">{}</span>: ', node.key)


def _scalar(node: Node) -> SafeString:
    end = " …" if node.cut else ""
    shown = format_html('<span class="abs-json-{}">{}</span>{}', node.kind, node.text, end)
    if len(node.text) <= _LONG:
        return shown
    return format_html(
        '<details class="abs-json-long"><summary><span class="abs-json-{0}">{1}</span></summary>'
        '<span class="abs-json-{0}">{2}</span>{3}</details>',
        node.kind,
        node.text[:_LONG],
        node.text[_LONG:],
        end,
    )


def _more(node: Node, source: str) -> SafeString:
    if not source:
        return SafeString("…")
    query = urlencode({"at": node.at, "from": node.next})
    return format_html(
        '<a class="abs-json-more" href="{}?{}">{}</a>', source, query, _("Show more of it")
    )


def _table(drawn: Sheet | None, node: Node, source: str) -> SafeString:
    """The same list as a table, folded; while it is open the tree is not to be seen.

    Its text is no part of the JSON, so json.js leaves it out, and finds values by ``data-cell``.
    """
    if drawn is None:
        return SafeString()
    heads = format_html_join("", '<th scope="col">{}</th>', ((name,) for name in drawn.columns))
    rows = _joined(_row(drawn, row, node.first + place) for place, row in enumerate(drawn.rows))
    return format_html(
        '<details class="abs-json-sheet"><summary>{}</summary><table><thead><tr><td></td>{}</tr>'
        "</thead><tbody>{}</tbody></table>{}</details>",
        _("Table"),
        heads,
        rows,
        _beyond(drawn, node, source),
    )


def _row(drawn: Sheet, row: Node, number: int) -> SafeString:
    return format_html(
        '<tr data-cell="{}"><th scope="row">{}</th>{}</tr>',
        row.at,
        number,
        _joined(_cell(cell, "…" if row.cut else "–") for cell in drawn.cells(row)),
    )


def _cell(node: Node | None, lacking: str) -> SafeString:
    if node is None:
        return format_html('<td><span class="abs-none">{}</span></td>', lacking)
    if node.container and (node.children or node.cut):
        return format_html(
            '<td data-cell="{}"><details><summary>{} … {} {}</summary>{}</details></td>',
            *(node.at, node.text, _many(node), node.end, flat(node, _DEEP)),
        )
    return format_html(
        '<td data-cell="{}"><span class="abs-json-{}">{}</span></td>',
        *(node.at, node.kind, flat(node, _CELL)),
    )


def _beyond(drawn: Sheet, node: Node, source: str) -> SafeString:
    """What the table leaves out, and the way to it: a page with a table of its own, or the tree."""
    said: list[str] = []
    if drawn.wider:
        said.append(_("Further columns are in the tree only."))
    if source and drawn.longer:
        query = urlencode({"at": node.at, "from": node.first + len(drawn.rows)})
        said.append(format_html('<a href="{}?{}">{}</a>', source, query, _("More rows")))
    elif drawn.longer:
        said.append(_("Further rows are in the tree only."))
    return _joined(format_html('<p class="abs-note">{}</p>', each) for each in said)


def _many(node: Node) -> str:
    return f"{len(node.children)}{'+' if node.cut else ''}"


def _ends(node: Node) -> tuple[str, str]:
    return node.text, node.end


def _joined(pieces: Iterator[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((piece,) for piece in pieces)) or mark_safe("")
