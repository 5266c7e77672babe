"""Schemas of the engine as former releases of absurdctl made them."""

import ast
import fcntl
import hashlib
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path

import absurdctl
import psycopg

NEWEST = absurdctl.ABSURD_SCHEMA_TARGET_VERSION

#: Former releases with the SHA-256 of their wheels.
RELEASES = {
    "0.3.0": "cc382f10158c1671ec31356f29b225822a2913c6ab7d82e8e52a73b05c5ee786",
    "0.4.0": "cfbb2d6b72bbf8fef0f4da4f9f1210deae84b8c553317d506b6597f9203ff45d",
    "0.5.0": "4d1547532da9816f8d87e78d3b09e7916505916acb3dca37e923c9cb74114f5c",
}
EVERY_VERSION = [*RELEASES, NEWEST]

_CACHE = Path(__file__).parents[2] / "build" / "old-engines"
_EXTENSION = 'create extension if not exists "uuid-ossp";'


def install(connection: psycopg.Connection, version: str) -> None:
    """Install the engine of that version into an empty database.

    Up to 0.4 it takes one function from the extension uuid-ossp. A server built without it, such
    as the embedded one, gets that function from PostgreSQL's own generator.
    """
    script = schema_sql(version)
    if _EXTENSION in script and not _has_uuid_ossp(connection):
        script = script.replace(_EXTENSION, "")
        connection.execute(
            "create function uuid_generate_v4() returns uuid language sql"
            " as 'select gen_random_uuid()'"
        )
    connection.execute(script.encode())


@cache
def schema_sql(version: str) -> str:
    """The SQL with which absurdctl of that version installs the engine."""
    if version == NEWEST:
        return str(absurdctl.BUNDLED_SCHEMA_SQL)
    source = zipfile.ZipFile(_wheel(version)).read("absurdctl/__init__.py").decode()
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "BUNDLED_SCHEMA_SQL":
            return str(ast.literal_eval(node.value))
    raise LookupError(f"absurdctl {version} bundles no schema")


def _has_uuid_ossp(connection: psycopg.Connection) -> bool:
    query = "select from pg_available_extensions where name = 'uuid-ossp'"
    return connection.execute(query).fetchone() is not None


def _wheel(version: str) -> Path:
    """The wheel of a release, downloaded once by whichever test process comes first."""
    _CACHE.mkdir(parents=True, exist_ok=True)
    path = _CACHE / f"absurdctl-{version}-py3-none-any.whl"
    with (_CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            _download(version)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert digest == RELEASES[version], f"{path} is not the release it should be"
    return path


def _download(version: str) -> None:
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download"]
    subprocess.run([*pip, "--no-deps", "--dest", _CACHE, f"absurdctl=={version}"], check=True)
