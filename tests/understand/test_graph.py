"""The tree of a workflow run's tasks: every task has a place or is counted, whatever its parent."""

from __future__ import annotations

from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from absurd_dashboard.graph import FOLD, HEIGHT, NODES, WIDTH, Graph, Member, Node, layout


def family(count: int, *, name: str = "part", state: str = "completed") -> list[Member]:
    """A parent and its children."""
    children = [Member(str(number), name, state, "root") for number in range(count)]
    return [Member("root", "whole", "running"), *children]


def at(graph: Graph, name: str) -> list[Node]:
    """The nodes of a name."""
    return [node for node in graph.nodes if node.name == name]


def test_three_tasks_have_a_node_each_and_children_stand_right_of_their_parent() -> None:
    graph = layout(family(2))
    root, *children = graph.nodes
    assert [node.key for node in graph.nodes] == ["root", "0", "1"]
    assert all(child.x > root.x + WIDTH for child in children)
    assert len(graph.edges) == 2


def test_a_first_child_stands_beside_its_parent_and_the_next_below() -> None:
    root, first, second = layout(family(2)).nodes
    assert first.y == root.y
    assert second.y >= first.y + HEIGHT


def test_many_siblings_of_one_name_are_one_node_with_their_number() -> None:
    graph = layout(family(300))
    (part,) = at(graph, "part")
    assert (part.times, len(graph.nodes), len(graph.edges)) == (300, 2, 1)
    assert graph.height < 3 * HEIGHT


def test_few_siblings_of_one_name_are_not_folded() -> None:
    assert len(at(layout(family(FOLD)), "part")) == FOLD


def test_a_folded_node_shows_the_state_that_needs_attention_and_how_many_have_which() -> None:
    members = [*family(5), Member("bad", "part", "failed", "root")]
    (part,) = at(layout(members), "part")
    assert (part.state, part.tally) == ("failed", {"failed": 1, "completed": 5})
    assert part.said == "1 failed, 5 completed"


def test_children_of_folded_siblings_are_folded_together() -> None:
    members = family(10)
    members += [Member(f"g{number}", "leaf", "completed", str(number)) for number in range(10)]
    graph = layout(members)
    assert [(node.name, node.times) for node in graph.nodes] == [
        ("whole", 1),
        ("part", 10),
        ("leaf", 10),
    ]


def called(number: int) -> str:
    """A name without a number in it, another one for each."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def test_300_names_are_drawn_as_far_as_they_can_be_read_and_the_rest_is_counted() -> None:
    members = [Member("root", "whole", "running")]
    members += [Member(str(n), f"task {called(n)}", "running", "root") for n in range(300)]
    graph = layout(members)
    assert len(graph.nodes) == NODES
    assert graph.left_out == 301 - NODES


def test_siblings_whose_names_differ_in_numbers_and_ids_are_one_node_named_by_their_shape() -> None:
    shards = [Member(str(n), f"shard-{n:03}/{UUID(int=n)}", "completed", "root") for n in range(9)]
    _, node = layout([Member("root", "whole", "running"), *shards]).nodes
    assert (node.name, node.times, node.many) == ("shard-#/#", 9, "×9")


def test_among_300_names_what_failed_and_what_goes_on_is_seen_and_the_rest_is_one_node() -> None:
    states = {7: "failed", 99: "running", 250: "sleeping"}
    members = [Member("root", "whole", "running")]
    members += [
        Member(str(n), f"task {called(n)}", states.get(n, "completed"), "root") for n in range(300)
    ]
    graph = layout(members)
    assert [(node.name, node.state) for node in graph.nodes[1:]] == [
        ("task h", "failed"),
        ("task jj", "running"),
        ("task cfa", "sleeping"),
        ("297 completed", "completed"),
    ]
    assert graph.left_out == 0


def test_what_is_completed_above_something_that_failed_is_no_other() -> None:
    members = [Member(str(n), f"task {called(n)}", "completed") for n in range(20)]
    members.append(Member("deep", "leaf", "failed", "3"))
    names = [node.name for node in layout(members).nodes]
    assert names == ["task d", "leaf", "19 completed"]


def test_a_node_of_several_states_says_how_many_are_in_the_one_it_shows() -> None:
    members = [*family(5), Member("bad", "part", "failed", "root")]
    (part,) = at(layout(members), "part")
    assert part.many == "1/6"


def test_without_room_for_layers_children_stand_below_their_parent() -> None:
    members = [*family(2), Member("leaf", "leaf", "completed", "0")]
    graph = layout(members, indented=True)
    assert [(node.name, node.x) for node in graph.nodes] == [
        ("whole", 4),
        ("part", 24),
        ("leaf", 44),
        ("part", 24),
    ]
    assert [node.y for node in graph.nodes] == sorted({node.y for node in graph.nodes})
    assert graph.width < WIDTH + 60


def test_an_inferred_parent_is_marked_on_the_line() -> None:
    members = [Member("a", "a", "running"), Member("b", "b", "running", "a", inferred=True)]
    assert [edge.inferred for edge in layout(members).edges] == [True]


def test_a_task_whose_parent_is_not_there_is_a_root() -> None:
    (node,) = layout([Member("a", "a", "running", "gone")]).nodes
    assert node.key == "a"


@pytest.mark.parametrize("length", [1, 2, 5])
def test_parents_in_a_circle_are_drawn_once(length: int) -> None:
    keys = [str(number) for number in range(length)]
    members = [
        Member(key, f"task {key}", "running", above)
        for key, above in zip(keys, [keys[-1], *keys], strict=False)
    ]
    assert sorted(node.key for node in layout(members).nodes) == keys


def test_a_chain_deeper_than_the_layers_is_counted_and_not_recursed_into() -> None:
    members = [Member("0", "0", "running")]
    members += [Member(str(n), str(n), "running", str(n - 1)) for n in range(1, 3_000)]
    graph = layout(members)
    assert graph.left_out == 3_000 - len(graph.nodes)


def test_a_name_too_long_for_its_node_is_shortened() -> None:
    (node,) = layout([Member("a", "n" * 400, "running")]).nodes
    assert len(node.label) < 30
    assert node.label.endswith("…")


@given(
    st.lists(
        st.tuples(
            st.integers(0, 30), st.sampled_from("abc"), st.sampled_from(["failed", "completed"])
        ),
        max_size=60,
    )
)
def test_whatever_the_parents_all_are_counted_once_and_no_two_nodes_overlap(
    given_members: list[tuple[int, str, str]],
) -> None:
    members = [
        Member(str(key), name, state, str(parent))
        for key, (parent, name, state) in enumerate(given_members)
    ]
    graph = layout(members)
    assert sum(node.times for node in graph.nodes) + graph.left_out == len(members)
    for one, other in combinations(graph.nodes, 2):
        assert abs(one.x - other.x) >= WIDTH or abs(one.y - other.y) >= HEIGHT
    assert all(node.x + WIDTH <= graph.width for node in graph.nodes)
    assert all(node.y + HEIGHT <= graph.height for node in graph.nodes)
