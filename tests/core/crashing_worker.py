"""A worker process that never finishes the second step of its task: it waits to be killed."""

import sys
import threading
from pathlib import Path
from typing import Any

from absurd_sdk import Absurd, TaskContext


def register(app: Absurd, folder: Path, ship: Any) -> None:
    """Register a task of two steps; the first leaves a line in a file each time it runs."""

    def charge() -> str:
        with (folder / "charges").open("a") as charges:
            charges.write("charged\n")
        return "receipt-1"

    @app.register_task("order")
    def order(params: Any, context: TaskContext) -> list[str]:
        return [context.step("charge", charge), context.step("ship", ship)]


def main(url: str, folder: Path) -> None:
    """Work until killed."""

    def hang() -> None:
        (folder / "shipping").touch()
        threading.Event().wait()

    app = Absurd(url, queue_name="work")
    register(app, folder, hang)
    app.start_worker(worker_id="doomed", claim_timeout=30, poll_interval=0.01)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
