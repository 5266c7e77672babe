"""The catalogues hold every text of the interface, whole, and as the programs read it."""

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog, Message
from django.utils import translation

from absurd_dashboard import display
from absurd_dashboard.standalone import settings
from tests.languages.catalogue import as_text, compiled, extracted, read, written

PLACE = re.compile(r"%\(\w+\)[sd]|%s|\{\w*\}|</?[a-z][^>]*>")
LANGUAGES = [code for code, _ in settings.LANGUAGES if code != "en"]


def texts(message: Message) -> Iterator[tuple[str, str]]:
    """Each text with its translation; the last plural form stands for all of a language."""
    if isinstance(message.id, str):
        yield message.id, str(message.string)
    else:
        yield from ((message.id[-1], each) for each in message.string[-1:])


def outer(text: str) -> tuple[bool, bool]:
    return text[:1].isspace(), text[-1:].isspace()


def keys(catalog: Catalog) -> set[object]:
    return {(message.id, message.context) for message in catalog if message.id}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_and_nothing_else_is_kept(language: str) -> None:
    catalog = read(language)
    assert keys(catalog) == keys(extracted()), "make messages"
    assert [m.id for m in catalog if m.id and (m.fuzzy or not all(s for _, s in texts(m)))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_places_and_the_tags_of_its_text(language: str) -> None:
    amiss = [
        text
        for message in read(language)
        for text, string in texts(message)
        if text and sorted(PLACE.findall(text)) != sorted(PLACE.findall(string))
    ]
    assert amiss == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_begins_and_ends_with_a_space_where_its_text_does(language: str) -> None:
    pairs = [pair for message in read(language) if message.id for pair in texts(message)]
    assert [text for text, string in pairs if outer(text) != outer(string)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_programs_read_is_what_people_read(language: str) -> None:
    catalog = read(language)
    assert written(language).with_suffix(".mo").read_bytes() == compiled(catalog)
    assert written(language).read_bytes() == as_text(catalog)


def test_numbers_are_written_as_in_the_language() -> None:
    with translation.override("de"):
        assert display.duration(3.21) == "3,2 s"
        assert str(display.Count(12_345)) == "12.345"
        assert str(display.Count.estimated(1_234_567)) == "≈ 1,2 M"
    with translation.override("en"):
        assert str(display.Count.capped(20_000, 10_000)) == "10,000+"
