"""What the panels of the regularization lab share: traces, the axis of the penalty, panels of fits and of errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.figures.live import Axis, Figure, Frames, Panel, Track
from core.figures.style import ceiling, color, layout, line
from core.regularization.controls import show_penalty
from core.regularization.ridge import ALPHAS

Array = npt.NDArray[Any]
Trace = dict[str, Any]

HEIGHT, LOWER = 560, 215  # of the picture, and of the lower of two panels above each other
SMALL = 300  # of a panel in a folded section
# Penalties are drawn over their logarithm; 0 has a place of its own left of the others.
_ZERO = -14.0
PLACES: Array = np.concatenate([[_ZERO], np.log10(ALPHAS[1:])])
_TICKS = [_ZERO, -11, -8, -5, -2, 1, 4]


def curve(x: Array, y: Array | None, role: str, name: str, width: float = 2.2, **more: Any) -> Trace:
    """A line in the colour and dash of a role; without `y` its frames bring it."""
    trace = {"type": "scatter", "mode": "lines", "x": x, "name": name, "line": line(role, width), "hoverinfo": "skip"}
    return trace | ({} if y is None else {"y": np.asarray(y, np.float32)}) | more


def dots(x: Any, y: Array | None, role: str, name: str, size: float = 8, symbol: str = "circle", **more: Any) -> Trace:
    """Points in the colour of a role."""
    marker = {"color": color(role), "size": size, "symbol": symbol, "line": {"width": 1.5}}
    trace = {"type": "scatter", "mode": "markers", "x": x, "name": name, "marker": marker, "hoverinfo": "skip"}
    return trace | ({} if y is None else {"y": np.asarray(y, np.float32)}) | more


def bars(x: Any, y: Array, role: str, name: str, **more: Any) -> Trace:
    """Bars in the colour of a role."""
    return {
        "type": "bar",
        "x": x,
        "y": np.asarray(y, np.float32),
        "name": name,
        "marker": {"color": color(role)},
    } | more


def estimates(x: Array, y: Array, se: Array, role: str, of: str, named: bool = False) -> Trace:
    """Simulated values with their standard errors; one of several is named in the legend."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": x,
        "y": np.asarray(y, np.float32),
        "error_y": {"type": "data", "array": np.asarray(se, np.float32), "color": color(role), "width": 3},
        "name": "simulated ± 1 SE" if named else f"simulated {of}",
        "legendgroup": "simulated",
        "showlegend": named,
        "marker": {"color": color("paper"), "size": 7, "line": {"color": color(role), "width": 1.6}},
        "hovertemplate": f"{of}, simulated %{{y:.4g}}<extra></extra>",
    }


def over(values: Array) -> Array:
    """Values at each penalty as a curve over `SPAN`: that at 0 is a short line of its own, then a gap."""
    return np.concatenate([values[:1], values[:1], [np.nan], values[1:]])


SPAN: Array = np.concatenate([[_ZERO - 0.35, _ZERO + 0.35, np.nan], PLACES[1:]])


def over_penalty(values: Array, role: str, name: str, width: float = 2.2, **more: Any) -> Trace:
    """Curve of a value at each penalty."""
    words = f"{name} %{{y:.4g}} at α = 10^%{{x:.2f}}<extra></extra>"
    return curve(SPAN, over(values), role, name, width, hovertemplate=words, hoverinfo="all", **more)


def penalty_axis(df: Array | None = None) -> dict[str, Any]:
    """Horizontal axis of panels over the penalty; with the degrees of freedom of each tick under it."""
    texts = [_power(tick) for tick in _TICKS]
    if df is not None:
        at = [int(np.argmin(np.abs(PLACES - tick))) for tick in _TICKS]
        texts = [f"{text}<br>{df[k]:.1f}" for text, k in zip(texts, at, strict=True)]
    return {"range": [_ZERO - 0.8, 4.4], "tickvals": _TICKS, "ticktext": texts, "tickangle": 0, "showgrid": False}


def _power(tick: float) -> str:
    return {_ZERO: "0", 1.0: "10"}.get(tick, f"10<sup>{tick:.0f}</sup>".replace("-", "−"))


def penalties(name: str, label: str = "Penalty α", start: float | None = None) -> Axis:
    """Axis along the penalties."""
    return Axis(name, label, tuple(ALPHAS.tolist()), tuple(show_penalty(alpha) for alpha in ALPHAS), start=start)


