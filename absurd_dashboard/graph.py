"""Lays the tasks of a workflow run out as a tree in layers, siblings of one name folded into one.

A pure function of names, states and parents; positions are whole pixels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from absurd_dashboard.states import state_of

#: Size of a node, and the distance from one to the next.
WIDTH, HEIGHT = 208, 32
_ACROSS, _DOWN, _EDGE = WIDTH + 48, HEIGHT + 12, 4
#: More siblings of one name than these are drawn as one node.
FOLD = 3
#: Nodes drawn, and layers; the rest is counted.
NODES, LAYERS = 120, 24
#: Characters of a name that fit into a node.
_FITS = 24
#: Which state a folded node shows: the first of these that any of its tasks has.
_TELLING = ("failed", "running", "pending", "sleeping", "cancelled", "completed")


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
        times: for how many tasks it stands.
        tally: how many of them are in which state.
    """

    key: str
    name: str
    state: str
    times: int
    tally: Mapping[str, int]
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
    """Siblings that are drawn as one, and below them the children of all of them."""

    members: list[Member]
    groups: list[_Group]


def layout(members: Sequence[Member]) -> Graph:
    """Give every task its place: children right of their parent, in the order given.

    Args:
        members: the tasks. Parents that form a circle are no parents.

    Returns:
        At most :data:`NODES` nodes in :data:`LAYERS` layers.
    """
    placing = _Placing([], [])
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
    return [
        _Group(
            group,
            _grouped(
                [child for each in group for child in below.get(each.key, ())], below, layers - 1
            ),
        )
        for group in _folded(siblings)
    ]


def _folded(siblings: Sequence[Member]) -> Iterator[list[Member]]:
    """Siblings one by one, or by name where a name is frequent."""
    by_name: dict[str, list[Member]] = {}
    for member in siblings:
        by_name.setdefault(member.name, []).append(member)
    for member in siblings:
        alike = by_name[member.name]
        if len(alike) <= FOLD:
            yield [member]
        elif alike[0] is member:
            yield alike


@dataclass(slots=True)
class _Placing:
    """Places groups from the top down; ``row`` is the first free one."""

    nodes: list[Node]
    edges: list[Edge]
    row: int = 0

    def place(self, group: _Group, layer: int) -> Node | None:
        """Place a group beside its first child, and its children below each other."""
        if len(self.nodes) >= NODES:
            return None
        node = _node(group.members, _EDGE + layer * _ACROSS, _EDGE + self.row * _DOWN)
        first_row = self.row
        self.nodes.append(node)
        for below in group.groups:
            child = self.place(below, layer + 1)
            if child is not None:
                self.edges.append(_edge(node, child, below.members[0]))
        self.row = max(self.row, first_row + 1)
        return node


def _node(members: Sequence[Member], x: int, y: int) -> Node:
    states = Counter(member.state for member in members)
    order = {name: place for place, name in enumerate(_TELLING)}
    tally = {name: states[name] for name in sorted(states, key=lambda name: order.get(name, -1))}
    first = members[0]
    return Node(first.key, first.name, next(iter(tally)), len(members), tally, x, y)


def _edge(parent: Node, child: Node, member: Member) -> Edge:
    """A straight line, or down along the gap between the layers and into the child."""
    start, end = parent.x + WIDTH, child.x
    above, level, bend = parent.y + HEIGHT // 2, child.y + HEIGHT // 2, parent.x + WIDTH + 20
    down = "" if above == level else f"H{bend}V{level}"
    return Edge(f"M{start} {above}{down}H{end}", member.inferred)
