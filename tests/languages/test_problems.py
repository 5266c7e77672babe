"""What is said of arguments in one language only is known, and reads in the others too."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

import absurd_core
from absurd_dashboard import jsoninput
from absurd_dashboard.jsoninput import InvalidJson, parse
from absurd_dashboard.problems import in_words

#: What only programs get to see: connections, schemas, names of workflow runs.
PROGRAMS = {"pooling.py", "schema.py", "workflow_schema.py", "workflows.py"}
ERRORS = {"InvalidArgument", "InvalidRetryStrategy", "InvalidJson"}
#: Texts that are no JSON, each in another way.
BROKEN = [
    "", "{", '{"a" 1}', "[1 2]", "1 2", '"\\x"', '"\\u12"', '"a\nb"', '"a', "NaN",
    '{"a": 1,}', "[1,]", "[" * 100_000, "1" * 1_000_001,
]  # fmt: skip


def sources() -> Iterator[Path]:
    core = Path(absurd_core.__file__).parent
    yield from (file for file in core.glob("*.py") if file.name not in PROGRAMS)
    yield Path(jsoninput.__file__)


def said(node: ast.AST | None) -> str:
    """The text of an expression, with a number where it has a place."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(said(each) or "7" for each in node.values)
    return ""


def texts() -> Iterator[str]:
    """Every text that an error about an argument is raised with."""
    for file in sources():
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "problem":
                yield said(node.value)
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ERRORS:
                given = {each.arg: each.value for each in node.keywords}
                yield said(given.get("problem") or (node.args[0] if node.args else None))


@pytest.mark.parametrize("text", sorted({text for text in texts() if text}))
def test_what_is_said_of_an_argument_is_known(text: str) -> None:
    with translation.override("de"):
        assert in_words(text) != text


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: json.dumps(text[:12]))
def test_what_is_wrong_with_json_is_said_in_the_language(text: str) -> None:
    with pytest.raises(InvalidJson) as raised:
        parse(text)
    with translation.override("de"):
        words = in_words(str(raised.value))
    english = {"line", "column", "expecting", "invalid", "illegal", "extra", "is"}
    assert not english & {*re.findall(r"[a-z]+", words.lower())}, words


def test_what_is_not_known_stays_as_it_is() -> None:
    with translation.override("de"):
        assert in_words("the engine says {so}") == "the engine says {so}"
