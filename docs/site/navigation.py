"""Makes docs/index.md the site's navigation: its headings are sections, its links pages."""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig

PART = re.compile(
    r"^## (?P<heading>.+)$|^\| \[(?P<title>[^\]]+)\]\((?P<file>[\w./-]+)\) \|", re.MULTILINE
)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Set the navigation; a link to a folder's README is a section of all that is in it."""
    docs = Path(config.docs_dir)
    sections: list[tuple[str, list[object]]] = []
    for part in PART.finditer((docs / "index.md").read_text(encoding="utf-8")):
        if part["heading"]:
            sections.append((part["heading"], []))
        else:
            sections[-1][1].append({part["title"]: _pages(docs, part["file"])})
    config.nav = [{"Documents": "index.md"}, *({heading: pages} for heading, pages in sections)]
    return config


def _pages(docs: Path, file: str) -> object:
    if file.startswith("../"):
        return file.replace("../", "project/", 1)  # where outside.py puts it
    if not file.endswith("/README.md"):
        return file
    others = sorted(path for path in (docs / file).parent.glob("*.md") if path.name != "README.md")
    return [file, *(path.relative_to(docs).as_posix() for path in others)]
