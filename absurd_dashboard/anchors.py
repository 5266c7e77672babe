"""Ids in HTML of things whose names may hold anything."""

from hashlib import blake2b


def step(name: str) -> str:
    """The id of what is about a checkpoint: a digest of its name."""
    return f"step-{blake2b(name.encode(), digest_size=8).hexdigest()}"
