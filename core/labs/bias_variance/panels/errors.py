"""Error against the degree: exact curves, the simulation over them, and two optima."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.draw.live import Panel, Track
from core.draw.marks import Trace, curve, dots, estimates, panel
from core.draw.regression import error_axis
from core.draw.style import ceiling, color
from core.kit.arrays import Numbers
from core.kit.words import number
from core.labs.bias_variance.compute.explore import Exploration

HEIGHT = 560  # of this panel, which stands beside all others


def error_curves(result: Exploration, log_y: bool) -> Panel:
    """Draw exact curves with the simulation on top, the exact optimum, and the one that a test set suggests."""
    d = result.decomposition
    x = d.degrees
    traces = [
        _curve(x, result.risk, "risk", "test error", 3.2),
        _curve(x, result.bias2, "bias", "bias²"),
        _curve(x, result.variance, "variance", "variance"),
        _curve(x, np.full(len(x), d.noise), "noise", "noise"),
        _curve(x, d.train_error, "train", "training error"),
        _curve(x, d.one_test_error, "test", "one test set", 1.6),
        *_simulations(result),
        _optima(result),
    ]
    return panel(
        traces,
        _error_alt(result),
        x="degree of the polynomial",
        y="squared error (units of y²)",
        tracks=(Track(d.degrees),),
        column=1,
        height=HEIGHT,
        margin={"b": 48},
        xaxis={"range": [0.5, x[-1] + 0.5], "dtick": 1 if len(x) <= 10 else 2, "tick0": 1, "tickangle": 0},
        yaxis=_error_axis(result, log_y),
    )


def _curve(x: Numbers, y: Numbers, role: str, name: str, width: float = 2.2) -> Trace:
    return curve(x, y, role, name, width, hover=f"degree %{{x}}<br>{name} %{{y:.4g}}", legendgroup=name)


def _simulations(result: Exploration) -> list[Trace]:
    """Draw Monte Carlo estimates with standard errors; they estimate means, so they are kept away from medians."""
    d = result.decomposition
    if result.heavy_tailed:
        return []
    return [
        _simulated(d.degrees, d.mc_error, d.mc_error_se, "risk", "test error"),
        _simulated(d.degrees, d.mc_bias2, d.mc_bias2_se, "bias", "bias²"),
        _simulated(d.degrees, d.mc_variance, d.mc_variance_se, "variance", "variance"),
    ]


def _simulated(x: Numbers, y: Numbers, se: Numbers, role: str, of: str) -> Trace:
    words = f"degree %{{x}}<br>{of}, simulated %{{y:.4g}}<extra></extra>"
    return estimates(x, y, se, role, of, named=role == "risk") | {"hovertemplate": words}


def _optima(result: Exploration) -> Trace:
    """Mark the exact optimum and the one that the test set suggests."""
    d, roles = result.decomposition, ["risk", "test"]
    degrees = [result.best, d.one_test_best]
    texts = [f"best: {degrees[0]}", f"this test set: {degrees[1]}"]
    if degrees[0] == degrees[1]:
        texts = [f"best, also for this test set: {degrees[0]}", ""]
    colors = [color(role) for role in roles]
    return dots(
        np.array(degrees),
        np.array([result.risk[degrees[0] - 1], d.one_test_error[degrees[1] - 1]]),
        "risk",
        "optima",
        mode="markers+text",
        marker={"symbol": ["star", "diamond-open"], "size": 14, "color": colors, "line": {"width": 1.5}},
        text=texts,
        textposition=[
            f"{where} {_side(k, len(d.degrees))}" for where, k in zip(("top", "bottom"), degrees, strict=True)
        ],
        textfont={"color": colors},
        showlegend=False,
        table=False,
    )


def _side(degree: int, last: int) -> str:
    """Return the side of a mark on which a text stays inside the picture."""
    if degree <= last / 4:
        return "right"
    return "left" if degree > 3 * last / 4 else "center"


def _error_axis(result: Exploration, log_y: bool) -> dict[str, Any]:
    """Return a range that keeps the neighborhood of the optimum readable; errors that explode leave at the top."""
    risk, d = result.risk, result.decomposition
    if log_y:
        curves = {"risk": risk, "bias²": result.bias2, "variance": result.variance, "training": d.train_error}
        return error_axis(curves, float(risk[0]), log_y)
    top = ceiling(max(1.2 * float(risk[: result.best].max()), 2.2 * float(risk.min()), 1e-9))
    return {"range": [-0.03 * top, top]}


def _error_alt(result: Exploration) -> str:
    d, risk = result.decomposition, result.risk
    return (
        f"Error against degree. The expected test error starts at {number(risk[0])} for degree 1, is smallest at "
        f"degree {result.best} ({number(risk[result.best - 1])}) and ends at {number(risk[-1])} for degree "
        f"{d.degrees[-1]}. Bias² goes from {number(result.bias2[0])} to {number(result.bias2[-1])}, variance from "
        f"{number(result.variance[0])} to {number(result.variance[-1])}. The one noisy test set is "
        f"best fitted at degree {d.one_test_best}."
    )
