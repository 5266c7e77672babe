"""Collects what is to be translated, and keeps the catalogues: ``make messages``.

Babel reads Python; Django turns a template into something that Babel can read as Python.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

import absurd_dashboard

ROOT = Path(__file__).parents[2]
LOCALE = Path(absurd_dashboard.__file__).parent / "locale"
#: A catalogue has no date of its own, so that it changes with its messages only.
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
    "pgettext_lazy": ((1, "c"), 2),
}


def extracted() -> Catalog:
    """Everything that the source and the templates ask to be translated, without translations."""
    catalog = Catalog(project="absurd-dashboard", charset="utf-8")
    for file in _sources():
        text = file.read_text()
        if file.suffix == ".html":
            # The rest of a template means nothing to Python, its indentation neither.
            text = "\n".join(line.lstrip() for line in templatize(text).split("\n"))
        for _, message, _, context in extract("python", BytesIO(text.encode()), KEYWORDS):
            place = (str(file.relative_to(ROOT)), 0)
            catalog.add(message, locations=[place], context=context)
    return catalog


def _sources() -> Iterator[Path]:
    package = ROOT / "absurd_dashboard"
    skipped = {package / name for name in ("templates", "static", "examples", "migrations")}
    found = (file for file in package.rglob("*.py") if not skipped & {*file.parents})
    yield from sorted(found)
    yield from sorted((ROOT / "templates").rglob("*.html"))


def written(language: str) -> Path:
    """The file of a language's translations, for people."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """The translations of a language as they are kept."""
    with written(language).open("rb") as file:
        return read_po(file, locale=language)


def renewed(catalog: Catalog) -> Catalog:
    """A catalogue with all that is to be translated now, and nothing else."""
    catalog.update(extracted(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.fuzzy = False
    catalog.creation_date = catalog.revision_date = EPOCH
    catalog.header_comment = "# Translations of the dashboard; `make messages` renews this file."
    return catalog


def as_text(catalog: Catalog) -> bytes:
    """A catalogue as people read it."""
    file = BytesIO()
    write_po(file, catalog, width=100, sort_output=True, omit_header=False)
    return file.getvalue()


def compiled(catalog: Catalog) -> bytes:
    """A catalogue as programs read it."""
    file = BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def main() -> None:
    """Renew every catalogue, and say what remains to be translated."""
    for file in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        language = file.parents[1].name
        catalog = renewed(read(language))
        file.write_bytes(as_text(catalog))
        file.with_suffix(".mo").write_bytes(compiled(catalog))
        missing = sum(not message.string for message in catalog if message.id)
        print(f"{language}: {len(catalog)} messages, {missing} to translate")  # noqa: T201


if __name__ == "__main__":
    main()
