"""Gives pages of their own to files outside docs/ that documents link to, code among them."""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"(?<=\]\()(?P<path>[^)\s#:]+)(?P<anchor>#[^)\s]*)?(?=\))")
LANGUAGES = {".py": "python", ".sh": "sh", ".yaml": "yaml", ".service": "ini", ".html": "jinja"}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add a page for every file outside that can be reached by links."""
    texts = [(file.src_uri, file.content_string) for file in files.documentation_pages()]
    while texts:
        where, text = texts.pop()
        for path in _outside(where, text):
            if files.get_file_from_path(_place(path)) is None:
                text = _text(ROOT / path)
                files.append(File.generated(config, _place(path), content=text))
                texts.append((_place(path), text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead links between files of the checkout to the pages that these are on the site."""
    here = page.file.src_uri

    def moved(link: re.Match[str]) -> str:
        place = _place(_target(here, link["path"]))
        return posixpath.relpath(place, posixpath.dirname(here)) + (link["anchor"] or "")

    return LINK.sub(moved, markdown) if not here.startswith("source/") else markdown


def _outside(where: str, text: str) -> Iterator[str]:
    """The files outside docs/ that the text of a page links to, from the root of the checkout."""
    if not where.startswith("source/"):
        paths = (_target(where, link["path"]) for link in LINK.finditer(text))
        yield from (path for path in paths if not path.startswith("docs/"))


def _target(where: str, path: str) -> str:
    origin = "" if where.startswith("project/") else posixpath.dirname(f"docs/{where}")
    return posixpath.normpath(posixpath.join(origin, path))


def _place(path: str) -> str:
    """Where on the site a file of the checkout is."""
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    return f"project/{path}" if path.endswith(".md") else f"source/{path}.md"


def _text(file: Path) -> str:
    """The file as a page."""
    if file.suffix == ".md":
        return file.read_text(encoding="utf-8")
    name = file.relative_to(ROOT).as_posix()
    if file.is_dir():
        shown = "\n".join(sorted(f"- `{entry.name}`" for entry in file.glob("[!_]*")))
    else:
        code = file.read_text(encoding="utf-8")
        shown = f"~~~~{LANGUAGES.get(file.suffix, 'text')}\n{code}~~~~"
    return f"---\nsearch:\n  exclude: true\n---\n\n# {name}\n\n{shown}\n"
