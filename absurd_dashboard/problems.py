"""What is wrong with an argument, in the language of whoever reads it.

``absurd_core`` and the reader of JSON speak one language; what they say of arguments that people
type is known here by its text. What is not known, such as the engine's own words, stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from absurd_core.errors import InvalidArgument, InvalidRetryStrategy

#: In English, as they are said; what differs stands in braces.
_SAID = (
    # absurd_core, of arguments
    _("contains a NUL character"),
    _("contains half a surrogate pair"),
    _("factor must be a finite non-negative number"),
    _("has no time zone"),
    _("has {n} unknown keys"),
    _("is empty"),
    _("is longer than {n} bytes"),
    _("is negative"),
    _("is not JSON"),
    _("is not True or False"),
    _("is not a UUID"),
    _("is not a datetime"),
    _("is not a mapping"),
    _("is not a timedelta"),
    _("is not a whole number of seconds"),
    _("is not a whole number"),
    _("is not acceptable"),
    _("is not from {least} to {most}"),
    _("is not one that the engine knows"),
    _("is not text"),
    _("is of an unknown kind"),
    _("must be greater than the attempts made so far"),
    _("must be one of {words}"),
    _("{name} must be between 0 and {most} seconds"),
    # The reader of JSON
    _("holds a NUL or half a character"),
    _("is longer than {n} characters"),
    _("is nested too deeply"),
    _("is not a JSON object"),
    _("is not a whole number below 100,000"),
    _("line {line}, column {column}: {problem}"),
    _("{name} is not JSON"),
    # Python, of what stands there in JSON
    _("Expecting ',' delimiter"),
    _("Expecting ':' delimiter"),
    _("Expecting property name enclosed in double quotes"),
    _("Expecting value"),
    _("Extra data"),
    _("Illegal trailing comma before end of array"),
    _("Illegal trailing comma before end of object"),
    _("Invalid \\escape"),
    _("Invalid \\uXXXX escape"),
    _("Invalid control character at"),
    _("Unterminated string starting at"),
)
_PLACE = re.compile(r"\\\{(\w+)\\\}")


def in_words(problem: str) -> str:
    """What is wrong, translated."""
    for pattern, text in _patterns():
        if found := pattern.fullmatch(problem):
            said = {name: in_words(value) for name, value in found.groupdict().items()}
            return gettext(text).format(**said) if said else gettext(text)
    return problem


def of(error: Exception) -> str:
    """What an error says is wrong, without the name of the argument."""
    if isinstance(error, InvalidArgument | InvalidRetryStrategy):
        return in_words(error.problem)
    return in_words(str(error))


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(_pattern_of_each())


def _pattern_of_each() -> Iterator[tuple[re.Pattern[str], str]]:
    for text in _SAID:
        yield re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(text))), text
