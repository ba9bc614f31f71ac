"""Lines under three losses against exact rationals, linear programs, other libraries, and refits without a point."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import least_squares, linprog
from sklearn.linear_model import HuberRegressor, QuantileRegressor

from core.labs.regularization.outliers.lines import absolute_lines, all_lines, huber_lines, squared_lines
from core.labs.regularization.outliers.losses import (
    DELTAS,
    EFFICIENT,
    LIMITS,
    LOSSES,
    TRUTH,
    example_points,
    fit_lines,
    losses,
)
from core.labs.regularization.outliers.sweep import SWEEP_SIZE, drag_outlier, sweep_outlier

DELTA = 1.345


def drawn(seed, n=12, outliers=2):
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, 10, n)
    y = 1 + 0.5 * x + rng.standard_normal(n)
    y[:outliers] += 15
    return x, y


def as_points(x, y):
    return tuple((float(u), float(v)) for u, v in zip(x, y, strict=True))


def least_absolute(x, y):
    """Smallest sum of absolute residuals, by linear programming."""
    n = len(x)
    columns = np.column_stack([np.ones(n), x])
    result = linprog(
        np.r_[0, 0, np.ones(2 * n)],
        A_eq=np.hstack([columns, np.eye(n), -np.eye(n)]),
        b_eq=y,
        bounds=[(None, None)] * 2 + [(0, None)] * (2 * n),
    )
    return result.fun


def exact_huber(x, y, delta, line):
    """The Huber line in fractions, from which residuals a given line leaves beyond the threshold; None if wrong."""
    x, y, d = ([Fraction(float(v)) for v in x], [Fraction(float(v)) for v in y], Fraction(float(delta)))
    rough = [float(v) - line[0] - line[1] * float(u) for u, v in zip(x, y, strict=True)]
    side = [0 if abs(r) <= delta else (1 if r > 0 else -1) for r in rough]
    inside = [i for i, s in enumerate(side) if s == 0]
    s0, s1, s2 = (sum((x[i] ** k for i in inside), Fraction(0)) for k in range(3))
    t0 = sum((y[i] for i in inside), Fraction(0)) + d * sum(side)
    t1 = sum((x[i] * y[i] for i in inside), Fraction(0)) + d * sum(s * u for s, u in zip(side, x, strict=True))
    det = s0 * s2 - s1 * s1
    if det == 0:
        return None
    intercept, slope = (t0 * s2 - t1 * s1) / det, (t1 * s0 - t0 * s1) / det
    exact = [v - intercept - slope * u for u, v in zip(x, y, strict=True)]
    if any((0 if abs(r) <= d else (1 if r > 0 else -1)) != s for r, s in zip(exact, side, strict=True)):
        return None
    return float(intercept), float(slope)


# ---- the three lines -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(100))
def test_huber_line_in_exact_rationals(seed) -> None:
    for delta in (0.05, DELTA, 8.0):
        x, y = drawn(seed, n=5 + seed % 20)
        line = huber_lines(x[None], y[None], np.array([delta]))[0]
        exact = exact_huber(x, y, delta, line)
        assert exact is not None  # the residuals beyond the threshold are the right ones, so this is the minimum
        np.testing.assert_allclose(line, exact, rtol=1e-12, atol=1e-13)


def test_huber_lines_against_two_libraries() -> None:
    for seed in range(10):
        x, y = drawn(seed, n=30)
        peer = HuberRegressor(epsilon=DELTA, alpha=0, tol=1e-12, max_iter=10_000).fit(x[:, None], y)
        got = huber_lines(x[None], y[None], np.array([DELTA * peer.scale_]))[0]
        np.testing.assert_allclose(got, [peer.intercept_, peer.coef_[0]], rtol=1e-4, atol=1e-4)
        direct = least_squares(
            lambda b, x=x, y=y: y - b[0] - b[1] * x, [0, 0], loss="huber", f_scale=0.7, xtol=1e-15, ftol=1e-15
        )
        got = huber_lines(x[None], y[None], np.array([0.7]))[0]
        np.testing.assert_allclose(got, direct.x, atol=1e-5)


@pytest.mark.parametrize("seed", range(100))
def test_least_absolute_deviations_against_linear_programming(seed) -> None:
    x, y = drawn(seed, n=4 + seed % 15)
    lines, unique = absolute_lines(x[None], y[None])
    loss = np.abs(y - lines[0, 0] - lines[0, 1] * x).sum()
    assert loss == pytest.approx(least_absolute(x, y), rel=1e-10)
    if unique[0]:
        peer = QuantileRegressor(quantile=0.5, alpha=0, solver="highs").fit(x[:, None], y)
        np.testing.assert_allclose(lines[0], [peer.intercept_, peer.coef_[0]], atol=1e-8)


def test_least_absolute_deviations_in_exact_rationals() -> None:
    x, y = [0, 1, 2, 4, 7, 9], [1, 0, 5, 3, 12, 6]
    best = None
    for i, j in combinations(range(6), 2):
        slope = Fraction(y[j] - y[i], x[j] - x[i])
        loss = sum(abs(v - y[i] - slope * (u - x[i])) for u, v in zip(x, y, strict=True))
        if best is None or loss < best[0]:
            best = loss, float(y[i] - slope * x[i]), float(slope)
    lines, unique = absolute_lines(np.array([x], dtype=float), np.array([y], dtype=float))
    assert unique[0]
    np.testing.assert_allclose(lines[0], best[1:], rtol=1e-14)


def test_several_best_lines_are_noticed_and_their_mean_is_as_good() -> None:
    corners = ((0.0, 0.0), (0.0, 1.0), (4.0, 0.0), (4.0, 1.0))
    got = fit_lines(points=corners)
    assert not got.unique
    assert got.objectives[1, 1] == pytest.approx(least_absolute(*np.array(corners).T))
    np.testing.assert_allclose(got.lines, [[0.5, 0]] * 3, atol=1e-15)
    assert fit_lines(points=((0.0, 0.0), (1.0, 1.0), (2.0, 5.0), (3.0, 3.0), (4.0, 4.0))).unique
    fan = fit_lines(points=((0.0, 0.0), (1.0, 1.0), (1.0, -1.0)))  # best lines that meet at a point
    assert not fan.unique and np.abs(fan.lines).max() < 1e-15


def test_least_squares_against_polyfit() -> None:
    x, y = drawn(3, n=25)
    np.testing.assert_allclose(squared_lines(x[None], y[None])[0], np.polyfit(x, y, 1)[::-1], rtol=1e-12)


def test_many_sets_at_once_are_the_single_ones() -> None:
    sets = [drawn(seed, n=30) for seed in range(60)]  # more than one group of pairs
    x, y = (np.array(values) for values in zip(*sets, strict=True))
    delta = np.linspace(0.1, 5, 60)
    together, unique = all_lines(x, y, delta)
    for i in (0, 17, 36, 37, 38, 59):
        one, alone = all_lines(x[i : i + 1], y[i : i + 1], delta[i : i + 1])
        np.testing.assert_allclose(together[:, i], one[:, 0], rtol=1e-12)
        assert unique[i] == alone[0]


@pytest.mark.parametrize("kind", ["grid", "far", "tall", "tiny"])
def test_huber_lines_where_the_threshold_is_hard(kind) -> None:
    # Ties, huge leverages, many best lines: the scores of the loss must still sum to 0, also times x.
    rng = np.random.default_rng(8)
    for n in range(2, 13):
        x, y = rng.integers(0, 4, (2, 40, n)).astype(float)
        x[:, 0], x[:, 1] = 0, 3
        if kind == "far":
            x[:, 0] = 1000
        if kind == "tall":
            y[:, 0] += 1e4
        delta = 10 ** rng.uniform(-2, -1 if kind == "tiny" else 2, 40)
        lines = huber_lines(x, y, delta)
        score = np.clip(y - lines[:, :1] - lines[:, 1:] * x, -delta[:, None], delta[:, None])
        assert np.abs(score.sum(axis=1)).max() < 1e-10
        assert np.abs((score * x).sum(axis=1) / np.abs(x).max(axis=1)).max() < 1e-10


# ---- what the result tells -------------------------------------------------------------------------------------------


def test_leverage_and_cooks_distance_by_their_definitions() -> None:
    x, y = drawn(5)
    got = fit_lines(points=as_points(x, y))
    columns = np.column_stack([np.ones_like(x), x])
    hat = columns @ np.linalg.pinv(columns)
    np.testing.assert_allclose(got.leverage, np.diag(hat), rtol=1e-12)
    assert got.leverage.sum() == pytest.approx(2, rel=1e-12)
    fit = hat @ y
    noise = ((y - fit) ** 2).sum() / (x.size - 2)
    for i in range(x.size):
        line = np.polyfit(np.delete(x, i), np.delete(y, i), 1)
        moved = ((np.polyval(line, x) - fit) ** 2).sum()
        assert got.cooks[i] == pytest.approx(moved / (2 * noise), rel=1e-10)
        np.testing.assert_allclose(got.without[0, i], line[::-1], rtol=1e-10)
        assert got.shift[0, i] == pytest.approx(np.sqrt(moved / x.size), rel=1e-10)


def test_lines_without_a_point_for_the_other_losses() -> None:
    x, y = drawn(6, n=9)
    got = fit_lines(points=as_points(x, y), delta=0.8)
    for i in range(9):
        u, v = np.delete(x, i), np.delete(y, i)
        a, b = got.without[1, i]
        assert np.abs(v - a - b * u).sum() == pytest.approx(least_absolute(u, v), rel=1e-10)
        np.testing.assert_allclose(got.without[2, i], exact_huber(u, v, 0.8, got.without[2, i]), rtol=1e-10)
        for k in (1, 2):
            a, b = got.without[k, i] - got.lines[k]
            assert got.shift[k, i] == pytest.approx(np.sqrt(((a + b * x) ** 2).mean()), rel=1e-9)


def test_residuals_objectives_and_weights() -> None:
    x, y = drawn(7)
    got = fit_lines(points=as_points(x, y), delta=2.0)
    assert np.array_equal(got.x, x) and np.array_equal(got.y, y)
    rho = [lambda r: r**2 / 2, abs, lambda r: r**2 / 2 if abs(r) <= 2 else 2 * abs(r) - 2]
    for k, (a, b) in enumerate(got.lines):
        np.testing.assert_allclose(got.residuals[k], y - a - b * x, rtol=1e-12)
        for j in range(3):
            assert got.objectives[j, k] == pytest.approx(sum(rho[j](r) for r in y - a - b * x), rel=1e-12)
    assert got.objectives.argmin(axis=1).tolist() == [0, 1, 2]
    again = np.polyfit(x, y, 1, w=np.sqrt(got.huber_weights))[::-1]
    np.testing.assert_allclose(again, got.lines[2], rtol=1e-10)
    assert got.huber_weights.max() == 1 and got.huber_weights.min() < 0.5
    scale = 1.4826 * np.median(np.abs(y - got.lines[1, 0] - got.lines[1, 1] * x))
    assert got.robust_scale == pytest.approx(scale, rel=1e-12)
    assert got.usual_delta == pytest.approx(1.345 * scale, rel=1e-12)


def test_loss_curves_and_their_derivatives() -> None:
    got = fit_lines(points=example_points(), delta=0.5)
    assert got.errors[[0, 80, 160]].tolist() == [-2, 0, 2]
    slopes = (losses(got.errors + 1e-6, 0.5) - losses(got.errors - 1e-6, 0.5)) / 2e-6
    np.testing.assert_allclose(got.score_curves, slopes, atol=1e-6)
    assert got.loss_curves[:, 160].tolist() == [2, 2, 0.5 * (2 - 0.25)]
    assert not got.loss_curves[:, 80].any()


def test_huber_path_goes_from_absolute_to_squared_loss() -> None:
    x, y = drawn(9)
    got = fit_lines(points=as_points(x, y))
    assert got.deltas[[0, 40, 80]].tolist() == [0.01, 1, 100]
    for k in range(81):
        np.testing.assert_allclose(got.huber_path[k], exact_huber(x, y, got.deltas[k], got.huber_path[k]), rtol=1e-9)
    np.testing.assert_allclose(got.huber_path[-1], got.lines[0], rtol=1e-12)
    np.testing.assert_allclose(got.huber_path[0], got.lines[1], atol=0.02)


# ---- an outlier ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("axis", ["x", "y"])
def test_sweep_against_fits_one_by_one(axis) -> None:
    x, y = drawn(11, n=10, outliers=0)
    got = sweep_outlier(points=as_points(x, y), moved=4, axis=axis, low=-30, high=50, delta=0.9)
    assert got.positions[[0, -1]].tolist() == [-30, 50]
    assert SWEEP_SIZE == got.positions.size == 81
    np.testing.assert_allclose(np.diff(got.positions), 1)
    rest_x, rest_y = np.delete(x, 4), np.delete(y, 4)
    np.testing.assert_allclose(got.rest[0], np.polyfit(rest_x, rest_y, 1)[::-1], rtol=1e-10)
    np.testing.assert_allclose(got.rest[2], exact_huber(rest_x, rest_y, 0.9, got.rest[2]), rtol=1e-10)
    for s in (0, 20, 33, 60, 80):
        u, v = x.copy(), y.copy()
        (u if axis == "x" else v)[4] = got.positions[s]
        np.testing.assert_allclose(got.lines[0, s], np.polyfit(u, v, 1)[::-1], rtol=1e-9, atol=1e-12)
        a, b = got.lines[1, s]
        assert np.abs(v - a - b * u).sum() == pytest.approx(least_absolute(u, v), rel=1e-10)
        np.testing.assert_allclose(got.lines[2, s], exact_huber(u, v, 0.9, got.lines[2, s]), rtol=1e-9, atol=1e-12)
        for k in range(3):
            a, b = got.lines[k, s]
            assert got.residual[k, s] == pytest.approx(v[4] - a - b * u[4], abs=1e-9)
            away = (got.lines[k, s] - got.rest[k]) @ [np.ones(9), rest_x]
            assert got.shift[k, s] == pytest.approx(np.sqrt((away**2).mean()), rel=1e-9)
        columns = np.column_stack([np.ones(10), u])
        hat = columns @ np.linalg.pinv(columns)
        assert got.leverage[s] == pytest.approx(hat[4, 4], rel=1e-9)
        residual = v - hat @ v
        noise = (residual**2).sum() / 8
        expected = residual[4] ** 2 * hat[4, 4] / (2 * noise * (1 - hat[4, 4]) ** 2)
        assert got.cooks[s] == pytest.approx(expected, rel=1e-7)


def test_a_dragged_point_against_fits_one_by_one() -> None:
    x, y = drawn(5, n=9, outliers=1)
    across, up = (-10.0, 0.5, 30.0), (-20.0, 3.0)
    got = drag_outlier(points=as_points(x, y), across=across, up=up, delta=0.7)
    assert got.positions.tolist() == [[u, v] for v in up for u in across]
    np.testing.assert_allclose(got.rest[0], np.polyfit(x, y, 1)[::-1], rtol=1e-10)
    for s, place in enumerate(got.positions):
        u, v = np.append(x, place[0]), np.append(y, place[1])
        np.testing.assert_allclose(got.lines[0, s], np.polyfit(u, v, 1)[::-1], rtol=1e-9, atol=1e-12)
        a, b = got.lines[1, s]
        assert np.abs(v - a - b * u).sum() == pytest.approx(least_absolute(u, v), rel=1e-10)
        np.testing.assert_allclose(got.lines[2, s], exact_huber(u, v, 0.7, got.lines[2, s]), rtol=1e-9, atol=1e-12)
        columns = np.column_stack([np.ones(10), u])
        hat = np.diag(columns @ np.linalg.pinv(columns))
        assert got.leverage[s] == pytest.approx(hat[-1], rel=1e-9)
        np.testing.assert_allclose(np.polynomial.Polynomial(got.parabola[s])(u), hat, rtol=1e-9)
        away = (got.lines[:, s] - got.rest) @ [np.ones(9), x]
        np.testing.assert_allclose(got.shift[:, s], np.sqrt((away**2).mean(axis=1)), rtol=1e-9)


@pytest.mark.parametrize(("name", "grid"), [("across", (0.0, 1001.0)), ("up", (np.nan, 0.0)), ("up", (-1001.0,))])
def test_places_of_a_dragged_point_are_checked(name, grid) -> None:
    with pytest.raises(ValueError, match=rf"^`{name}` must be in \[-1000, 1000\]; got "):
        drag_outlier(points=example_points(), **{"across": (0.0, 1.0), "up": (0.0, 1.0)} | {name: grid})


@pytest.mark.parametrize("seed", range(100))
def test_robust_losses_resist_an_outlier_in_y_but_not_one_in_x(seed) -> None:
    points = example_points(seed=seed)
    in_y = sweep_outlier(points=points, moved=3, axis="y", low=-1000, high=1000)
    steps = np.diff(in_y.lines[0, :, 1])
    np.testing.assert_allclose(steps, steps[0], rtol=1e-8)  # least squares: proportional to the outlier
    assert in_y.shift[0, -1] > 50
    assert in_y.shift[1:].max() < 1  # at most: the influence of one point among twenty
    assert np.ptp(in_y.lines[1:, -20:], axis=1).max() < 1e-9  # and beyond some point nothing changes any more
    in_x = sweep_outlier(points=points, moved=3, axis="x", low=-1000, high=1000)
    assert in_x.leverage[-1] > 0.99
    assert np.abs(in_x.lines[:, -1, 1]).max() < 0.05  # all lines lie flat, toward the outlier
    assert (in_x.shift[:, -1] > 0.5).all()


# ---- points and bad input --------------------------------------------------------------------------------------------


def test_example_points() -> None:
    points = example_points(n_points=30, noise_std=2.0, seed=4)
    x, y = np.array(points).T
    np.testing.assert_allclose(x, np.linspace(0, 10, 30), atol=0.005)
    noise = y - TRUTH[0] - TRUTH[1] * np.linspace(0, 10, 30)
    np.testing.assert_allclose(noise, 2 * np.random.default_rng(4).standard_normal(30), atol=0.005)
    assert all(value == round(value, 2) for point in points for value in point)
    assert points == example_points(n_points=30, noise_std=2.0, seed=4) != example_points(n_points=30, seed=4)
    assert TRUTH == (1.0, 0.5) and EFFICIENT == 1.345 and LOSSES == ("squared", "absolute", "huber")


def test_two_points_and_a_perfect_line() -> None:
    two = fit_lines(points=((1.0, 2.0), (3.0, 8.0)))
    np.testing.assert_allclose(two.lines, [[-1, 3]] * 3, atol=1e-12)
    assert np.isnan(two.cooks).all() and np.isnan(two.without).all() and np.isnan(two.shift).all()
    np.testing.assert_allclose(two.leverage, 1)
    perfect = fit_lines(points=tuple((float(k), 2.0 * k) for k in range(6)))
    np.testing.assert_allclose(perfect.lines, [[0, 2]] * 3, atol=1e-12)
    assert perfect.unique and perfect.usual_delta < 1e-12
    assert perfect.huber_weights.tolist() == [1] * 6


def test_the_only_point_at_its_x() -> None:
    got = fit_lines(points=((0.0, 0.0), (0.0, 1.0), (0.0, 3.0), (5.0, 4.0)))
    assert got.leverage[3] == pytest.approx(1)
    assert np.isnan(got.cooks).tolist() == [False, False, False, True]
    assert np.isnan(got.without[:, 3]).all() and np.isfinite(got.without[:, :3]).all()
    with pytest.raises(ValueError, match=r"^Without the moved point all points have the same x; a line needs two dif"):
        sweep_outlier(points=((0.0, 0.0), (0.0, 1.0), (0.0, 3.0), (5.0, 4.0)), moved=3)
    assert np.isfinite(sweep_outlier(points=((0.0, 0.0), (0.0, 1.0), (0.0, 3.0), (5.0, 4.0)), moved=0).lines).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf, "1", None, True, 1001, -1001])
@pytest.mark.parametrize("place", [0, 1])
def test_points_must_be_numbers(bad, place) -> None:
    point = (bad, 1.0) if place == 0 else (1.0, bad)
    with pytest.raises(ValueError, match=r"^`points` must be in \[-1000, 1000\]; got "):
        fit_lines(points=((0.0, 0.0), point))


@pytest.mark.parametrize("points", [(), ((1.0, 2.0),), ((1.0, 2.0),) * 41, ((1.0, 2.0), (1.0,))])
def test_points_must_be_2_to_40_pairs(points) -> None:
    with pytest.raises(ValueError, match=r"^`points` must be 2 to 40 pairs \(x, y\)\.$"):
        fit_lines(points=points)


def test_as_many_points_as_allowed() -> None:
    assert fit_lines(points=example_points(n_points=40)).x.size == 40


def test_all_points_at_the_same_x() -> None:
    with pytest.raises(ValueError, match=r"^All points have the same x; a line needs two different ones\.$"):
        fit_lines(points=((2.0, 1.0), (2.0, 3.0), (2.0, 4.0)))


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"delta": 0}, r"`delta` must be in \[0\.01, 100\]; got 0\."),
        ({"delta": np.nan}, r"`delta` must be in \[0\.01, 100\]; got nan\."),
        ({"moved": 20}, r"`moved` must be an integer in \[0, 19\]; got 20\."),
        ({"moved": -1}, r"`moved` must be an integer in \[0, 19\]; got -1\."),
        ({"axis": "z"}, r"`axis` must be one of x, y; got 'z'\."),
        ({"low": np.inf}, r"`low` must be in \[-1000, 1000\]; got inf\."),
        ({"low": 3, "high": 3}, r"`low` must be less than `high`; got 3 and 3\."),
    ],
)
def test_bad_settings_of_the_sweep(settings, complaint) -> None:
    with pytest.raises(ValueError, match=f"^{complaint}$"):
        sweep_outlier(points=example_points(), **settings)
    if "delta" in settings:
        with pytest.raises(ValueError, match=f"^{complaint}$"):
            fit_lines(points=example_points(), **settings)


@pytest.mark.parametrize(("name", "bad"), [("n_points", 1), ("n_points", 41), ("noise_std", -0.1), ("seed", 1.5)])
def test_bad_settings_of_the_example(name, bad) -> None:
    with pytest.raises(ValueError, match=f"^`{name}` must be "):
        example_points(**{name: bad})
    assert LIMITS[name] == {"n_points": (2, 40), "noise_std": (0, 5), "seed": (0, 99999)}[name]
    for end in LIMITS[name]:
        assert example_points(**{name: end})


def test_shapes_and_read_only() -> None:
    points = example_points()
    fit, sweep = fit_lines(points=points), sweep_outlier(points=points)
    shapes = {
        "x": (20,),
        "y": (20,),
        "lines": (3, 2),
        "residuals": (3, 20),
        "objectives": (3, 3),
        "huber_weights": (20,),
        "leverage": (20,),
        "cooks": (20,),
        "without": (3, 20, 2),
        "shift": (3, 20),
        "deltas": (81,),
        "huber_path": (81, 2),
        "errors": (161,),
        "loss_curves": (3, 161),
        "score_curves": (3, 161),
    }
    moving = {
        "positions": (81,),
        "lines": (3, 81, 2),
        "rest": (3, 2),
        "shift": (3, 81),
        "residual": (3, 81),
        "leverage": (81,),
        "cooks": (81,),
        "parabola": (81, 3),
    }
    for result, expected in ((fit, shapes), (sweep, moving)):
        arrays = {name: value for name, value in vars(result).items() if isinstance(value, np.ndarray)}
        assert {name: value.shape for name, value in arrays.items()} == expected
        for name, value in arrays.items():
            assert np.isfinite(value).all(), name
            assert not value.flags.writeable, name
    assert fit.deltas is DELTAS
