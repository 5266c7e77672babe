"""Fingerprints: the same cause together, different causes apart, in three languages and none."""

import json
import re
import subprocess
import sys
import traceback
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from absurd_dashboard.fingerprint import fingerprint, frame, shape

#: What Go prints of a panic, as its documentation of runtime/debug shows it.
GO = """goroutine 18 [running]:
runtime/debug.Stack()
\t/usr/local/go/src/runtime/debug/stack.go:26 +0x64
panic({0x104b3c1a0?, 0x104b6d890?})
\t/usr/local/go/src/runtime/panic.go:785 +0x124
main.(*Ledger).post(0x14000120000, {0x104b1f0c4, 0x8})
\t/srv/app/ledger.go:42 +0x6c
github.com/earendil-works/absurd-sdk.(*Client).run(0x140001a2000)
\t/home/build/go/pkg/mod/github.com/earendil-works/absurd-sdk@v0.5.0/client.go:210 +0x1f0
main.main()
\t/srv/app/main.go:17 +0x40
created by main.serve in goroutine 1
\t/srv/app/main.go:9 +0x28
"""
JAVASCRIPT = """
const charge = (card) => card.number.length;
const refund = (card) => card.number.length;
const via = { charge: () => charge({}), refund: () => refund({}),
              library: () => JSON.parse(process.argv[3]) };
try { via[process.argv[2]](); } catch (error) {
  const { name, message, stack } = error;
  console.log(JSON.stringify({ name, message, stack }));
}
"""


def charge(cards: dict[str, str], card: str) -> str:
    return cards[card]


def refund(cards: dict[str, str], card: str) -> str:
    return cards[card]


def parse(text: str) -> object:
    return json.loads(text)


def python(function: object, *arguments: object) -> str:
    """The fingerprint of a real exception, as the SDK records it."""
    try:
        function(*arguments)  # type: ignore[operator]
    except Exception as error:  # noqa: BLE001  whatever it raises is what is asked for
        return fingerprint(type(error).__name__, str(error), traceback.format_exc())
    raise AssertionError("it raised nothing")


def node(tmp_path: object, *arguments: str) -> dict[str, str]:
    """A real JavaScript error, as the SDK records it."""
    script = f"{tmp_path}/charges.js"
    with open(script, "w") as file:
        file.write(JAVASCRIPT)
    ran = subprocess.run(["node", script, *arguments], capture_output=True, text=True, check=True)
    error: dict[str, str] = json.loads(ran.stdout)
    return error


def test_python_errors_with_other_values_at_one_place_are_one_cause() -> None:
    assert python(charge, {}, "card_1aF9kQ22") == python(charge, {}, "card_77bLmX01")


def test_lists_of_numbers_are_alike_however_long() -> None:
    assert shape("shards [3, 14] of 20 failed") == shape("shards [8] of 9 failed")


def test_python_errors_at_two_places_are_two_causes() -> None:
    assert python(charge, {}, "card_1") != python(refund, {}, "card_1")


def test_the_frame_of_a_python_traceback_is_the_innermost_of_our_own() -> None:
    with pytest.raises(ValueError, match="Expecting value") as caught:
        parse("?")
    trace = "".join(traceback.format_exception(caught.value))
    assert str(frame(trace)) == "understand/test_fingerprint.py parse"


def test_an_error_raised_while_another_was_handled_goes_by_itself() -> None:
    def outer() -> None:
        try:
            charge({}, "card_1")
        except KeyError as error:
            raise RuntimeError("no card") from error

    def other() -> None:
        raise RuntimeError("no card")

    with pytest.raises(RuntimeError) as caught:
        outer()
    trace = "".join(traceback.format_exception(caught.value))
    assert str(frame(trace)) == "understand/test_fingerprint.py outer"
    assert python(outer) != python(other)


def test_javascript_errors_go_by_their_function(tmp_path: object) -> None:
    one, two = node(tmp_path, "charge"), node(tmp_path, "refund")
    assert one["message"] == two["message"]
    assert str(frame(one["stack"])).endswith("charges.js charge")
    assert fingerprint(*one.values()) != fingerprint(*two.values())
    assert fingerprint(*one.values()) == fingerprint(*node(tmp_path, "charge").values())


def test_javascript_errors_in_a_library_go_by_who_called_it(tmp_path: object) -> None:
    error = node(tmp_path, "library", "?")
    assert "JSON.parse" in error["stack"]
    assert str(frame(error["stack"])).endswith("charges.js Object.library")


