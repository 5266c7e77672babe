"""How much of a long time is read: all of little, even slices of much."""

from datetime import UTC, datetime, timedelta

from absurd_dashboard.charts.figures import Grid, Spread
from absurd_dashboard.charts.ranges import RANGES
from absurd_dashboard.charts.sampling import PILOT, Depth, Plan, Slices
from absurd_dashboard.charts.scale import HEIGHT, Linear, Logarithmic

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BEGIN = NOW - timedelta(days=10)


def depth(queue: str, read: int, *, hours: float = 1, rows: float = 0) -> Depth:
    """A queue whose newest runs reach back some hours."""
    return Depth(queue, read, NOW - timedelta(hours=hours), rows, NOW - timedelta(days=20))


class TestPlan:
    def test_few_runs_are_all_read(self) -> None:
        plan = Plan.of([depth("a", 10), depth("b", 4_000)], BEGIN, NOW, budget=10_000)
        assert (plan.whole, plan.sampled, plan.share) == (("a", "b"), (), 1)

    def test_a_large_queue_is_sampled_beside_small_ones_that_are_not(self) -> None:
        # 5,000 in the last hour are about 1.2 million in ten days.
        plan = Plan.of([depth("a", 10), depth("b", PILOT)], BEGIN, NOW, budget=10_000)
        assert (plan.whole, plan.sampled, plan.share) == (("a",), ("b",), 121)

    def test_what_can_be_counted_is_though_an_estimate_would_have_to_do_with_less(self) -> None:
        few, many = ([depth("a", runs)] for runs in (4_000, PILOT))
        assert Plan.of(few, BEGIN, NOW, budget=2_000, every=4_000).share == 1
        # 5,000 in the last hour are about 1.2 million in ten days.
        assert Plan.of(many, BEGIN, NOW, budget=2_000, every=4_000).share == 600

    def test_there_are_fewer_slices_where_each_would_hold_next_to_nothing(self) -> None:
        large = [depth("a", PILOT)]
        slices = [Plan.of(large, BEGIN, NOW, budget).slices for budget in (80_000, 2_500, 10)]
        assert slices == [240, 100, 1]

    def test_a_queue_that_was_quiet_lately_is_expected_to_have_been_as_on_average(self) -> None:
        quiet = depth("a", PILOT, hours=24 * 9, rows=10_000_000)
        assert quiet.expected(BEGIN, NOW) == 5_000_000

    def test_nothing_to_read_is_no_error(self) -> None:
        assert Plan.of([], BEGIN, NOW, budget=10).parts(BEGIN, NOW) == []


class TestSlices:
    def test_an_open_page_that_asks_again_gets_the_same_slices(self) -> None:
        later = timedelta(seconds=2)
        first = Slices.sampled(BEGIN, NOW, 7, 240)
        second = Slices.sampled(BEGIN + later, NOW + later, 7, 240)
        assert (first.step, first.begin) == (second.step, second.begin)
        assert first.last == second.last


class TestNumbers:
    def test_percentiles_are_values_that_occurred(self) -> None:
        assert Spread.over([float(n) for n in range(1, 101)]) == Spread(100, 50.0, 95.0, 99.0)
        assert Spread.over([3.0]) == Spread(1, 3.0, 3.0, 3.0)
        assert Spread.over([]) is None

    def test_slots_begin_at_round_instants_and_cover_the_range(self) -> None:
        now = NOW + timedelta(minutes=7, seconds=13)
        for span in RANGES:
            grid = Grid(span.first_slot(now), span.slot, now)
            starts = grid.starts
            assert all(start.second == 0 for start in starts)
            assert starts[0] <= now - span.length < starts[0] + span.slot
            assert starts[-1] < now <= starts[-1] + span.slot


class TestScales:
    def test_both_halves_of_an_axis_of_counts_have_the_same_measure(self) -> None:
        scale = Linear.over(270, 30)
        assert [label.text for label in scale.labels] == ["300", "200", "100", "0", "100"]
        assert scale.size(100) == HEIGHT / 4

    def test_an_axis_of_lengths_ends_at_round_lengths(self) -> None:
        scale = Logarithmic.over([0.02, 45.0])
        assert [label.text for label in scale.labels] == ["1 m", "10 s", "1.0 s", "100 ms", "10 ms"]
        assert (scale.y(60), scale.y(0.01)) == (0.0, HEIGHT)
