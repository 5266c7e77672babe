"""The newest supported pair of Python and Django, in an environment of its own.

``python -m tests.newest`` makes it; without Python 3.12 or later on the machine it says so.
"""

import subprocess
import sys
from pathlib import Path

from tests.interpreters import interpreters

ROOT = Path(__file__).parents[1]
_PINNED = ROOT / "constraints" / "newest.txt"
_PLACE = ROOT / "build" / "newest"
_DONE = _PLACE / "installed.txt"


def python() -> Path | None:
    """The interpreter of the environment; None where nobody made it, or not this one."""
    if not _DONE.exists() or _DONE.read_bytes() != _PINNED.read_bytes():
        return None
    return _PLACE / "bin" / "python"


def main() -> None:
    """Make the environment, unless it is there."""
    if python() is not None:
        return
    version, interpreter = list(interpreters().items())[-1] if interpreters() else ("", None)
    if interpreter is None or version == "3.11":
        print("no Python 3.12 or later is installed: the newest pair is not tested")  # noqa: T201
        return
    subprocess.run([interpreter, "-m", "venv", "--clear", _PLACE], check=True)
    pip = [_PLACE / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "install", "--require-hashes", "-r", _PINNED], check=True)
    _DONE.write_bytes(_PINNED.read_bytes())


if __name__ == "__main__":
    sys.exit(main())