def panel(
    traces: Sequence[Trace],
    alt: str,
    *,
    x: str,
    y: str,
    frames: Sequence[Frames] = (),
    tracks: Sequence[Track] = (),
    column: int = 0,
    height: int = SMALL,
    **more: Any,
) -> Panel:
    """A panel with a legend; `more` goes into the layout."""
    look: dict[str, Any] = {"showlegend": True, "margin": {"b": 44}} | more
    figure = Figure(data=list(traces), layout=layout(x=x, y=y, **look))
    return Panel(figure, alt=alt, frames=tuple(frames), tracks=tuple(tracks), column=column, height=height)


def span(values: Array, share: float = 0.04) -> list[float]:
    """Range of an axis that shows all of some values and a margin."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    pad = share * (high - low or 1.0)
    return [low - pad, high + pad]


def fit_range(f_grid: Array, noise: float) -> list[float]:
    """Vertical range of a panel of fits: the truth and what the noise adds."""
    reach = 3 * np.sqrt(noise) + 0.08 * np.ptp(f_grid) + 1e-6
    return [float(f_grid.min() - reach), float(f_grid.max() + reach)]


def outside(grid: Array, x_train: Array, y: Sequence[float]) -> Trace:
    """Shade the parts of the x axis that lie left and right of all training points."""
    (left, right), (bottom, top) = span(grid, 0.01), y
    first, last = float(x_train.min()), float(x_train.max())
    return {
        "type": "scatter",
        "mode": "lines",
        "x": np.array([left, left, first, first, np.nan, last, last, right, right]),
        "y": np.array([bottom, top, top, bottom, np.nan, bottom, top, top, bottom]),
        "fill": "toself",
        "fillcolor": color("noise_fill"),
        "line": {"width": 0},
        "name": "no training points",
        "showlegend": False,
        "hoverinfo": "skip",
        "meta": {"table": False},
    }


def error_axis(curves: Mapping[str, Array], anchor: float, log_y: bool) -> dict[str, Any]:
    """Vertical range that keeps the neighbourhood of the smallest error readable; what explodes leaves at the top.

    Parameters
    ----------
    curves
        What is drawn, "risk" among it.
    anchor
        A value of the risk that should be seen, if it is not far above the smallest.
    log_y
        Logarithmic axis.
    """
    risk = curves["risk"]
    least = max(float(risk.min()), 1e-12)
    if not log_y:
        top = ceiling(max(2.4 * least, 1.15 * min(anchor, 5 * least), 1e-9))
        return {"range": [-0.03 * top, top]}
    drawn = np.concatenate(list(curves.values()))
    positive = drawn[drawn > least * 1e-6]
    top = min(float(risk.max()) * 1.6, least * 1e9)
    return {
        "type": "log",
        "range": [np.floor(4 * np.log10(positive.min())) / 4, np.ceil(4 * np.log10(max(top, least * 2))) / 4],
        "exponentformat": "power",
    }


def weight_axis(largest: float) -> dict[str, Any]:
    """Axis for weights of very different size, drawn as `squeezed`: like the logarithm where they are large."""
    top = max(float(squeezed(np.array(largest))), 1.0)
    powers = [k for k in range(-2, 20, 2) if squeezed(np.array(10.0**k)) <= top][1 if largest > 1 else 0 :]
    powers = powers[:: 1 + len(powers) // 3]
    ticks = [0.0, *(sign * float(squeezed(np.array(10.0**k))) for k in powers for sign in (1, -1))]
    texts = ["0", *(sign + _decimal(k) for k in powers for sign in ("", "−"))]
    return {"range": [-1.08 * top, 1.08 * top], "tickvals": ticks, "ticktext": texts}


def squeezed(weights: Array) -> Array:
    """Weights as they are drawn: proportional to 0.01, and from there on like the logarithm."""
    return np.asarray(np.arcsinh(100 * weights) / np.log(10))


def _decimal(power: int) -> str:
    return f"{10.0**power:g}" if power < 4 else f"10<sup>{power}</sup>"


def index_of(alpha: float) -> int:
    """Place of a penalty among all."""
    return int(np.argmin(np.abs(ALPHAS - alpha)))
