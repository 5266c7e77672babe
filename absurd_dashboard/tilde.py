"""Any text as one URL path segment: tilde encoding, which no proxy or server rewrites."""

import re

_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
_ENCODED = re.compile(rb"~([0-9A-F]{2})")


def encode(text: str) -> str:
    """Encode text; letters, digits, ``_`` and ``-`` stay, a space is ``+``, the rest ``~XX``."""
    return "".join(
        chr(byte) if byte in _SAFE else "+" if byte == 0x20 else f"~{byte:02X}"
        for byte in text.encode()
    )


def decode(segment: str) -> str:
    """Undo :func:`encode`.

    Raises:
        ValueError: nothing encodes to this segment.
    """
    raw = segment.encode().replace(b"+", b" ")
    text = _ENCODED.sub(lambda match: bytes([int(match[1], 16)]), raw).decode()
    if encode(text) != segment:
        raise ValueError(f"not a tilde-encoded segment: {segment!r}")
    return text


class TildeConverter:
    """Path converter ``tilde`` for the names of queues and events."""

    regex = r"[A-Za-z0-9_~+-]+"

    def to_python(self, value: str) -> str:
        """The name in a URL; nothing that PostgreSQL stores has a NUL in its name."""
        name = decode(value)
        if "\x00" in name:
            raise ValueError("a name holds no NUL")
        return name

    def to_url(self, value: str) -> str:
        """The segment for a name."""
        return encode(value)
