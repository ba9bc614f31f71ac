"""Shrinkage of one weight by brute force, and constrained minima against scipy and by geometry."""

import inspect

import numpy as np
import pytest
from scipy.optimize import LinearConstraint, NonlinearConstraint, minimize

from core.labs.regularization.balls.shrinkage import (
    BUDGETS,
    LIMITS,
    PENALTIES,
    POSITIONS,
    balls,
    constrained,
    drag,
    penalised,
    shrinkage,
)

RATIOS = (1.0, 0.0, 0.5)


def size(b, a):
    return a * np.abs(b).sum(axis=-1) + (1 - a) / 2 * (b**2).sum(axis=-1)


def gram_of(correlation):
    return np.array([[1, correlation], [correlation, 1.0]])


# ---- one weight ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("l1_ratio", [0.0, 0.25, 0.5, 1.0])
def test_shrinkage_by_a_search_over_a_grid(l1_ratio) -> None:
    got = shrinkage(l1_ratio=l1_ratio)
    grid = np.arange(-4000, 4001) / 1000
    for s in range(0, got.penalties.size, 16):
        for z in range(0, got.estimates.size, 13):
            for curve, a in ((got.lasso, 1), (got.ridge, 0), (got.elastic_net, l1_ratio)):
                loss = (grid - got.estimates[z]) ** 2 / 2
                penalty = got.penalties[s] * (a * np.abs(grid) + (1 - a) / 2 * grid**2)
                assert abs(curve[s, z] - grid[np.argmin(loss + penalty)]) < 1.001e-3


def test_shrinkage_by_hand() -> None:
    got = shrinkage(l1_ratio=0.5)
    s, z = (int(np.flatnonzero(axis == value)[0]) for axis, value in ((got.penalties, 2), (got.estimates, -3)))
    assert (got.lasso[s, z], got.ridge[s, z], got.elastic_net[s, z]) == pytest.approx((-1, -1, -1), rel=1e-15)
    near = int(np.flatnonzero(got.estimates == 1.5)[0])
    assert (got.lasso[s, near], got.ridge[s, near], got.elastic_net[s, near]) == pytest.approx((0, 0.5, 0.25))
    assert np.array_equal(got.lasso[0], got.estimates) and np.array_equal(got.ridge[0], got.estimates)
    assert (got.estimates[0], got.estimates[-1], got.penalties[0], got.penalties[-1]) == (-4, 4, 0, 4)
    for value in vars(got).values():
        assert not value.flags.writeable


# ---- two weights -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("correlation", [-0.9, 0.0, 0.6])
@pytest.mark.parametrize("a", [1.0, 0.6, 0.1, 0.0])
def test_penalised_minima_meet_the_optimality_conditions(correlation, a) -> None:
    rng = np.random.default_rng(1)
    solution, penalties = rng.uniform(-3, 3, (300, 2)), rng.uniform(0, 4, 300)
    b = penalised(solution, gram_of(correlation), penalties, a)
    slope = (solution - b) @ gram_of(correlation) - (1 - a) * penalties[:, None] * b
    push = a * penalties[:, None]
    wrong = np.where(b != 0, np.abs(slope - push * np.sign(b)), np.abs(slope) - push)
    assert wrong.max() < 1e-13


