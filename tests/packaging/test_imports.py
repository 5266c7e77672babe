"""The direction of imports in the dashboard: what may know of what."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.packaging.environments import ROOT

PACKAGE = "absurd_dashboard"
#: From the bottom up. A module reaches its own layer and those below it, never one above;
#: modules that stand in no layer are judged by who imports them.
LAYERS = (
    ("conf", "errors", "redaction"),
    ("models",),
    ("policy", "engine"),
    ("access",),
    ("queries", "gate"),
    ("actions", "bulk"),
    ("pages",),
    ("views",),
    ("urls",),
)
#: These know neither a request nor a database, nor who is looking.
PURE = (
    *("backoff", "choices", "conventions", "display", "filters", "history", "ids", "jsontext"),
    *("sentence", "situation", "speech", "states", "suspension", "tilde", "timeline", "windows"),
)
IMPURE = ("django.db", "django.http", "psycopg", *(name for layer in LAYERS[1:] for name in layer))


def modules_of(*names: str) -> Iterator[str]:
    """Every module that is, or is in, one of these."""
    for name in names:
        file = ROOT / PACKAGE / f"{name}.py"
        files = [file] if file.exists() else (ROOT / PACKAGE / name).rglob("*.py")
        for path in files:
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts)


def file_of(module: str) -> Path | None:
    """Where a module of this project is; None for others."""
    path = ROOT / module.replace(".", "/")
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.exists()), None)


@cache
def imports_of(module: str) -> frozenset[str]:
    """What a module imports by itself when it runs, so not what only a type checker sees."""
    file = file_of(module)
    if file is None or not module.startswith(PACKAGE):
        return frozenset()
    return frozenset(_imports(ast.parse(file.read_text(encoding="utf-8"))))


def _imports(node: ast.AST) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            inside = (f"{child.module}.{alias.name}" for alias in child.names)
            yield from ({name if file_of(name) else str(child.module) for name in inside})
        yield from _imports(child)


def reached_from(module: str) -> set[str]:
    """What a module imports, and what that imports, and so on."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        new = imports_of(waiting.pop()) - found
        found |= new
        waiting.extend(new)
    return found


def among(module: str, names: tuple[str, ...]) -> bool:
    """Whether a module is, or is in, one of these."""
    bare = module.removeprefix(f"{PACKAGE}.")
    return any(bare == name or bare.startswith(f"{name}.") for name in names)


@pytest.mark.parametrize("height", range(len(LAYERS)), ids=["-".join(layer) for layer in LAYERS])
def test_a_layer_knows_nothing_above_it(height: int) -> None:
    above = tuple(name for layer in LAYERS[height + 1 :] for name in layer)

    for module in modules_of(*LAYERS[height]):
        assert {name for name in reached_from(module) if among(name, above)} == set(), module


@pytest.mark.parametrize("name", PURE)
def test_what_only_computes_knows_neither_request_nor_database(name: str) -> None:
    for module in modules_of(name):
        assert {found for found in reached_from(module) if among(found, IMPURE)} == set(), module


def test_every_layer_and_every_pure_module_exists() -> None:
    missing = [name for layer in (*LAYERS, PURE) for name in layer if not [*modules_of(name)]]

    assert missing == []


def test_the_app_imports_nothing_but_its_checks_and_what_is_put_up_before_a_fork() -> None:
    ours = {name for name in imports_of(f"{PACKAGE}.apps") if name.startswith(PACKAGE)}

    assert ours == {f"{PACKAGE}.board", f"{PACKAGE}.checks"}
