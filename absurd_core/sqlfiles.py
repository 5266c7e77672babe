"""SQL kept in files, so that psql and EXPLAIN work on it too."""

from functools import cache
from importlib.resources import files


@cache
def read_sql(name: str) -> str:
    """The text of ``sql/<name>.sql``.

    Args:
        name: path below ``sql/`` without the ending, such as ``workflows/table``.
    """
    return files("absurd_core").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
