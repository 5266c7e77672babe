"""The files in deploy/ are sound, as far as it can be told without running a container."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, their continued lines joined."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


def copied() -> list[str]:
    """What the image is built from, relative to the checkout."""
    found = [rest.split() for name, rest in instructions() if name == "COPY"]
    return [source for words in found if "--from=build" not in words for source in words[:-1]]


def test_the_package_can_be_built_from_what_the_image_copies(tmp_path: Path) -> None:
    for name in copied():
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy2
        copy(source, tmp_path / name, **({"symlinks": True} if source.is_dir() else {}))

    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "."]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)

    assert len(list(tmp_path.glob("absurd_dashboard-*.whl"))) == 1


def test_what_the_image_copies_is_let_into_the_build() -> None:
    let_in = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()

    assert [name for name in copied() if f"!{name}" not in let_in] == []


def test_every_extra_that_an_image_can_have_is_pinned() -> None:
    asked = {rest.partition("=")[2] for name, rest in instructions() if name == "ARG"}
    asked |= set(re.findall(r"EXTRA: (\w+)", (DEPLOY / "compose.yaml").read_text(encoding="utf-8")))

    assert asked == {"serve", "demo"}
    assert [name for name in asked if not (ROOT / f"constraints/{name}.txt").exists()] == []


def test_the_image_does_not_run_as_root_and_says_whether_it_is_well() -> None:
    last_stage = instructions()
    while any(name == "FROM" for name, _ in last_stage[1:]):
        last_stage = last_stage[1:]
    said = dict(last_stage)

    assert not said["USER"].startswith(("root", "0"))
    assert "/healthz" in said["HEALTHCHECK"]


def test_the_compose_file_says_what_compose_understands() -> None:
    command = [BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec"]
    checked = subprocess.run(
        [*command, DEPLOY / "compose.yaml"], capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stdout


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_the_unit_says_what_systemd_understands(tmp_path: Path) -> None:
    unit = (DEPLOY / "absurd-dashboard.service").read_text(encoding="utf-8")
    installed = tmp_path / "absurd-dashboard.service"
    installed.write_text(unit.replace("/opt/absurd-dashboard/bin", str(BIN)), encoding="utf-8")

    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", installed],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (checked.returncode, checked.stderr) == (0, "")
