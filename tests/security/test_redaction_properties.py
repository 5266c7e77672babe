"""Whatever the payload and the rules: valid JSON, equal to the input but for what is hidden."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from absurd_dashboard.redaction import HIDDEN, Redaction, Redactor

NAMES = st.sampled_from(["a", "B", "key", "sécret", 'q"', "b\\", "\u202e", "0"]) | st.text(
    st.characters(codec="utf-8", exclude_characters="\x00"), max_size=5
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)
KEYS = NAMES.filter(bool).map(lambda name: Redaction(key=name)) | st.sampled_from(
    [Redaction(key="*e*"), Redaction(key="?")]
)
PATHS = st.lists(NAMES.filter(lambda name: name and "." not in name) | st.just("*"), min_size=1,
                 max_size=3).map(lambda names: Redaction(path=".".join(names)))  # fmt: skip
PATTERNS = st.sampled_from(["a+", r"\d\d", "[^a-z]{2}", "(x)|y", "(?i)B", "e$", '"', r"\\"]).map(
    lambda pattern: Redaction(pattern=pattern)
)
MANY = settings(max_examples=150, deadline=None, derandomize=True)


def expected(value: Any, rules: list[Redaction], path: tuple[str, ...] = ()) -> Any:
    """What is to be shown, by the words of the documentation."""
    if path and any(_meant(rule, path) for rule in rules):
        return HIDDEN
    if isinstance(value, dict):
        return {key: expected(item, rules, (*path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [expected(item, rules, (*path, str(place))) for place, item in enumerate(value)]
    return value


def _meant(rule: Redaction, path: tuple[str, ...]) -> bool:
    if rule.key:
        return fnmatchcase(path[-1].lower(), rule.key.lower().replace("[", "[[]"))
    wanted = rule.path.replace("[", "[[]").split(".")
    return len(wanted) == len(path) and all(map(fnmatchcase, path, wanted))


def leaves(value: Any) -> list[str]:
    """Every string, number and name in a value, as text."""
    if isinstance(value, dict):
        return [*value, *(leaf for item in value.values() for leaf in leaves(item))]
    if isinstance(value, list):
        return [leaf for item in value for leaf in leaves(item)]
    return [value if isinstance(value, str) else json.dumps(value)]


@MANY
@given(VALUES, st.lists(KEYS | PATHS, max_size=3))
def test_by_key_and_path_exactly_what_is_meant_is_hidden(
    value: Any, rules: list[Redaction]
) -> None:
    text = Redactor(tuple(rules)).json(json.dumps(value, ensure_ascii=False))
    assert json.loads(text) == expected(value, rules)


@MANY
@given(VALUES, st.lists(PATTERNS, min_size=1, max_size=3))
def test_by_pattern_nothing_that_matches_is_left(value: Any, rules: list[Redaction]) -> None:
    text = Redactor(tuple(rules)).json(json.dumps(value, ensure_ascii=False))
    for leaf in leaves(json.loads(text)):
        for part in leaf.split(HIDDEN):
            assert not _inside(rules, part, whole=HIDDEN not in leaf)


def _inside(rules: list[Redaction], part: str, *, whole: bool) -> bool:
    """Whether anything matches; what stands beside something hidden had other neighbours."""
    found = [re.search(rule.pattern, part) for rule in rules]
    return any(match and (whole or "$" not in match.re.pattern) for match in found)


@MANY
@given(VALUES, st.lists(KEYS | PATHS | PATTERNS, max_size=3), st.data())
def test_the_beginning_of_a_text_shows_nothing_that_the_whole_hides(
    value: Any, rules: list[Redaction], data: st.DataObject
) -> None:
    text = json.dumps({"key": "HIDDEN-VALUE", "rest": value}, ensure_ascii=False)
    length = data.draw(st.integers(0, len(text)))
    hiding = (*rules, Redaction(key="key"))
    assert "HIDDEN" not in Redactor(hiding).json(text[:length], cut=True)


@MANY
@given(VALUES)
def test_without_rules_nothing_changes(value: Any) -> None:
    text = json.dumps(value)
    assert Redactor().json(text) is text
