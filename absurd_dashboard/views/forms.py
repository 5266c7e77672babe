"""Actions that ask something first: one address shows the form and takes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from absurd_core.errors import InvalidArgument, InvalidRetryStrategy
from absurd_dashboard import problems, twins
from absurd_dashboard.access import Access
from absurd_dashboard.gate import Outcome, Result, Target, act, allowed
from absurd_dashboard.jsoninput import Fields, InvalidJson
from absurd_dashboard.pages import Page, View, access_to, answered, refused, rendered
from absurd_dashboard.policy import Action
from absurd_dashboard.rendering import render
from absurd_dashboard.spawning import Invalid
from absurd_dashboard.views.answers import answer

#: The field that asks whether the JSON in another one can be read; nothing is done then.
CHECK = "check"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a form is about: the target, and what was read of it."""

    target: Target
    facts: Any = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form was filled in with.

    Attributes:
        fields: what was typed; empty when the form is opened.
        errors: what is wrong with it, by field.
    """

    fields: Fields = field(default_factory=lambda: Fields({}))
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Form:
    """An action with a form.

    Attributes:
        section: which entry of the navigation is current.
        template: of the form.
        action: the permission that it takes, also to see the form.
        verb: what is recorded; the permission's name if empty.
        find: reads what it is about, through the access object; raises Http404.
        show: the form's page.
        perform: validates the fields (raises :class:`Invalid`) and acts.
        onwards: where to go when it is done; the target's page if None.
    """

    section: str
    template: str
    action: Action
    find: Callable[..., Subject]
    show: Callable[[HttpRequest, Access, Subject, Asked], Page]
    perform: Callable[[HttpRequest, Access, Subject, Fields], Outcome]
    verb: str = ""
    onwards: Callable[[HttpRequest, Subject], str] | None = None

    def view(self) -> View:
        """The view that shows the form and takes it."""

        @transaction.non_atomic_requests
        def view(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            body = self._posted if request.method == "POST" else self._opened
            methods = ("GET", "HEAD", "POST")
            return answered(request, body, section=self.section, kwargs=kwargs, methods=methods)

        return view

    def _opened(
        self, request: HttpRequest, tenant: str | None = None, **kwargs: Any
    ) -> HttpResponseBase:
        with access_to(request, tenant) as access:
            subject = self.find(request, access, **kwargs)
            if not allowed(access, self.action, subject.target):
                return refused(request, self.section, 403, _("You may not do this"))
            page = self.show(request, access, subject, Asked())
            return rendered(request, page, access, self.section, self.template)

    def _posted(
        self, request: HttpRequest, tenant: str | None = None, **kwargs: Any
    ) -> HttpResponseBase:
        fields = Fields.of(request)
        if CHECK in fields:
            return _checked(request, fields)
        with access_to(request, tenant) as access:
            subject = self.find(request, access, **kwargs)
        try:
            outcome = self._done(request, access, subject, fields)
        except Invalid as invalid:
            return self._again(request, tenant, subject, Asked(fields, invalid.errors))
        except (InvalidArgument, InvalidRetryStrategy) as refusal:  # the engine knows better
            return self._again(request, tenant, subject, Asked(fields, _errors(refusal)))
        href = self._onwards(request, subject, outcome)
        return answer(request, self.section, subject.target, outcome, href=href)

    def _done(
        self, request: HttpRequest, access: Access, subject: Subject, fields: Fields
    ) -> Outcome:
        if allowed(access, self.action, subject.target):
            return self.perform(request, access, subject, fields)
        # The gate says no, and records that somebody tried.
        refuse = Outcome(Result.REFUSED, _("You may not do this."))
        return act(request, access, self.action, subject.target, lambda: refuse, verb=self.verb)

    def _onwards(self, request: HttpRequest, subject: Subject, outcome: Outcome) -> str:
        return "" if self.onwards is None or outcome.new else self.onwards(request, subject)

    def _again(
        self, request: HttpRequest, tenant: str | None, subject: Subject, asked: Asked
    ) -> HttpResponseBase:
        """The form as it was filled in, with what is wrong beside the fields."""
        if twins.wanted(request):
            said = {"status": 400, "title": _("Some fields are not valid"), "errors": asked.errors}
            return twins.response(said, status=400)
        with access_to(request, tenant) as access:
            page = replace(self.show(request, access, subject, asked), status=400)
            return rendered(request, page, access, self.section, self.template)


def _errors(refusal: InvalidArgument | InvalidRetryStrategy) -> dict[str, str]:
    if isinstance(refusal, InvalidRetryStrategy):
        return {"retry_strategy": problems.of(refusal)}
    return {refusal.argument or "": problems.of(refusal)}


def _checked(request: HttpRequest, fields: Fields) -> HttpResponseBase:
    """What is wrong with one field's JSON, as one types."""
    try:
        fields.json(fields.text(CHECK))
    except InvalidJson as error:
        return render(request, "absurd_dashboard/spawn/_error.html", {"error": problems.of(error)})
    return HttpResponse()
