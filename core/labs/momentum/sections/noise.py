"""The section on noise in the gradient, with and without momentum."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from core.draw.live import Picture
from core.draw.marks import curve, estimates, panel
from core.kit.arrays import Numbers
from core.kit.lab import Section
from core.kit.words import number, with_error
from core.labs.momentum.compute.explore import Momentum
from core.labs.momentum.compute.noise import lyapunov, simulated, stationary
from core.labs.momentum.compute.roots import border
from core.labs.momentum.panels.plane import Blocks, decades, named, still_axis

_SHARES: Numbers = np.linspace(0.02, 0.98, 49)  # of the border
_SAMPLED = (4, 12, 24, 36, 44)


@lru_cache(maxsize=8)
def _simulated(momentum: float, method: str) -> tuple[Numbers, Numbers, Numbers]:
    """Return step sizes, standard deviations, and their standard errors, by simulation."""
    steps = _SHARES[list(_SAMPLED)] * float(border(np.array(momentum), method))
    found = np.array([simulated(float(a), momentum, method) for a in steps])
    std = np.sqrt(found[:, 0])
    return steps, steps * std, steps * found[:, 1] / (2 * std)


def noise(result: Momentum, values: Mapping[str, Any]) -> Blocks:
    """Show how far the error stays from 0 if the gradient has noise, in three ways."""
    momentum, lr = values["momentum"], values["lr"]
    edge = float(border(np.array(momentum), result.method))
    head = (
        "With noise of variance σ² in each gradient, the error does not shrink to 0: it "
        "fluctuates around 0. Along an eigenvector with eigenvalue λ its variance in the long "
        "run is, for the heavy ball,\n\n$$\\mathrm{Var}(w) = "
        "\\frac{\\eta\\,\\sigma^2}{\\lambda\\,(1-\\mu)}\\cdot\\frac{1+\\mu}{2\\,(1+\\mu)-\\eta\\lambda}.$$\n\nFor "
        "small steps that is ησ²/(2λ(1 − μ)): momentum μ is as noisy as a step size 1/(1 − μ) "
        "times as large. Speed is paid for in noise unless the step size decays."
    )
    if lr >= edge:
        here = f"At the dot, step size {lr:g}, it diverges; the limit at this momentum is {edge:.2f}."
        return head, here, _spread(momentum, result.method)
    nesterov = result.method == "nesterov"
    exact = lr * float(np.sqrt(stationary(np.array(lr), np.array(momentum), result.method)))
    again = lr * float(np.sqrt(lyapunov(lr, momentum, result.method)))
    mean, se = simulated(lr, momentum, result.method)
    here = (
        f"**At the dot**, η = {lr:g} and μ = {momentum:g}, in the steep direction (λ = 1) with σ = 1: standard "
        f"deviation {number(exact, 4)} by the formula{' of an ARMA(2, 1) process' if nesterov else ''}, "
        f"{number(again, 4)} as the fixed point S = A S Aᵀ + b bᵀ of the covariance, and "
        f"{with_error(lr * float(np.sqrt(mean)), lr * se / (2 * float(np.sqrt(mean))))} by simulating 400 runs."
    )
    return head, here, _spread(momentum, result.method)


def _spread(momentum: float, method: str) -> Picture:
    traces = []
    for beta, role in {momentum: "second", 0.0: "first"}.items():  # without momentum there is one curve
        steps = _SHARES * float(border(np.array(beta), method))
        std = steps * np.sqrt(stationary(steps, np.full_like(steps, beta), method))
        traces += [
            curve(steps, std, role, named(beta)),
            estimates(*_simulated(beta, method), role, named(beta), named=beta == 0),
        ]
    alt = (
        "Standard deviation of the error in the steep direction over the step size, without "
        f"momentum and with momentum {momentum:g}: it grows with the step size and with the "
        "momentum, and without bound at the stability limit. Simulations agree with the curves."
    )
    return Picture(
        (
            panel(
                traces,
                alt,
                x="step size η (in 1/λ)",
                y="standard deviation (σ/λ)",
                xaxis=still_axis(0, 4.1),
                yaxis=decades(-1.5, 1.5),
            ),
        )
    )


SECTION = Section("Gradient noise: the price of momentum", noise)
