"""A query as it was typed, cut where it makes no sense, so that a page can underline it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from absurd_dashboard.choices import query_url
from absurd_dashboard.search.reader import Problem


@dataclass(frozen=True, slots=True)
class Remark:
    """What is wrong, and the query that may have been meant.

    Attributes:
        suggestion: the whole query, mended; empty for no idea.
        url: the list of what that query finds, relative to the task list.
    """

    message: str
    suggestion: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Echo:
    """A query with its problems.

    Attributes:
        pieces: the text in order; whether each piece makes no sense.
        remarks: what is wrong, in the order of the pieces.
    """

    pieces: tuple[tuple[str, bool], ...]
    remarks: tuple[Remark, ...]


def echo(text: str, problems: Sequence[Problem], window: str = "") -> Echo | None:
    """Cut a query into pieces; None when all of it makes sense.

    Args:
        text: what the problems' places count in.
        problems: what makes no sense.
        window: the time window that suggestions keep.
    """
    if not problems:
        return None
    remarks = tuple(_remark(text, problem, window) for problem in problems)
    return Echo(tuple(_pieces(text, problems)), remarks)


def _pieces(text: str, problems: Sequence[Problem]) -> Iterator[tuple[str, bool]]:
    at = 0
    for span in sorted((problem.span for problem in problems), key=lambda span: span.start):
        start = max(at, span.start)
        if start >= span.end:
            continue
        if start > at:
            yield text[at:start], False
        yield text[start : span.end], True
        at = span.end
    if at < len(text):
        yield text[at:], False


def _remark(text: str, problem: Problem, window: str) -> Remark:
    if problem.suggestion is None:
        return Remark(problem.message)
    mended = f"{text[: problem.span.start]}{problem.suggestion}{text[problem.span.end :]}"
    return Remark(problem.message, mended, query_url({"q": mended, "window": window}))
