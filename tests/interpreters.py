"""The Python interpreters of this machine that the package supports."""

import subprocess
from pathlib import Path

VERSIONS = ("3.11", "3.12", "3.13")
#: Prints the version of an interpreter that can make virtual environments.
_PROBE = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"


def interpreters() -> dict[str, Path]:
    """One interpreter per version, the oldest version first."""
    found: dict[str, Path] = {}
    for version in VERSIONS:
        for candidate in _candidates(version):
            if _version(candidate) == version:
                found[version] = candidate
                break
    return found


def _candidates(version: str) -> list[Path]:
    name = f"python{version}"
    places = [Path("/usr/local/bin"), Path("/usr/bin"), Path("/opt/homebrew/bin")]
    kept = sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin"), reverse=True)
    return [path / name for path in (*kept, *places) if (path / name).exists()]


def _version(python: Path) -> str:
    done = subprocess.run([python, "-c", _PROBE], capture_output=True, text=True)
    return done.stdout.strip()
