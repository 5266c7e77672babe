"""What a rule hides is hidden everywhere, also where a text is cut off; the rest stays exact."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from absurd_dashboard.fingerprint import TRACE
from absurd_dashboard.redaction import HIDDEN, MARGIN, Redaction, Redactor
from absurd_dashboard.tilde import encode
from tests.dashboard.engine import Engine

CARD = "4111222233334444"
BY_PATTERN = Redaction(pattern=r"\d{16}")


def shown(text: str, *rules: Redaction, cut: bool = False) -> str:
    """JSON text after the rules."""
    return Redactor(rules).json(text, cut=cut)


def loaded(value: Any, *rules: Redaction) -> Any:
    """A value after the rules."""
    return json.loads(shown(json.dumps(value), *rules))


@pytest.mark.parametrize("key", ["password", "PASSWORD", "pass*", "*word", "pass????"])
def test_a_key_hides_a_member_at_any_depth_whatever_its_case(key: str) -> None:
    value = {"Password": [1, {"x": 2}], "list": [{"password": "x"}], "kept": 1}
    hidden = {"Password": HIDDEN, "list": [{"password": HIDDEN}], "kept": 1}
    assert loaded(value, Redaction(key=key)) == hidden


def test_brackets_in_a_rule_mean_themselves() -> None:
    value = {"card[number]": 1, "cardn": 2}
    assert loaded(value, Redaction(key="card[number]")) == {"card[number]": HIDDEN, "cardn": 2}
    assert Redaction(key="x", task_name="a[1]").covers("a[1]")


def test_a_path_hides_one_place_with_numbers_for_elements_and_an_asterisk_for_any() -> None:
    value = {"cards": [{"number": 1}, {"number": 2}], "number": 3}
    first = {"cards": [{"number": HIDDEN}, {"number": 2}], "number": 3}
    every = {"cards": [{"number": HIDDEN}, {"number": HIDDEN}], "number": 3}
    assert loaded(value, Redaction(path="cards.0.number")) == first
    assert loaded(value, Redaction(path="cards.*.number")) == every


@pytest.mark.parametrize(
    ("value", "hidden"),
    [
        (f"card {CARD}!", f"card {HIDDEN}!"),
        (int(CARD), HIDDEN),
        ({CARD: 1}, {HIDDEN: 1}),
        ([f"{CARD[:8]}\u0001{CARD[8:]}"], [f"{CARD[:8]}\u0001{CARD[8:]}"]),
        ({"a": [{"b": CARD}]}, {"a": [{"b": HIDDEN}]}),
    ],
)
def test_a_pattern_hides_what_it_matches_in_strings_numbers_and_names(
    value: Any, hidden: Any
) -> None:
    assert loaded(value, BY_PATTERN) == hidden


def test_a_pattern_sees_a_string_and_not_how_json_writes_it() -> None:
    assert shown(r'"a\"4\u0031\u0031b"', Redaction(pattern='"411')) == f'"a{HIDDEN}b"'


def test_every_pattern_has_its_own_flags_and_groups() -> None:
    rules = (Redaction(pattern=r"(x)y"), Redaction(pattern=r"(?i)secret"),
             Redaction(pattern=r"(\d)\1\1"))  # fmt: skip
    assert loaded(["xy", "SECRET", "a111"], *rules) == [HIDDEN, HIDDEN, f"a{HIDDEN}"]


def test_of_two_patterns_that_overlap_nothing_is_left_over() -> None:
    rules = (Redaction(pattern="1234"), Redaction(pattern=r"\d{4}-\w+"))
    assert loaded("1234-abcd", *rules) == HIDDEN


def test_what_is_not_hidden_stays_to_the_digit() -> None:
    text = '{"a": 1.10, "b": 123456789012345678901234567890, "password": 1e5, "c": [1E400]}'
    assert shown(text, Redaction(key="password")) == text.replace("1e5", f'"{HIDDEN}"')


def test_a_rule_for_one_task_name_leaves_the_others_alone() -> None:
    rule = Redaction(key="x", task_name="billing.*")
    assert rule.covers("billing.charge")
    assert not rule.covers("shipping")


@pytest.mark.parametrize("given", [{}, {"key": "a", "path": "b"}, {"pattern": "("}])
def test_a_rule_that_says_nothing_two_things_or_nonsense_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(Exception, match=r"exactly one|unterminated|missing"):
        Redaction(**given)


SECRETS = [
    f'{{"a": "{CARD}", "b": 1}}',
    f'{{"a": "\\\\{CARD}\\n"}}',
    f'{{"b": [1, {CARD}, 2]}}',
    f'{{"{CARD}": 1}}',
    f'{{"a": "\\u0001{CARD}\\\\\\"", "b": "\\\\\\\\"}}',
]


@pytest.mark.parametrize("text", SECRETS)
def test_wherever_a_text_is_cut_no_part_of_a_match_is_left(text: str) -> None:
    begin = text.index(CARD)
    for length in range(begin + 1, len(text) + 1):
        assert "4111" not in shown(text[:length], BY_PATTERN, cut=length < len(text)), length


@pytest.mark.parametrize("text", ['{"password": {"x": [1, "SECRET", "SECRET"]}, "b": 1}'])
def test_wherever_a_text_is_cut_a_hidden_container_stays_hidden(text: str) -> None:
    for length in range(len(text) + 1):
        assert "SECRET" not in shown(text[:length], Redaction(key="password"), cut=True)


def test_a_cut_string_stays_readable_where_no_pattern_could_match() -> None:
    assert shown('["beginn', Redaction(key="password"), cut=True) == '["beginn'


@pytest.mark.parametrize("position", [0, 395, 400, 484, 499])
def test_a_match_across_the_end_of_a_shortened_text_is_hidden_whole(position: int) -> None:
    text = ("x" * position + CARD).ljust(600, "y")
    assert Redactor((BY_PATTERN,)).text(text, longest=500) == (
        text[:500].replace(CARD, HIDDEN) if position < 485 else text[:position] + HIDDEN
    )


def test_matches_before_do_not_draw_later_ones_into_sight() -> None:
    text = CARD * 30 + "x" * 10 + CARD[:12]
    found = Redactor((BY_PATTERN,)).text(text, longest=480)
    assert found == HIDDEN * 30


def test_there_is_room_behind_a_shortened_text_for_any_match_of_a_sensible_pattern() -> None:
    assert MARGIN >= 1_000


@pytest.mark.parametrize("depth", [10, 2_000])
def test_depth_costs_no_more_than_length(depth: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "[" * depth + ",".join("1" * 1_000) + "]" * depth
    looked_at: list[object] = []
    monkeypatch.setattr("absurd_dashboard.redaction.fnmatchcase", lambda *a: looked_at.append(a))
    shown(text, Redaction(path="a.b"), Redaction(key="x"))
    assert len(looked_at) <= 1_000 + 2 * depth


class Site:
    """A task whose every payload holds the secret, and every address that shows any of it."""

    def __init__(self, client: Client, engine: Engine) -> None:
        self.client, self.engine = client, engine
        engine.create("q")
        payload = {"password": "S3CRET", "note": f"card {CARD}", "number": int(CARD), "kept": 1.5}
        self.task = engine.spawn(
            "q", "billing", payload, headers=payload, idempotency_key=f"for {CARD}", max_attempts=2
        )
        run = engine.claim("q")
        engine.checkpoint("q", self.task, run, "step", payload)
        engine.wait("q", self.task, run, "paid")
        engine.emit("q", "paid", payload)
        self.error = {"name": f"E{CARD}", "message": f"m {CARD}", "traceback": f"t {CARD}"}
        engine.fail("q", engine.claim("q"), **self.error, password="S3CRET")
        engine.complete("q", engine.claim("q"), payload)
        self.failed = engine.failed("q", "billing", message={"password": "S3CRET"}, name=[CARD])
        engine.failed("q", "billing", name="E", message="x" * 490 + CARD)

    def answers(self) -> dict[str, str]:
        """Everything that any of it is on, in every form."""
        runs = [row for (row,) in self.engine.call('select run_id from absurd."r_q"')]
        pages = ["", "tasks/", "failures/", "failures/?view=list", "events/", "workers/",
                 f"tasks/{self.task}/", f"tasks/{self.failed}/", f"tasks/{self.task}/params/",
                 f"tasks/{self.task}/headers/", f"tasks/{self.task}/result/",
                 f"tasks/{self.task}/steps/step/", f"events/q/{encode('paid')}/",
                 f"tasks/{self.task}/run-again/", "spawn/?queue=q&name=billing", "queues/q/",
                 *(f"runs/{run}/failure/" for run in runs)]  # fmt: skip
        forms = {"html": {}, "json": {"Accept": "application/json"}, "live": {"X-Absurd-Live": "x"}}
        return {
            f"{page} as {form}": self.client.get(f"/absurd/{page}", headers=headers).text
            for page in pages
            for form, headers in forms.items()
        } | {
            f"admin of {task}": self.client.get(
                f"/admin/absurd_dashboard/task/{task}/change/", follow=True
            ).text
            for task in (self.task, self.failed)
        }


@pytest.fixture
def site(client: Client, engine: Engine) -> Site:
    """The task, and a superuser who looks at it."""
    return Site(client, engine)


RULES = (Redaction(key="password"), BY_PATTERN)


def test_no_answer_in_any_form_has_anything_hidden(
    site: Site, redacting: Callable[..., None]
) -> None:
    without = "".join(site.answers().values())
    assert "S3CRET" in without
    assert CARD in without
    redacting(*RULES)
    for where, text in site.answers().items():
        assert "S3CRET" not in text, where
        assert CARD[:8] not in text, where


def test_the_rest_is_shown(site: Site, redacting: Callable[..., None]) -> None:
    redacting(*RULES)
    for part in ("params", "headers", "result", "steps/step"):
        text = site.client.get(f"/absurd/tasks/{site.task}/{part}/").text
        hidden = {"password": HIDDEN, "note": f"card {HIDDEN}", "number": HIDDEN, "kept": 1.5}
        assert json.loads(text) == hidden


def test_no_length_of_the_preview_shows_a_part_of_it(
    site: Site, redacting: Callable[..., None]
) -> None:
    for length in range(10, 120, 4):
        redacting(*RULES, PAYLOAD_PREVIEW=length)
        text = site.client.get(f"/absurd/tasks/{site.task}/?format=json").text
        assert "S3CR" not in text, length
        assert CARD[:8] not in text, length


@pytest.mark.parametrize("member", ["name", "message", "traceback"])
def test_a_key_hides_that_part_of_an_error_too(
    site: Site, redacting: Callable[..., None], member: str
) -> None:
    redacting(Redaction(key=member))
    for page in (f"tasks/{site.task}/", "failures/?view=list&window=all", "failures/"):
        assert site.error[member] not in site.client.get(f"/absurd/{page}").text


def test_a_match_across_the_cut_of_a_long_traceback_is_hidden(
    site: Site, redacting: Callable[..., None]
) -> None:
    redacting(BY_PATTERN)
    head = "a" * (TRACE - 8) + CARD
    tail = CARD + "z" * (TRACE - 8)
    site.engine.failed("q", "long", name="E", message="m", traceback=head + "m" * TRACE + tail)
    for form in ("", "?format=json"):
        text = site.client.get(f"/absurd/failures/{form}").text
        assert CARD[:8] not in text
        assert CARD[8:] not in text


def test_a_hidden_value_is_not_found_by_searching_for_it(
    site: Site, redacting: Callable[..., None]
) -> None:
    redacting(*RULES)
    for query in ("q=", "name=", "id="):
        text = site.client.get(f"/absurd/tasks/?{query}S3CRET&window=all").text
        assert str(site.task) not in text


def test_a_step_that_looks_like_a_moment_is_hidden_as_well(
    site: Site, redacting: Callable[..., None]
) -> None:
    task = site.engine.spawn("q", "nap")
    run = site.engine.claim("q")
    site.engine.checkpoint("q", task, run, "born", "1987-06-05T04:03:02+00:00")
    redacting(Redaction(pattern=r"\d{4}-\d{2}-\d{2}"))
    for headers in ({}, {"Accept": "application/json"}):
        text = site.client.get(f"/absurd/tasks/{task}/", headers=headers).text
        # Ids and tokens hold any digits by chance.
        assert "1987" not in re.sub(r"[0-9A-Za-z]{8,}([-.]+[0-9A-Za-z]+)*", "", text)
