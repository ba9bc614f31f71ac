"""Error against the degree: exact curves, the simulation over them, and two optima."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from core.exploration import Exploration
from core.figures.live import Figure, Panel
from core.figures.style import color, layout, line
from core.text import number

Array = npt.NDArray[Any]

HEIGHT = 560  # of this panel, which stands beside all others


def error_curves(result: Exploration, log_y: bool) -> Panel:
    """Exact curves with the simulation laid over them, the exact optimum and the one that a test set suggests."""
    d = result.decomposition
    x = d.degrees
    traces = [
        _curve(x, result.risk, "risk", "test error", 3.2),
        _curve(x, result.bias2, "bias", "bias²"),
        _curve(x, result.variance, "variance", "variance"),
        _curve(x, np.full(len(x), d.noise), "noise", "noise"),
        _curve(x, d.train_error, "train", "training error"),
        _curve(x, d.one_test_error, "test", "one test set", 1.6),
        _simulated(x, d.mc_bias2, d.mc_bias2_se, "bias", "bias²"),
        _simulated(x, d.mc_variance, d.mc_variance_se, "variance", "variance"),
        _simulated(x, d.mc_error, d.mc_error_se, "risk", "test error"),
        _optimum(result.best, result.risk[result.best - 1], "risk", "star", "best"),
        _optimum(
            d.one_test_best,
            d.one_test_error[d.one_test_best - 1],
            "test",
            "diamond-open",
            "this test set",
        ),
    ]
    figure = Figure(
        data=traces,
        layout=layout(
            x="degree of the polynomial",
            y="squared error (units of y²)",
            xaxis={"range": [0.5, x[-1] + 0.5], "dtick": 1 if len(x) <= 15 else 2, "tick0": 1},
            yaxis=_error_axis(result, log_y),
            showlegend=True,
        ),
    )
    return Panel(figure, alt=_error_alt(result), marker=True, column=1, height=HEIGHT)


def _curve(x: Array, y: Array, role: str, name: str, width: float = 2.2) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y.astype(np.float32),
        "name": name,
        "legendgroup": name,
        "line": line(role, width),
        "hovertemplate": f"degree %{{x}}<br>{name} %{{y:.4g}}<extra></extra>",
    }


def _simulated(x: Array, y: Array, se: Array, role: str, of: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": x,
        "y": y.astype(np.float32),
        "error_y": {"type": "data", "array": se.astype(np.float32), "color": color(role), "width": 3},
        "name": f"{of}, simulated ± 1 SE",
        "legendgroup": of,
        "showlegend": False,
        "marker": {"color": color("paper"), "size": 7, "line": {"color": color(role), "width": 1.6}},
        "hovertemplate": f"degree %{{x}}<br>{of}, simulated %{{y:.4g}}<extra></extra>",
    }


def _optimum(degree: int, value: float, role: str, symbol: str, name: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [degree],
        "y": [value],
        "text": [f"{name}: {degree}"],
        "textposition": "top center" if role == "risk" else "bottom center",
        "textfont": {"color": color(role)},
        "name": name,
        "showlegend": False,
        "hoverinfo": "skip",
        "meta": {"table": False},
        "marker": {"symbol": symbol, "size": 14, "color": color(role), "line": {"width": 1.5}},
    }


def _error_axis(result: Exploration, log_y: bool) -> dict[str, Any]:
    """Range that keeps the neighbourhood of the optimum readable; what explodes leaves at the top."""
    risk = result.risk
    least = max(float(risk.min()), 1e-12)
    if log_y:
        drawn = np.concatenate([result.bias2, result.variance, risk, result.decomposition.train_error])
        positive = drawn[drawn > least * 1e-6]
        top = min(float(risk.max()) * 1.6, least * 1e9)
        return {
            "type": "log",
            "range": [float(np.log10(positive.min() * 0.7)), float(np.log10(max(top, least * 2)))],
            "exponentformat": "power",
        }
    top = max(1.35 * float(risk[: result.best].max()), 2.2 * least)
    return {"range": [-0.02 * top, min(top, 12 * least) if least > 1e-9 else top]}


def _error_alt(result: Exploration) -> str:
    d, risk = result.decomposition, result.risk
    return (
        f"Error against degree. The expected test error starts at {number(risk[0])} for degree 1, is smallest at "
        f"degree {result.best} ({number(risk[result.best - 1])}) and ends at {number(risk[-1])} for degree "
        f"{d.degrees[-1]}. Bias² goes from {number(result.bias2[0])} to {number(result.bias2[-1])}, variance from "
        f"{number(result.variance[0])} to {number(result.variance[-1])}. The one noisy test set is "
        f"best fitted at degree {d.one_test_best}."
    )
