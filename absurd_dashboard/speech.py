"""Sentences in pieces, so that names and instants in them stay data until they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from string import Formatter

from absurd_dashboard import display


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence.

    Attributes:
        text: as it reads without markup.
        is_name: True for a name from code, from an event or from an error.
        is_quote: True for what somebody else wrote, such as an error's message.
        at: the instant that ``text`` says, in UTC.
        is_dated: whether it says the day too.
    """

    text: str
    is_name: bool = False
    is_quote: bool = False
    at: datetime | None = None
    is_dated: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """A plain sentence; ``str()`` of it is the whole."""

    parts: Sequence[Part]

    def __str__(self) -> str:
        return "".join(part.text for part in self.parts)


def say(template: str, **places: str | Part | Sentence | None) -> Sentence:
    """A sentence, or a part of one.

    Args:
        template: the words, translated; ``{name}`` stands for a place.
        places: what stands there; None leaves the place empty.
    """
    parts: list[Part] = []
    for text, place, _, _ in Formatter().parse(template):
        parts.extend(_parts(text))
        parts.extend(_parts(places[place]) if place else ())
    return Sentence(parts)


def _parts(piece: str | Part | Sentence | None) -> Sequence[Part]:
    if isinstance(piece, Sentence):
        return piece.parts
    if isinstance(piece, str):
        piece = Part(piece) if piece else None
    return () if piece is None else (piece,)


def named(value: str) -> Part:
    """A name, as one visible line of bounded length."""
    return Part(display.name(value), is_name=True)


def quoted(value: str) -> Part:
    """The first line of what somebody else wrote, of bounded length."""
    first = next(iter(value.strip().splitlines()), "")
    return Part(display.name(first), is_quote=True)


def clock(instant: datetime, now: datetime) -> Part:
    """An instant as a time of day; with its date when that is another day than now's."""
    moment = instant.astimezone(UTC)
    dated = moment.date() != now.astimezone(UTC).date()
    form = "%Y-%m-%d %H:%M UTC" if dated else "%H:%M UTC"
    return Part(f"{moment:{form}}", at=instant, is_dated=dated)
