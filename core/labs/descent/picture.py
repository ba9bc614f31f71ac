"""The picture: the path on the loss beside loss curves and the last loss, dragged along the rate."""

from __future__ import annotations

import numpy as np

from core.draw.live import Axis, Picture
from core.draw.thumbnail import svg_curves
from core.labs.descent.compute.descent import RATES, Descent, explore, place
from core.labs.descent.panels import by_rate, landscape, loss_curves
from core.labs.descent.words import readouts, summaries


def picture(result: Descent) -> Picture:
    """Draw gradient descent at each rate."""
    return Picture(
        panels=(landscape(result), loss_curves(result), by_rate(result)),
        axis=Axis("rate", "Learning rate η", RATES, tuple(f"{rate:.6g}" for rate in RATES), start=1.6),
        readouts=readouts(result),
        summaries=summaries(result),
    )


def thumbnail() -> str:
    """Draw the loss in the valley after 20 steps against the rate as a small SVG."""
    result = explore(loss="valley", x0=1.0, steps=20)
    shown = slice(place(0.001), place(0.025) + 1)
    rates = np.log10(RATES[shown])
    last = np.minimum(result.last[shown], 100.0)
    best = float(rates[int(last.argmin())])
    return svg_curves([("loss after 20 steps", "risk", rates, last)], top=6.0, mark=best)