@pytest.mark.parametrize("correlation", [-0.7, 0.0, 0.5, 0.95])
@pytest.mark.parametrize("solution", [(2, 1), (-1.5, 2.5), (0.3, -2), (3, 3), (0, 1)])
def test_constrained_minima_against_scipy(solution, correlation) -> None:
    got, gram = balls(b1=solution[0], b2=solution[1], correlation=correlation, l1_ratio=0.5), gram_of(correlation)
    loss = lambda b: (b - solution) @ gram @ (b - solution) / 2  # noqa: E731
    slope = lambda b: gram @ (b - solution)  # noqa: E731
    for k in range(4, BUDGETS.size, 25):
        t = BUDGETS[k]
        # The lasso ball as four half planes; the round ball as a smooth constraint. SLSQP finds either.
        square = LinearConstraint([[1, 1], [1, -1], [-1, 1], [-1, -1]], ub=t)
        disc = NonlinearConstraint(lambda b: b @ b, -np.inf, t**2, jac=lambda b: 2 * b)
        for number, constraint in ((0, square), (1, disc)):
            found = minimize(loss, [0.01, 0.01], jac=slope, constraints=constraint, method="SLSQP", tol=1e-14)
            np.testing.assert_allclose(got.by_budget[number, k], found.x, atol=2e-6)
        # The ball between them, point by point of its boundary.
        if size(np.array(solution), 0.5) > size(np.array([t, 0]), 0.5):
            angle = np.linspace(0, 2 * np.pi, 40_001)
            circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
            linear = 0.5 * np.abs(circle).sum(axis=1)
            radius = -linear * 2 + np.sqrt(4 * linear**2 + 4 * size(np.array([t, 0]), 0.5))
            edge = radius[:, None] * circle
            np.testing.assert_allclose(size(edge, 0.5), size(np.array([t, 0.0]), 0.5), rtol=1e-12)
            lowest = edge[np.argmin([loss(b) for b in edge[::20]]) * 20]
            near = edge[np.abs(edge - lowest).max(axis=1) < 0.1]
            lowest = near[np.argmin([loss(b) for b in near])]
            np.testing.assert_allclose(got.by_budget[2, k], lowest, atol=1e-3)
        else:
            assert got.by_budget[2, k].tolist() == list(solution)


@pytest.mark.parametrize("seed", range(10))
def test_every_minimum_is_on_its_ball_and_is_that_of_its_multiplier(seed) -> None:
    rng = np.random.default_rng(seed)
    solution, budgets, correlation = rng.uniform(-3, 3, (200, 2)), rng.uniform(0.05, 4, 200), rng.uniform(-0.95, 0.95)
    for a in (1.0, 0.9, 0.5, 0.05, 0.0):
        b, multipliers = constrained(solution, gram_of(correlation), budgets, a)
        allowed = a * budgets + (1 - a) / 2 * budgets**2
        binds = size(solution, a) > allowed
        np.testing.assert_allclose(size(b, a)[binds], allowed[binds], rtol=1e-12)
        assert (multipliers[binds] > 0).all() and not multipliers[~binds].any()
        assert np.array_equal(b[~binds], solution[~binds])
        np.testing.assert_allclose(b, penalised(solution, gram_of(correlation), multipliers, a), atol=1e-12)


def test_lasso_corner_and_round_ball_by_hand() -> None:
    got = balls(b1=2, b2=1, correlation=0, l1_ratio=0.5)
    one = int(np.flatnonzero(got.budgets == 1)[0])
    np.testing.assert_allclose(got.by_budget[0, one], [1, 0], atol=1e-14)  # (2 - 1, 1 - 1)
    np.testing.assert_allclose(got.by_budget[1, one], np.array([2, 1]) / np.sqrt(5), atol=1e-14)
    assert got.multipliers[:2, one] == pytest.approx([1, np.sqrt(5) - 1])
    assert got.reach[:2, one] == pytest.approx([np.sqrt(2), np.sqrt(5) - 1])
    assert got.by_budget[0, one, 1] == 0 and got.by_budget[1, one, 1] > 0
    assert PENALTIES == ("lasso", "ridge", "elastic net")


