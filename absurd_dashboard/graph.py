"""Lays the tasks of a workflow run out as a tree, so that what failed or goes on can be seen in it.

Siblings whose names differ in numbers only are folded into one; of a crowd, what is completed with
all below it is one more. A pure function of names, states and parents; positions are whole pixels.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import ngettext

from absurd_dashboard.states import COMPLETED, state_of

#: Size of a node, and the distance from one to the next.
WIDTH, HEIGHT = 208, 32
_ACROSS, _DOWN, _EDGE = WIDTH + 48, HEIGHT + 12, 4
#: How far a child stands right of its parent where there is no room for layers.
_INDENT = 20
#: More siblings of one shape of name than these are drawn as one node.
FOLD = 3
#: More siblings than these are a crowd.
CROWD = 8
#: Nodes drawn, and layers; the rest is counted.
NODES, LAYERS = 120, 24
#: Characters of a name that fit into a node.
_FITS = 24
#: Which state a folded node shows: the first of these that any of its tasks has.
_TELLING = ("failed", "running", "pending", "sleeping", "cancelled", "completed")
_NUMBERS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]+", re.IGNORECASE)


def shape(name: str) -> str:
    """A name with ``#`` in the place of every number and id."""
    return _NUMBERS.sub("#", name)


@dataclass(frozen=True, slots=True)
class Member:
    """A task as the layout sees it.

    Attributes:
        key: its id.
        parent: the id of its parent; one that is no member's counts as none.
        inferred: whether the parent is concluded and not recorded.
    """

    key: str
    name: str
    state: str
    parent: str | None = None
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """A task, or folded siblings, in its place.

    Attributes:
        key: the task's id; of folded siblings the first one's.
        name: its name; of folded siblings their names' shape, or how many they are.
        alike: the shape of the names of all it stands for; empty where they have none in common.
        times: for how many tasks it stands.
        tally: how many of them are in which state.
    """

    key: str
    name: str
    state: str
    times: int
    tally: Mapping[str, int]
    alike: str
    x: int
    y: int

    @property
    def css(self) -> str:
        """The class of its state's colour."""
        return state_of(self.state).css

    @property
    def shape(self) -> str:
        """Its state's shape in icons.svg."""
        return state_of(self.state).tone

    @property
    def label(self) -> str:
        """As much of the name as fits."""
        room = _FITS - (6 if self.times > 1 else 0)
        return self.name if len(self.name) <= room else f"{self.name[: room - 1]}…"

    @property
    def many(self) -> str:
        """For how many tasks it stands, and how many of them are in its state; if not its name."""
        if not self.alike:
            return ""
        told = self.tally[self.state]
        return f"×{self.times:,}" if told == self.times else f"{told:,}/{self.times:,}"

    @property
    def said(self) -> str:
        """The states of its tasks in words."""
        return ", ".join(f"{many:,} {state}" for state, many in self.tally.items())


@dataclass(frozen=True, slots=True)
class Edge:
    """A line from a parent to a child, as the path of an SVG."""

    path: str
    inferred: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """What to draw.

    Attributes:
        left_out: tasks that have no place in it.
    """

    nodes: Sequence[Node]
    edges: Sequence[Edge]
    width: int
    height: int
    left_out: int


@dataclass(slots=True)
class _Group:
    """Tasks that are drawn as one, and below them the children of all of them."""

    members: list[Member]
    groups: list[_Group]
    others: bool = False

    @property
    def every(self) -> list[Member]:
        """Its tasks and all below them."""
        return [*self.members, *(member for group in self.groups for member in group.every)]

    @property
    def name(self) -> str:
        """What its node is called."""
        first, many = self.members[0].name, len(self.members)
        if self.others:
            template = ngettext("{many} completed", "{many} completed", many)
            return template.format(many=f"{many:,}")
        return first if all(each.name == first for each in self.members) else shape(first)


def layout(members: Sequence[Member], *, indented: bool = False) -> Graph:
    """Give every task its place: children right of their parent, in the order given.

    Args:
        members: the tasks. Parents that form a circle are no parents.
        indented: whether children stand below their parent, a little to the right, and every node
            in a row of its own: as narrow as can be.

    Returns:
        At most :data:`NODES` nodes in :data:`LAYERS` layers.
    """
    placing = _Placing([], [], indented)
    for group in _grouped(_roots(members), _children(members), LAYERS):
        placing.place(group, 0)
    nodes = placing.nodes
    return Graph(
        nodes=nodes,
        edges=placing.edges,
        width=max((node.x for node in nodes), default=0) + WIDTH + _EDGE,
        height=max((node.y for node in nodes), default=0) + HEIGHT + _EDGE,
        left_out=len(members) - sum(node.times for node in nodes),
    )


