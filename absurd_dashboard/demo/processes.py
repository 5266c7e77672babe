"""Child processes that end with the program which started them."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


class Child:
    """A module of this project as a process, with a lifeline for its standard input.

    Args:
        name: what it is called, and the name of its log.
        command: the module, and its arguments.
        environment: all of its environment.
        logs: directory of its log, which begins anew with each object.
        pass_fds: file descriptors that it inherits.
        talks: leave its standard output to whoever made it, instead of the log.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        logs: Path,
        pass_fds: Sequence[int] = (),
        talks: bool = False,
    ) -> None:
        self.name = name
        self.log = logs / f"{name}.log"
        self._command = [sys.executable, "-m", *command]
        self._environment = environment
        self._pass_fds = pass_fds
        self._talks = talks
        logs.mkdir(exist_ok=True)
        self.log.write_bytes(b"")

    def start(self) -> None:
        """Start it, or start it again."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if self._talks else log,
                stderr=log,
                pass_fds=self._pass_fds,
                process_group=0,  # Ctrl-C is for the parent, which then ends its children in order
            )

    @property
    def running(self) -> bool:
        """Whether it has been started and not ended."""
        return self.process.poll() is None

    def kill(self) -> None:
        """End it as a crash of the machine would."""
        self.process.kill()
        self._reap()

    def terminate(self) -> None:
        """Ask it to end."""
        self.process.terminate()

    def wait(self, deadline: float) -> None:
        """Wait for its end until a time of ``time.monotonic()``, then kill it."""
        try:
            self.process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
        self._reap()

    def _reap(self) -> None:
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


@contextmanager
def running(*children: Child, grace: float) -> Iterator[None]:
    """Run processes for as long as the block; see :func:`stop` for their end."""
    started: list[Child] = []
    try:
        for child in children:
            child.start()
            started.append(child)
        yield
    finally:
        stop(started, grace)


def stop(children: Sequence[Child], grace: float) -> None:
    """End processes at the same time.

    Args:
        children: which, each of them started.
        grace: seconds until those that do not go by themselves are killed.
    """
    for child in children:
        child.terminate()
    deadline = time.monotonic() + grace
    for child in children:
        child.wait(deadline)
