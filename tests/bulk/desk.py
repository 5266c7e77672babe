"""What an operator does with bulk operations, in a browser or as a script."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.test import Client

from absurd_dashboard.bulk import work
from absurd_dashboard.models import BulkOperation


class Desk:
    """Somebody signed in, acting in a tenant or outside of any."""

    def __init__(self, client: Client, tenant: str = "", *, root: str = "/absurd/") -> None:
        self.client = client
        self.root = f"{root}t/{tenant}/" if tenant else root

    def dry_run(self, action: str = "retry", **form: Any) -> UUID:
        """Ask for a dry run; ``source`` stands for ``from``."""
        form = {"action": action, "from": form.pop("source", "tasks"), **form}
        answer = self.client.post(
            f"{self.root}bulk/new/", form, headers={"Accept": "application/json"}
        )
        assert answer.status_code == 201, answer.content
        return UUID(json.loads(answer.content)["id"])

    def post(self, operation: UUID, step: str) -> int:
        """Confirm, stop, resume or step; the answer's status."""
        address = f"{self.root}bulk/{operation}/{step}/"
        return self.client.post(address, headers={"Accept": "application/json"}).status_code

    def report(self, operation: UUID) -> Any:
        """The JSON twin of an operation's page."""
        address = f"{self.root}bulk/{operation}/?format=json"
        answer = self.client.get(address)
        assert answer.status_code == 200, answer.content
        return json.loads(answer.content)

    def begin(self, action: str = "retry", **form: Any) -> UUID:
        """A dry run, confirmed."""
        operation = self.dry_run(action, **form)
        assert self.post(operation, "confirm") == 200
        return operation

    def do(self, action: str = "retry", **form: Any) -> Any:
        """A dry run, confirmed and worked off; its report."""
        operation = self.begin(action, **form)
        work_off()
        return self.report(operation)


def work_off() -> None:
    """Let the one worker there is do all there is."""
    while work.drain(lambda: False):
        pass


def kept(operation: UUID) -> BulkOperation:
    """An operation as it is stored."""
    return BulkOperation.objects.get(pk=operation)
