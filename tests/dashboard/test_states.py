"""The one table of states."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.contrib.staticfiles import finders

from absurd_dashboard.states import STATES, state_of


def static_file(name: str) -> str:
    found = finders.find(f"absurd_dashboard/{name}")
    assert isinstance(found, str)
    return Path(found).read_text()


def test_the_six_states_of_the_engine_are_known() -> None:
    assert set(STATES) == {"pending", "running", "sleeping", "completed", "failed", "cancelled"}


def test_states_are_listed_in_their_order() -> None:
    assert [state.order for state in STATES.values()] == list(range(6))


def test_open_states_come_before_finished_ones() -> None:
    finished = [state.finished for state in STATES.values()]
    assert finished == sorted(finished)


def test_a_state_of_a_newer_engine_keeps_its_name_and_has_a_look_of_its_own() -> None:
    state = state_of("hibernating")
    assert (str(state.label), state.tone) == ("hibernating", "unknown")


@pytest.mark.parametrize("name", [*STATES, "hibernating"])
def test_every_state_has_a_shape(name: str) -> None:
    sprite = ElementTree.fromstring(static_file("icons.svg"))
    assert state_of(name).tone in {symbol.get("id") for symbol in sprite}


def test_no_two_states_share_a_shape() -> None:
    sprite = ElementTree.fromstring(static_file("icons.svg"))
    shapes = {
        symbol.get("id"): "".join(ElementTree.tostring(part, "unicode") for part in symbol)
        for symbol in sprite
    }
    assert len({shapes[state.tone] for state in STATES.values()}) == len(STATES)


@pytest.mark.parametrize("name", [*STATES, "hibernating"])
def test_every_state_has_a_colour(name: str) -> None:
    assert f".{state_of(name).css} {{ --abs-state:" in static_file("app.css")
