"""What may not be searched for: whatever a redaction hides, or searching would tell it."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from absurd_dashboard.access import Access
from absurd_dashboard.redaction import Redactor
from absurd_dashboard.search.grammar import Query, Term, key_text
from absurd_dashboard.search.reader import Problem

#: Members of a failure that ``error`` looks into.
ERROR_MEMBERS = ("name", "message")


def refusals(access: Access, query: Query) -> Iterator[Problem]:
    """What a viewer may not ask, because the answer would tell what is hidden from them.

    A rule for tasks of one name counts for all: whether it covers a task would tell as well.

    Args:
        access: what the viewer may see, with what is hidden.
        query: checked terms.
    """
    redactor = Redactor(access.redactions)
    if not redactor.rules:
        return
    for term in query:
        if term.qualifier == "error" and _errors_hidden(redactor):
            said = _("Parts of errors are hidden from you, so they cannot be searched.")
            yield Problem(term.span, said)
        elif term.qualifier in ("header", "params") and _hidden(redactor, term):
            said = _("“%(key)s” may be hidden from you, so it cannot be searched.")
            yield Problem(term.span, said % {"key": key_text(term.key)})


def _errors_hidden(redactor: Redactor) -> bool:
    return bool(redactor.patterns) or any(redactor.hides((name,)) for name in ERROR_MEMBERS)


def _hidden(redactor: Redactor, term: Term) -> bool:
    path = term.path
    if not path:  # part of a text that holds what is hidden
        return True
    if any(redactor.hides(path[:length]) for length in range(1, len(path) + 1)):
        return True
    # A whole value is either shown or hidden; part of one could be guessed piece by piece.
    partial = any(not value.exact for value in term.values)
    texts = (*path, *(value.text for value in term.values))
    return bool(redactor.patterns) and (
        partial or any(redactor.text(text) != text for text in texts)
    )