def test_javascript_frames_of_packages_and_of_node_are_skipped() -> None:
    stack = """TypeError: x is not a function
    at wrap (/srv/app/node_modules/lib/index.js:5:9)
    at node:internal/process/task_queues:95:5
    at async settle (file:///srv/app/billing.mjs:12:3)"""
    assert str(frame(stack)) == "app/billing.mjs settle"


def test_go_panics_go_by_the_innermost_frame_of_our_own() -> None:
    assert str(frame(GO)) == "app/ledger.go main.(*Ledger).post"


def test_go_panics_with_other_pointers_and_goroutines_are_one_cause() -> None:
    later = GO.replace("0x14000120000", "0x1400077a000").replace("goroutine 18", "goroutine 511")
    assert fingerprint("panic", "nil map", GO) == fingerprint("panic", "nil map", later)


def test_where_all_frames_are_a_librarys_the_innermost_counts() -> None:
    trace = 'File "/usr/lib/python3.11/json/decoder.py", line 355, in raw_decode'
    assert str(frame(trace)) == "json/decoder.py raw_decode"


def test_plain_text_goes_by_its_shape() -> None:
    assert frame("disk full on node 7") is None
    assert fingerprint(None, "disk full on node 7", None) == fingerprint(
        None, "disk full on node 12", None
    )
    assert fingerprint(None, "disk full", None) != fingerprint(None, "disk gone", None)


def test_a_line_that_moved_and_a_numbered_release_are_the_same_cause() -> None:
    trace = 'File "/srv/releases/20260301/billing/tasks.py", line {}, in charge'
    one, two = trace.format(10), trace.replace("20260301", "20260302").format(14)
    assert fingerprint("E", "m", one) == fingerprint("E", "m", two)


def test_lease_expiries_are_one_cause_whoever_lost_the_lease() -> None:
    one = fingerprint("$ClaimTimeout", "worker 1 lost it", None)
    assert one == fingerprint("$ClaimTimeout", None, "at x (y.js:1:2)")
    assert one != fingerprint("ClaimTimeout", None, None)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("task 0199a3f0-0000-7abc-8def-0123456789ab not found", "task <id> not found"),
        ("no row 41 of 1,200.50", "no row <n> of <n>"),
        ("at 2026-03-02T12:00:01.250Z it died", "at <time> it died"),
        ("cannot open /srv/data/7/in.csv", "cannot open <path>"),
        (r"cannot open C:\data\in.csv", "cannot open <path>"),
        ("no route to 10.1.2.3:5432", "no route to <address>"),
        ("no route to [::1]:5432", "no route to <address>"),
        ("bounced: ann@example.org", "bounced: <email>"),
        ("GET https://api.example.org/v1/9?x=2 failed", "GET <url> failed"),
        ("missing 'sku' in \"order\"", "missing <text> in <text>"),
        ("can't reach it, won't try", "can't reach it, won't try"),
        ("object at 0x7f3a9c gone", "object at <id> gone"),
        ("commit deadbeef01 is unknown", "commit <id> is unknown"),
        ("customer cus_NffrFeUfNV2Hib", "customer <id>"),
        ("two\n  lines", "two lines"),
    ],
)
def test_what_differs_from_one_failure_to_the_next_is_replaced(message: str, expected: str) -> None:
    assert shape(message) == expected


@given(st.text(alphabet="ab0123456789-:.T /'\"@", max_size=60))
def test_how_many_digits_a_number_has_makes_no_difference(message: str) -> None:
    longer = re.sub(r"[0-9]+", lambda found: found[0] * 2, message)
    assert shape(longer) == shape(message)


def test_a_fingerprint_is_the_same_in_another_process() -> None:
    code = "from absurd_dashboard.fingerprint import fingerprint as f; print(f('E', 'm 1', None))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == fingerprint("E", "m 2", None)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 200_000,
        "'" * 200_000,
        "/a" * 100_000,
        "1." * 100_000,
        "a.b@" * 50_000,
        'File "' * 33_000,
        "    at " * 28_000,
        "\t" * 200_000,
        "::" * 100_000,
        "    at x (" + "y:1" * 66_000,
    ],
)
def test_hostile_text_takes_no_time(text: str) -> None:
    began = perf_counter()
    fingerprint("E", text, text)
    assert perf_counter() - began < 0.05


def test_text_that_is_no_valid_unicode_has_a_fingerprint() -> None:
    assert len(fingerprint("E\ud800", "\x00\udfff", "\ud800")) == 16
