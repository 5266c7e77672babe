"""The part of a query that has keys of its own in a URL: one queue, one state, one name, one id.

Tabs, links and older bookmarks name these; the rest of a query stands under ``q``.
"""

from __future__ import annotations

from collections.abc import Collection

from absurd_dashboard import ids
from absurd_dashboard.search.grammar import Query, Term, Value

FIELDS = ("queue", "state", "name", "id")
#: Characters of a field's value.
LONGEST = 500


def lifted(query: Query, held: Collection[str] = ()) -> tuple[dict[str, str], Query]:
    """Take out of a query what a field can say.

    Args:
        query: checked terms.
        held: fields that have a value already; terms for them stay.

    Returns:
        The fields' values, and the terms that are left.
    """
    fields: dict[str, str] = {}
    taken: set[int] = set()
    for field in (field for field in FIELDS if field not in held):
        places = [place for place, term in enumerate(query) if term.qualifier == field]
        if len(places) == 1 and (text := _field_text(query[places[0]])):
            fields[field] = text
            taken.add(places[0])
    return fields, tuple(term for place, term in enumerate(query) if place not in taken)


def term_of(field: str, text: str) -> Term:
    """The term that says the same as a field."""
    prefix = field == "name" and text.endswith("*")
    parts = (text.rstrip("*"), "") if prefix else (text,)
    return Term((field,), (Value(parts),))


def _field_text(term: Term) -> str:
    if len(term.values) != 1 or term.negated:
        return ""
    (value,) = term.values
    if value.exact:
        as_field = value.parts[0]
    elif value.parts[1:] == ("",):
        as_field = f"{value.parts[0]}*"
    else:
        return ""
    if as_field != as_field.strip()[:LONGEST]:
        return ""
    if term.qualifier == "id" and ids.parse(as_field) is None:
        return ""
    return as_field if term_of(term.qualifier, as_field).values == term.values else ""
