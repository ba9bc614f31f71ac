"""Timelines, staleness, and the limit of rates against closed forms, exact counts, and roots of polynomials."""

import itertools
import random
from fractions import Fraction

import numpy as np
import pytest

from core.labs.staleness.compute.delayed import critical, decay, limit
from core.labs.staleness.compute.explore import MOST, PERIODS, explore, tables
from core.labs.staleness.compute.timelines import SYNCS, TIES, simulate, stale_again, weights


def lists(line):
    return [line.stale[line.learner == k].tolist() for k in range(len(line.cycles))]


def counted(cycles, horizon, tie):
    """Staleness of every learner without waiting, by floor and ceiling of exact fractions alone."""
    out = []
    for i, own in enumerate(cycles):
        ages = []
        for k in range(1, horizon // own + 1):
            age = 0
            for j, other in enumerate(cycles):
                if j == i:
                    continue
                begin, end = Fraction((k - 1) * own, other), Fraction(k * own, other)
                later = {"first": j > i, "last": j < i, "together": False}[tie]
                earlier = {"first": j < i, "last": j > i, "together": False}[tie]
                inside = [m for m in range(1, horizon // other + 1) if begin < m < end]
                age += len(inside) + (later and begin.denominator == 1 and begin > 0)
                age += earlier and end.denominator == 1
            ages.append(age)
        out.append(ages)
    return out


def test_the_published_list_and_its_tie():
    assert lists(simulate((10, 25), 49)) == [[0, 0, 1, 0], [2]]
    assert lists(simulate((10, 25), 50, tie="first")) == [[0, 0, 1, 0, 0], [2, 3]]
    assert lists(simulate((10, 25), 50, tie="last")) == [[0, 0, 1, 0, 1], [2, 2]]
    assert lists(simulate((10, 25), 50, tie="together")) == [[0, 0, 1, 0, 0], [2, 2]]


@pytest.mark.parametrize("slow", [15, 20, 25, 30, 35, 40])
def test_the_rule_for_ties_changes_the_list(slow):
    assert lists(simulate((10, slow), 100, tie="first")) != lists(simulate((10, slow), 100, tie="last"))


@pytest.mark.parametrize("tie", TIES)
def test_staleness_is_what_fractions_count(tie):
    rng = random.Random(tie)
    for _ in range(60):
        cycles = tuple(rng.choice((5, 7, 10, 15, 20, 25, 30)) for _ in range(rng.randint(2, 6)))
        horizon = rng.randint(20, 90)
        assert lists(simulate(cycles, horizon, tie=tie)) == counted(cycles, horizon, tie), (cycles, horizon)


@pytest.mark.parametrize("sync", SYNCS)
def test_the_counter_and_the_times_agree(sync):
    rng = random.Random(sync)
    for tie, bound in itertools.product(TIES, (0, 1, 3)):
        for _ in range(20):
            cycles = tuple(rng.choice((5, 7, 10, 15, 20, 25)) for _ in range(rng.randint(2, 6)))
            line = simulate(cycles, rng.randint(20, 90), sync=sync, bound=bound, tie=tie)
            np.testing.assert_array_equal(stale_again(line, tie), line.stale)
            assert (line.stale >= 0).all()
            assert line.version.tolist() == sorted(line.version.tolist())


@pytest.mark.parametrize("learners", range(2, 9))
def test_equal_learners_are_as_old_as_there_are_others(learners):
    found = lists(simulate((10,) * learners, 50))
    assert found == [[k] + [learners - 1] * 4 for k in range(learners)]
    assert lists(simulate((10,) * learners, 50, tie="together")) == [[0] * 5] * learners


def test_each_update_makes_every_other_gradient_in_progress_one_older():
    """Ages of all gradients, those in progress included, add up to (learners − 1) times the updates."""
    rng = random.Random(4)
    for _ in range(40):
        cycles = tuple(rng.randint(5, 40) for _ in range(rng.randint(2, 8)))
        line = simulate(cycles, 120)
        last = [int(line.version[line.learner == k].max(initial=-1)) for k in range(len(cycles))]
        in_progress = sum(len(line.updates) - 1 - at for at in last)
        assert int(line.stale.sum()) + in_progress == (len(cycles) - 1) * len(line.updates)


def test_synchronous_rounds_wait():
    line = simulate((10, 25), 50, sync="sync")
    assert len(line.updates) == 2
    assert len(line.stale) == 4 and not line.stale.any()
    assert (line.waits(0) @ [-1, 1]).sum() / 50 == pytest.approx(0.6)
    assert line.waiting == pytest.approx(0.3)


@pytest.mark.parametrize("bound", [0, 1, 2, 3, 10])
def test_a_bound_is_the_lead(bound):
    line = simulate((10, 25), 500, sync="bounded", bound=bound)
    assert (line.learner == 0).sum() == 20 + bound
    assert (line.waits(0) @ [-1, 1]).sum() / 10 == 30 - bound
    assert not line.waits(1).size
    free = simulate((10, 25), 500)
    assert (free.learner == 0).sum() == 50
    assert not free.waits(0).size


def test_nobody_is_further_ahead_than_the_bound():
    rng = random.Random(6)
    for _ in range(40):
        cycles, bound = tuple(rng.randint(5, 40) for _ in range(rng.randint(2, 6))), rng.randint(0, 3)
        line = simulate(cycles, 150, sync="bounded", bound=bound)
        made = np.zeros(len(cycles), int)
        for learner in line.learner:
            made[learner] += 1
            assert made.max() - made.min() <= bound + 1  # a gradient that was begun at the bound


@pytest.mark.parametrize(
    ("tau", "value"),
    [(0, 2), (1, 1), (2, 0.618033989), (3, 0.445041868), (4, 0.347296355), (5, 0.284629677)],
)
def test_published_limits(tau, value):
    assert limit(tau) == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize(("tau", "value"), [(1, 0.25), (2, 0.148148148), (3, 0.105468750)])
def test_published_fastest_rates(tau, value):
    assert critical(tau) == pytest.approx(value, abs=1e-9)
    double = np.roots([1, -1, *[0] * (tau - 1), critical(tau)])
    close = np.sort(np.abs(double - tau / (tau + 1)))
    assert close[1] < 1e-6  # a double root


@pytest.mark.parametrize("tau", [0, 1, 2, 5, 12, 20])
def test_the_factor_is_the_largest_root(tau):
    products, factors = decay(tau)
    assert (np.diff(products) > -1e-12).all()
    for product, factor in list(zip(products, factors, strict=True))[1::7]:
        roots = np.roots([1, -1, *[0] * (tau - 1), product] if tau else [1, product - 1])
        assert factor == pytest.approx(np.abs(roots).max(), abs=1e-6)
    assert np.interp(limit(tau), products, factors) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(("share", "grows"), [(0.97, False), (1.03, True)])
def test_equal_learners_meet_the_limit(share, grows):
    """Four learners in turn: after the first round each gradient is 3 updates old."""
    line = simulate((10,) * 4, 4000)
    path = np.abs(weights(line, share * limit(3)))
    assert (path[-40:].max() > path[40:80].max()) == grows


def test_fresh_gradients_shrink_the_weight_by_a_fixed_factor():
    line = simulate((10, 25), 200, sync="sync")
    assert weights(line, 0.4) == pytest.approx([0.6**k for k in range(9)])


def test_a_delay_counts_twice_and_both_ways_of_a_message():
    slow, plain = explore(delay=0.5, others=1.0, horizon=20), explore(others=2.0, horizon=20)
    assert slow.timelines[slow.step(2.5)].stale.tolist() == plain.timelines[plain.step(3.5)].stale.tolist()


def test_tables_hold_every_gradient():
    result = explore(horizon=5, tie="last")
    columns = tables(result, {"period": 2.5})["gradients.csv"]
    assert columns["staleness"].tolist() == [0, 0, 2, 1, 0, 2, 1]
    assert columns["learner"].tolist() == [1, 1, 2, 1, 1, 2, 1]
    assert len(tables(result, {"period": 2.5})["periods.csv"]["period"]) == len(PERIODS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("learners", 1),
        ("learners", 9),
        ("learners", 2.5),
        ("others", 0),
        ("sync", "later"),
        ("bound", -1),
        ("tie", "nobody"),
        ("eta", -0.1),
        ("delay", 6),
        ("horizon", 4),
        ("horizon", 21),
    ],
)
def test_settings_out_of_range_are_refused_by_name(name, value):
    with pytest.raises(ValueError, match=f"`{name}`"):
        explore(**{name: value})


def test_more_gradients_than_can_be_drawn_are_refused():
    with pytest.raises(ValueError, match=rf"`horizon` 20; at most {MOST}"):
        explore(learners=8, others=0.5, horizon=20)


@pytest.mark.parametrize("period", [2.5, 3.0, 5.0, 6.0])
def test_in_the_long_run_two_learners_are_one_update_old_on_average(period):
    """As the first story says: count updates since the last own one, learner 1 first at a tie."""
    arrivals = sorted(
        [(float(k), 0) for k in range(1, 6001)] + [(period * k, 1) for k in range(1, int(6000 / period) + 1)]
    )
    ages, since = ([], []), [0, 0]
    for _, learner in arrivals:
        ages[learner].append(since[learner])
        since[learner], since[1 - learner] = 0, since[1 - learner] + 1
    assert np.mean(ages[0] + ages[1]) == pytest.approx(1, abs=2e-3)
    assert np.mean(ages[1]) == pytest.approx(period, abs=2e-3)
    result = explore(horizon=10)
    step = result.step(period)
    for learner in (0, 1):
        shown = result.stale(step, bool(learner)).tolist()
        assert shown == ages[learner][: len(shown)]


@pytest.mark.parametrize("tau", range(1, 6))
def test_the_limit_of_the_rate_is_a_border(tau):
    def left(product):
        w = [1.0] * (tau + 1)
        for _ in range(6000):
            w.append(w[-1] - product * w[-1 - tau])
        return max(map(abs, w[-50:]))

    assert left(0.99 * limit(tau)) < 1e-3
    assert left(1.01 * limit(tau)) > 1e3
