"""Signing in where the dashboard is served on its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.demo.commands import ROOT, clean_environment

BEGIN = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.contrib.auth.models import User
from django.test import Client
User.objects.create_superuser("ada", password="a long pass phrase")
def sign_in(client, password):
    return client.post("/login/", {"username": "ada", "password": password})
"""


def script(tmp_path: Path, body: str, **environment: str) -> str:
    """Run Python under the stand-alone settings, with state of its own; what it prints."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", BEGIN + body],
        cwd=ROOT,
        env=clean_environment()
        | {
            "DJANGO_SETTINGS_MODULE": "absurd_dashboard.standalone.settings",
            "ABSURD_DASHBOARD_SECRET_KEY": "not secret: tests only",
            "ABSURD_DASHBOARD_ALLOWED_HOSTS": "testserver",
            "ABSURD_DASHBOARD_STATE_URL": f"sqlite:///{tmp_path / 'state.sqlite3'}",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_guessing_a_password_is_stopped_and_says_so(tmp_path: Path) -> None:
    said = script(
        tmp_path,
        """
answers = [sign_in(Client(), f"guess {n}") for n in range(11)]
print([answer.status_code for answer in answers], "Too many attempts" in answers[-1].text)
print(sign_in(Client(), "a long pass phrase").status_code)
""",
    )
    assert said.splitlines() == [f"{[200] * 9 + [429] * 2} True", "429"]


def test_a_new_password_ends_every_other_session(tmp_path: Path) -> None:
    said = script(
        tmp_path,
        """
from django.conf import settings
one, two = Client(), Client()
for client in (one, two):
    sign_in(client, "a long pass phrase")
keys = {client.cookies[settings.SESSION_COOKIE_NAME].value for client in (one, two)}
user = User.objects.get(); user.set_password("another pass phrase"); user.save()
print(len(keys), [client.get("/admin/").status_code for client in (one, two)])
""",
    )
    assert said == "2 [302, 302]"


def test_every_sign_in_has_a_new_session_key(tmp_path: Path) -> None:
    said = script(
        tmp_path,
        """
from django.conf import settings
client = Client()
client.get("/login/")
sign_in(client, "a long pass phrase"); first = client.cookies[settings.SESSION_COOKIE_NAME].value
client.post("/logout/")
sign_in(client, "a long pass phrase"); second = client.cookies[settings.SESSION_COOKIE_NAME].value
print(first != second)
""",
    )
    assert said == "True"


def test_a_sign_in_does_not_lead_to_another_site(tmp_path: Path) -> None:
    said = script(
        tmp_path,
        """
print([Client().post("/login/?next=" + place,
                     {"username": "ada", "password": "a long pass phrase"})["Location"]
       for place in ("https://evil.example/", "//evil.example/", "/tasks/")])
""",
    )
    assert said == "['/', '/', '/tasks/']"


@pytest.mark.parametrize("https", ["0", "1"])
def test_the_deployment_checks_find_nothing(tmp_path: Path, https: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=clean_environment()
        | {
            "ABSURD_DASHBOARD_SECRET_KEY": "".join(map(chr, range(33, 120))),
            "ABSURD_DASHBOARD_HTTPS": https,
            "ABSURD_DASHBOARD_STATE_URL": f"sqlite:///{tmp_path / 'state.sqlite3'}",
            "ABSURD_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