def _roots(members: Sequence[Member]) -> list[Member]:
    """Members without a parent among them; of a circle, its first member."""
    by_key = {member.key: member for member in members}
    rooted: set[str] = set()
    roots = []
    for member in members:
        path: list[str] = []
        at: Member | None = member
        while at is not None and at.key not in rooted and at.key not in path:
            path.append(at.key)
            above = by_key.get(at.parent or "")
            if above is None:
                roots.append(at)
            at = above
        if at is not None and at.key in path:
            roots.append(at)
        rooted.update(path)
    return roots


def _children(members: Sequence[Member]) -> dict[str, list[Member]]:
    roots = {member.key for member in _roots(members)}
    below: dict[str, list[Member]] = {}
    for member in members:
        if member.key not in roots:
            below.setdefault(member.parent or "", []).append(member)
    return below


def _grouped(
    siblings: Sequence[Member], below: Mapping[str, Sequence[Member]], layers: int
) -> list[_Group]:
    if not layers:
        return []
    groups = [
        _Group(
            group,
            _grouped(
                [child for each in group for child in below.get(each.key, ())], below, layers - 1
            ),
        )
        for group in _folded(siblings)
    ]
    return groups if len(groups) <= CROWD else _thinned(groups)


def _thinned(groups: list[_Group]) -> list[_Group]:
    """What a crowd has completed, with all below it, drawn as one; the rest can be seen then."""
    calm = [group for group in groups if all(each.state == COMPLETED.name for each in group.every)]
    if len(calm) <= FOLD:
        return groups
    others = _Group([member for group in calm for member in group.every], [], others=True)
    return [*(group for group in groups if group not in calm), others]


def _folded(siblings: Sequence[Member]) -> Iterator[list[Member]]:
    """Siblings one by one, or by the shape of their names where it is frequent."""
    by_shape: dict[str, list[Member]] = {}
    for member in siblings:
        by_shape.setdefault(shape(member.name), []).append(member)
    for member in siblings:
        alike = by_shape[shape(member.name)]
        if len(alike) <= FOLD:
            yield [member]
        elif alike[0] is member:
            yield alike


@dataclass(slots=True)
class _Placing:
    """Places groups from the top down; ``row`` is the first free one."""

    nodes: list[Node]
    edges: list[Edge]
    indented: bool
    row: int = 0

    def place(self, group: _Group, layer: int) -> Node | None:
        """Place a group, beside its first child or above it, and its children below each other."""
        if len(self.nodes) >= NODES:
            return None
        across = _INDENT if self.indented else _ACROSS
        node = _node(group, _EDGE + layer * across, _EDGE + self.row * _DOWN)
        first_row = self.row
        self.row += self.indented
        self.nodes.append(node)
        for below in group.groups:
            child = self.place(below, layer + 1)
            if child is not None:
                path = _down(node, child) if self.indented else _right(node, child)
                self.edges.append(Edge(path, below.members[0].inferred))
        self.row = max(self.row, first_row + 1)
        return node


def _node(group: _Group, x: int, y: int) -> Node:
    states = Counter(member.state for member in group.members)
    order = {name: place for place, name in enumerate(_TELLING)}
    tally = {name: states[name] for name in sorted(states, key=lambda name: order.get(name, -1))}
    first = group.members[0]
    alike = "" if group.others else shape(first.name)
    many = len(group.members)
    return Node(first.key, group.name, next(iter(tally)), many, tally, alike, x, y)


def _down(parent: Node, child: Node) -> str:
    """Down from the parent's left, and into the child."""
    return f"M{parent.x + _INDENT // 2} {parent.y + HEIGHT}V{child.y + HEIGHT // 2}H{child.x}"


def _right(parent: Node, child: Node) -> str:
    """A straight line, or down along the gap between the layers and into the child."""
    start, end = parent.x + WIDTH, child.x
    above, level, bend = parent.y + HEIGHT // 2, child.y + HEIGHT // 2, parent.x + WIDTH + 20
    down = "" if above == level else f"H{bend}V{level}"
    return f"M{start} {above}{down}H{end}"
