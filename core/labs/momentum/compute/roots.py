"""The roots of gradient descent with momentum on a quadratic: rates, stability limits, and best settings.

`a` is the step size times an eigenvalue, `method` a key of `METHODS`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.kit.arrays import Array

Complex = npt.NDArray[np.complex128]
METHODS = {"heavy": "heavy ball", "nesterov": "Nesterov"}
# Step sizes, in units of 1 / the largest eigenvalue, and momenta; with the best ones for some condition numbers.
LRS = tuple(sorted({*(k / 10 for k in range(1, 41)), 2.25}))
MOMENTA = tuple(sorted({*(k / 10 for k in range(10)), 0.25, 0.67, 0.85, 0.95, 0.99}))
_SQUARINGS = 30


@dataclass(frozen=True)
class Optimum:
    """The step size and the momentum that converge fastest, and their rate."""

    lr: float
    momentum: float
    rate: float


def coefficients(a: Array, momentum: Array, method: str) -> tuple[Array, Array]:
    """Return sum p and product q of the roots, w <- p w - q (the previous w), for a = step size times eigenvalue."""
    keep = 1 - a if method == "nesterov" else np.ones_like(a)
    return keep * (1 + momentum) - (0 if method == "nesterov" else a), keep * momentum


def roots(a: Array, momentum: Array, method: str) -> Complex:
    """Return both roots of r^2 - p r + q, in a last axis of length 2."""
    p, q = coefficients(a, momentum, method)
    gap = np.sqrt((p * p - 4 * q).astype(complex))
    first = (p + np.where(p < 0, -gap, gap)) / 2  # of two real roots the larger, without cancellation
    second = np.divide(q, first, out=np.zeros_like(first), where=first != 0)
    return np.stack([first, second + 0], axis=-1)  # no -0


def matrix(a: Array, momentum: Array, method: str) -> Array:
    """Return the matrix (..., 2, 2) that takes (w, u) through a step."""
    a, momentum = np.broadcast_arrays(a, momentum)
    top = (1 - a * (1 + momentum), -(momentum**2)) if method == "nesterov" else (1 - a, -momentum)
    return np.stack([np.stack(top, axis=-1), np.stack([a, momentum], axis=-1)], axis=-2)


def by_powers(matrices: Array) -> Array:
    """Return the spectral radius of matrices (..., 2, 2) by repeated squaring (Gelfand's formula)."""
    power, log = matrices, np.zeros(matrices.shape[:-2])
    for k in range(_SQUARINGS + 1):
        size = np.abs(power).max(axis=(-2, -1))
        log += np.log(size, out=np.full_like(size, -np.inf), where=size > 0) / 2**k
        scaled = power / np.where(size > 0, size, 1)[..., np.newaxis, np.newaxis]
        power = scaled @ scaled
    radius: Array = np.exp(log)
    return radius


def optimum(kappa: float, method: str) -> Optimum:
    """Return the fastest setting for a condition number; `method` is a key of `METHODS`, or "plain" for no momentum.

    References
    ----------
    Lessard, Recht, Packard, "Analysis and design of optimization algorithms via integral quadratic constraints",
    SIAM J. Optim. 26 (2016), proposition 1.
    """
    if method == "plain":
        return Optimum(2 / (1 + 1 / kappa), 0.0, (kappa - 1) / (kappa + 1))
    root = float(np.sqrt(3 * kappa + 1 if method == "nesterov" else kappa))
    if method == "nesterov":
        return Optimum(4 / (3 + 1 / kappa), (root - 2) / (root + 2), 1 - 2 / root)
    rate = (root - 1) / (root + 1)
    return Optimum((1 + rate) ** 2, rate**2, rate)


def border(momentum: Array, method: str) -> Array:
    """Return the step size, times the largest eigenvalue, at which the iteration stops converging."""
    edge: Array = 2 * (1 + momentum) / (1 + 2 * momentum if method == "nesterov" else 1)
    return edge


def critical(momentum: Array, method: str) -> Array:
    """Return the step size times eigenvalue above which the error along the eigenvector oscillates."""
    root = np.sqrt(momentum)
    damped: Array = ((1 - momentum) / (1 + momentum) if method == "nesterov" else 1 - root) ** 2
    return damped


def reach(rate: float, momentum: Array, kappa: float, method: str) -> tuple[Array, Array]:
    """Return the smallest and largest step size whose rate is at most `rate`, for each momentum; nan if there is none.

    Both roots lie in the disc of that radius if q <= rate^2 and |p| rate <= rate^2 + q (the Jury criterion).
    """
    if method == "nesterov":
        tight = np.maximum((1 + momentum) * rate - momentum, momentum)
        low = kappa * (1 - rate**2 / tight)
        high = 1 + rate**2 / ((1 + momentum) * rate + momentum)
    else:
        low = kappa * (1 - rate) * (rate - momentum) / rate
        high = (1 + rate) * (rate + momentum) / rate
    low = np.maximum(low, 0)
    reached = low <= high + 1e-12
    if method != "nesterov":
        reached &= momentum <= rate**2 + 1e-12
    return np.where(reached, low, np.nan), np.where(reached, high, np.nan)
