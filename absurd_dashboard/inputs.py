"""A task's inputs as a form shows them and takes them back; what was hidden in it stays as it was.

A form shows redacted JSON. Whatever is still there when it comes back stands for the original at
the same place, so that nobody has to know a hidden value to run a task again, and ``[redacted]``
never reaches the engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from absurd_core.payloads import dumps
from absurd_dashboard import jsontext
from absurd_dashboard.jsoninput import Fields, InvalidJson, parse
from absurd_dashboard.redaction import HIDDEN, Redactor

#: Characters of JSON that a form lets one edit; longer values are used as they are.
EDITABLE = 200_000
#: The inputs that are JSON; all but the params are objects or absent.
JSON_INPUTS = ("params", "headers", "retry_strategy", "cancellation")


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a task was spawned with: JSON as PostgreSQL prints it, None for SQL NULL."""

    params: str | None = None
    headers: str | None = None
    retry_strategy: str | None = None
    cancellation: str | None = None
    max_attempts: int | None = None

    def shown(self, name: str, redactor: Redactor) -> str | None:
        """An input's text in a form; empty for none, None when it is too long to be edited."""
        text = getattr(self, name)
        if text is None:
            return ""
        if len(text) > EDITABLE:
            return None
        laid_out = jsontext.layout(redactor.json(text), longest=EDITABLE * 2)
        return redactor.json(text) if laid_out.truncated else str(laid_out)

    def taken(self, name: str, fields: Fields, redactor: Redactor) -> Any:
        """The value that a form means; the original where the field is absent or unchanged.

        Raises:
            InvalidJson: the text cannot be read, is not an object where one is needed, or moves
                what was hidden to another place.
        """
        shown = self.shown(name, redactor)
        if name not in fields or (fields.typed and fields.text(name) == shown):
            return self._original(name)
        value = fields.json(name)
        if name != "params" and not (value is None or isinstance(value, dict)):
            raise InvalidJson(_("is not an object"))
        if not redactor.rules:
            return value
        return restored(value, parse(shown or "null"), self._original(name))

    def _original(self, name: str) -> Any:
        text = getattr(self, name)
        return None if text is None else parse_stored(text)


def parse_stored(text: str) -> Any:
    """Read JSON of the engine, however long."""
    return parse(text, longest=len(text))


def restored(edited: Any, shown: Any, original: Any) -> Any:
    """What was typed, with what was hidden in it put back.

    Args:
        edited: the value that came back.
        shown: the value that the form showed, redacted.
        original: the value as stored.

    Raises:
        InvalidJson: something hidden is in another place than it was.
    """
    if _same(edited, shown):
        return original
    if all(isinstance(each, Mapping) for each in (edited, shown, original)):
        return {
            key: restored(value, shown[key], original[key])
            if key in shown and key in original
            else _nothing_hidden(value)
            for key, value in _nothing_hidden_in_names(edited).items()
        }
    lists = all(isinstance(each, list) for each in (edited, shown, original))
    if lists and len(edited) == len(shown):
        return [restored(*three) for three in zip(edited, shown, original, strict=True)]
    return _nothing_hidden(edited)


def _same(one: Any, other: Any) -> bool:
    """Equality to the digit: for Python ``True`` is 1, and 1.0 too."""
    return dumps("value", one) == dumps("value", other)


def _nothing_hidden(value: Any) -> Any:
    if HIDDEN in (dumps("value", value) or ""):
        said = _("{hidden} is not where it was: type the value, or put it back")
        raise InvalidJson(said.format(hidden=HIDDEN))
    return value


def _nothing_hidden_in_names(value: Mapping[str, Any]) -> Mapping[str, Any]:
    _nothing_hidden(list(value))
    return value
