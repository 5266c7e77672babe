"""Two languages that nobody speaks: one long and accented, one from right to left."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.catalog import Catalog
from django.utils.translation import to_locale

from tests.languages.catalogue import compiled, extracted

LONG, MIRRORED = "en-xa", "ar-xb"
#: What stays as it is in a text: places, tags and entities.
_KEPT = re.compile(r"(%\(\w+\)[sd]|%s|\{\w*\}|</?[a-z][^>]*>|&\w+;)")
_WORD = 6
_SHAPES = {
    LONG: str.maketrans("aceinouyACEINOUY", "äçéîñöûýÄÇÉÎÑÖÛÝ"),
    MIRRORED: str.maketrans("abcdefghijklmnopqrstuvwxyz", "אבגדהוזחטיכלמנסעפצקרשתםןףץ"),
}


def disguised(text: str, language: str) -> str:
    """A text in one of the two languages, between brackets that show where it was cut off.

    Outer spaces stay outside; the long language adds a third, as Finnish does.
    """
    body = text.strip()
    start, end = text[: text.index(body)], text[text.index(body) + len(body) :]
    pieces = _KEPT.split(body if language == LONG else body.lower())
    shaped = "".join(
        piece if place % 2 else piece.translate(_SHAPES[language])
        for place, piece in enumerate(pieces)
    )
    more = _longer(1 + len(body) // 3) if language == LONG else ""
    return f"{start}⟦{shaped}{more}⟧{end}"


def _longer(many: int) -> str:
    """So many signs more, in words that are no longer than words are."""
    return " ".join("~" * min(_WORD, many - at) for at in range(0, many, _WORD))


def make(language: str, folder: Path) -> None:
    """Write a catalogue of one of the two languages into a folder for ``LOCALE_PATHS``."""
    catalog = Catalog(locale=language.partition("-")[0], charset="utf-8")
    for message in extracted():
        if isinstance(message.id, str):
            if message.id:
                catalog.add(message.id, disguised(message.id, language), context=message.context)
            continue
        forms = [disguised(form, language) for form in message.id]
        many = tuple(forms[:1] + forms[1:] * (catalog.num_plurals - 1))
        catalog.add(message.id, many, context=message.context)
    file = folder / to_locale(language) / "LC_MESSAGES" / "django.mo"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(compiled(catalog))
