"""Ctrl-C and SIGTERM as something to wait for, so that nothing is interrupted halfway."""

import os
import select
import signal
from types import FrameType, TracebackType
from typing import Any, Self

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopSignal:
    """Catches the signals that end a program while it is entered.

    The handler writes a byte into a pipe and nothing else: unlike the locks of ``threading``, a
    pipe cannot be held by the code that the signal interrupted.
    """

    def __enter__(self) -> Self:
        self._reader, self._writer = os.pipe()
        self._before: dict[signal.Signals, Any] = {
            number: signal.signal(number, self._note) for number in SIGNALS
        }
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._reader)
        os.close(self._writer)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        os.write(self._writer, b"!")

    def wait(self, seconds: float | None = None, *, readable: int | None = None) -> bool:
        """Wait, and say whether it is time to stop.

        Args:
            seconds: at most so long; None: until a signal.
            readable: a file descriptor that also ends the wait when it has something to read.
        """
        watched = [self._reader] if readable is None else [self._reader, readable]
        ready, _, _ = select.select(watched, [], [], seconds)
        return self._reader in ready
