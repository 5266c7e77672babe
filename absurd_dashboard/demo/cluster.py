"""The demo's PostgreSQL as a process of its own, so that it ends with the demo, however that does.

``python -m absurd_dashboard.demo.cluster <directory>`` prints the server's URL once it answers.
"""

import os
import signal
import sys
from pathlib import Path

from absurd_dashboard.demo.server import EmbeddedServer, forget_crash
from absurd_dashboard.demo.stopping import StopSignal
from absurd_dashboard.standalone import lifeline


def main() -> None:
    """Run the server until a signal, or until the parent is gone."""
    directory = Path(sys.argv[1])
    with StopSignal() as stop:
        lifeline.on_loss(lambda: os.kill(os.getpid(), signal.SIGTERM))
        forget_crash(directory)
        server = EmbeddedServer(directory)
        sys.stdout.write(f"{server.url()}\n")
        sys.stdout.flush()
        stop.wait()
        server.stop()


if __name__ == "__main__":
    main()
