"""Momentum on a quadratic against eigenvalues by numpy, steps taken one by one, and published optima."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scipy.linalg import solve_discrete_lyapunov

from core.labs.momentum.compute.explore import LIMITS, STEPS, Momentum, explore, tables
from core.labs.momentum.compute.noise import lyapunov, ramp, simulated, stationary
from core.labs.momentum.compute.roots import (
    LRS,
    METHODS,
    MOMENTA,
    border,
    by_powers,
    coefficients,
    critical,
    matrix,
    optimum,
    reach,
    roots,
)

Array = np.ndarray[Any, Any]
each_method = pytest.mark.parametrize("method", list(METHODS))


def step(w: Any, v: Any, lr: float, momentum: float, eigenvalue: Any, method: str, noise: Any = 0.0) -> tuple[Any, Any]:
    """One step as the documentation of torch.optim.SGD writes it."""
    g = eigenvalue * w + noise
    v = momentum * v + g
    return w - lr * (g + momentum * v if method == "nesterov" else v), v


def stepped(lr: float, momentum: float, eigenvalue: float, method: str) -> Array:
    """Matrix of a step, from what it does to an error alone and to a velocity alone."""
    columns = [step(*start, lr, momentum, eigenvalue, method) for start in ((1.0, 0.0), (0.0, 1.0))]
    return np.array(columns).T


def radius(lr: float, momentum: float, eigenvalue: float, method: str) -> float:
    return float(np.abs(np.linalg.eigvals(stepped(lr, momentum, eigenvalue, method))).max())


def worst(lr: float, momentum: float, kappa: float, method: str) -> float:
    return max(radius(lr, momentum, eigenvalue, method) for eigenvalue in (1 / kappa, 1.0))


def some(seed: int, n: int = 40) -> list[tuple[float, float, float]]:
    """Step sizes, momenta and eigenvalues."""
    rng = np.random.default_rng(seed)
    return [(rng.uniform(0.01, 4), rng.uniform(0, 0.99), 10 ** rng.uniform(-3, 0)) for _ in range(n)]


# ---- one eigenvalue --------------------------------------------------------------------------------------------------


@each_method
def test_roots_are_the_eigenvalues_of_a_step(method: str) -> None:
    for lr, momentum, eigenvalue in some(0):
        wanted = np.linalg.eigvals(stepped(lr, momentum, eigenvalue, method))
        a, beta = np.array(lr * eigenvalue), np.array(momentum)
        got = roots(a, beta, method)
        assert min(np.abs(got - pair).max() for pair in (wanted, wanted[::-1])) < 1e-7
        p, q = coefficients(a, beta, method)
        np.testing.assert_allclose([p, q], [np.sum(wanted).real, np.prod(wanted).real], atol=1e-12)
        assert abs(got[0]) >= abs(got[1]) - 1e-12
        # in (w, step size times v) the matrix is similar to that in (w, v)
        scale = np.diag([1, lr])
        similar = scale @ stepped(lr, momentum, eigenvalue, method) @ np.linalg.inv(scale)
        np.testing.assert_allclose(matrix(a, beta, method), similar, atol=1e-12)


def test_roots_without_cancellation() -> None:
    """Without momentum one root is 0 and the other 1 - a, to the last digit."""
    a = np.array([1e-9, 0.5, 1.0, 2.0, 3.0])
    for method in METHODS:
        got = roots(a, np.zeros(5), method)
        np.testing.assert_array_equal(np.sort(np.abs(got)), np.stack([np.zeros(5), np.abs(1 - a)], axis=1))


@each_method
def test_powers_of_the_matrix_have_the_same_rate(method: str) -> None:
    places = some(1)
    matrices = np.array([stepped(*place, method) for place in places])
    np.testing.assert_allclose(by_powers(matrices), [radius(*place, method) for place in places], rtol=1e-7)
    assert by_powers(np.array([[0.0, 1.0], [0.0, 0.0]])) == 0
    assert by_powers(np.array([[1.0, 5.0], [0.0, 1.0]])) == pytest.approx(1, abs=1e-6)


@each_method
@pytest.mark.parametrize("momentum", [0.0, 0.25, 0.5, 0.9, 0.99])
def test_beyond_the_border_it_diverges(method: str, momentum: float) -> None:
    edge = float(border(np.array(momentum), method))
    assert radius(edge - 1e-6, momentum, 1.0, method) < 1
    assert radius(edge + 1e-6, momentum, 1.0, method) > 1


def test_border_in_round_numbers() -> None:
    momenta = np.array([0.0, 0.5, 1.0])
    np.testing.assert_allclose(border(momenta, "heavy"), [2, 3, 4])
    np.testing.assert_allclose(border(momenta, "nesterov"), [2, 3 / 2, 4 / 3])


@each_method
@pytest.mark.parametrize("momentum", [0.1, 0.25, 0.9])
def test_ringing_begins_where_roots_become_complex(method: str, momentum: float) -> None:
    first = float(critical(np.array(momentum), method))
    for a, ringing in ((first - 1e-4, False), (first + 1e-4, True)):
        found = np.linalg.eigvals(stepped(a, momentum, 1.0, method))
        assert bool(np.abs(found.imag).max() > 0) == ringing
        assert found.real.min() > 0


# ---- the plane -------------------------------------------------------------------------------------------------------


@each_method
@pytest.mark.parametrize("kappa", [1.0, 9.0, 100.0, 1000.0])
def test_reach_holds_the_places_with_that_rate(method: str, kappa: float) -> None:
    rng = np.random.default_rng(int(kappa))
    seen = set()
    for _ in range(150):
        rate, momentum, lr = rng.uniform(0.3, 1), rng.uniform(0, 0.95), rng.uniform(0.01, 4)
        low, high = (float(end) for end in reach(rate, np.array(momentum), kappa, method))
        got = worst(lr, momentum, kappa, method)
        if abs(got - rate) > 1e-9:
            assert (low <= lr <= high) == (got < rate), (rate, momentum, lr)
            seen.add(got < rate)
    assert seen == {True, False} or kappa == 1000


def test_optima_in_round_numbers() -> None:
    """Table 1 of Lessard, Recht and Packard for condition numbers that give rational numbers."""
    heavy, nesterov, plain = optimum(9, "heavy"), optimum(21, "nesterov"), optimum(9, "plain")
    assert (heavy.lr, heavy.momentum, heavy.rate) == pytest.approx((9 / 4, 1 / 4, 1 / 2))
    assert (nesterov.lr, nesterov.momentum, nesterov.rate) == pytest.approx((21 / 16, 3 / 5, 3 / 4))
    assert (plain.lr, plain.momentum, plain.rate) == pytest.approx((9 / 5, 0, 4 / 5))
    for method in ("heavy", "nesterov", "plain"):
        found = optimum(1, method)
        assert (found.lr, found.momentum, found.rate) == pytest.approx((1, 0, 0))


@pytest.mark.parametrize(
    ("method", "kappa"), [("heavy", 9.0), ("heavy", 100.0), ("nesterov", 21.0), ("nesterov", 400.0)]
)
def test_nothing_is_faster_than_the_optimum(method: str, kappa: float) -> None:
    best = optimum(kappa, method)
    assert worst(best.lr, best.momentum, kappa, method) == pytest.approx(best.rate, abs=1e-6)
    rng = np.random.default_rng(0)
    for _ in range(200):
        size = 10 ** rng.uniform(-3, 0)
        lr, momentum = best.lr + size * rng.normal(), best.momentum + 0.3 * size * rng.normal()
        if lr > 0 and 0 <= momentum < 1:
            assert worst(lr, momentum, kappa, method) > best.rate - 1e-7


@pytest.fixture(scope="module", params=[("heavy", 9.0), ("nesterov", 100.0), ("heavy", 1.0)], ids=str)
def plane(request: pytest.FixtureRequest) -> Momentum:
    method, kappa = request.param
    return explore(kappa=kappa, method=method)


def test_every_place_of_the_plane(plane: Momentum) -> None:
    assert plane.eigenvalues.tolist() == [1 / plane.kappa, 1]
    assert plane.lrs.tolist() == list(LRS) and plane.momenta.tolist() == list(MOMENTA)
    assert plane.best == optimum(plane.kappa, plane.method)
    assert plane.plain == optimum(plane.kappa, "plain")
    for row in range(0, len(MOMENTA), 3):
        for column in range(0, len(LRS), 5):
            lr, momentum = LRS[column], MOMENTA[row]
            wanted = [radius(lr, momentum, eigenvalue, plane.method) for eigenvalue in plane.eigenvalues]
            np.testing.assert_allclose(plane.rates[row, column], wanted, atol=1e-7)
            np.testing.assert_allclose(np.abs(plane.roots[row, column]).max(axis=-1), wanted, atol=1e-7)
            assert plane.rate[row, column] == plane.rates[row, column].max()
            assert plane.powers[row, column] == pytest.approx(max(wanted), abs=1e-6)
            w, v, path = np.ones(2), np.zeros(2), [np.ones(2)]
            for _ in range(STEPS):
                w, v = step(w, v, lr, momentum, plane.eigenvalues, plane.method)
                path.append(w)
            np.testing.assert_allclose(plane.path[row, column], path, rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(plane.run[row, column], w, rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(
                plane.distance[row, column], np.linalg.norm(path, axis=1) / 2**0.5, atol=1e-12, rtol=1e-9
            )
            assert plane.ran[row, column] == pytest.approx(np.linalg.norm(w) / 2**0.5, rel=1e-9, abs=1e-15)


def test_a_place_by_its_settings(plane: Momentum) -> None:
    assert plane.at({"lr": 2.25, "momentum": 0.25, "kappa": 9}) == (MOMENTA.index(0.25), LRS.index(2.25))
    with pytest.raises(ValueError, match="read-only"):
        plane.rates[0, 0] = 1


def test_tables_hold_the_plane_and_the_run() -> None:
    found = tables(explore(kappa=9, method="heavy"), {"lr": 1.0, "momentum": 0.0})
    plane, run = found["momentum_plane.csv"], found["momentum_run.csv"]
    row = list(zip(plane["lr"], plane["momentum"], strict=True)).index((1.8, 0.0))
    assert [plane[name][row] for name in ("rate_flat", "rate_steep", "rate")] == pytest.approx([0.8, 0.8, 0.8])
    shares = [float(Fraction(8, 9) ** k) for k in range(STEPS + 1)]  # without momentum, step size 1
    np.testing.assert_allclose(run["flat"], shares)
    np.testing.assert_allclose(run["steep"], [1] + [0] * STEPS, atol=1e-15)
    np.testing.assert_allclose(run["distance"], [1, *(share / 2**0.5 for share in shares[1:])])
    assert run["step"].tolist() == list(range(STEPS + 1))


@pytest.mark.parametrize("bad", [0.99, 1e6 + 1, float("nan"), True, "9"])
def test_condition_numbers_out_of_range(bad: Any) -> None:
    with pytest.raises(ValueError, match=r"^`kappa` must be in \[1, 1000000.0\]; got .*\.$"):
        explore(kappa=bad, method="heavy")


def test_ends_of_the_range_and_unknown_methods() -> None:
    for kappa in LIMITS["kappa"]:
        assert np.isfinite(explore(kappa=kappa, method="nesterov").rates).all()
    with pytest.raises(ValueError, match=r"^`method` must be one of heavy, nesterov; got 'adam'\.$"):
        explore(kappa=9, method="adam")


# ---- noise -----------------------------------------------------------------------------------------------------------


@each_method
def test_variance_in_the_long_run_against_scipy(method: str) -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        momentum = rng.uniform(0, 0.98)
        a = rng.uniform(0.05, 0.95) * float(border(np.array(momentum), method))
        rest, pushed = (step(0.0, 0.0, a, momentum, 1.0, method, noise) for noise in (0.0, 1.0))
        b = np.subtract(pushed, rest)
        wanted = solve_discrete_lyapunov(stepped(a, momentum, 1.0, method), np.outer(b, b))[0, 0] / a**2
        assert float(stationary(np.array(a), np.array(momentum), method)) == pytest.approx(wanted, rel=1e-8)
        assert lyapunov(a, momentum, method) == pytest.approx(wanted, rel=1e-8)


def test_variance_in_round_numbers() -> None:
    """Without momentum 1 / (a (2 - a)); with it, for small a, 1 / (2 a (1 - momentum))."""
    assert float(stationary(np.array(0.5), np.array(0.0), "heavy")) == pytest.approx(4 / 3)
    assert float(stationary(np.array(0.5), np.array(0.5), "heavy")) == pytest.approx(1.5 / (0.5 * 0.5 * 2.5))
    for method in METHODS:
        assert float(stationary(np.array(1e-6), np.array(0.9), method)) == pytest.approx(1e6 / 0.2, rel=1e-4)


@each_method
def test_simulated_variance_is_within_its_error(method: str) -> None:
    momentum, a = 0.6, 0.7
    exact = float(stationary(np.array(a), np.array(momentum), method))
    away = [(mean - exact) / se for mean, se in (simulated(a, momentum, method, seed) for seed in range(40))]
    assert abs(np.mean(away)) < 4 / 40**0.5
    assert 0.7 < np.std(away) < 1.4


@each_method
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_range_test_is_a_run_with_a_rising_step_size(method: str, momentum: float) -> None:
    found = ramp(25.0, momentum, method, seed=3)
    rng = np.random.default_rng(3)
    w, v = np.ones(2), np.zeros(2)
    for lr, loss in zip(found.lrs, found.loss, strict=True):
        assert loss == pytest.approx((w[0] ** 2 / 25 + w[1] ** 2) / 2, rel=1e-6)
        w, v = step(w, v, lr, momentum, np.array([1 / 25, 1.0]), method, 0.05 * rng.standard_normal(2))
    assert found.lrs[0] == 0.03
    np.testing.assert_allclose(found.lrs[1:] / found.lrs[:-1], (8 / 0.03) ** (1 / 299))
    assert found.loss[-1] > 100 * found.loss[0] > found.loss[-2]
    assert found.border == pytest.approx(
        {"heavy": 2 * (1 + momentum), "nesterov": 2 * (1 + momentum) / (1 + 2 * momentum)}[method]
    )
    before = found.lrs < found.back
    assert found.back > found.border
    assert (found.loss[before & (found.lrs > found.border)] < found.loss[0]).all()
