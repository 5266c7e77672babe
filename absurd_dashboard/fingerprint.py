"""What makes two failures the same cause: the error's name, its message's shape, and our frame."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

from absurd_dashboard.conventions import CLAIM_TIMEOUT

#: Characters of a message, and of each end of a traceback, that are looked at.
MESSAGE, TRACE = 500, 4_000
#: Characters of a message's shape that count, so that where it was cut off does not.
_SHAPE = 160
_LONGEST_LINE = 500

#: What differs between two messages of one cause, the longest forms first. Runs of digits are one
#: zero by then, as in sql/dashboard/failure_groups.sql, so that both see the same causes.
_VARIABLE = (
    ("time", r"0-0-0[T ]0:0(?::0(?:[.,]0)?)?(?:Z|[+-]0(?::0)?)?"),
    ("id", r"\b[0a-fA-F]{1,8}(?:-[0a-fA-F]{1,4}){3}-[0a-fA-F]{1,12}\b"),
    ("url", r"\b[a-z][a-z+]{1,15}://[^\s\"'<>]+"),
    ("email", r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"),
    ("text", r"\"[^\"]*\"|`[^`]*`|“[^”]*”|«[^»]*»|(?<!\w)'[^']*'(?!\w)"),
    ("path", r"(?<![\w/])(?:~|[A-Za-z]:)?(?:[/\\][\w.@+~-]+){2,}[/\\]?"),
    ("address", r"\b0(?:\.0){3}(?::0)?|\[[0a-fA-F]*:[0a-fA-F:.]+\](?::0)?"),
    # A word in which letters follow a digit, or that only hexadecimal digits make up.
    ("id", r"\b[^\W0]*0(?=[^\W0])\w*|\b[a-fA-F]{3,}0\b"),
    # A number, or a list of them.
    ("n", r"[-+]?0(?:(?:[.,_]|, )0)*"),
)
_PATTERN = re.compile("|".join(f"({pattern})" for _, pattern in _VARIABLE))
_LABELS = [f"<{label}>" for label, _ in _VARIABLE]
_DIGITS = re.compile(r"[0-9]+")

_PYTHON = re.compile(r'\s*File "(?P<file>[^"]+)", line \d+, in (?P<function>.+)')
_JAVASCRIPT = re.compile(
    r"\s*at (?:(?P<function>[^(]+?) )?\(?(?P<file>[^()\s]+?):\d+(?::\d+)?\)?\s*"
)
_GO = re.compile(r"\t(?P<file>\S+\.go):\d+(?: \+0x[0-9a-f]+)?\s*")
#: Frames of a language's library, of installed packages, or of an SDK.
_FOREIGN = re.compile(
    r"site-packages|dist-packages|node_modules|^node:|[/\\]lib[/\\]python\d|absurd[_-]sdk"
    r"|^<|[/\\]go[/\\](?:src|pkg[/\\]mod)[/\\]|[/\\]vendor[/\\]|[/\\]libexec[/\\]src[/\\]"
)


@dataclass(frozen=True, slots=True)
class Frame:
    """Where in a program an error arose; ``ours`` unless it is in a library."""

    file: str
    function: str

    @property
    def ours(self) -> bool:
        """Whether it is neither in a library nor in an SDK."""
        return _FOREIGN.search(self.file) is None

    def __str__(self) -> str:
        """The file in its folder, and the function: no line, no number of a deployment."""
        *folders, file = re.split(r"[/\\]", self.file.removeprefix("file://"))
        folder = _DIGITS.sub("0", folders[-1]) if folders else ""
        return f"{folder}/{file} {self.function}".strip()


def fingerprint(name: str | None, message: str | None, trace: str | None) -> str:
    """Name a failure's cause, the same in every process and on every day.

    Args:
        name: the error's name; None where the failure is not an object that has one.
        message: its message, of which the first :data:`MESSAGE` characters count.
        trace: its traceback; both ends count, :data:`TRACE` characters of each.

    Returns:
        Sixteen hexadecimal digits.
    """
    # The engine's own failure says which worker and when, which is never the cause.
    parts = (name,) if name == CLAIM_TIMEOUT else (name, shape(message or ""), str(frame(trace)))
    return blake2b(repr(parts).encode(errors="replace"), digest_size=8).hexdigest()


def shape(message: str) -> str:
    """A message with ids, numbers, quotes, paths, addresses and times replaced by their kind."""
    same = _DIGITS.sub("0", message[:MESSAGE])
    plain = _PATTERN.sub(lambda found: _LABELS[(found.lastindex or 1) - 1], same)
    return " ".join(plain.split())[:_SHAPE]


def frame(trace: str | None) -> Frame | None:
    """The innermost frame that is ours, else the innermost one; None where there is no frame."""
    frames = list(_frames(_ends(trace or "")))
    return next((each for each in frames if each.ours), frames[0] if frames else None)


def _ends(trace: str) -> list[str]:
    kept = trace if len(trace) <= 2 * TRACE else f"{trace[:TRACE]}\n{trace[-TRACE:]}"
    return [line[:_LONGEST_LINE] for line in kept.split("\n")]


def _frames(lines: list[str]) -> Iterator[Frame]:
    """The frames of a traceback from the inside out, whichever language wrote it."""
    for line in reversed(lines):  # Python writes the innermost last, the others first
        if found := _PYTHON.fullmatch(line):
            yield Frame(found["file"], found["function"].strip())
    for before, line in zip(["", *lines], lines, strict=False):
        if found := _GO.fullmatch(line):
            yield Frame(found["file"], before.rsplit("(", 1)[0].strip())
        elif found := _JAVASCRIPT.fullmatch(line):
            yield Frame(found["file"], (found["function"] or "").removeprefix("async "))
