"""What is built and installed: complete, and the same from every way of installing."""

import stat
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import pytest

from tests.packaging.environments import ROOT, Environment, build, run

#: Where each folder of the checkout stands in the wheel.
FOLDERS = {
    "templates": "absurd_dashboard/templates",
    "static": "absurd_dashboard/static",
    "sql": "absurd_core/sql",
    "examples": "absurd_dashboard/examples",
}
#: Uses one of everything that isn't a module, and says where the package was found.
USE = """
import django
from django.core.management import get_commands
from django.contrib.staticfiles import finders
from django.template.loader import get_template
from absurd_core.sqlfiles import read_sql
django.setup()
get_template("absurd_dashboard/overview.html")
assert finders.find("absurd_dashboard/app.css")
assert read_sql("dashboard/overview")
assert get_commands()["demo"] == "absurd_dashboard"
import absurd_dashboard, absurd_dashboard.examples
print(absurd_dashboard.__file__)
"""
STANDALONE = {"DJANGO_SETTINGS_MODULE": "absurd_dashboard.standalone.settings"}


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment in which the wheel is installed."""
    environment = Environment(tmp_path_factory.mktemp("installed"))
    environment.install(wheel)
    return environment


def entries(wheel: Path) -> list[ZipInfo]:
    with ZipFile(wheel) as archive:
        return archive.infolist()


def names(wheel: Path) -> set[str]:
    return {entry.filename for entry in entries(wheel)}


def files_of(folder: Path) -> set[str]:
    """The files that belong to a folder, by their paths in it."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)) for path in found if "__pycache__" not in path.parts}


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_wheel_holds_all_of_a_folder(wheel: Path, folder: str) -> None:
    inside = {name for name in names(wheel) if name.startswith(f"{FOLDERS[folder]}/")}

    assert inside == {f"{FOLDERS[folder]}/{name}" for name in files_of(ROOT / folder)}


@pytest.mark.parametrize("package", ["absurd_core", "absurd_dashboard"])
def test_the_wheel_holds_all_of_a_package(wheel: Path, package: str) -> None:
    assert {f"{package}/{name}" for name in files_of(ROOT / package)} <= names(wheel)


def test_the_wheel_holds_files_and_no_links(wheel: Path) -> None:
    assert not [e.filename for e in entries(wheel) if stat.S_ISLNK(e.external_attr >> 16)]


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    tops = {name.split("/", 1)[0] for name in names(wheel)}

    assert tops == {"absurd_core", "absurd_dashboard", "absurd_dashboard-0.1.0.dist-info"}


def test_a_wheel_built_from_the_sdist_is_the_same(wheel: Path, tmp_path: Path) -> None:
    assert names(build(tmp_path)) == names(wheel)


def test_the_installed_wheel_needs_no_checkout(installed: Environment) -> None:
    found = Path(installed.run("-c", USE, **STANDALONE).strip())

    assert found.is_relative_to(installed.directory)


def test_the_installed_wheel_has_the_command(installed: Environment) -> None:
    command = installed.directory / "bin" / "absurd-dashboard"

    assert "serve" in run(command, "help", cwd=installed.directory)


def test_an_editable_install_uses_the_checkout(tmp_path: Path) -> None:
    environment = Environment(tmp_path / "venv")
    environment.install("--editable", ROOT)

    assert Path(environment.run("-c", USE, **STANDALONE).strip()).is_relative_to(ROOT)


def test_a_checkout_works_without_being_installed(tmp_path: Path) -> None:
    environment = Environment(tmp_path / "venv")

    assert Path(environment.run("-c", USE, cwd=ROOT, **STANDALONE).strip()).is_relative_to(ROOT)
