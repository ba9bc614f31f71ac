"""Questions to be answered before the picture is shown."""

from __future__ import annotations

import math

import numpy as np

from core.draw.live import Picture
from core.draw.marks import answer, panel
from core.kit.controls import Slider
from core.kit.mark import Mark
from core.kit.prediction import Prediction, Spot, because
from core.kit.words import number
from core.labs.momentum.compute.explore import Momentum
from core.labs.momentum.compute.roots import border, roots
from core.labs.momentum.panels.plane import RIGHT, TOP, still_axis
from core.labs.momentum.words import digit, fixed4

_TIMES = Slider(
    name="times",
    label="Factor",
    default=2,
    low=1,
    high=50,
    help="Steps per digit without momentum divided by those with it, both at their best.",
)
Place = tuple[float, float]


def speedup(result: Momentum) -> float:
    """Return how many times as many steps plain gradient descent needs in the long run, both at their best."""
    if result.plain.rate == 0:
        return 1.0
    return math.log(result.best.rate) / math.log(result.plain.rate)


def _times(result: Momentum) -> float:
    return min(float(_TIMES.values[-1]), speedup(result))


def _times_verdict(guess: float, truth: float, result: Momentum) -> str:
    root, exact = math.sqrt(result.kappa), speedup(result)
    return (
        f"Plain gradient descent needs {digit(result.plain.rate)} steps per digit at its "
        f"best, momentum {digit(result.best.rate)}: a factor of {number(exact)}. For large κ the "
        f"heavy ball gains a factor of about √κ, here {number(root)}; Nesterov about 0.58 √κ."
    )


def _empty_plane(_result: Momentum, guess: Place | None) -> Picture:
    drawn = panel(
        [answer(guess)],
        "An empty plane of step size and momentum, to click a point in.",
        x="step size η (in 1/λ<sub>max</sub>)",
        y="momentum μ",
        height=420,
        showlegend=False,
        margin={"b": 48},
        xaxis=still_axis(0, RIGHT, dtick=1),
        yaxis=still_axis(-0.03, TOP, dtick=0.2),
    )
    return Picture((drawn,))


def _fastest(result: Momentum) -> Place:
    return round(result.best.lr, 2), round(result.best.momentum, 2)


def _fastest_verdict(guess: Place, _truth: Place, result: Momentum) -> str:
    lr, momentum = guess
    best = f"the optimum has rate {fixed4(result.best.rate)}, {digit(result.best.rate)} steps per digit"
    if lr <= 0 or not 0 <= momentum < 1:
        return f"That point is outside the plot; {best}."
    rate = float(np.abs(roots(lr * result.eigenvalues, np.array(momentum), result.method)).max())
    if rate >= 1:
        edge = float(border(np.array(momentum), result.method))
        return f"That diverges: at this momentum the limit is {edge:.2f}; {best}."
    return f"There the rate is {fixed4(rate)}, {digit(rate)} steps per digit; {best}."


PREDICTIONS = (
    Prediction(
        lambda result: f"For κ = {result.kappa:g}, where is convergence fastest? Click a step size and momentum.",
        guess=Spot(_empty_plane, ((3.31, 0.67), (1.0, 0.9), (2.0, 0.0), (3.0, 0.1), (5.0, 1.5))),
        truth=_fastest,
        verdict=_fastest_verdict,
        mark=lambda result, values: Mark(0, "xy"),
        margin=0.1,
    ),
    Prediction(
        lambda result: f"At κ = {result.kappa:g}, by what factor does the best momentum reduce the steps?",
        guess=_TIMES,
        truth=_times,
        verdict=_times_verdict,
        why=because(
            "With the best momentum, the number of steps grows with",
            "√κ",
            "The best rate of convergence is (√κ − 1)/(√κ + 1).",
            {
                "κ": "That is descent without momentum.",
                "κ²": "Even descent without momentum needs only κ.",
            },
        ),
        margin=lambda result: 0.25 * speedup(result),
    ),
)
