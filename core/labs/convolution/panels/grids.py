"""Grids of numbers, outlines that move, and axes that point down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from core.draw.live import Axis, Frames
from core.draw.marks import Trace, lines, texts
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
    mode = "text" if shown else "markers"
    places = np.arange(x, x + columns)
    return [
        texts(
            places,
            np.full(columns, row + 1 - up),
            [write(value) for value in values[row]],
            "text",
            f"{name}, row {row + 1}",
            size,
            mode=mode,
            customdata=values[row],
            marker={"opacity": 0},
            hover=f"{name}, row {row + 1}: %{{text}}",
            table=table,
        )
        for row in range(rows)
    ]


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
