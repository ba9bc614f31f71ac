"""Parts that panels of several pages share: traces in the color of a role, a panel with a legend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.draw.live import Figure, Frames, Panel, Texts, Track
from core.draw.style import color, layout, line
from core.kit.arrays import Numbers, single

Trace = dict[str, Any]

SMALL = 300  # height of a panel in a folded section
TEXT = 12  # px of the labels in a panel


def curve(x: Any, y: Numbers | None, role: str, name: str, width: float = 2.2, **more: Any) -> Trace:
    """Return a line in the color and dash of a role; without `x` or `y`, its frames supply them."""
    trace = {"type": "scatter", "mode": "lines", "name": name, "line": line(role, width), "hoverinfo": "skip"}
    return trace | _places(x, y) | more


def dots(
    x: Any, y: Numbers | None, role: str, name: str, size: float = 8, symbol: str = "circle", **more: Any
) -> Trace:
    """Return points in the color of a role."""
    marker = {"color": color(role), "size": size, "symbol": symbol, "line": {"width": 1.5}}
    trace = {"type": "scatter", "mode": "markers", "name": name, "marker": marker, "hoverinfo": "skip"}
    return trace | _places(x, y) | more


def band(x: Numbers, fill: str, name: str) -> Trace:
    """Return an area without a line, whose upper and lower edges come from its frames."""
    look: Trace = {"fill": "toself", "fillcolor": color(fill), "line": {"width": 0}}
    return curve(x, None, "noise", name, **look, meta={"table": False})


def _places(x: Any, y: Numbers | None) -> Trace:
    return ({} if x is None else {"x": x}) | ({} if y is None else {"y": single(y)})


def bars(x: Any, y: Numbers, role: str, name: str, **more: Any) -> Trace:
    """Return bars in the color of a role."""
    return {
        "type": "bar",
        "x": x,
        "y": single(y),
        "name": name,
        "marker": {"color": color(role)},
    } | more


def lines(x: Any, y: Any, look: Trace, name: str, **more: Any) -> Trace:
    """Return a trace of lines without hover text, with a gap wherever a coordinate is not finite."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    there = np.isfinite(x) & np.isfinite(y)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": np.where(there, x, np.nan),
        "y": np.where(there, y, np.nan),
        "line": look,
        "name": name,
        "showlegend": False,
        "hoverinfo": "skip",
        "meta": {"table": False},
        **more,
    }


def area(x: Any, y: Any, fill: str, name: str, **more: Any) -> Trace:
    """Return a trace of filled polygons, separated by nan."""
    return lines(x, y, {"width": 0}, name, fill="toself", fillcolor=color(fill), **more)


def labels(places: Sequence[tuple[float, float, str, str]], name: str, **more: Any) -> Trace:
    """Return a trace of texts (x, y, text, side); the side ("top right") places the text relative to its point."""
    x, y, texts, sides = zip(*places, strict=True)
    return {
        "type": "scatter",
        "mode": "text",
        "x": np.array(x, dtype=np.float64),
        "y": np.array(y, dtype=np.float64),
        "text": list(texts),
        "textposition": list(sides),
        "textfont": {"size": TEXT, "color": color("muted")},
        "name": name,
        "showlegend": False,
        "hoverinfo": "skip",
        "cliponaxis": False,
        "meta": {"table": False},
        **more,
    }


def marks(x: Any, y: Any, role: str, symbol: str, name: str, words: str, **more: Any) -> Trace:
    """Return a trace of open marks that show `words` on hover."""
    look = {"symbol": symbol, "size": 9, "color": color(role), "line": {"width": 1.8}}
    return (
        lines(
            x,
            y,
            {"width": 0},
            name,
            mode="markers",
            marker=look,
            hoverinfo="all",
            hovertemplate=f"{words}<extra></extra>",
        )
        | more
    )


def estimates(x: Numbers, y: Numbers, se: Numbers, role: str, of: str, named: bool = False) -> Trace:
    """Return simulated values with their standard errors; only one such trace is named in the legend."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": x,
        "y": single(y),
        "error_y": {"type": "data", "array": single(se), "color": color(role), "width": 3},
        "name": "simulated ± 1 SE" if named else f"simulated {of}",
        "legendgroup": "simulated",
        "showlegend": named,
        "marker": {"color": color("paper"), "size": 7, "line": {"color": color(role), "width": 1.6}},
        "hovertemplate": f"{of}, simulated %{{y:.4g}}<extra></extra>",
    }


def panel(
    traces: Sequence[Trace],
    alt: str,
    *,
    x: str,
    y: str,
    frames: Sequence[Frames | Texts] = (),
    tracks: Sequence[Track] = (),
    column: int = 0,
    height: int = SMALL,
    width: float = 1.0,
    folded: bool = False,
    **more: Any,
) -> Panel:
    """Return a panel with a legend; `more` goes into the layout."""
    look: dict[str, Any] = {"showlegend": True, "margin": {"b": 44}} | more
    figure = Figure(data=list(traces), layout=layout(x=x, y=y, **look))
    return Panel(
        figure,
        alt=alt,
        frames=tuple(frames),
        tracks=tuple(tracks),
        column=column,
        height=height,
        width=width,
        folded=folded,
    )


def span(values: Numbers, share: float = 0.04) -> list[float]:
    """Return an axis range that shows all the values with a margin."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    pad = share * (high - low or 1.0)
    return [low - pad, high + pad]
