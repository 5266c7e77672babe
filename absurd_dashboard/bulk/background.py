"""The web process's own worker: a thread that starts when there is work, and ends with it."""

from __future__ import annotations

import threading

from django.db import connections

from absurd_dashboard.bulk import work
from absurd_dashboard.conf import dashboard_settings

_starting = threading.Lock()
_thread: threading.Thread | None = None


def ensure() -> None:
    """Make sure that this process works off what is to be worked off, unless the host forbids it.

    The thread is a daemon: when the process ends in the middle of a batch, another one goes on.
    """
    global _thread
    if not dashboard_settings().bulk_in_web:
        return
    with _starting:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_run, name="absurd-bulk", daemon=True)
            _thread.start()


def _run() -> None:
    try:
        work.persist(lambda: False, threading.Event().wait, idle=None)
    finally:
        connections.close_all()
