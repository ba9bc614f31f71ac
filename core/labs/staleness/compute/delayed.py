"""Gradient descent whose gradients are all equally old: w ← w − ηλ · (w of τ updates before)."""

from __future__ import annotations

import math

import numpy as np

from core.kit.arrays import Array

POINTS = 60  # of a branch of a curve


def limit(tau: int) -> float:
    """Return the product ηλ of rate and curvature up to which it converges: 2 sin(π / (2 (2τ + 1)))."""
    return 2 * math.sin(math.pi / (2 * (2 * tau + 1)))


def critical(tau: int) -> float:
    """Return the product ηλ with the fastest decay that does not oscillate: τ^τ / (τ + 1)^(τ + 1)."""
    return float(tau**tau / (tau + 1) ** (tau + 1))


def decay(tau: int) -> tuple[Array, Array]:
    """Return products ηλ in rising order, and the factor by which an error shrinks in an update in the long run.

    The factor is the modulus of the largest root of z^(τ+1) − z^τ + ηλ. Up to `critical` that root z is real and
    ηλ = z^τ (1 − z); beyond, the angle θ of a pair of roots gives its modulus sin τθ / sin (τ + 1)θ and ηλ.
    """
    if tau == 0:
        product = np.linspace(0, 2.5, 2 * POINTS)
        return product, np.abs(1 - product)
    real = np.linspace(1, tau / (tau + 1), POINTS)
    most = math.pi / (2 * tau + 1)  # the angle at the limit
    angle = np.linspace(0, most + 0.3 * (math.pi / (tau + 1) - most), POINTS + 1)[1:]
    modulus = np.sin(tau * angle) / np.sin((tau + 1) * angle)
    product = modulus**tau * np.cos(tau * angle) - modulus ** (tau + 1) * np.cos((tau + 1) * angle)
    return np.concatenate([real**tau * (1 - real), product]), np.concatenate([real, modulus])
