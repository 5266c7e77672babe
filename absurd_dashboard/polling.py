"""How an open page is answered: from as little as tells whether it is still true."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language

from absurd_dashboard import board, instances, tags, twins, watching
from absurd_dashboard.access import Access
from absurd_dashboard.engine import Snapshot, instant
from absurd_dashboard.headers import AGE_HEADER, EVERY_HEADER, LIVE_HEADER, TOKEN_HEADER
from absurd_dashboard.instances import Instance
from absurd_dashboard.noticing import noticing
from absurd_dashboard.policy import Grant
from absurd_dashboard.queries.versions import versions
from absurd_dashboard.shown import Page, rendered
from absurd_dashboard.watching import Reading, Token, Versions, Watch

# Seconds that an open page waits for others, so that few connections make the plans it needs.
_WAIT = 0.25
#: Reads a page through an access object.
Read = Callable[[Access], Page | HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Place:
    """Which page of the dashboard; see :func:`absurd_dashboard.pages.page`."""

    section: str
    template: str
    shared: bool = False


def possible(request: HttpRequest) -> bool:
    """Whether an open page asks, outside of a transaction of the host's.

    Inside of one, what is read may have been written by nobody else's leave.
    """
    if LIVE_HEADER not in request.headers or twins.wanted(request):
        return False
    instance = instances.chosen(request)
    return not connections[instance.replica or instance.alias].in_atomic_block


def polled(request: HttpRequest, grant: Grant, read: Read, place: Place) -> HttpResponseBase:
    """Answer an open page.

    Args:
        request: with the token of what the page has seen.
        grant: what the viewer may see.
        read: reads the page.
        place: which one it is.

    Returns:
        Nothing (204) where nothing was written since it was drawn.
    """
    instance, known = instances.chosen(request), Token.of(request.headers[LIVE_HEADER])
    if (at := watching.unwritten(instance.alias, known)) is not None:
        return _aged(HttpResponse(status=204), at)
    sight = (instance, grant.tenant, tuple(grant.rules))
    seen = _seen(request, grant, instance, place)
    with watching.turn(seen, sight) as watch:
        found = watch.reading
        others = watching.versions(sight)
        if found is not None and others is not None and others.tell(found, known):
            watch.reading = found = found.renewed(others.at, others.stamp)
        if found is not None and found.serves(known):
            return _shown(request, watch, found, known, place)
        with board.turn(seen if place.shared else None) as other:
            posted = _posted(other, known)
            new = posted or _reading(request, instance, grant, sight, known, found, read)
            if isinstance(new, HttpResponseBase):
                return new
            watch.reading = new.kept(place.shared)
            answer = _shown(request, watch, new, known, place)
            if other and not posted:
                _post(other, watch.reading)
            return answer


def _seen(request: HttpRequest, grant: Grant, instance: Instance, place: Place) -> Hashable:
    """All that decides what an address shows; the viewer too, where a page asks who looks."""
    viewer = None if place.shared else request.user.pk
    return (
        viewer,
        *(request.get_host(), request.get_full_path(), place.template, instance),
        *(grant.tenant, grant.name, tuple(grant.rules), frozenset(grant.actions)),
        *(get_language(), get_current_timezone_name()),
    )


def _reading(
    request: HttpRequest,
    instance: Instance,
    grant: Grant,
    sight: Hashable,
    known: Token,
    before: Reading | None,
    read: Read,
) -> Reading | HttpResponseBase:
    """The page read anew, or the reading before where its rows are the same, or an answer."""
    with instances.reading(instance, request.method, _WAIT) as opened:
        watching.stamped(instance.alias, opened.began, opened.stamp)
        if opened.stamp == known.stamp:
            return HttpResponse(status=204)
        access = Access.of(grant, opened, instance.alias)
        if before is not None and before.holds(known, lambda: _rows(sight, opened, access, before)):
            return before.renewed(opened.began, opened.stamp)
        answer = rested(read, access)
        if not isinstance(answer, Page):
            return answer
        token = Token(opened.began, opened.stamp, answer.state)
        return Reading(
            token,
            (answer, access),
            answer.follows,
            answer.follows.rows(versions(access, answer.follows.tasks)),
            since=opened.began,
            rests=answer.every,
        )


def rested(read: Read, access: Access) -> Page | HttpResponseBase:
    """Read what an open page asks for; it then asks the less often, the more that took."""
    before = tags.spent()
    answer = read(access)
    if isinstance(answer, Page):
        return replace(answer, every=watching.rest(answer.every, tags.spent() - before))
    return answer


def _rows(sight: Hashable, opened: Snapshot, access: Access, reading: Reading) -> str:
    """What the rows of a reading are now; read with those that other open pages follow."""
    tasks = reading.follows.tasks.union(watching.followed(sight))
    found = versions(access, tasks)
    watching.told(sight, Versions(opened.began, opened.stamp, tasks, found))
    return reading.follows.rows(found)


def _posted(other: board.Place | None, known: Token) -> Reading | None:
    """What another process has read meanwhile, if it answers a page that has seen ``known``."""
    if other is None or (posted := other.read()) is None:
        return None
    reading = Reading.posted(Token.of(posted.token), posted.rests, posted.drawn)
    return reading if reading.serves(known) else None


def _post(other: board.Place, reading: Reading) -> None:
    """Tell the other processes of a reading; of one whose rows are followed, each knows more."""
    if not reading.follows.tasks:
        other.write(board.Posted(str(reading.token), reading.rests, reading.drawn))


def _shown(
    request: HttpRequest, watch: Watch, found: Reading, known: Token, place: Place
) -> HttpResponseBase:
    """The answer to a page that has seen ``known``."""
    if found.token.state == known.state:
        return _named(HttpResponse(status=204), found)
    if found.drawn is not None:
        return _named(HttpResponse(found.drawn), found)
    answer, drawn = _drawn(request, found, place)
    if place.shared:
        watch.reading = drawn
    return _named(answer, found)


def _drawn(request: HttpRequest, found: Reading, place: Place) -> tuple[HttpResponseBase, Reading]:
    """Draw a reading for a viewer; and the reading with that, where it is the same for all."""
    page, access = found.shown
    with noticing(request) as asked:
        answer = rendered(request, page, access, place.section, place.template)
    if isinstance(answer, HttpResponse) and not asked:
        return answer, replace(found, drawn=answer.content)
    return answer, found


def _named(response: HttpResponseBase, reading: Reading) -> HttpResponseBase:
    """Say which reading an answer shows, and when to ask for the next."""
    response.headers[TOKEN_HEADER] = str(reading.token)
    response.headers[EVERY_HEADER] = str(reading.rests // timedelta(milliseconds=1))
    return _aged(response, reading.token.at)


def _aged(response: HttpResponseBase, at: int) -> HttpResponseBase:
    """Say how old an answer is, so that those who share it come back together."""
    response.headers[AGE_HEADER] = str(max(0, instant() - at))
    return response
