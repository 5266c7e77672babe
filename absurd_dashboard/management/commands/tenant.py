"""`manage.py tenant`: who sees which queues, from provisioning scripts."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from absurd_dashboard import provisioning
from absurd_dashboard.models import Role, Tenant

_SCOPE = (
    "PATTERN[@INSTANCE][#HEADER_TENANT], repeatable: queues in sight, where * stands for anything; "
    "of one database alias; of a queue that tenants share only tasks with this header tenant_id. "
    "All of the tenant's scopes: others that it has are removed. None given: none is changed"
)


class Command(BaseCommand):
    """Makes tenants, gives and takes roles, and shows both; a second run changes nothing."""

    help = "Create tenants, grant and revoke roles in them, and show them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the verbs."""
        verbs = parser.add_subparsers(
            dest="verb", required=True, metavar="create|grant|revoke|show"
        )
        create = verbs.add_parser("create", help="make a tenant, or change its name and scopes")
        create.add_argument("slug", help="its name in URLs")
        create.add_argument("--name", help="its name for people (default: the slug)")
        create.add_argument("--scope", action="append", default=[], help=_SCOPE)
        grant = verbs.add_parser("grant", help="give a user a role, instead of the one they have")
        grant.add_argument("slug")
        grant.add_argument("user", help="username")
        grant.add_argument("role", choices=Role.values)
        revoke = verbs.add_parser("revoke", help="take a user's role away")
        revoke.add_argument("slug")
        revoke.add_argument("user", help="username")
        show = verbs.add_parser("show", help="show one tenant, or all")
        show.add_argument("slug", nargs="?")
        show.add_argument("--json", action="store_true", help="as a list of objects")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        """Do it, and say what changed."""
        try:
            getattr(self, f"_{verb}")(**options)
        except provisioning.CannotProvision as error:
            raise CommandError(str(error)) from error

    def _create(self, slug: str, name: str | None, scope: list[str], **_: Any) -> None:
        self._say(provisioning.create(slug, name=name, scopes=scope))

    def _grant(self, slug: str, user: str, role: str, **_: Any) -> None:
        self._say(provisioning.grant(slug, user, role))

    def _revoke(self, slug: str, user: str, **_: Any) -> None:
        self._say(provisioning.revoke(slug, user))

    def _show(self, slug: str | None, *, json: bool, **_: Any) -> None:
        found = [provisioning.find_tenant(slug)] if slug else Tenant.objects.all()
        described = [provisioning.describe(tenant) for tenant in found]
        self.stdout.write(_as_json(described) if json else "\n\n".join(map(_as_text, described)))

    def _say(self, changes: list[str]) -> None:
        self.stdout.write("\n".join(changes) or "nothing changed")


def _as_json(described: list[dict[str, Any]]) -> str:
    return json.dumps(described, indent=2, ensure_ascii=False)


def _as_text(tenant: dict[str, Any]) -> str:
    lines = [f"{tenant['slug']}  {tenant['name']}"]
    lines += [f"  sees {scope}" for scope in tenant["scopes"]]
    lines += [f"  {member['role']:8}  {member['user']}" for member in tenant["members"]]
    return "\n".join(lines)
