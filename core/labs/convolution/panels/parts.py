"""Common parts of the pictures of a convolution: grids of numbers, outlines that move, axes that point down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from core.draw.live import Axis, Frames
from core.draw.marks import Trace
from core.draw.style import color, layout
from core.kit.arrays import Numbers
from core.labs.convolution.compute.explore import Convolution

HEIGHT, UPPER = 600, 200  # of the picture, and of the upper of two panels above each other
SIZE = 12  # pixels of a number in a cell; larger in presenter mode
NARROW = 330  # pixels that a figure has on a phone
_LETTER = 6.6  # pixels of a letter of that size


def plain(value: float) -> str:
    """Write a number exactly, with up to six decimals."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "−")


def fits(texts: Sequence[str], cells: float) -> bool:
    """Return whether texts fit into this many cells side by side on a phone."""
    return max(map(len, texts)) * _LETTER <= NARROW / cells


def positions(result: Convolution) -> Axis:
    """Return the axis along the positions of the kernel."""
    texts = tuple(f"row {r}, column {c}" for r, c in result.places + 1)
    return Axis("pos", "Kernel position", tuple(range(len(texts))), texts)


def numbers(
    values: Numbers,
    *,
    name: str,
    x: int = 1,
    up: float = 0.0,
    shown: bool = True,
    table: bool = True,
    size: float = SIZE,
    write: Callable[[float], str] = plain,
) -> list[Trace]:
    """Draw rows of numbers as text traces; where there is no room, they appear only on hover."""
    rows, columns = values.shape
    return [
        {
            "type": "scatter",
            "mode": "text" if shown else "markers",
            "x": np.arange(x, x + columns),
            "y": np.full(columns, row + 1 - up),
            "text": [write(value) for value in values[row]],
            "customdata": values[row],
            "textfont": {"size": size, "color": color("text")},
            "marker": {"opacity": 0},
            "name": f"{name}, row {row + 1}",
            "hovertemplate": f"{name}, row {row + 1}: %{{text}}<extra></extra>",
            "meta": {"table": table},
        }
        for row in range(rows)
    ]


def lines(x: Any, y: Any, role: str, name: str, width: float = 1.0) -> Trace:
    """Draw lines that belong to no curve."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": np.asarray(x, float),
        "y": np.asarray(y, float),
        "line": {"color": color(role), "width": width},
        "name": name,
        "hoverinfo": "skip",
        "meta": {"table": False},
    }


def mesh(columns: Sequence[float], rows: Sequence[float], role: str = "grid", width: float = 1.0) -> Trace:
    """Draw lines at the given edges of columns and of rows."""
    x, y = [], []
    for edge in columns:
        x += [edge, edge, np.nan]
        y += [rows[0], rows[-1], np.nan]
    for edge in rows:
        x += [columns[0], columns[-1], np.nan]
        y += [edge, edge, np.nan]
    return lines(x, y, role, "cells", width)


def edges(first: float, count: int) -> list[float]:
    """Return the edges of `count` cells, with the middle of the first at `first`."""
    return [first - 0.5 + k for k in range(count + 1)]


def frame_of(left: Any, top: Any, width: float, height: float) -> tuple[Numbers, Numbers]:
    """Return corners x and y, each (steps, 5), of rectangles with the given upper left corners; (5,) for one."""
    left, top = np.broadcast_arrays(np.asarray(left, float), np.asarray(top, float))
    x = left[..., np.newaxis] + width * np.array([0, 1, 1, 0, 0])
    y = top[..., np.newaxis] + height * np.array([0, 0, 1, 1, 0])
    return x, y


def outline(trace: int, left: Any, top: Any, width: float, height: float) -> tuple[Trace, tuple[Frames, Frames]]:
    """Draw a rectangle that moves: its trace, and its frames as trace number `trace`."""
    x, y = frame_of(left, top, width, height)
    return lines(x[0], y[0], "accent", "here", 3), (Frames(trace, x, "x"), Frames(trace, y))


def label(text: str, x: float, y: float, anchor: str = "left") -> dict[str, Any]:
    """Write words next to a part of a figure, with their lower edge at y."""
    return {
        "text": text,
        "x": x,
        "y": y,
        "xanchor": anchor,
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": SIZE, "color": color("muted")},
    }


def downwards(x: str, y: str, across: Sequence[float], down: Sequence[float], square: bool, **more: Any) -> Any:
    """Return the layout of a figure whose rows are counted downward."""
    yaxis = {"range": [down[1], down[0]], "showgrid": False, **more.pop("yaxis", {})}
    if square:
        yaxis |= {"scaleanchor": "x", "constrain": "domain", "constraintoward": "top"}
    xaxis = {"range": list(across), "showgrid": False, "constrain": "domain", **more.pop("xaxis", {})}
    look: dict[str, Any] = {"margin": {"l": 46, "r": 12, "t": 10, "b": 42}, "dragmode": False}
    return layout(x=x, y=y, xaxis=xaxis, yaxis=yaxis, **(look | more))
