"""A child process that ends with its parent, however that one ended.

The parent holds the writing end of a pipe which is the child's standard input, and never writes.
When the parent is gone, even by SIGKILL, the kernel closes that end, and the child reads the end
of its input. This needs nothing that only one kernel has.
"""

import os
import threading
from collections.abc import Callable


def on_loss(then: Callable[[], object]) -> None:
    """Call a function, in another thread, when the parent of this process is gone."""

    def wait() -> None:
        while os.read(0, 1024):
            pass
        then()

    threading.Thread(target=wait, name="lifeline", daemon=True).start()
