"""Virtual environments that have what the package depends on, but not the package."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

from tests.demo.commands import clean_environment

ROOT = Path(__file__).parents[2]


class Environment:
    """A fresh virtual environment without pip, at ``directory``.

    The tests' own packages are importable there, but for those that are installed as links into
    a checkout: Python doesn't follow a ``.pth`` file in a directory that another one names. So
    nothing is downloaded, and what is imported from this project is what was installed here.
    """

    def __init__(self, directory: Path) -> None:
        venv.create(directory)
        self.directory = directory
        self.python = directory / "bin" / "python"
        packages = sysconfig.get_path("purelib", vars={"base": str(directory)})
        (Path(packages) / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n")

    def install(self, *what: object) -> None:
        """Install something that is there already, such as a wheel or ``--editable <path>``."""
        options = ("--quiet", "--no-index", "--no-deps", "--no-build-isolation")
        run(sys.executable, "-m", "pip", "--python", self.python, "install", *options, *what)

    def run(self, *arguments: object, cwd: Path | None = None, **variables: str) -> str:
        """Run its Python in a directory, its own unless said otherwise; return what it prints."""
        return run(self.python, *arguments, cwd=cwd or self.directory, **variables)


def build(directory: Path, *options: str) -> Path:
    """Build a wheel of the checkout with what is installed, and return it."""
    run(sys.executable, "-m", "build", "--no-isolation", *options, "--outdir", directory, ROOT)
    (wheel,) = directory.glob("*.whl")
    return wheel


def run(*command: object, cwd: Path = ROOT, **variables: str) -> str:
    """Run a command, which has to succeed, and return what it prints."""
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env=clean_environment() | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
