"""What the packages import, they ask for; what they ask for, they use."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.packaging.environments import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
#: Where each extra is imported; the rest of the packages has the dependencies alone.
EXTRAS = {
    "absurd_dashboard/demo": ("serve", "demo"),
    "absurd_dashboard/standalone": ("serve",),
    "examples": ("demo",),
}
#: Named in settings, and imported by nobody.
NAMED_ONLY = {"django-axes", "django-htmx", "whitenoise"}
#: For those who have the other package anyway; nothing else imports these modules.
BROUGHT_ALONG = {
    "absurd_core/hooks.py": "absurd-sdk",
    "absurd_dashboard/metrics.py": "prometheus-client",
    "absurd_dashboard/policies/guardian.py": "django-guardian",
}
OURS = {"absurd_core", "absurd_dashboard"}


def asked_for(*extras: str) -> set[str]:
    """Names of distributions, as pyproject.toml writes them."""
    lists = [PROJECT["dependencies"], *(PROJECT["optional-dependencies"][name] for name in extras)]
    names = {re.split(r"[\[<>=;]", line)[0] for lines in lists for line in lines}
    return {name.replace("_", "-") for name in names} - {"absurd-dashboard"}


def imported(file: Path) -> Iterator[str]:
    """Names of the distributions that a module cannot run without."""
    for name in _modules(ast.parse(file.read_text(encoding="utf-8"))):
        if name not in sys.stdlib_module_names and name not in OURS:
            yield distributions()[name][0].lower().replace("_", "-")


@cache
def distributions() -> Mapping[str, list[str]]:
    """Which distribution each importable name comes from."""
    return packages_distributions()


def _modules(node: ast.AST) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        if isinstance(child, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and child.module and not child.level:
            yield child.module.partition(".")[0]
        yield from _modules(child)


def modules() -> dict[str, set[str]]:
    """What each module of the packages and of the examples imports from others."""
    places = (ROOT / name for name in ("absurd_core", "absurd_dashboard", "examples"))
    files = (file for place in places for file in place.rglob("*.py"))
    return {str(file.relative_to(ROOT)): set(imported(file)) for file in files}


def test_every_import_is_asked_for() -> None:
    missing = {}
    for module, needs in modules().items():
        extras = next((EXTRAS[place] for place in EXTRAS if module.startswith(f"{place}/")), ())
        if lacking := needs - asked_for(*extras) - {BROUGHT_ALONG.get(module)}:
            missing[module] = lacking

    assert missing == {}


def test_everything_asked_for_is_imported() -> None:
    used = set().union(*modules().values())

    assert asked_for("serve", "demo") - NAMED_ONLY - used == set()