@pytest.mark.parametrize("l1_ratio", [0.0, 0.3, 1.0])
def test_the_picture_fits_together(l1_ratio) -> None:
    got = balls(b1=-1.2, b2=2.3, correlation=0.4, l1_ratio=l1_ratio)
    gram, ratios = gram_of(0.4), (1.0, 0.0, l1_ratio)
    assert got.least_squares.tolist() == [-1.2, 2.3]
    assert (got.budgets[0], got.budgets[-1]) == (0.05, 4)
    for k, a in enumerate(ratios):
        allowed = size(np.stack([got.budgets, 0 * got.budgets], axis=1), a)
        np.testing.assert_allclose(size(got.outlines[k], a), np.tile(allowed[:, None], 61), rtol=1e-12)
        np.testing.assert_allclose(got.outlines[k, :, 0], np.stack([got.budgets, 0 * got.budgets], axis=1), atol=1e-12)
    np.testing.assert_allclose(((got.ellipse @ gram) * got.ellipse).sum(axis=1), 1, rtol=1e-13)
    np.testing.assert_allclose(got.ellipse[0], got.ellipse[-1], atol=1e-12)
    away = got.by_budget - got.least_squares
    np.testing.assert_allclose(((away @ gram) * away).sum(axis=-1), got.reach**2, atol=1e-13)
    # No point of a ball lies inside the contour through its minimum.
    away = got.outlines - got.least_squares
    nearest = np.sqrt(((away @ gram) * away).sum(axis=-1).min(axis=-1))
    assert (nearest[got.multipliers > 0] >= got.reach[got.multipliers > 0] - 1e-12).all()
    assert got.by_budget.shape == (3, BUDGETS.size, 2)


@pytest.mark.parametrize("a", [0.0, 0.4, 1.0])
def test_no_point_of_the_ball_is_better_wherever_the_solution_is_dragged(a) -> None:
    got, gram = drag(correlation=0.5, budget=0.8, l1_ratio=a), gram_of(0.5)
    assert got.solutions[0].tolist() == [-2, -2] and got.solutions[1].tolist() == [-1.9, -2]
    assert got.solutions[:, 0].tolist() == POSITIONS.tolist() * POSITIONS.size
    assert got.solutions[-1].tolist() == [2, 2]
    for kind, share in enumerate((1.0, 0.0, a)):
        allowed = size(np.array([0.8, 0.0]), share)
        free = size(got.solutions, share) <= allowed
        assert np.array_equal(got.minima[kind][free], got.solutions[free])
        assert (size(got.minima[kind], share) <= allowed * (1 + 1e-12)).all()
        np.testing.assert_allclose(size(got.outlines[kind], share), allowed, rtol=1e-12)
        away = got.minima[kind] - got.solutions
        np.testing.assert_allclose(((away @ gram) * away).sum(axis=1), got.reach[kind] ** 2, atol=1e-13)
        rim = got.outlines[kind] - got.solutions[~free][:, None]
        nearest = ((rim @ gram) * rim).sum(axis=2).min(axis=1)
        assert (nearest >= got.reach[kind][~free] ** 2 - 1e-12).all()
    np.testing.assert_allclose(((got.ellipse @ gram) * got.ellipse).sum(axis=1), 1, rtol=1e-13)
    assert not any(value.flags.writeable for value in vars(got).values())


def test_the_corner_of_the_diamond_catches_a_region_and_the_circle_a_line() -> None:
    # With correlation c and budget 1 the corner (1, 0) is best where |c (b1 - 1) + b2| <= b1 - 1 + c b2.
    got, c = drag(correlation=0.5), 0.5
    b1, b2 = got.solutions.T
    slack = b1 - 1 + c * b2 - np.abs(c * (b1 - 1) + b2)
    corner = (np.abs(got.minima[0] - [1, 0]) < 1e-12).all(axis=1)
    assert corner[slack > 1e-9].all() and not corner[slack < -1e-9].any()
    on_circle = (np.abs(got.minima[1] - [1, 0]) < 1e-12).all(axis=1)
    assert (np.abs(c * (b1 - 1) + b2)[on_circle] < 1e-9).all()
    assert corner.sum() > 10 * on_circle.sum() > 0


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("value", [float("nan"), -4.5, 4.5, "1"])
def test_arguments_are_checked(name, value) -> None:
    message = rf"^`{name}` must be in \[.*\]; got .*\.$"
    for function in (balls, drag, shrinkage):
        if name in inspect.signature(function).parameters:
            with pytest.raises(ValueError, match=message):
                function(**{name: value})


def test_the_balls_are_read_only() -> None:
    for value in vars(balls(b1=0, b2=0)).values():
        assert not value.flags.writeable and np.isfinite(value).all()
