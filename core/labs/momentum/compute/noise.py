"""Effects of gradient noise on gradient descent with momentum, and the resulting learning-rate range test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.kit.arrays import Array
from core.kit.results import read_only
from core.labs.momentum.compute.roots import border, coefficients, matrix, roots

CHAINS = 400
_SAMPLED = 50  # steps of each chain
_SIX = 6.0  # time constants before they are looked at
_RAMP = (0.03, 8.0, 300)  # step sizes of a range test, from and to, and their number
_STD = 0.05  # of the gradient noise in a range test


@dataclass(frozen=True)
class Ramp:
    """A range test: step sizes and the loss before each step, until it is a hundred times that at the start.

    `back` is the step size at which the loss first returns to its start beyond the stability limit, nan if never.
    """

    lrs: Array
    loss: Array
    border: float
    back: float


def stationary(a: Array, momentum: Array, method: str) -> Array:
    """Return the long-run variance of the error along an eigenvector if the gradient has noise of variance 1 each step.

    Parameters
    ----------
    a, momentum : ndarray
        Step size times eigenvalue, below the stability limit; momentum. The result is in units of (step size)^2.
    method : str
        Key of `METHODS`.

    Notes
    -----
    The error is an ARMA(2, 1) process: w <- p w - q (the previous w) - c (the noise) - d (the previous noise). For the
    heavy ball the variance is (1 + momentum) / ((1 - momentum) a (2 (1 + momentum) - a)).

    References
    ----------
    Brockwell, Davis, "Time Series: Theory and Methods", section 3.3 (the equations of the autocovariances).
    """
    p, q = coefficients(a, momentum, method)
    c, d = (1 + momentum, -momentum) if method == "nesterov" else (np.ones_like(momentum), np.zeros_like(momentum))
    drive = c * c + d * (p * c + d) + p * (1 - q) / (1 + q) * c * d
    variance: Array = drive * (1 + q) / ((1 - q) * ((1 + q) ** 2 - p * p))
    return variance


def lyapunov(a: float, momentum: float, method: str) -> float:
    """Compute the same variance as a fixed point: the covariance S of error and velocity solves S = A S A' + b b'."""
    step = matrix(np.array(a), np.array(momentum), method)
    b = np.array([-(1 + momentum) if method == "nesterov" else -1.0, 1.0])
    found = np.linalg.solve(np.eye(4) - np.kron(step, step), np.outer(b, b).ravel())
    return float(found[0])


def simulated(a: float, momentum: float, method: str, seed: int = 0) -> tuple[float, float]:
    """Estimate the same variance from `CHAINS` runs, with its standard error."""
    rng = np.random.default_rng(seed)
    rate = float(np.abs(roots(np.array(a), np.array(momentum), method)).max())
    w, u = np.zeros(CHAINS), np.zeros(CHAINS)
    squares = np.zeros(CHAINS)
    wait = int(np.ceil(_SIX / -np.log(max(rate, 1e-3))))
    for step in range(wait + _SAMPLED):
        gradient = a * w + rng.standard_normal(CHAINS)
        u = momentum * u + gradient
        w = w - (gradient + momentum * u if method == "nesterov" else u)
        if step >= wait:
            squares += w * w
    squares /= _SAMPLED
    return float(squares.mean()), float(squares.std(ddof=1) / np.sqrt(CHAINS))


def ramp(kappa: float, momentum: float, method: str, seed: int = 0) -> Ramp:
    """Raise the step size exponentially from (1, 1), with a little noise in the gradient."""
    low, high, n = _RAMP
    lrs = low * (high / low) ** (np.arange(n) / (n - 1))
    rng = np.random.default_rng(seed)
    eigenvalues = np.array([1 / kappa, 1.0])
    w, v, losses = np.ones(2), np.zeros(2), []
    for lr in lrs:
        losses.append(float(eigenvalues @ w**2) / 2)
        if losses[-1] > 100 * losses[0]:
            break
        gradient = eigenvalues * w + _STD * rng.standard_normal(2)
        v = momentum * v + gradient
        w = w - lr * (gradient + momentum * v if method == "nesterov" else v)
    loss, edge = np.array(losses), float(border(np.array(momentum), method))
    lrs = lrs[: loss.size]
    over = (lrs > edge) & (loss >= loss[0])
    return read_only(Ramp(lrs, loss, edge, float(lrs[np.argmax(over)]) if over.any() else float("nan")))
