"""README.md's way of mounting the dashboard, followed to the letter in a stock Django site."""

import http
import re
import subprocess
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from absurd_core import queues, run, schema
from tests.core.databases import fresh_database
from tests.demo.commands import Browser, clean_environment, eventually
from tests.packaging.environments import ROOT, Environment

README = (ROOT / "README.md").read_text(encoding="utf-8")
#: What a reader replaces by the name of their database.
NAME = '"NAME": "app"'
USER = {"DJANGO_SUPERUSER_USERNAME": "ada", "DJANGO_SUPERUSER_PASSWORD": "engine-no-1"}
LIBPQ = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}


@pytest.fixture(scope="module")
def engine(server_url: str) -> Iterator[dict[str, str]]:
    """An engine with one queue: its parameters, as psycopg calls them."""
    with fresh_database(server_url) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            schema.install(connection)
            run(connection, queues.create("orders"))
        yield {name: str(value) for name, value in conninfo_to_dict(url).items()}


@pytest.fixture(scope="module")
def site(
    wheel: Path, engine: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Environment:
    """A new site that has the dashboard as README.md says, and a superuser."""
    environment = Environment(tmp_path_factory.mktemp("site"))
    environment.install(wheel)
    environment.run("-m", "django", "startproject", "mysite", ".")
    append(environment.directory / "mysite" / "settings.py", in_database(engine["dbname"]))
    append(environment.directory / "mysite" / "urls.py", readme("urls.py"))
    environment.run("manage.py", "migrate")
    environment.run("manage.py", "createsuperuser", "--no-input", "--email=", **USER)
    return environment


@pytest.fixture(scope="module")
def url(site: Environment, engine: dict[str, str]) -> Iterator[str]:
    """Where the site is served, as developers serve theirs."""
    log = site.directory / "log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [site.python, "-u", "manage.py", "runserver", "--noreload", "127.0.0.1:0"],
            cwd=site.directory,
            env=clean_environment() | {LIBPQ[key]: engine[key] for key in LIBPQ.keys() & engine},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        found = eventually(
            lambda: re.search(r"server at (\S+)", log.read_text()), explain=log.read_text
        )
        yield found[1]
        server.terminate()
        server.wait()


@pytest.fixture(scope="module")
def browser(url: str) -> Browser:
    """A browser in which the superuser has signed in on the page that the site has, the admin's."""
    browser = Browser(url)
    _, page = browser.get("admin/login/")
    (token,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    form = {"csrfmiddlewaretoken": token, "username": "ada", "password": "engine-no-1"}
    browser.get("admin/login/?next=/admin/", urllib.parse.urlencode(form).encode())
    return browser


def readme(file: str) -> str:
    """The lines that README.md gives for one of a site's files."""
    (found,) = re.findall(rf"^```python\n(# {file}\n.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return str(found)


def in_database(name: str) -> str:
    """The lines for the settings, with the name of a database instead of README.md's."""
    lines = readme("settings.py")
    assert lines.count(NAME) == 1
    return lines.replace(NAME, f'"NAME": "{name}"')


def append(file: Path, lines: str) -> None:
    file.write_text(file.read_text() + "\n" + lines)


def test_it_takes_four_settings_and_one_include() -> None:
    assert len(readme("settings.py").splitlines()) == 1 + 4
    assert readme("urls.py").count("include(") == 1


def test_the_overview_shows_the_engine(browser: Browser) -> None:
    status, page = browser.get("absurd/")

    assert status == http.HTTPStatus.OK
    assert "<title>Overview" in page
    assert 'href="/absurd/queues/orders/"' in page


def test_all_that_the_overview_refers_to_is_there(browser: Browser) -> None:
    _, page = browser.get("absurd/")
    files = set(re.findall(r'(?:href|src)="/(static/[^"#]+)', page))

    assert "static/absurd_dashboard/app.css" in files
    assert {file: browser.get(file)[0] for file in files} == dict.fromkeys(files, 200)


def test_nobody_sees_it_without_signing_in(browser: Browser) -> None:
    status, page = browser.anonymous().get("absurd/")

    assert "orders" not in page
    assert status == http.HTTPStatus.NOT_FOUND  # a stock site has no page at LOGIN_URL


def test_the_stock_site_has_nothing_to_complain_about(site: Environment) -> None:
    assert "no issues" in site.run("manage.py", "check", "--fail-level", "WARNING")


def test_the_migrations_are_all_there(site: Environment) -> None:
    assert "No changes" in site.run("manage.py", "makemigrations", "--check", "--dry-run")
