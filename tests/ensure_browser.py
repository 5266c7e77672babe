"""Find the system's Chromium for the browser tests; `python -m tests.ensure_browser` installs it.

As root on Debian it is installed with apt, and PgBouncer with it, whose tests are left out where it
is missing; elsewhere that is left to whoever owns the machine.
"""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = tuple(
    Path(f"/Applications/{name}.app/Contents/MacOS/{name}")
    for name in ("Google Chrome", "Chromium")
)
#: Debian puts it where only root's PATH looks.
PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
_ADVICE = "No Chromium or Chrome was found: install one with the system's package manager."


def browser_path() -> str | None:
    """Path of a Chromium or Chrome of the system; None where there is none."""
    on_path = [path for name in NAMES if (path := shutil.which(name))]
    return next(iter([*on_path, *(str(path) for path in MAC if path.exists())]), None)


def in_ci() -> bool:
    """Whether a missing browser is a failure, and not a reason to leave its tests out."""
    return os.environ.get("CI", "") not in ("", "0", "false")


def main() -> int:
    """Make sure of a browser, or say what to do; the exit status is 1 only in CI."""
    missing = [*([] if browser_path() else ["chromium"]), *([] if PGBOUNCER else ["pgbouncer"])]
    if missing and _root_on_debian():
        _install(missing)
    path = browser_path()
    sys.stdout.write(f"Browser tests use {path}.\n" if path else f"{_ADVICE}\n")
    return 1 if path is None and in_ci() else 0


def _root_on_debian() -> bool:
    return (
        shutil.which("apt-get") is not None
        and os.geteuid() == 0
        and platform.freedesktop_os_release().get("ID") == "debian"
    )


def _install(packages: list[str]) -> None:
    quietly = {"env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, "stdout": sys.stderr}
    subprocess.run(["apt-get", "update", "-q"], check=True, **quietly)
    install = ["apt-get", "install", "-qy", "--no-install-recommends", *packages]
    subprocess.run(install, check=True, **quietly)


if __name__ == "__main__":
    sys.exit(main())
