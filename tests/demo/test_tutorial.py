"""docs/tutorial.md, followed to the letter: its files, its commands, and its click on Retry."""

import json
import os
import re
import select
import subprocess
import sys
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.demo.commands import ROOT, Browser, clean_environment, eventually

TEXT = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r'^```python title="(.+?)"\n(.*?)^```', TEXT, re.MULTILINE | re.DOTALL))
COMMANDS = re.findall(r"^```sh\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
USER = {"DJANGO_SUPERUSER_USERNAME": "ada", "DJANGO_SUPERUSER_PASSWORD": "engine-no-1"}


class Terminal:
    """A process and what it has printed."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.printed = ""

    def says(self, pattern: str) -> str:
        """Wait for a pattern in what it prints, and return its first group."""

        def found() -> str | None:
            match = re.search(pattern, self.read_on())
            return match and match[1]

        return eventually(found, 60, lambda: self.printed)

    def read_on(self) -> str:
        """All that it has printed until now."""
        assert self.process.stdout is not None
        if select.select([self.process.stdout], [], [], 0.05)[0]:
            self.printed += os.read(self.process.stdout.fileno(), 65536).decode()
        return self.printed


@contextmanager
def terminal(folder: Path, command: str, **variables: str) -> Iterator[Terminal]:
    """A command that goes on until the block ends."""
    process = subprocess.Popen(
        ["bash", "-c", f"exec {command}"],
        cwd=folder,
        env=clean_environment()
        | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        | variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        yield Terminal(process)
    finally:
        if command.startswith("python database.py"):
            process.communicate(b"\n", timeout=60)  # as the tutorial ends it
        else:
            process.terminate()
            process.communicate(timeout=60)


def task_in(browser: Browser, state: str) -> str:
    """Wait for the only task to be in a state; its id."""

    def found() -> str | None:
        _, answer = browser.get(f"tasks/?state={state}&format=json")
        tasks = json.loads(answer)["rows"]["rows"]
        return tasks[0]["task_id"] if tasks else None

    return eventually(found, 60)


def press_retry(browser: Browser, task: str) -> None:
    """Send the form behind *Retry now* as it stands on the task's page."""
    _, page = browser.get(f"tasks/{task}/")
    form = re.search(rf'<form[^>]*action="/tasks/{task}/retry/".*?</form>', page, re.DOTALL)
    assert form, page
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0]))
    status, _ = browser.get(f"tasks/{task}/retry/", urllib.parse.urlencode(hidden).encode())
    assert status == 200


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The reader's folder, with the two programs in it."""
    for name in ("database.py", "orders.py"):
        (tmp_path / name).write_text(FILES[name])
    return tmp_path


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., Terminal]]:
    """Start a command in the folder; all end with the test, the last one first."""
    with ExitStack() as stack:
        yield lambda command, **variables: stack.enter_context(
            terminal(folder, command, **variables)
        )


def mend(program: Path) -> None:
    """Put the tutorial's last snippet in the place of the function that it names."""
    function = re.compile(r"^def print_label.*?(?=\n\n\n)", re.MULTILINE | re.DOTALL)
    mended = FILES["orders.py, print_label"].strip()
    program.write_text(function.sub(lambda _: mended, program.read_text()))


def test_the_first_failed_task_is_understood_mended_and_retried(
    folder: Path, start: Callable[..., Terminal]
) -> None:
    _, database, work, order, serve, work_again = map(str.strip, COMMANDS)
    url = start(database).says(r'export ABSURD_DATABASE_URL="(.+)"')
    engine = {"ABSURD_DATABASE_URL": url}
    address = start(f"{serve} --port 0", **engine, **USER).says(r"Dashboard: (\S+)")
    browser = Browser(address)
    browser.sign_in("ada", "engine-no-1")

    with terminal(folder, work, **engine) as worker:
        assert start(order, **engine).process.wait(60) == 0
        worker.says("(charging 990 cents)")
        task = task_in(browser, "failed")
    assert "Failed for good after 2 of 2 attempts" in browser.get(f"tasks/{task}/")[1]

    mend(folder / "orders.py")
    again = start(work_again, **engine)
    press_retry(browser, task)
    assert task_in(browser, "completed") == task
    answer = json.loads(browser.get(f"tasks/{task}/?format=json")[1])
    assert answer["task"]["result"] == {"charged": 990, "label": "SW1A1AA"}
    assert [attempt["fact"]["state"] for attempt in answer["task"]["attempts"]].count("failed") == 2
    assert again.read_on() == ""  # the card was not charged again
