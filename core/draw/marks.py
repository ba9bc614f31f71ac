"""The marks that panels are made of, each a plotly trace as plain data, and a panel with a legend.

Common to all marks: `role` and `fill` are color roles of `style.PALETTE`; `name` stands in the legend, in the data
table, and in tests; widths and sizes are in pixels. `x` and `y` are arrays of equal length, nan is a gap, and None
leaves them to frames. `hover` is a plotly template of what a mark says under the pointer, and `table` whether the data
table has it. Further keywords go into the trace.

Marks of data are in the legend of their panel: curve, dots, answer, bars, estimates, band. The others only draw and
write, and are neither in a legend nor in a data table: lines, mesh, area, marks, unseen, texts, labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from core.draw.live import Figure, Frames, Panel, Texts, Track, strands
from core.draw.style import color, layout, line
from core.kit.arrays import Array, Numbers, single

Trace = dict[str, Any]
Box = tuple[float, float, float, float]  # left, right, bottom, top

SMALL = 300  # height of a panel in a folded section
TEXT = 12  # px of the labels in a panel


def curve(
    x: Any,
    y: Any,
    role: str,
    name: str,
    width: float = 2.2,
    *,
    dash: str = "",
    hover: str = "",
    table: bool = True,
    **more: Any,
) -> Trace:
    """Return a line in the color of a role, and in its dash if none is given."""
    look = line(role, width) | ({"dash": dash} if dash else {})
    if look["dash"] == "solid":  # plotly's own default, and every tick carries it
        del look["dash"]
    return _scatter("lines", x, _single(y), name, hover, table) | {"line": look} | more


def dots(
    x: Any,
    y: Any,
    role: str,
    name: str,
    size: float = 8,
    symbol: str = "circle",
    *,
    edge: float = 1.5,
    hover: str = "",
    table: bool = True,
    **more: Any,
) -> Trace:
    """Return points in the color of a role; `edge` is the width of their outline."""
    marker = {"color": color(role), "size": size, "symbol": symbol, "line": {"width": edge}}
    return _scatter("markers", x, _single(y), name, hover, table) | {"marker": marker} | more


def answer(place: tuple[float, float] | None) -> Trace:
    """Return the point that a visitor has clicked as an answer, if there is one."""
    x, y = ([part] for part in place) if place else ([], [])
    return dots(x, y, "accent", "your answer", 16, "x", edge=0, hoverinfo="all")


def bars(x: Any, y: Any, role: str, name: str, *, hover: str = "", table: bool = True, **more: Any) -> Trace:
    """Return bars in the color of a role."""
    trace = {"type": "bar", "x": x, "y": single(y), "name": name, "marker": {"color": color(role)}}
    trace |= {"hovertemplate": f"{hover}<extra></extra>"} if hover else {}
    return trace | ({} if table else {"meta": {"table": False}}) | more


def estimates(x: Numbers, y: Numbers, se: Numbers, role: str, of: str, named: bool = False) -> Trace:
    """Return simulated values with their standard errors; only one such trace is named in the legend."""
    name = "simulated ± 1 SE" if named else f"simulated {of}"
    return dots(x, y, role, name, hover=f"{of}, simulated %{{y:.4g}}") | {
        "error_y": {"type": "data", "array": single(se), "color": color(role), "width": 3},
        "marker": {"color": color("paper"), "size": 7, "line": {"color": color(role), "width": 1.6}},
        "legendgroup": "simulated",
        "showlegend": named,
    }


def band(x: Any, y: Any, fill: str, name: str, *, edge: str = "", width: float = 1.2, **more: Any) -> Trace:
    """Return a filled outline, with a line around it if `edge` is a color role."""
    look = {"color": color(edge), "width": width} if edge else {"width": 0}
    return _scatter("lines", x, y, name, "", False) | {"fill": "toself", "fillcolor": color(fill), "line": look} | more


def lines(x: Any, y: Any, role: str, name: str, width: float = 1.2, **more: Any) -> Trace:
    """Return lines with a gap wherever a coordinate is not finite; `more` as for a curve."""
    x, y = _gapped(x, y)
    trace = curve(x, None, role, name, width, **{"showlegend": False, "table": False} | more)
    return trace if y is None else trace | {"y": y}


def mesh(columns: Sequence[float], rows: Sequence[float], role: str = "grid", width: float = 1.0) -> Trace:
    """Return lines at the edges of columns and of rows."""
    x = [at for edge in columns for at in (edge, edge, np.nan)] + [columns[0], columns[-1], np.nan] * len(rows)
    y = [rows[0], rows[-1], np.nan] * len(columns) + [at for edge in rows for at in (edge, edge, np.nan)]
    return lines(x, y, role, "cells", width)


def area(x: Any, y: Any, fill: str, name: str, *, edge: str = "", width: float = 1.2, **more: Any) -> Trace:
    """Return filled polygons with gaps between them, and with a line around each if `edge` is a color role."""
    return band(*_gapped(x, y), fill, name, edge=edge, width=width) | {"showlegend": False} | more


def marks(x: Any, y: Any, role: str, symbol: str, name: str, hover: str, **more: Any) -> Trace:
    """Return open marks that speak on hover."""
    x, y = _gapped(x, y)
    look: Trace = {"edge": 1.8, "hover": hover, "showlegend": False, "table": False}
    return dots(x, None, role, name, 9, symbol, **look | more) | {"y": y}


def unseen(x: Any, y: Any, name: str, hover: str, **more: Any) -> Trace:
    """Return an invisible line that speaks on hover."""
    return lines(x, y, "paper", name, hover=hover, line={"width": 0}, **more)


def texts(
    x: Any,
    y: Any,
    words: Any,
    role: str,
    name: str,
    size: float = TEXT,
    *,
    hover: str = "",
    table: bool = False,
    **more: Any,
) -> Trace:
    """Return one text at each point; None leaves them to frames or to a `texttemplate`."""
    look = {"textfont": {"size": size, "color": color(role)}} | ({} if words is None else {"text": words})
    return _scatter("text", x, y, name, hover, table) | look | more


def labels(
    places: Sequence[tuple[float, float, str, str]], name: str, role: str = "muted", size: float = TEXT, **more: Any
) -> Trace:
    """Return texts (x, y, text, side), which may leave the axes; the side, "top right", is as seen from its point."""
    x, y, words, sides = zip(*places, strict=True)
    look = {"textposition": list(sides), "showlegend": False, "cliponaxis": False}
    return texts(np.array(x, float), np.array(y, float), list(words), role, name, size) | look | more


def _scatter(mode: str, x: Any, y: Any, name: str, hover: str, table: bool) -> Trace:
    trace: Trace = {"type": "scatter", "mode": mode, "name": name, "hoverinfo": "all" if hover else "skip"}
    trace |= {"hovertemplate": f"{hover}<extra></extra>"} if hover else {}
    trace |= ({} if x is None else {"x": x}) | ({} if y is None else {"y": y})
    return trace | ({} if table else {"meta": {"table": False}})


def _single(y: Any) -> Any:
    return None if y is None else single(y)


def _gapped(x: Any, y: Any) -> tuple[Any, Any]:
    if x is None or y is None:
        return x, y
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    there = np.isfinite(x) & np.isfinite(y)
    return np.where(there, x, np.nan), np.where(there, y, np.nan)


def corners(boxes: Sequence[Box]) -> tuple[Array, Array]:
    """Return x and y of the outlines of boxes, each (boxes, 5)."""
    sides = np.array(boxes, float).reshape(len(boxes), 4)
    return sides[:, [0, 0, 1, 1, 0]], sides[:, [2, 3, 3, 2, 2]]


def outlines(boxes: Sequence[Box]) -> tuple[Numbers, Numbers]:
    """Return x and y of the outlines of boxes for one trace, with a gap after each."""
    x, y = corners(boxes)
    return strands(x), strands(y)


def colored(words: Iterable[tuple[str, str]], between: str = ", ") -> str:
    """Return texts of a title, each in the color of its role."""
    return between.join(f'<span style="color:{color(role)}">{text}</span>' for role, text in words)


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
    absent: Sequence[str] = (),
    paced: str = "",
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
        absent=tuple(absent),
        paced=paced,
    )


def span(values: Numbers, share: float = 0.04) -> list[float]:
    """Return an axis range that shows all the values with a margin."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    pad = share * (high - low or 1.0)
    return [low - pad, high + pad]
