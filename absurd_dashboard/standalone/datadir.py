"""The directory that keeps what must survive a restart: secrets and databases."""

import fcntl
import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

import platformdirs
from django.core.management import CommandError

#: Names of the files of `serve`: the dashboard's own tables, and what signs sessions.
STATE, KEY = "state.sqlite3", "secret-key"


def default(name: str) -> Path:
    """Where a command keeps its data unless told otherwise: below the user's data directory."""
    return platformdirs.user_data_path("absurd-dashboard") / name


def serving(named: str) -> Path:
    """Where `serve` keeps its data, and its other commands look for it.

    Args:
        named: what was said of it; empty for the default.
    """
    return Path(named).expanduser().absolute() if named else default("serve")


def key(directory: Path) -> str:
    """What signs sessions, generated when it is missing."""
    return secret(directory / KEY, 48)  # Django asks for 50 characters


def kept(directory: Path) -> str:
    """What signs sessions; empty before the first start."""
    return key(directory) if (directory / KEY).exists() else ""


def prepare(directory: Path) -> Path:
    """Make a data directory that only its owner may enter, and return its absolute path.

    Raises:
        CommandError: it cannot be made, or nothing can be written into it.
    """
    directory = directory.expanduser().absolute()
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise CommandError(
            f"Cannot write to the data directory {directory} ({error.strerror}); "
            "name another with --data-dir."
        ) from error
    return directory


def lock(directory: Path) -> IO[str]:
    """Keep every other process from using a data directory until the file is closed.

    Raises:
        CommandError: another process uses it.
    """
    file = (directory / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise CommandError(
            f"Another one is running on the data directory {directory}; "
            "stop it, or name another directory with --data-dir."
        ) from error
    return file


def secret(file: Path, size: int = 24) -> str:
    """Return the secret in a file, generated when the file is missing; only its owner reads it.

    Args:
        file: where it is kept.
        size: how many bytes a new one has.
    """
    if not file.exists():
        _publish(file, secrets.token_urlsafe(size))
    return file.read_text().strip()


def _publish(file: Path, text: str) -> None:
    """Make a file appear with all of its text, or leave the one that came first."""
    with NamedTemporaryFile("w", dir=file.parent) as draft:
        os.chmod(draft.name, 0o600)
        draft.write(f"{text}\n")
        draft.flush()
        with suppress(FileExistsError):
            os.link(draft.name, file)
