"""Range-test rules on curves whose answer is known, against pandas and against exhaustive search."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.images import fashion_mnist
from core.labs.lr_range.compute.explore import lr_range
from core.labs.lr_range.compute.suggestions import (
    SUGGESTION_RULES,
    bracket,
    disagreement,
    fall_spread,
    longest_valley,
    suggest,
)
from core.labs.lr_range.controls import SETTINGS
from core.labs.lr_range.presets import RECORDED
from core.training.range_curves import default_beta, smooth, stop_of

N = 200
RATES = np.geomspace(1e-5, 10, N)
X = np.log10(RATES)  # -5 ... 1


def found(losses, **options):
    return {each.rule: each for each in suggest(RATES[: len(losses)], losses, beta=0.0, **options)}


def valley_curve():
    """Flat at 2.3 up to 1e-3, then straight down to 0.5 at 1e-1, then straight up; no noise, in log10 of the rate."""
    return np.interp(X, [-5, -3, -1, 1], [2.3, 2.3, 0.5, 4.1])


# ---- smoothing and stops


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=40), st.sampled_from([0.0, 0.5, 0.9, 0.98]))
def test_smoothing_is_the_adjusted_moving_average_of_pandas(losses, beta) -> None:
    expected = pd.Series(losses).ewm(alpha=1 - beta, adjust=True).mean()
    np.testing.assert_allclose(smooth(losses, beta), expected, rtol=1e-9, atol=1e-12)


def test_the_weight_of_the_past_suits_the_length() -> None:
    assert default_beta(200) == pytest.approx(0.98) and default_beta(4) == 0
    with pytest.raises(ValueError, match=r"`beta` must be in \[0, 1\); got 1\."):
        smooth([1.0], 1.0)


@pytest.mark.parametrize(
    ("losses", "answer"),
    [
        ([2.0] * 30, (30, "")),
        ([2.0] * 20 + [np.nan] * 5, (20, "nonfinite")),
        ([2.0] * 20 + [np.inf, 2.0], (20, "nonfinite")),
        ([np.nan], (0, "nonfinite")),
        ([1.0] * 20 + [4.0] + [9.0] * 3, (22, "diverged")),  # 4 is not more than 4 times 1
        ([1.0] * 20 + [9.0] + [np.nan], (21, "diverged")),
        ([1.0] + [9.0] * 10, (11, "")),  # the first ten steps do not count
        ([1.0] + [9.0] * 11, (12, "diverged")),
        # From 0 down to -1 and up again: three times the range above the smallest is 2.
        ([*np.linspace(0, -1, 21), 1.9], (22, "")),
        ([*np.linspace(0, -1, 21), 2.1], (22, "diverged")),
    ],
)
def test_a_test_stops_where_it_should(losses, answer) -> None:
    assert stop_of(losses, beta=0.0) == answer


def test_the_stop_factor_is_a_setting() -> None:
    assert stop_of([1.0] * 20 + [2.5], beta=0.0, factor=2.0) == (21, "diverged")


# ---- rules


def test_rules_on_a_valley_with_straight_sides() -> None:
    answers = found(valley_curve())
    lowest = np.argmin(valley_curve())
    assert answers["minimum / 10"].rate == RATES[lowest] / 10
    assert abs(X[lowest] + 1) < 0.03
    # Straight down: every step on the way is as steep, up to rounding; the kinks at its ends are less so.
    assert -3.05 < np.log10(answers["steep"].rate) < -1
    # Strictly falling from the last flat step to the lowest one; half-way (1/3 + 1/6) in it is 1e-2.
    assert np.log10(answers["valley"].rate) == pytest.approx(-2, abs=0.05)
    # Falling by 1.8; the first 5 % of it is passed 0.05 * 2 decades after 1e-3.
    assert np.log10(answers["cycle, high"].rate) == pytest.approx(-1 + 0.05 / 1.8, abs=0.04)
    assert answers["one-cycle"].rate == pytest.approx(answers["cycle, high"].rate / 2)
    assert answers["cycle, low"].rate == pytest.approx(answers["cycle, high"].rate / 4)
    assert all(RATES[each.index] > 0 and not each.reason for each in answers.values())
    assert disagreement(tuple(answers.values())) == pytest.approx(
        max(a.rate for a in answers.values()) / min(a.rate for a in answers.values())
    )


def test_steepest_is_in_the_logarithm_of_the_rate() -> None:
    # A logistic fall in log10: steepest at 1e-2 there, but with respect to the rate itself much further left.
    answers = found(2 - 1.5 / (1 + np.exp(-6 * (X + 2))) + 1e-3 * RATES)
    assert np.log10(answers["steep"].rate) == pytest.approx(-2, abs=0.04)


def test_the_start_of_a_cycle_is_where_the_loss_falls_when_that_is_late() -> None:
    curve = np.interp(X, [-5, -0.8, -0.5, -0.4, 1], [2.0, 2.0, 1.0, 1.0, 3.0])
    answers = found(curve)
    assert np.log10(answers["cycle, low"].rate) == pytest.approx(-0.8 + 0.05 * 0.3, abs=0.035)


def test_accuracy_that_turns_ragged_ends_the_cycle_before_the_loss_rises() -> None:
    accuracy = 0.5 + np.where(np.arange(N) % 2, 1, -1) * np.where(X > -0.5, 0.2, 0.01)
    high = found(valley_curve(), accuracies=accuracy)["cycle, high"]
    assert np.log10(high.rate) == pytest.approx(-0.5, abs=0.035)


def test_where_accuracy_never_turns_ragged_the_loss_ends_the_cycle() -> None:
    steady = 0.5 + np.where(np.arange(N) % 2, 0.01, -0.01)
    with_accuracy, without = found(valley_curve(), accuracies=steady), found(valley_curve())
    assert np.log10(without["cycle, high"].rate) < -0.9
    for rule in ("cycle, low", "cycle, high", "one-cycle"):
        assert with_accuracy[rule].rate == without[rule].rate


def fastai_slide(lrs, losses):
    """As it is published in fastai's callback/schedule.py."""
    grad, right, left = np.gradient(losses), -1, -16
    answer = lrs[left]
    while left >= -len(losses) and abs(grad[right] - grad[left]) > 0.005:
        answer, right, left = lrs[left], right - 1, left - 1
    return answer


