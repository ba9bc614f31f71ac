"""Gradient descent and its limit against PyTorch, SciPy, scikit-learn's data, closed forms, and simulations."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from scipy.optimize import minimize
from sklearn.datasets import load_breast_cancer

from core.labs.descent.compute.descent import FAR, RATES, descend, explore, place
from core.labs.descent.compute.losses import BOTH, LOSSES, SHARP, WIDE, begin, cancer, largest_curvature, spectrum, two


def at(result, rate, step=-1):
    assert RATES[place(rate)] == rate
    return float(result.losses[place(rate), step])


def reference(loss, w, x, y):
    """The losses once more, for autograd."""
    one = w[0]
    if loss in ("bowl", "valley"):
        return (w**2 * torch.tensor([1.0, 10.0, 100.0], dtype=w.dtype)[: len(w)]).sum() / 2
    if loss == "squares":
        return ((x @ w - (2 * y - 1)) ** 2).mean() / 2
    if loss == "logistic":
        return torch.nn.functional.binary_cross_entropy_with_logits(x @ w, y)
    if loss == "two":
        wide, sharp = (one + 1.5) ** 2 / 2, 8 * (one - 1) ** 2
        hill = 10 / 9 - 2 * (one - 1 / 6) ** 2
        return wide if one <= -1 / 6 else sharp if one >= 5 / 6 else hill
    return {"quartic": one**4, "absolute": one.abs()}[loss]


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_descends_as_sgd_of_torch_does(loss):
    raw = load_breast_cancer()
    x = torch.tensor((raw.data - raw.data.mean(0)) / raw.data.std(0))
    y = torch.tensor(raw.target, dtype=torch.float64)
    start = 1.5 if loss == "two" else 1.0
    result = explore(loss=loss, x0=start, steps=12)
    for rate in (0.001, 0.0198, 0.1, 0.2, 5.0):
        size = 30 if loss in ("squares", "logistic") else 3 if loss == "valley" else 1
        w = torch.full((size,), 0.0 if size == 30 else start, dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=rate)
        for step in range(13):
            value = reference(loss, w, x, y)
            if w.detach().abs().max() > 1e6:
                break
            assert at(result, rate, step) == pytest.approx(value.item(), rel=1e-9, abs=1e-13), (rate, step)
            optimizer.zero_grad()
            value.backward()
            optimizer.step()


def test_the_data_are_those_of_scikit_learn():
    found, ours = load_breast_cancer(), cancer()
    np.testing.assert_array_equal(ours.raw[:, :-1], found.data)
    np.testing.assert_array_equal(ours.raw[:, -1], found.target)
    assert [name.replace(" ", "_") for name in found.feature_names] == list(ours.names[:-1])


def test_a_factor_and_its_opposite_need_equally_many_steps():
    result = explore(loss="bowl", x0=1.0, steps=60)
    reach = {rate: int(np.argmax(np.abs(result.places[place(rate)]) <= 0.01)) for rate in (0.1, 1.9, 0.5, 1.5)}
    assert reach == {0.1: 44, 1.9: 44, 0.5: 7, 1.5: 7}


def test_the_valley_of_three_directions():
    result = explore(loss="valley", x0=1.0, steps=100)
    assert result.losses[0, 0] == 55.5
    published = {
        0.01: 0.0669898410,
        0.001: 1.0792228243,
        0.0001: 11.2823267368,
        0.02: 50.0087939733,
        0.0198: 0.8885576291,
    }
    for rate, loss in published.items():
        assert at(result, rate) == pytest.approx(loss, abs=1e-10)
    assert result.gone[place(0.1)]
    assert result.limit == pytest.approx(0.02)
    # The best rate treats both ends alike: 2/(1 + 100), which lies between two rates of the slider.
    assert 0.0198 < 2 / 101 < 0.02
    assert max(abs(1 - 2 / 101), abs(1 - 200 / 101)) == pytest.approx(0.9801980198, abs=1e-10)


@pytest.mark.parametrize(("loss", "start"), [("bowl", 2.0), ("valley", 1.0), ("squares", 0.0)])
def test_the_loop_and_the_curvatures_give_one_loss(loss, start):
    result = explore(loss=loss, x0=start, steps=100)
    held = ~result.gone
    np.testing.assert_allclose(result.losses[held], result.expected[held], rtol=1e-9, atol=1e-300)
    assert 0 < held.sum() < len(RATES)


def test_the_spectrum_of_squared_error_is_that_of_least_squares():
    data = cancer()
    curvatures, away, lowest = spectrum("squares", 0.0)
    best, _, _, singular = np.linalg.lstsq(data.x, data.signs, rcond=None)
    np.testing.assert_allclose(curvatures[::-1], singular**2 / len(data.x), rtol=1e-8)
    np.testing.assert_allclose(data.directions @ away, -best, rtol=1e-6, atol=1e-9)
    assert lowest == pytest.approx(np.mean((data.x @ best - data.signs) ** 2) / 2, rel=1e-10)


def test_on_the_fourth_power_the_start_decides():
    near, far = (explore(loss="quartic", x0=start, steps=100) for start in (2.2, 2.24))
    assert near.limit > 0.1 > far.limit
    assert near.limit == pytest.approx(1 / (2 * 2.2**2))
    assert at(near, 0.1) < 0.001
    assert far.gone[place(0.1)]
    assert explore(loss="quartic", x0=0.0).limit == np.inf


def test_an_absolute_value_never_settles():
    result = explore(loss="absolute", x0=2.0, steps=100)
    assert np.isnan(result.limit)
    ends = np.sort(result.losses[place(0.32), -2:])
    assert ends.sum() == pytest.approx(0.32)  # it jumps over the minimum with the same step for ever
    assert ends[0] == pytest.approx(2 % 0.32)


def test_two_valleys_are_joined_smoothly():
    left, right = Fraction(-1, 6), Fraction(5, 6)
    hill = [Fraction(10, 9) - 2 * (x - Fraction(1, 6)) ** 2 for x in (left, right)]
    assert hill == [(left + Fraction(3, 2)) ** 2 / 2, 8 * (right - 1) ** 2]
    assert [-4 * (x - Fraction(1, 6)) for x in (left, right)] == [left + Fraction(3, 2), 16 * (right - 1)]
    grid = np.linspace(-4, 4, 4001)[:, None]
    values, slopes = two(grid)
    np.testing.assert_allclose(np.gradient(values, grid[:, 0])[1:-1], slopes[1:-1, 0], atol=0.02)
    for near, minimum in ((-1.0, WIDE), (0.9, SHARP)):
        found = minimize(lambda x: float(two(x[None])[0][0]), [near], method="BFGS", tol=1e-12)
        assert found.x[0] == pytest.approx(minimum, abs=1e-6)


def test_a_rate_past_the_limit_of_the_sharp_valley_ends_in_the_wide_one():
    result = explore(loss="two", x0=1.5, steps=100)
    assert result.limit == 2 / 16
    assert explore(loss="two", x0=-1.0).limit == 2
    assert result.places[place(0.1), -1] == pytest.approx(SHARP)
    assert result.places[place(0.2), -1] == pytest.approx(WIDE)


def test_the_limit_of_cross_entropy_on_real_data():
    result = explore(loss="logistic", steps=100)
    assert 2 / result.limit == pytest.approx(3.3204019206, abs=1e-10)
    assert result.limit == pytest.approx(0.6023367194, abs=1e-10)
    data = load_breast_cancer().data
    singular = np.linalg.svd((data - data.mean(0)) / data.std(0), compute_uv=False)
    assert result.limit == pytest.approx(8 * len(data) / singular[0] ** 2, rel=1e-12)
    assert result.losses[0, 0] == pytest.approx(np.log(2))
    table = {
        0.001: (0.691156, 0.673800, 0.544683),
        0.01: (0.673522, 0.543181, 0.255136),
        0.1: (0.524735, 0.248557, 0.106498),
        1.0: (0.173831, 0.096467, 0.060030),
    }
    for rate, losses in table.items():
        assert [at(result, rate, step) for step in (1, 10, 100)] == pytest.approx(losses, abs=1e-6)
    assert (at(result, 10.0, 1), at(result, 10.0)) == pytest.approx((0.798949, 0.050199), abs=1e-6)
    assert result.rises[place(10.0)] == 1  # above 2/L it need not diverge


@pytest.mark.parametrize("loss", [loss for loss in LOSSES if loss != "absolute"])
def test_the_limit_by_gradients_alone(loss):
    for start in (-2.0, 0.5, 2.0):
        result = explore(loss=loss, x0=start)
        assert result.limit_again == pytest.approx(result.limit, rel=1e-6)
        assert result.limit == pytest.approx(2 / largest_curvature(loss, start))


def test_a_quadratic_diverges_exactly_past_its_limit():
    for loss in ("bowl", "valley", "squares"):
        result = explore(loss=loss, x0=2.0, steps=100)
        higher = result.last > result.losses[:, 0] * (1 + 1e-9)
        np.testing.assert_array_equal(higher, np.array(RATES) > result.limit * (1 + 1e-9))


def test_noise_keeps_a_variance_of_rate_over_two_minus_rate():
    rng = np.random.default_rng(1)
    rates = np.array([0.1, 0.5, 1.9])
    many = np.tile(np.zeros(400), (len(rates), 1))  # 400 runs at once, each of which is a coordinate of a parabola
    squares = []
    for step in range(400):
        many = many - rates[:, None] * (many + rng.standard_normal(many.shape))
        if step >= 200:
            squares.append((many**2).mean(axis=1))
    floor = explore(loss="bowl", noise=1.0).floor
    exact = [2 * floor[place(rate)] for rate in rates]
    assert exact == pytest.approx([0.0526315789, 1 / 3, 19], abs=1e-9)
    np.testing.assert_allclose(np.mean(squares, axis=0), exact, rtol=0.05)
    assert np.isnan(floor[place(2.0)])


def test_the_mean_over_noise_is_that_of_simulations():
    runs, steps = 3000, 8
    rng = np.random.default_rng(2)
    noise = 0.7 * rng.standard_normal((steps, runs, 3))
    rates = np.array([0.005, 0.0198])
    result = explore(loss="valley", x0=0.3, noise=0.7, steps=steps)
    for rate in rates:
        w = np.full((runs, 3), 0.3)
        for k in range(steps):
            w = w - rate * (w * [1, 10, 100] + noise[k])
        simulated = ((w**2) * [1, 10, 100]).sum(axis=1) / 2
        error = simulated.std() / np.sqrt(runs)
        assert abs(simulated.mean() - result.expected[place(rate), steps]) < 4 * error


def test_noise_is_the_same_at_all_rates_and_no_part_of_real_data():
    one, other = (explore(noise=1.0, seed=seed) for seed in (1, 2))
    moves = (one.places[:, 1] - one.places[:, 0]) / np.array(RATES)
    np.testing.assert_allclose(moves, moves[0], rtol=1e-6)
    assert not np.allclose(one.losses, other.losses)
    np.testing.assert_array_equal(explore(loss="logistic", noise=2.0, x0=3.0).losses, explore(loss="logistic").losses)


def test_runs_stay_finite():
    for loss in LOSSES:
        result = explore(loss=loss, x0=3.0, noise=0.0 if loss in ("squares", "logistic") else 2.0)
        assert np.isfinite(result.losses).all()
        assert np.isfinite(result.places).all()
    positions, _ = descend(BOTH["quartic"], begin("quartic", 3.0), np.array([10.0]), np.zeros((20, 1)))
    assert np.abs(positions).max() == FAR


@pytest.mark.parametrize(
    ("name", "value"),
    [("loss", "cubic"), ("x0", 3.1), ("steps", 0), ("steps", 101), ("noise", -0.1), ("top", 11.0), ("seed", 0.5)],
)
def test_settings_out_of_range_are_refused_by_name(name, value):
    with pytest.raises(ValueError, match=f"`{name}`"):
        explore(**{name: value})
