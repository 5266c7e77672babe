"""What every answer says to browsers, whatever it answers."""

from __future__ import annotations

import pytest

from tests.security.endpoints import ENDPOINTS, OPEN
from tests.security.test_matrix import FORMS, Place, send
from tests.security.world import ALIASES, OURS, Actor, World

pytestmark = pytest.mark.django_db(databases=ALIASES)

SAID = {
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.mark.parametrize(
    "name", [name for name, each in ENDPOINTS.items() if each.kind not in OPEN]
)
def test_every_answer_seals_itself(world: World, name: str) -> None:
    """Answered, refused, not found and led away."""
    for actor in (Actor.ADMIN, Actor.ANONYMOUS):
        for things in (world.ours[0], world.missing[0]):
            for form in ("get", "json", "post"):
                answer = send(world, actor, name, Place(things, OURS), FORMS[form])
                policy = answer.headers["Content-Security-Policy"]
                assert "default-src 'self'" in policy
                assert "frame-ancestors" in policy
                assert "unsafe" not in policy
                assert "no-store" in answer.headers["Cache-Control"]
                assert {key: answer.headers.get(key) for key in SAID} == SAID
