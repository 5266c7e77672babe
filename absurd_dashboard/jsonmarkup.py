"""A JSON tree as HTML whose text is the JSON again: containers fold, what is missing is linked."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from absurd_dashboard.jsontree import Node, Tree

#: Characters of a string that are shown before it is unfolded.
_LONG = 300


def json_tree(tree: Tree, source: str = "") -> SafeString:
    """A tree as nested folds; json.js makes them searchable and their values copied.

    Args:
        tree: the values.
        source: address that answers with a part of the value, as ``?at=`` a JSON pointer.
    """
    return _joined(_value(node, source, "", outermost=True) for node in tree.roots)


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
        '<div class="abs-json-in">{}{}</div><div>{}{}</div>', inside, more, node.end, comma
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
        f"{len(node.children)}{'+' if node.cut else ''} {node.end}",
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


def _ends(node: Node) -> tuple[str, str]:
    return node.text, node.end


def _joined(pieces: Iterator[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((piece,) for piece in pieces)) or mark_safe("")