@pytest.mark.parametrize("seed", range(5))
def test_slide_is_that_of_fastai(seed) -> None:
    curve = valley_curve() + np.random.default_rng(seed).normal(0, 0.01, N)
    assert found(curve)["slide"].rate == fastai_slide(RATES[20:-5], curve[20:-5])


@given(st.lists(st.integers(0, 6), min_size=1, max_size=9))
def test_the_longest_falling_subsequence_is_the_longest_of_all(values) -> None:
    falling = [
        chosen
        for size in range(1, len(values) + 1)
        for chosen in combinations(range(len(values)), size)
        if all(values[a] > values[b] for a, b in zip(chosen, chosen[1:], strict=False))
    ]
    longest = max(map(len, falling))
    end, length = longest_valley(np.array(values, dtype=float))
    assert length == longest
    assert end == min(chosen[-1] for chosen in falling if len(chosen) == longest)


@pytest.mark.parametrize(
    ("losses", "reason"),
    [
        (np.full(N, 2.3), "never drops"),
        (2.3 + np.random.default_rng(0).normal(0, 0.05, N), "never drops"),
        (np.linspace(0.1, 4, N), "only rises"),
        (np.full(N, np.nan), "diverged immediately"),
        (np.r_[2.3, np.full(N - 1, np.nan)], "diverged immediately"),
        (np.linspace(2.3, 1, 17), "Only 11 steps can be used; at least 12 are needed."),
        (np.r_[np.linspace(2.3, 1, 25), np.full(100, np.nan)], "Only 13"),
    ],
)
def test_no_answer_is_invented(losses, reason) -> None:
    answers = suggest(RATES[: len(losses)], losses)
    if reason == "Only 13":  # 25 finite ones less the first 12 of 125: just enough
        assert all(each.rate is not None for each in answers if each.rule != "slide")
        return
    assert [each.rule for each in answers] == list(SUGGESTION_RULES)
    assert {(each.rate, each.index) for each in answers} == {(None, None)}
    assert all(reason in each.reason and each.reason.endswith(".") for each in answers)
    assert disagreement(answers) is None


@pytest.mark.parametrize("n", [50, 100, 200, 400])
@pytest.mark.parametrize(
    "noise",
    [
        lambda rng, n: rng.normal(size=n),
        lambda rng, n: rng.normal(2.3, 0.3, n),
        lambda rng, n: rng.exponential(size=n),
        lambda rng, n: rng.lognormal(0, 0.5, n),
    ],
    ids=["normal", "normal around 2.3", "exponential", "lognormal"],
)
def test_noise_gets_no_rate(noise, n) -> None:
    rates = np.geomspace(1e-5, 10, n)
    answered = [suggest(rates, noise(np.random.default_rng(seed), n))[0].rate is not None for seed in range(200)]
    assert np.mean(answered) <= 0.02


