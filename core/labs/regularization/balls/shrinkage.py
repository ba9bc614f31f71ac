"""Effects of penalties on one or two weights: soft and proportional shrinkage, and the balls of the constraints.

Convention. The loss is (1/2) (b - b_ls)' G (b - b_ls), where b_ls is the least-squares solution and G the correlation
matrix of the columns: the least-squares loss of standardized columns, divided by n. A `penalty` here is therefore the
`alpha` of `compute.sparse` divided by n, the `alpha` of scikit-learn's `Lasso` and `ElasticNet`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from core.kit.arrays import Array, check_number
from core.kit.results import read_only

LIMITS: dict[str, tuple[float, float]] = {
    "b1": (-3, 3),
    "b2": (-3, 3),
    "correlation": (-0.95, 0.95),
    "budget": (0.05, 4),
    "l1_ratio": (0, 1),
}
PENALTIES = ("lasso", "ridge", "elastic net")
BUDGETS: Array = np.arange(1, 81) / 20
POSITIONS: Array = np.arange(-20, 21) / 10  # of either coordinate of a least-squares solution that is dragged
ESTIMATES: Array = np.arange(-80, 81) / 20
STRENGTHS: Array = np.arange(0, 81) / 20
_ANGLES = np.linspace(0, 2 * np.pi, 61)
_CIRCLE: Array = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)  # a closed curve
_HALVINGS = 60
_SIGNS: Array = np.array(sorted(product((-1.0, 0.0, 1.0), repeat=2), key=np.count_nonzero))
_TIE = 1e-14  # patterns that meet the conditions to this are equally good: the one with most zeros is taken


@dataclass(frozen=True)
class Shrinkage:
    """A single weight after shrinkage, against its least-squares estimate; all arrays are read-only.

    Attributes
    ----------
    estimates : ndarray (Z,)
        Least-squares estimates.
    penalties : ndarray (S,)
        Penalties.
    lasso : ndarray (S, Z)
        Soft thresholding: closer to 0 by the penalty, and 0 where that would pass it.
    ridge : ndarray (S, Z)
        Proportional shrinkage: divided by 1 + penalty.
    elastic_net : ndarray (S, Z)
        Both.
    """

    estimates: Array
    penalties: Array
    lasso: Array
    ridge: Array
    elastic_net: Array


@dataclass(frozen=True)
class Balls:
    """Smallest loss within a ball, for the three penalties in the order of `PENALTIES`; all arrays are read-only.

    A budget t allows the weights whose penalty is at most that of (t, 0): the balls |b|_1 <= t, |b|_2 <= t and, for the
    elastic net, one between them. All three cut the axes at t.

    Attributes
    ----------
    least_squares : ndarray (2,)
        Least-squares solution.
    budgets : ndarray (K,)
        Budgets.
    by_budget : ndarray (3, K, 2)
        Minimum at each budget.
    multipliers : ndarray (3, K)
        The penalty with the same minimum: the Lagrange multiplier of the constraint; 0 where it does not bind.
    outlines : ndarray (3, K, O, 2)
        The balls, as closed curves.
    ellipse : ndarray (O, 2)
        Contour of the loss, around the origin, on which b' G b is 1, as a closed curve.
    reach : ndarray (3, K)
        The contour through the minimum is `least_squares + reach * ellipse`.
    """

    least_squares: Array
    budgets: Array
    by_budget: Array
    multipliers: Array
    outlines: Array
    ellipse: Array
    reach: Array


@dataclass(frozen=True)
class Dragged:
    """Smallest loss within a ball of one budget, for every least-squares solution; arrays are read-only.

    Attributes
    ----------
    solutions : ndarray (J * J, 2)
        Least-squares solutions, both coordinates in `POSITIONS`: row by row, the first coordinate running fastest.
    minima : ndarray (3, J * J, 2)
        Best weights within each ball, in the order of `PENALTIES`.
    outlines, ellipse, reach : ndarray (3, O, 2), (O, 2), (3, J * J)
        As in `Balls`, for the one budget.
    """

    solutions: Array
    minima: Array
    outlines: Array
    ellipse: Array
    reach: Array


def shrinkage(*, l1_ratio: float = 0.5) -> Shrinkage:
    """Shrink one weight, or each of many with orthogonal columns, at every penalty.

    Parameters
    ----------
    l1_ratio : float
        Fraction of the absolute value in the penalty of the elastic net, in [0, 1].

    Raises
    ------
    ValueError
        If `l1_ratio` is invalid.

    References
    ----------
    Hastie, Tibshirani, Friedman, "The Elements of Statistical Learning", table 3.4.
    """
    check_number("l1_ratio", l1_ratio, *LIMITS["l1_ratio"])
    curves = [_shrunk(ESTIMATES, STRENGTHS[:, np.newaxis], ratio) for ratio in _ratios(l1_ratio)]
    return read_only(Shrinkage(ESTIMATES, STRENGTHS, *curves))


def balls(*, b1: float = 2.0, b2: float = 1.0, correlation: float = 0.0, l1_ratio: float = 0.5) -> Balls:
    """Minimize the loss within the balls of lasso, ridge, and elastic net.

    Parameters
    ----------
    b1, b2 : float
        Least-squares solution, each in [-3, 3].
    correlation : float
        Of the two columns, in [-0.95, 0.95].
    l1_ratio : float
        Fraction of the absolute values in the penalty of the elastic net, in [0, 1].

    Raises
    ------
    ValueError
        If an argument is out of its range.
    """
    _check(b1=b1, b2=b2, correlation=correlation, l1_ratio=l1_ratio)
    solution, gram = np.array([b1, b2], dtype=np.float64), np.array([[1.0, correlation], [correlation, 1.0]])
    found = [constrained(np.tile(solution, (BUDGETS.size, 1)), gram, BUDGETS, a) for a in _ratios(l1_ratio)]
    by_budget, multipliers = (np.array(part) for part in zip(*found, strict=True))
    result = Balls(
        least_squares=solution,
        budgets=BUDGETS,
        by_budget=by_budget,
        multipliers=multipliers,
        outlines=np.array([_outline(BUDGETS, a) for a in _ratios(l1_ratio)]),
        ellipse=_CIRCLE @ np.linalg.inv(np.linalg.cholesky(gram)),
        reach=_reach(by_budget - solution, gram),
    )
    return read_only(result)


def drag(*, budget: float = 1.0, correlation: float = 0.0, l1_ratio: float = 0.5) -> Dragged:
    """Minimize the loss within the three balls of one budget, wherever the least-squares solution is dragged.

    Parameters
    ----------
    budget : float
        Where the balls cut the axes, in [0.05, 4].
    correlation, l1_ratio
        See `balls`.

    Raises
    ------
    ValueError
        If an argument is out of its range.
    """
    _check(budget=budget, correlation=correlation, l1_ratio=l1_ratio)
    gram = np.array([[1.0, correlation], [correlation, 1.0]])
    solutions = np.array([(b1, b2) for b2 in POSITIONS for b1 in POSITIONS])
    budgets = np.full(len(solutions), float(budget))
    minima = np.array([constrained(solutions, gram, budgets, a)[0] for a in _ratios(l1_ratio)])
    result = Dragged(
        solutions=solutions,
        minima=minima,
        outlines=np.array([_outline(budgets[:1], a)[0] for a in _ratios(l1_ratio)]),
        ellipse=_CIRCLE @ np.linalg.inv(np.linalg.cholesky(gram)),
        reach=_reach(minima - solutions, gram),
    )
    return read_only(result)


def constrained(solution: Array, gram: Array, budgets: Array, l1_ratio: float) -> tuple[Array, Array]:
    """Find the minima (N, 2) of the loss within balls, and their multipliers (N,), by bisection for the multiplier.

    Parameters
    ----------
    solution : ndarray (N, 2)
        Least-squares solutions.
    gram : ndarray (2, 2)
        Positive definite, with diagonal 1.
    budgets : ndarray (N,)
        Where the balls cut the axes, > 0.
    l1_ratio : float
        1 is the lasso, 0 is ridge.
    """
    allowed = _allowance(budgets, l1_ratio)
    # With the multiplier `high` the minimum is inside: b = 0 if l1_ratio is the larger term, else |b|_1 <= budget.
    pull = np.sqrt(((solution @ gram) ** 2).sum(axis=1))
    high = pull / np.maximum(l1_ratio, (1 - l1_ratio) * budgets / np.sqrt(2))
    low = np.zeros_like(high)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        outside = _size(penalised(solution, gram, middle, l1_ratio), l1_ratio) > allowed
        low, high = np.where(outside, middle, low), np.where(outside, high, middle)
    free = _size(solution, l1_ratio) <= allowed
    multipliers = np.where(free, 0.0, high)
    return np.where(free[:, np.newaxis], solution, penalised(solution, gram, multipliers, l1_ratio)), multipliers


def penalised(solution: Array, gram: Array, penalties: Array, l1_ratio: float) -> Array:
    """Find the minima (N, 2) of loss plus penalty: the one of nine sign patterns with the optimality conditions."""
    push, ridge = l1_ratio * penalties[:, np.newaxis], (1 - l1_ratio) * penalties[:, np.newaxis]
    pull, coupling = solution @ gram, gram[0, 1]
    # For signs s: (gram + ridge) b = pull - push s in the weights that are not 0.
    wanted = pull[:, np.newaxis] - push[:, np.newaxis] * _SIGNS
    own, both = 1 + ridge, np.abs(_SIGNS).sum(axis=1) == 2
    joint = (own[:, :, np.newaxis] * wanted - coupling * wanted[..., ::-1]) / (own**2 - coupling**2)[:, :, np.newaxis]
    candidates = np.where(both[:, np.newaxis], joint, wanted / own[:, :, np.newaxis]) * np.abs(_SIGNS)
    slope = pull[:, np.newaxis] - candidates @ gram - ridge[:, np.newaxis] * candidates
    wrong = np.where(_SIGNS == 0, np.abs(slope) - push[:, np.newaxis], -_SIGNS * candidates)
    violation = np.maximum(wrong, 0).max(axis=2)
    chosen = (violation <= violation.min(axis=1, keepdims=True) + _TIE).argmax(axis=1)
    return np.asarray(candidates[np.arange(len(candidates)), chosen])


def _check(**given: float) -> None:
    for name, value in given.items():
        check_number(name, value, *LIMITS[name])


def _ratios(l1_ratio: float) -> tuple[float, float, float]:
    return 1.0, 0.0, float(l1_ratio)


def _shrunk(estimates: Array, penalties: Array, l1_ratio: float) -> Array:
    soft = np.sign(estimates) * np.maximum(np.abs(estimates) - l1_ratio * penalties, 0)
    return np.asarray(soft / (1 + (1 - l1_ratio) * penalties))


def _size(b: Array, l1_ratio: float) -> Array:
    return np.asarray(l1_ratio * np.abs(b).sum(axis=-1) + (1 - l1_ratio) / 2 * (b**2).sum(axis=-1))


def _allowance(budgets: Array, l1_ratio: float) -> Array:
    """Return the penalty of the points (budget, 0)."""
    return l1_ratio * budgets + (1 - l1_ratio) / 2 * budgets**2


def _reach(away: Array, gram: Array) -> Array:
    return np.asarray(np.sqrt(((away @ gram) * away).sum(axis=-1)))


def _outline(budgets: Array, l1_ratio: float) -> Array:
    """Return points (K, O, 2) of the boundaries in the directions of the circle."""
    allowed = _allowance(budgets, l1_ratio)[:, np.newaxis]
    linear, square = l1_ratio * np.abs(_CIRCLE).sum(axis=1), (1 - l1_ratio) / 2
    # linear * radius + square * radius^2 = allowed, in the form that also holds without the square
    radius = 2 * allowed / (linear + np.sqrt(linear**2 + 4 * square * allowed))
    return np.asarray(radius[..., np.newaxis] * _CIRCLE)
