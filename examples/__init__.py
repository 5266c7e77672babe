"""Durable workflows as lessons, from the simplest on; each module is one.

Register all of them on an app, whatever queue that app works::

    app = Absurd(url, queue_name="orders")
    register(app)
    app.start_worker()
"""

from absurd_sdk import Absurd

from . import agent, approval, deadlines, etl, failures, order_fulfilment, renewals, saga

LESSONS = (order_fulfilment, approval, renewals, agent, saga, etl, failures, deadlines)


def register(app: Absurd) -> None:
    """Make every example's tasks known to an app; it works those of its own queue."""
    for lesson in LESSONS:
        lesson.register(app)
