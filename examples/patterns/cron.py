"""Cron with idempotency keys: any number of schedulers, and each slot runs once.

The key is the schedule's name and the slot's time. Whoever ticks first spawns the task; all other
ticks, in this process or another, find it. A scheduler that was down catches up on the slots it
missed, as far back as ``catch_up`` says.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from absurd_core import Client, Spawned, Statement, tasks


def tick(
    client: Client, name: str, every: timedelta, now: datetime, catch_up: timedelta = timedelta(0)
) -> list[Spawned]:
    """Spawn what is due; call it as often as you like.

    Args:
        client: where; the tasks go to its default queue.
        name: the schedule's name, and the task's.
        every: the distance between two slots, counted from midnight UTC of 1970.
        now: the time.
        catch_up: how far back missed slots are made up for.

    Returns:
        The tasks of the slots, oldest first; ``created`` says which are new.
    """
    return [client.run(spawn(client.queue, name, slot)) for slot in slots(every, now, catch_up)]


def spawn(queue: str, name: str, slot: datetime) -> Statement[Spawned]:
    """The spawn of one slot's task."""
    at = slot.isoformat()
    return tasks.spawn(queue, name, {"slot": at}, idempotency_key=f"{name}:{at}")


def slots(every: timedelta, now: datetime, catch_up: timedelta) -> Iterator[datetime]:
    """The slots that are due, oldest first: the last one, and those missed before it."""
    slot = floor(now - catch_up, every)
    while slot <= now:
        yield slot
        slot += every


def floor(time: datetime, every: timedelta) -> datetime:
    """The last slot that is not after a time."""
    epoch = datetime.fromtimestamp(0, UTC)
    return epoch + (time - epoch) // every * every
