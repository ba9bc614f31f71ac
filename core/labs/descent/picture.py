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
    """Draw three loss curves in the valley as a small SVG."""
    result = explore(loss="valley", start=1.0, steps=20)
    steps = np.arange(21.0)
    rates = ((0.02, "threshold"), (0.001, "second"), (0.01, "test"))
    return svg_curves(
        [(f"η = {rate:g}", role, steps, result.losses[place(rate)]) for rate, role in rates], top=62.0, mark=10.0
    )
