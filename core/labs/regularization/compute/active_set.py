"""Least squares with absolute values in the penalty, solved exactly by a search over the signs of the weights."""

import numpy as np

from core.kit.arrays import Array

_EPS = float(np.finfo(np.float64).eps)
# A search needs a step or two for each weight that enters or leaves; many more only if rounding makes it turn.
_STEPS = 20


def minimise(factor: Array, target: Array, push: float, ridge: float, start: Array) -> Array:
    """Minimize |target - factor w|^2 / 2 + push |w|_1 + ridge |w|^2 / 2 exactly, by a search over the signs of w.

    Coordinate descent does not converge on columns as dependent as monomials. For given signs, the minimum is that of a
    quadratic: go there, but stop where a weight would change its sign, and drop it; when none does, add the weight
    that violates the optimality conditions most.

    Parameters
    ----------
    factor : ndarray (r, d)
        Columns.
    target : ndarray (r,)
    push, ridge : float
        Penalties > 0 and >= 0 of the absolute weights and of half their squares.
    start : ndarray (d,)
        Weights to start from; the closer to the minimum, the faster.

    Returns
    -------
    ndarray (d,)
        Weights; 0 exactly where the penalty removes them. The optimality conditions hold to rounding.

    References
    ----------
    Lee, Battle, Raina, Ng, "Efficient sparse coding algorithms", NIPS 2006.
    """
    weights, signs = start.copy(), np.sign(start)
    norms = np.sqrt((factor**2).sum(axis=0))
    for _ in range(_STEPS * start.size):
        active = np.flatnonzero(signs)
        if active.size:
            goal = _signed_minimum(factor[:, active], signs[active], target, push, ridge)
            step, leaves = _first_crossing(weights[active], goal, signs[active])
            weights[active] += step * (goal - weights[active])
            if leaves >= 0:
                weights[active[leaves]] = signs[active[leaves]] = 0
                continue
        slope = factor.T @ (target - factor @ weights) - ridge * weights
        rounding = 4 * _EPS * norms * (np.linalg.norm(target) + norms @ np.abs(weights))
        excess = np.where(signs == 0, np.abs(slope) - push - rounding, -np.inf)
        enters = int(np.argmax(excess))
        if excess[enters] <= 0:
            break
        signs[enters] = np.sign(slope[enters])
    return weights


def _signed_minimum(factor: Array, signs: Array, target: Array, push: float, ridge: float) -> Array:
    """Find the minimum where the absolute values are `signs * w`; QR avoids squaring the condition number."""
    # With more weights than points the minimum is at infinity; the smallest ridge that counts makes it a far goal.
    root = np.sqrt(ridge) + _EPS * np.linalg.norm(factor)
    q, r = np.linalg.qr(np.concatenate([factor, root * np.eye(signs.size)]))
    return np.asarray(np.linalg.solve(r, q[: target.size].T @ target - push * np.linalg.solve(r.T, signs)))


def _first_crossing(weights: Array, goal: Array, signs: Array) -> tuple[float, int]:
    """Return the fraction of the way to the goal before a weight reaches 0, and the index of that weight (-1: none)."""
    crosses = np.flatnonzero(goal * signs <= 0)
    if not crosses.size:
        return 1.0, -1
    steps = weights[crosses] / (weights[crosses] - goal[crosses])
    first = int(np.argmin(steps))
    return float(steps[first]), int(crosses[first])
