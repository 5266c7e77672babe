"""A list of alike JSON objects as a table: a member's name over each column, an element a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from absurd_dashboard.jsontree import Node

#: Columns and rows of a table; the tree has the rest.
COLUMNS, ROWS = 12, 200


@dataclass(frozen=True, slots=True)
class Sheet:
    """Elements of a list, by what their members are called.

    Attributes:
        columns: names as JSON text, in the order in which they come.
        rows: the elements.
        wider: whether there are more names.
        longer: whether the list has more elements.
    """

    columns: Sequence[str]
    rows: Sequence[Node]
    wider: bool
    longer: bool

    def cells(self, row: Node) -> list[Node | None]:
        """An element's members, column by column; None for one that it lacks."""
        members = {child.key: child for child in row.children}
        return [members.get(name) for name in self.columns]


def sheet(node: Node) -> Sheet | None:
    """A list's table.

    Args:
        node: any value.

    Returns:
        None where it is no list of two objects or more, or half of the cells would be empty.
    """
    rows = node.children
    if node.text != "[" or len(rows) < 2 or any(row.text != "{" for row in rows):
        return None
    names = list(dict.fromkeys(str(child.key) for row in rows for child in row.children))
    filled = sum(len(row.children) for row in rows)
    if not names or 2 * filled < len(names) * len(rows):
        return None
    return Sheet(
        columns=names[:COLUMNS],
        rows=rows[:ROWS],
        wider=len(names) > COLUMNS,
        longer=node.cut or len(rows) > ROWS,
    )
