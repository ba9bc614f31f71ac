"""Pictures of the bias-variance lab: one data set, many data sets, and the choice of a degree."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from core.bias_variance import decompose
from core.exploration import Exploration
from core.figures.bias_variance_text import RULES, identity, shares, terms
from core.figures.live import Axis, Frames, Panel, Picture, strands
from core.figures.style import color, layout, line
from core.figures.thumbnail import svg_curves
from core.text import number

Array = npt.NDArray[np.float64]

VIEWS = {"many": "Many data sets", "one": "One data set", "choose": "Choosing the degree"}

_TALL, _UPPER, _LOWER = 560, 345, 215  # the right panel is as tall as the two left ones together
_PINNED = ("first", "second", "test", "threshold")  # colours of the fits that stay on screen


def picture(result: Exploration, *, view: str, compare: tuple[int, ...], log_y: bool) -> Picture:
    """Picture of an exploration, scrubbed by degree.

    Parameters
    ----------
    result
        What to show.
    view
        Key of `VIEWS`: what stands left of the error curves.
    compare
        Degrees whose fits stay on screen in the view "one".
    log_y
        Logarithmic error axis.
    """
    left = {"one": _one_data_set, "many": _many_data_sets, "choose": _choosing}[view]
    d = result.decomposition
    return Picture(
        panels=(*left(result, compare), error_curves(result, log_y)),
        axis=Axis("degree", "Degree", tuple(int(k) for k in d.degrees), tuple(str(k) for k in d.degrees)),
        readouts=shares(result) if view == "choose" else terms(result, view),
        sentences=tuple(identity(result, k) for k in range(len(d.degrees))),
    )


# --- error against degree ---------------------------------------------------------------------------------


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
        _optimum(result.best, result.risk[result.best - 1], "risk", "star", f"best: {result.best}"),
        _optimum(
            d.one_test_best,
            d.one_test_error[d.one_test_best - 1],
            "test",
            "diamond-open",
            f"this test set: {d.one_test_best}",
        ),
    ]
    figure = go.Figure(
        data=traces,
        layout=layout(
            x="degree of the polynomial",
            y="squared error (units of y²)",
            xaxis={"range": [0.5, x[-1] + 0.5], "dtick": 1 if len(x) <= 15 else 2, "tick0": 1},
            yaxis=_error_axis(result, log_y),
            **_legend(),
        ),
    )
    return Panel(figure, alt=_error_alt(result), marker=True, column=1, height=_TALL)


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


def _optimum(degree: int, value: float, role: str, symbol: str, text: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [degree],
        "y": [value],
        "text": [text],
        "textposition": "top center" if role == "risk" else "bottom center",
        "textfont": {"color": color(role)},
        "name": text,
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


# --- one data set -----------------------------------------------------------------------------------------


def _one_data_set(result: Exploration, compare: tuple[int, ...]) -> tuple[Panel, ...]:
    d = result.decomposition
    pinned = [k for k in compare if k <= d.degrees[-1]]
    traces = [
        _truth(d.grid, d.f_grid),
        *(
            {
                "type": "scatter",
                "mode": "lines",
                "x": d.grid,
                "y": (d.coefs[0, k - 1] @ d.basis).astype(np.float32),
                "name": f"degree {k}",
                "line": line(role, 2),
                "hoverinfo": "skip",
            }
            for k, role in zip(pinned, _PINNED, strict=False)
        ),
        {
            "type": "scatter",
            "mode": "lines",
            "x": strands(d.grid[None]),
            "name": "degree on the slider",
            "line": {"color": color("accent"), "width": 3.2},
            "hoverinfo": "skip",
        },
        _points(d.x_train[0], d.y_train[0], "train", "training points", 8),
        _points(d.x_test, d.y_test, "test", "test points", 7, "circle-open"),
    ]
    moving = len(pinned) + 1
    fits = [d.coefs[:1, k, : k + 2] for k in range(len(d.degrees))]
    shown = f" The fits of degree {', '.join(map(str, pinned))} stay on screen." if pinned else ""
    alt = (
        f"One data set of {d.x_train.shape[1]} points with noise, the truth (dashed) and the polynomial of the degree "
        f"on the slider.{shown} The fit of degree {result.best} has the smallest expected error."
    )
    frames = (Frames(moving, fits, basis=d.basis),)
    return (_fit_panel(result, traces, frames, alt, _TALL),)


def _truth(x: Array, y: Array) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y.astype(np.float32),
        "name": "truth",
        "line": line("truth", 2),
        "hoverinfo": "skip",
    }


def _points(x: Array, y: Array, role: str, name: str, size: int, symbol: str = "circle") -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": x,
        "y": y.astype(np.float32),
        "name": name,
        "marker": {"color": color(role), "size": size, "symbol": symbol, "line": {"width": 1.5}},
        "hovertemplate": "x %{x:.3g}<br>y %{y:.3g}<extra></extra>",
    }


# --- many data sets ---------------------------------------------------------------------------------------


def _many_data_sets(result: Exploration, compare: tuple[int, ...]) -> tuple[Panel, ...]:
    d = result.decomposition
    curves = len(d.coefs)
    there_and_back = np.concatenate([d.grid, d.grid[::-1]])
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": there_and_back,
            "fill": "toself",
            "fillcolor": color("band"),
            "line": {"width": 0},
            "name": "mean ± 1 sd",
            "hoverinfo": "skip",
            "meta": {"table": False},
        },
        {
            "type": "scatter",
            "mode": "lines",
            "x": strands(np.tile(d.grid, (curves, 1))),
            "name": f"fits of {curves} data sets",
            "line": {"color": color("fit_faint"), "width": 1},
            "hoverinfo": "skip",
            "meta": {"table": False},
        },
        _truth(d.grid, d.f_grid),
        {
            "type": "scatter",
            "mode": "lines",
            "x": d.grid,
            "name": "mean of all fits",
            "line": line("bias", 2.6),
            "hoverinfo": "skip",
        },
    ]
    frames = (
        Frames(
            0, [np.concatenate([m + s, (m - s)[::-1]]) for m, s in zip(d.mean_grid, d.sd_grid, strict=True)]
        ),
        Frames(1, [d.coefs[:, k, : k + 2] for k in range(len(d.degrees))], basis=d.basis),
        Frames(3, list(d.mean_grid)),
    )
    alt = (
        f"Fits of one degree to {curves} data sets (faint), their mean and a band of one standard deviation, against "
        f"the truth (dashed). Low degrees miss the truth together; high degrees scatter."
    )
    return (_fit_panel(result, traces, frames, alt, _UPPER), _pointwise(result))


def _pointwise(result: Exploration) -> Panel:
    """Bias², variance and noise at each x, stacked, so that the upper edge is the expected error there."""
    d = result.decomposition
    bias2 = (d.mean_grid - d.f_grid) ** 2
    lower, upper = bias2 + d.sd_grid**2, bias2 + d.sd_grid**2 + d.noise
    layers = [
        ("bias²", "bias", "bias_fill", bias2, "tozeroy"),
        ("variance", "variance", "variance_fill", lower, "tonexty"),
        ("noise", "noise", "noise_fill", upper, "tonexty"),
    ]
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": d.grid,
            "name": name,
            "fill": fill,
            "fillcolor": color(area),
            "line": {"color": color(role), "width": 1.4},
            "hoverinfo": "skip",
        }
        for name, role, area, _, fill in layers
    ]
    traces.append(
        {
            "type": "scatter",
            "mode": "markers",
            "x": d.x_test,
            "y": np.zeros(len(d.x_test), np.float32),
            "name": "test x",
            "marker": {"symbol": "line-ns", "size": 9, "line": {"color": color("test"), "width": 2}},
            "hovertemplate": "test point at x = %{x:.3g}<extra></extra>",
            "meta": {"table": False},
        }
    )
    best = upper[result.best - 1]
    top = max(1.5 * float(np.quantile(best, 0.9)), 1.6 * float(result.risk[result.best - 1]), 1e-9)
    figure = go.Figure(
        data=traces,
        layout=layout(
            x="x",
            y="error at x (y²)",
            xaxis={"range": _span(d.grid)},
            yaxis={"range": [-0.03 * top, top]},
            margin={"t": 8, "b": 44},
            **_legend(-0.32),
        ),
    )
    frames = tuple(Frames(k, list(values)) for k, (*_, values, _) in enumerate(layers))
    alt = (
        "Bias², variance and noise at each x, stacked: the upper edge is the expected test error there. "
        f"At degree {result.best} the largest error on the grid is {number(float(best.max()))}, "
        f"at x = {number(float(d.grid[best.argmax()]))}."
    )
    return Panel(figure, alt=alt, frames=frames, height=_LOWER)


def _fit_panel(
    result: Exploration, traces: list[dict[str, Any]], frames: tuple[Frames, ...], alt: str, height: int
) -> Panel:
    d = result.decomposition
    reach = 3 * np.sqrt(d.noise) + 0.08 * np.ptp(d.f_grid) + 1e-6
    x = _span(d.grid)
    trained = [float(d.x_train.min()), float(d.x_train.max())]
    outside = [(x[0], trained[0]), (trained[1], x[1])]
    figure = go.Figure(
        data=traces,
        layout=layout(
            x="x",
            y="y",
            xaxis={"range": x},
            yaxis={"range": [float(d.f_grid.min() - reach), float(d.f_grid.max() + reach)]},
            margin={"b": 44},
            shapes=[
                {
                    "type": "rect",
                    "xref": "x",
                    "yref": "paper",
                    "x0": a,
                    "x1": b,
                    "y0": 0,
                    "y1": 1,
                    "fillcolor": color("noise_fill"),
                    "line": {"width": 0},
                    "layer": "below",
                }
                for a, b in outside
            ],
            **_legend(),
        ),
    )
    return Panel(figure, alt=alt, frames=frames, height=height)


def _span(grid: Array) -> list[float]:
    pad = 0.01 * float(grid[-1] - grid[0])
    return [float(grid[0]) - pad, float(grid[-1]) + pad]


def _legend(y: float = 1.02) -> dict[str, Any]:
    return {
        "showlegend": True,
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": y,
            "yanchor": "bottom" if y > 0 else "top",
            "font": {"size": 12},
        },
    }


# --- choosing a degree ------------------------------------------------------------------------------------


def _choosing(result: Exploration, compare: tuple[int, ...]) -> tuple[Panel, ...]:
    """One row of bars per rule: how often it picks each degree, over many repetitions of the experiment."""
    s = result.selection
    names = [RULES[rule][0].format(folds=result.folds) for rule in s.rules]
    rows = np.arange(len(s.rules))[::-1]
    tallest = 0.82 / s.shares.max(axis=1)
    traces = [
        {
            "type": "bar",
            "x": s.degrees,
            "y": (share * scale).astype(np.float32),
            "base": np.full(len(s.degrees), float(row), np.float32),
            "width": 0.84,
            "name": name,
            "marker": {"color": color(RULES[rule][1]), "opacity": 0.85},
            "text": [f"{100 * part:.0f} %" if part >= 0.045 else "" for part in share],
            "textposition": "outside",
            "textangle": 0,
            "cliponaxis": False,
            "customdata": share,
            "hovertemplate": f"{name}: degree %{{x}} in %{{customdata:.1%}}<extra></extra>",
        }
        for rule, name, share, scale, row in zip(s.rules, names, s.shares, tallest, rows, strict=True)
    ]
    labels = [
        f"<b>{name}</b><br>{'' if rule == 'oracle' else _cost(excess, float(s.risk.min()))}"
        for rule, name, excess in zip(s.rules, names, s.excess, strict=True)
    ]
    figure = go.Figure(
        data=traces,
        layout=layout(
            x="degree that is chosen",
            y="rule, and how much larger its expected error is",
            xaxis={
                "range": [0.5, s.degrees[-1] + 0.5],
                "dtick": 1 if len(s.degrees) <= 15 else 2,
                "tick0": 1,
            },
            yaxis={
                "range": [-0.08, len(rows) + 0.12],
                "tickvals": [float(row) + 0.3 for row in rows],
                "ticktext": labels,
                "showgrid": False,
                "title": {"standoff": 4},
            },
            margin={"l": 150},
            barmode="overlay",
            bargap=0,
        ),
    )
    alt = f"How often each rule picks each degree in {len(s.picks['oracle'])} repetitions. " + " ".join(
        f"{name}: most often degree {int(s.degrees[share.argmax()])} ({share.max():.0%})."
        for name, share in zip(names, s.shares, strict=True)
    )
    return (Panel(figure, alt=alt, marker=True, height=_TALL),)


def _cost(excess: float, best: float) -> str:
    return f"+{100 * excess / best:.1f} %" if best > 1e-12 else f"+{number(float(excess))}"


def thumbnail() -> str:
    """The error curves of the default experiment as a small SVG."""
    d = decompose()
    x = d.degrees[:12].astype(float)
    curves = [("bias", d.bias2), ("variance", d.variance), ("risk", d.risk)]
    return svg_curves([(role, x, y[:12]) for role, y in curves], top=2.2 * float(d.risk.min()), mark=d.best)
