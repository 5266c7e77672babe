"""What every file of the repository keeps to, and what `make test` makes sure of."""

import ast
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

from tests import ensure_browser
from tests.conftest import LONGEST
from tests.packaging.environments import ROOT

PYTHON = [ROOT / "manage.py", *(ROOT / name for name in ("absurd_core", "absurd_dashboard"))]
PYTHON += [ROOT / name for name in ("docs", "examples", "tests")]
#: Where builds, tools and users keep what is not of the repository.
NOT_OURS = {".git", ".venv", "build", "dist", "test-artifacts", "__pycache__", "node_modules"}
#: Put together here, so that this file doesn't name them either.
HOSTS = [".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"))]


def modules() -> Iterator[Path]:
    """Every Python file that somebody wrote."""
    for place in PYTHON:
        for file in [place] if place.is_file() else place.rglob("*.py"):
            if file.stat().st_size and "migrations" not in file.parts:
                yield file


def files(place: Path = ROOT) -> Iterator[Path]:
    """Every file of the repository, through no link."""
    for path in place.iterdir():
        if path.is_symlink() or path.name in NOT_OURS or path.name.endswith("_cache"):
            continue
        if path.is_dir():
            yield from files(path)
        else:
            yield path


def test_every_module_begins_with_a_line_that_says_why_it_exists() -> None:
    without = [
        str(file.relative_to(ROOT))
        for file in modules()
        if not (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").strip()
    ]

    assert without == []


def test_no_file_names_the_host_of_a_package_index() -> None:
    naming = [
        str(file.relative_to(ROOT))
        for file in files()
        if any(host.encode() in file.read_bytes() for host in HOSTS)
    ]

    assert naming == []


@pytest.mark.parametrize("extra", ["demo", "test"])
def test_installs_are_pinned_and_hashed_and_name_no_index(extra: str) -> None:
    lines = (ROOT / "constraints" / f"{extra}.txt").read_text().splitlines()
    packages = [line for line in lines if not line.startswith(" ")]

    assert packages
    assert all("==" in package and package.endswith("\\") for package in packages)
    assert all("--hash=sha256:" in line for line in lines if line.startswith(" "))


@pytest.mark.django_db(databases=["default", "absurd"])
def test_the_models_and_their_migrations_agree() -> None:
    call_command("makemigrations", "absurd_dashboard", check=True, dry_run=True, verbosity=0)


def test_a_warning_fails_a_test() -> None:
    with pytest.raises(UserWarning, match="beware"):
        warnings.warn("beware", stacklevel=1)


@pytest.mark.parametrize("step", ["ensure_browser", "ruff check", "ruff format", "mypy", "pytest"])
def test_make_test_includes(step: str) -> None:
    assert step in printed("make", "--dry-run", "test")


@pytest.mark.parametrize("place", LONGEST)
def test_what_make_test_begins_with_is_there(place: str) -> None:
    assert (ROOT / place).exists()


def test_ci_runs_make_test_and_nothing_less() -> None:
    assert "exec make test\n" in (ROOT / ".ci" / "run").read_text()


@pytest.mark.parametrize(("ci", "status"), [("1", 1), ("", 0)])
def test_a_missing_browser_is_a_failure_in_ci(
    ci: str, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(ensure_browser, "MAC", ())

    assert ensure_browser.main() == status
    assert "install one" in capsys.readouterr().out


def printed(*command: str) -> str:
    """What a command prints, run where `make` is."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout
