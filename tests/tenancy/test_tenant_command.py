"""`manage.py tenant`: provisioning that can be run again."""

import io
import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from absurd_dashboard.models import Membership, Scope, Tenant
from absurd_dashboard.provisioning import parse_scope, scope_text

pytestmark = pytest.mark.usefixtures("_databases")


def tenant(*arguments: str) -> str:
    """Run the command and return what it says."""
    said = io.StringIO()
    call_command("tenant", *arguments, stdout=said)
    return said.getvalue().strip()


def test_create_makes_a_tenant_and_says_so() -> None:
    said = tenant("create", "acme", "--name", "Acme Inc", "--scope", "acme-*")
    assert said.splitlines() == ["created tenant acme (Acme Inc)", "acme sees acme-*"]
    made = Tenant.objects.get()
    assert (made.slug, made.name, str(made.scopes.get())) == ("acme", "Acme Inc", "acme-*")


def test_without_a_name_a_tenant_is_called_by_its_slug() -> None:
    tenant("create", "acme")
    assert Tenant.objects.get().name == "acme"


@pytest.mark.parametrize(
    "again",
    [
        ("create", "acme", "--name", "Acme", "--scope", "a@absurd#x"),
        ("create", "acme"),
        ("grant", "acme", "ann", "viewer"),
        ("revoke", "acme", "bob"),
    ],
)
def test_a_second_run_changes_nothing(again: tuple[str, ...]) -> None:
    User.objects.create(username="ann")
    User.objects.create(username="bob")
    tenant("create", "acme", "--name", "Acme", "--scope", "a@absurd#x")
    tenant("grant", "acme", "ann", "viewer")
    before = tenant("show")
    assert tenant(*again) == "nothing changed"
    assert tenant("show") == before


def test_the_scopes_given_are_all_that_the_tenant_has_afterwards() -> None:
    tenant("create", "acme", "--scope", "old", "--scope", "kept")
    said = tenant("create", "acme", "--scope", "kept", "--scope", "new")
    assert said.splitlines() == ["acme sees new", "acme no longer sees old"]
    assert set(Scope.objects.values_list("queue_pattern", flat=True)) == {"kept", "new"}


def test_a_tenant_can_be_renamed() -> None:
    tenant("create", "acme", "--name", "Old")
    assert tenant("create", "acme", "--name", "New") == "renamed tenant acme to New"


def test_a_grant_replaces_the_role_that_a_user_has() -> None:
    User.objects.create(username="ann")
    tenant("create", "acme")
    assert tenant("grant", "acme", "ann", "viewer") == "ann is viewer in acme"
    assert tenant("grant", "acme", "ann", "admin") == "ann is admin in acme (was viewer)"
    assert Membership.objects.get().role == "admin"


def test_revoke_takes_the_role_away() -> None:
    User.objects.create(username="ann")
    tenant("create", "acme")
    tenant("grant", "acme", "ann", "operator")
    assert tenant("revoke", "acme", "ann") == "ann is no longer operator in acme"
    assert not Membership.objects.exists()


def test_show_tells_scopes_and_members() -> None:
    User.objects.create(username="ann")
    tenant("create", "acme", "--name", "Acme Inc", "--scope", "shared@absurd#acme")
    tenant("grant", "acme", "ann", "operator")
    assert tenant("show", "acme").splitlines() == [
        "acme  Acme Inc",
        "  sees shared@absurd#acme",
        "  operator  ann",
    ]


def test_show_lists_all_tenants_as_json() -> None:
    tenant("create", "beta", "--scope", "b")
    tenant("create", "acme")
    shown: list[dict[str, Any]] = json.loads(tenant("show", "--json"))
    assert shown == [
        {"slug": "acme", "name": "acme", "scopes": [], "members": []},
        {"slug": "beta", "name": "beta", "scopes": ["b"], "members": []},
    ]


def test_what_show_prints_for_a_scope_makes_the_same_scope() -> None:
    scopes = [r"a\@b\#c", "a@absurd", "a#x", "a@absurd#x#y@z", r"back\\slash"]
    assert [scope_text(parse_scope(text)) for text in scopes] == scopes
    assert parse_scope(scopes[0]).queue_pattern == "a@b#c"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("create", "no slug"), "slug: Enter a valid"),
        (("create", "acme", "--scope", "a@nowhere"), "an instance that is not in DATABASES"),
        (("create", "acme", "--scope", "#x"), "'#x' is no scope"),
        (("create", "acme", "--scope", "a" * 201), "queue_pattern: Ensure this value has at most"),
        (("grant", "nobody", "ann", "viewer"), "There is no tenant 'nobody'"),
        (("grant", "beta", "nobody", "viewer"), "There is no user 'nobody'"),
        (("grant", "beta", "ann", "owner"), "invalid choice: 'owner'"),
        (("revoke", "nobody", "ann"), "There is no tenant 'nobody'"),
        (("show", "nobody"), "There is no tenant 'nobody'"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence_and_changes_nothing(
    arguments: tuple[str, ...], problem: str
) -> None:
    User.objects.create(username="ann")
    tenant("create", "beta")
    with pytest.raises(CommandError, match=problem):
        tenant(*arguments)
    assert tenant("show") == "beta  beta"
