"""Ids in HTML of things whose names may hold anything."""

from hashlib import blake2b


def step(name: str) -> str:
    """The id of what is about a checkpoint."""
    return f"step-{_digest(name)}"


def line(attempt: int, kind: str, label: str) -> str:
    """What names a line of the timeline in ids and in the query."""
    return _digest(f"{attempt} {kind} {label}")


def workflow(key: str) -> str:
    """The id of what is about a workflow run."""
    return f"workflow-{_digest(key)}"


def _digest(name: str) -> str:
    return blake2b(name.encode(), digest_size=8).hexdigest()
