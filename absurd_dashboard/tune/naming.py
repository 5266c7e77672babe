"""Names of indexes: the same at every run, recognisable as ours, never too long for PostgreSQL."""

from __future__ import annotations

from hashlib import blake2b

#: What the names of all of them begin with.
PREFIX = "adx_"
#: Bytes of an identifier.
_LONGEST = 63


def index_name(kind: str, table: str) -> str:
    """The name of an index.

    Args:
        kind: key of what it indexes.
        table: name of the table or partition, without its schema.

    Returns:
        ``adx_<kind>_<table>``; when that is too long, its beginning and a hash of the table.
    """
    whole = f"{PREFIX}{kind}_{table}"
    if len(whole.encode()) <= _LONGEST:
        return whole
    digest = blake2b(table.encode(), digest_size=5).hexdigest()
    # Not in the middle of a character.
    kept = whole.encode()[: _LONGEST - len(digest) - 1].decode(errors="ignore")
    return f"{kept}_{digest}"