def test_losses_of_an_untrained_network_on_real_images_get_no_rate() -> None:
    """Batches of 16 images, whose losses are far from normal."""
    found = fashion_mnist()
    images, labels = found.train_images.reshape(len(found.train_images), -1) / 255.0, found.train_labels
    rng = np.random.default_rng(0)
    answered = []
    for _ in range(10):
        logits = images @ rng.uniform(-1 / 28, 1 / 28, (784, 10))  # as torch initializes a layer of 784 inputs
        losses = np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(labels)), labels]
        for _ in range(20):
            record = losses[rng.permutation(len(losses))[: 16 * 200]].reshape(200, 16).mean(axis=1)
            answered.append(suggest(np.geomspace(1e-5, 10, 200), record)[0].rate is not None)
    assert np.mean(answered) <= 0.02


@pytest.mark.parametrize(("n", "start", "beta"), [(40, 2, 0.9), (40, 2, 0.0), (7, 1, 0.5), (400, 20, 0.99)])
def test_the_noise_of_a_fall_is_that_of_its_weights(n, start, beta) -> None:
    """Against the matrix that smooths, made by smoothing each unit vector."""
    matrix = np.array([smooth(unit, beta) for unit in np.eye(n)]).T
    weights = matrix[:start].mean(axis=0) - matrix[start:]
    np.testing.assert_allclose(fall_spread(n, start, beta), np.sqrt((weights**2).sum(axis=1)), rtol=1e-9)


def test_every_recorded_run_keeps_its_rates() -> None:
    seen = 0
    for changes in RECORDED.values():
        result = lr_range(**SETTINGS | changes)
        for ramp in result.now().ramps if result.is_ramp else ():
            assert all(each.rate is not None for each in ramp.suggestions), changes
            seen += 1
    assert seen >= 15


@pytest.mark.parametrize(("value", "word"), [(np.nan, "NaN"), (np.inf, "infinite")])
def test_a_record_that_breaks_early_is_told_so(value, word) -> None:
    losses = np.full(100, 2.3)
    losses[6] = value
    said = {each.reason for each in suggest(RATES[:100], losses)}
    assert said == {f"The loss is {word} from step 6 on, too early for any rule. Lower the start rate."}


def test_slide_needs_more_steps_than_the_others() -> None:
    curve = np.linspace(2.3, 1, 22)  # 15 of them are left
    slide = found(curve)["slide"]
    assert slide.rate is None and slide.reason == "The rule needs more than 15 steps."


def test_what_follows_the_first_nan_does_not_matter() -> None:
    curve = valley_curve()
    curve[170:] = np.nan
    other = curve.copy()
    other[171:] = 0.0
    assert found(curve) == found(other)


# ---- sweeps


def test_the_bracket_of_a_sweep() -> None:
    rates = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0]
    losses = [2.30, 2.28, 1.50, 0.80, 0.85, 1.40, np.nan]
    # Best improvement 1.5: less than 0.075 up to 1e-4; within 10 % of 0.80 up to 0.1.
    assert bracket(rates, losses, untrained=2.3) == (1e-4, 1e-1)
    assert bracket(rates[::-1], losses[::-1], untrained=2.3) == (1e-4, 1e-1)
    assert bracket(rates[2:], losses[2:], untrained=2.3) == (1e-3, 1e-1)
    assert bracket(rates, [np.nan] * 7, untrained=2.3) == "No rate has lowered the loss."
    assert bracket(rates, [2.4] * 7, untrained=2.3) == "No rate has lowered the loss."


@pytest.mark.parametrize("percent", [3, 4, 4.9, 5.1, 6, 7, 8, 9, 9.9, 10.1])
def test_the_lower_end_of_a_bracket_is_at_five_percent_of_the_best_gain(percent) -> None:
    # Gains of 0, `percent` and 100 hundredths of the best: the second rate has little exactly below 5.
    losses = [2.0, 2.0 - percent / 100, 1.0]
    assert bracket([0.001, 0.01, 0.1], losses, untrained=2.0) == (0.01 if percent < 5 else 0.001, 0.1)


@pytest.mark.parametrize("percent", [4, 5, 9, 9.9, 10.1, 11, 15, 20])
def test_the_upper_end_of_a_bracket_is_at_ten_percent_above_the_best_loss(percent) -> None:
    losses = [2.0, 0.5, 0.5 * (1 + percent / 100), 1.5]
    assert bracket([0.001, 0.01, 0.1, 1.0], losses, untrained=2.0)[1] == (0.1 if percent < 10 else 0.01)


@given(st.lists(st.floats(0.1, 5), min_size=12, max_size=80))
def test_a_slope_over_the_rate_itself_is_never_steepest_at_a_larger_rate(losses) -> None:
    # What the page says of rules that do not take the logarithm.
    rates = np.geomspace(1e-6, 10, len(losses))
    falls = np.diff(losses)
    if falls.min() < 0:
        assert np.argmin(falls / np.diff(rates)) <= np.argmin(falls / np.diff(np.log(rates)))
