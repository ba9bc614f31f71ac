"""Gradient descent with momentum on a quadratic: how fast it converges, and when it stops converging.

Along an eigenvector with eigenvalue l of the quadratic, the error w and the velocity u (times the step size) follow

    u <- momentum u + a w,    w <- w - u                         heavy ball
    u <- momentum u + a w,    w <- w - a w - momentum u          Nesterov

with a = step size times l: `torch.optim.SGD`, whose weights are the lookahead points. Both are w <- p w - q (the
previous w).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.kit.arrays import Array, check_choice, check_number
from core.kit.results import read_only
from core.labs.momentum.compute.roots import LRS, METHODS, MOMENTA, Complex, Optimum, by_powers, matrix, optimum, roots

LIMITS: dict[str, tuple[float, float]] = {"kappa": (1, 1e6), "lr": (0, 100), "momentum": (0, 1)}
STEPS = 40  # of a run


@dataclass(frozen=True)
class Momentum:
    """Every step size (S) at every momentum (M) on a quadratic with eigenvalues 1/kappa and 1; arrays are read-only.

    Attributes
    ----------
    kappa, method : float, str
        Condition number, and a key of `METHODS`.
    eigenvalues : ndarray (2,)
        Smallest and largest.
    lrs, momenta : ndarray (S,), (M,)
        Step sizes and momenta.
    roots : ndarray (M, S, 2, 2)
        The two roots of the characteristic polynomial for each eigenvalue.
    rates : ndarray (M, S, 2)
        Largest modulus of a root for each eigenvalue: in the long run, the factor of the error per step.
    powers : ndarray (M, S)
        The larger of the two rates computed differently: ||A^k||^(1/k) for k = 2^30, with A the matrix of a step.
    path : ndarray (M, S, STEPS + 1, 2)
        Error along both eigenvectors after each step from (1, 1) at rest, from the roots.
    run : ndarray (M, S, 2)
        Error after the last step, by taking the steps.
    best, plain : Optimum
        The best momentum and step size, and the best step size without momentum.
    """

    kappa: float
    method: str
    eigenvalues: Array
    lrs: Array
    momenta: Array
    roots: Complex
    rates: Array
    powers: Array
    path: Array
    run: Array
    best: Optimum
    plain: Optimum

    @property
    def rate(self) -> Array:
        """Return the rate of the slower direction (M, S)."""
        worst: Array = self.rates.max(axis=-1)
        return worst

    @property
    def distance(self) -> Array:
        """Return the distance from the minimum, as a fraction of that at the start (M, S, STEPS + 1)."""
        length: Array = np.hypot(self.path[..., 0], self.path[..., 1]) / np.sqrt(2)
        return length

    @property
    def ran(self) -> Array:
        """Return the last distance again, by taking the steps (M, S)."""
        length: Array = np.hypot(self.run[..., 0], self.run[..., 1]) / np.sqrt(2)
        return length

    def at(self, values: Mapping[str, Any]) -> tuple[int, int]:
        """Return row and column of the momentum and the step size among the settings of a page."""
        row, column = (
            int(np.argmin(np.abs(grid - values[name]))) for grid, name in ((self.momenta, "momentum"), (self.lrs, "lr"))
        )
        return row, column


def explore(*, kappa: float, method: str) -> Momentum:
    """Follow every step size and momentum of the plane.

    Parameters
    ----------
    kappa : float
        Condition number, the largest eigenvalue (1) over the smallest, in [1, 1e6].
    method : str
        Key of `METHODS`.

    Raises
    ------
    ValueError
        If a setting is invalid.

    References
    ----------
    Goh, "Why Momentum Really Works", Distill 2017.
    """
    check_number("kappa", kappa, *LIMITS["kappa"])
    check_choice("method", method, tuple(METHODS))
    lrs, momenta, eigenvalues = np.array(LRS), np.array(MOMENTA), np.array([1 / kappa, 1.0])
    a, beta = lrs[:, np.newaxis] * eigenvalues, momenta[:, np.newaxis, np.newaxis]
    matrices = matrix(a, beta, method)
    found = roots(a, beta, method)
    return read_only(
        Momentum(
            kappa,
            method,
            eigenvalues,
            lrs,
            momenta,
            found,
            np.abs(found).max(axis=-1),
            by_powers(matrices).max(axis=-1),
            _path(found, matrices[..., 0, 0]),
            _ran(a, beta, method),
            optimum(kappa, method),
            optimum(kappa, "plain"),
        )
    )


def _path(found: Complex, first: Array) -> Array:
    """Return errors after each step: w_k = w_1 h_(k-1) - q h_(k-2), where h_k sums r^i s^(k-i) over both roots r, s."""
    r, s = found[..., 0], found[..., 1]
    q = (r * s).real
    before, h, power = np.zeros_like(r), np.ones_like(r), np.ones_like(r)
    path = [np.ones_like(first), first]
    for _ in range(STEPS - 1):
        power = power * s
        before, h = h, r * h + power
        path.append((first * h - q * before).real)
    return np.stack(path, axis=-2)


def _ran(a: Array, momentum: Array, method: str) -> Array:
    w, u = (np.full(np.broadcast_shapes(a.shape, momentum.shape), start) for start in (1.0, 0.0))
    for _ in range(STEPS):
        gradient = a * w
        u = momentum * u + gradient
        w = w - (gradient + momentum * u if method == "nesterov" else u)
    return w


def tables(result: Momentum, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return rates over the plane, and the run at the current point."""
    row, column = result.at(values)
    lr, momentum = np.meshgrid(result.lrs, result.momenta)
    path = result.path[row, column]
    return {
        "momentum_plane.csv": {
            "lr": lr.ravel(),
            "momentum": momentum.ravel(),
            "rate_flat": result.rates[..., 0].ravel(),
            "rate_steep": result.rates[..., 1].ravel(),
            "rate": result.rate.ravel(),
        },
        "momentum_run.csv": {
            "step": np.arange(STEPS + 1),
            "flat": path[:, 0],
            "steep": path[:, 1],
            "distance": result.distance[row, column],
        },
    }
