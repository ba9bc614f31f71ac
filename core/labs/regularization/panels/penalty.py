"""The axis of the penalty, and that of weights of any size."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.draw.live import Axis
from core.draw.marks import Trace, curve
from core.kit.arrays import Numbers
from core.labs.regularization.compute.ridge import ALPHAS
from core.labs.regularization.controls import show_penalty

HEIGHT, LOWER = 560, 215  # of the picture, and of the lower of two panels above each other
# Penalties are drawn over their logarithm; 0 has a place of its own left of the others.
_ZERO = -14.0
PLACES: Numbers = np.concatenate([[_ZERO], np.log10(ALPHAS[1:])])
_TICKS = [_ZERO, -11, -8, -5, -2, 1, 4]


def over(values: Numbers) -> Numbers:
    """Return values at each penalty as a curve over `SPAN`: that at 0 is a separate short line, then a gap."""
    return np.concatenate([values[:1], values[:1], [np.nan], values[1:]])


SPAN: Numbers = np.concatenate([[_ZERO - 0.35, _ZERO + 0.35, np.nan], PLACES[1:]])


def over_penalty(values: Numbers, role: str, name: str, width: float = 2.2, **more: Any) -> Trace:
    """Draw the curve of a value at each penalty."""
    return curve(SPAN, over(values), role, name, width, hover=f"{name} %{{y:.4g}} at α = 10^%{{x:.2f}}", **more)


def penalty_axis(df: Numbers | None = None) -> dict[str, Any]:
    """Return the horizontal axis of panels over the penalty; with the degrees of freedom of each tick under it."""
    texts = [_power(tick) for tick in _TICKS]
    if df is not None:
        at = [int(np.argmin(np.abs(PLACES - tick))) for tick in _TICKS]
        texts = [f"{text}<br>{df[k]:.1f}" for text, k in zip(texts, at, strict=True)]
    return {"range": [_ZERO - 0.8, 4.4], "tickvals": _TICKS, "ticktext": texts, "tickangle": 0, "showgrid": False}


def _power(tick: float) -> str:
    return {_ZERO: "0", 1.0: "10"}.get(tick, f"10<sup>{tick:.0f}</sup>".replace("-", "−"))


def penalties(name: str, label: str = "Penalty α", start: float | None = None) -> Axis:
    """Return the axis along the penalties."""
    return Axis(name, label, tuple(ALPHAS.tolist()), tuple(show_penalty(alpha) for alpha in ALPHAS), start=start)


def weight_axis(largest: float) -> dict[str, Any]:
    """Return the axis for weights of very different size, drawn as `squeezed`: logarithmic where they are large."""
    top = max(float(squeezed(np.array(largest))), 1.0)
    powers = [k for k in range(-2, 20, 2) if squeezed(np.array(10.0**k)) <= top][1 if largest > 1 else 0 :]
    powers = powers[:: 1 + len(powers) // 3]
    ticks = [0.0, *(sign * float(squeezed(np.array(10.0**k))) for k in powers for sign in (1, -1))]
    texts = ["0", *(sign + _decimal(k) for k in powers for sign in ("", "−"))]
    return {"range": [-1.08 * top, 1.08 * top], "tickvals": ticks, "ticktext": texts}


def squeezed(weights: Numbers) -> Numbers:
    """Return weights as they are drawn: proportional up to 0.01, and beyond like the logarithm."""
    return np.asarray(np.arcsinh(100 * weights) / np.log(10))


def _decimal(power: int) -> str:
    return f"{10.0**power:g}" if power < 4 else f"10<sup>{power}</sup>"


def index_of(alpha: float) -> int:
    """Return the index of a penalty among all."""
    return int(np.argmin(np.abs(ALPHAS - alpha)))
