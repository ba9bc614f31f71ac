"""A matrix with a vector above its columns and one beside its rows, with one row or column highlighted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.draw.live import Figure, Frames, Panel, Track
from core.draw.marks import Trace, dots, lines, mesh
from core.draw.style import color
from core.kit.arrays import Numbers
from core.kit.words import percent
from core.labs.convolution.compute.explore import Convolution
from core.labs.convolution.panels.grids import (
    HEIGHT,
    UPPER,
    downwards,
    edges,
    fits,
    frame_of,
    label,
    numbers,
    plain,
)
from core.labs.convolution.panels.pixels import image, signed

_WRITTEN = 16  # rows of a matrix whose numbers can be written


@dataclass(frozen=True)
class Side:
    """One side of a matrix: its vector, that vector's name, what is counted, and cells per block."""

    vector: Numbers
    name: str
    title: str
    block: int
    word: str = "row"


def matrix_panel(result: Convolution, view: str) -> Panel:
    """Draw the doubly blocked Toeplitz matrix, the columns of patches, or the transpose of the matrix."""
    s = result.sliding
    word = "row" if result.order == "row" else "column"
    across = 1 if result.order == "row" else 0
    pixels = s.image.shape[across]
    places = s.output.shape[across]
    way = f"{word} by {word}"
    touched = _touched(result)
    y = Side(s.product, "vec(y)", f"kernel position, {way}", places, word)
    if view == "im2col":
        weights = Side(s.weights, "w", "kernel entry, row by row", s.kernel.shape[1])
        return _panel(s.columns, np.ones_like(s.columns), y, weights, False, _im2col_alt(result))
    if view == "transposed":
        z = s.transposed.flatten("C" if result.order == "row" else "F")
        back = Side(z, "Wᵀ vec(y)", f"pixel, {way}", pixels, word)
        return _panel(s.matrix.T, touched.T, y, back, False, _matrix_alt(result, "transpose of the matrix"))
    x = Side(s.vector, "vec(x)", f"pixel of x, {way}", pixels, word)
    return _panel(s.matrix, touched, x, y, True, _matrix_alt(result, "matrix W"))


def _touched(result: Convolution) -> Numbers:
    """Mark the pixels under the window of each row of the matrix, (windows, pixels), as 0 or 1."""
    s, p = result.sliding, result.padding
    height, width = s.image.shape
    rows, columns = ((part if result.order == "row" else part.T).ravel() + p for part in np.indices((height, width)))
    top, left = s.corners[:, :1], s.corners[:, 1:]
    high, wide = s.applied.shape
    inside = (rows >= top) & (rows < top + high) & (columns >= left) & (columns < left + wide)
    return np.asarray(inside, float)


def _panel(matrix: Numbers, touched: Numbers, top: Side, right: Side, by_row: bool, alt: str) -> Panel:
    """Draw matrix, vectors, and highlight: a row (`by_row`) with its entry at the right, or a column with its own."""
    rows, columns = matrix.shape
    high, wide = max(1.0, rows / 12), max(1.0, columns / 9)  # of the cells of the vectors
    above, beside = 0.5 - max(0.5, rows / 30) - high, columns + 0.5 + max(0.5, columns / 30)
    traces = [
        mesh(edges(1, columns)[:: top.block], edges(1, rows)[:: right.block], "axis"),
        *_written(matrix, touched, columns + wide + 1),
        *_vectors(top, right, above + high / 2, beside + wide / 2, columns, rows, wide),
    ]
    lit, frames, track = _lit(len(traces), rows, columns, by_row, (above, high), (beside, wide))
    traces.append(lit)
    if by_row:
        under, moved = _picked(len(traces), touched, above + high + 0.5 * (0.5 - above - high))
        traces.append(under)
        frames = (*frames, *moved)
    figure = Figure(
        data=traces,
        layout=downwards(
            f"column: {top.title}",
            f"row: {right.title}",
            (0.5 - 0.05 * columns, beside + wide + 0.01 * columns),
            (above - 0.06 * rows - 0.6, rows + 0.5 + 0.06 * rows),
            square=False,
            images=[
                image(signed(matrix, touched)),
                image(signed(top.vector[np.newaxis]), 1, above + high / 2, columns, high),
                image(signed(right.vector[:, np.newaxis]), beside + wide / 2, 1, wide, rows),
            ],
            annotations=[
                label(top.name, 0.5, above),
                label(right.name, beside + wide, 0.45, "right"),
            ],
            xaxis=_ticks(top),
            yaxis=_ticks(right),
            margin={"l": 60, "r": 12, "t": 10, "b": 42},
        ),
    )
    return Panel(figure, alt, frames=frames, tracks=(track,), column=1, height=HEIGHT - UPPER, width=1.4)


def _written(matrix: Numbers, touched: Numbers, cells: float) -> list[Trace]:
    """Write the numbers of the matrix if there is room for them; structural zeros are faint."""
    texts = [plain(value) for value in matrix.flat]
    if len(matrix) > _WRITTEN or not fits(texts, cells):
        return []
    found = numbers(matrix, name="matrix")
    for trace, row in zip(found, touched, strict=True):
        trace["textfont"] = trace["textfont"] | {"color": [color("text" if one else "muted") for one in row]}
    return found


def _vectors(top: Side, right: Side, above: float, beside: float, columns: int, rows: int, wide: float) -> list[Trace]:
    """Write the numbers of the two vectors."""
    (row,) = numbers(top.vector[np.newaxis], name=top.name)
    cells = columns + wide + 1
    row |= {"y": np.full(columns, above), "name": top.name}
    column = row | {
        "x": np.full(rows, beside),
        "y": np.arange(1, rows + 1),
        "text": [plain(value) for value in right.vector],
        "customdata": right.vector,
        "name": right.name,
        "meta": {"table": False},
    }
    for trace, room in ((row, fits(row["text"], cells)), (column, rows <= _WRITTEN)):
        trace["mode"] = "text" if room and fits(trace["text"], cells / wide) else "markers"
        trace["hovertemplate"] = f"{trace['name']}: %{{text}}<extra></extra>"
    return [row, column]


def _lit(
    trace: int, rows: int, columns: int, by_row: bool, above: tuple[float, float], beside: tuple[float, float]
) -> tuple[Trace, tuple[Frames, ...], Track]:
    """Draw outlines of a row or column and of its entry in the vector, their frames, and the handle."""
    starts = np.arange(rows if by_row else columns) + 0.5
    if by_row:
        boxes = frame_of(0.5, starts, columns, 1), frame_of(beside[0], starts, beside[1], 1)
        track = Track(np.full(rows, 0.5 - 0.025 * columns), starts + 0.5)
    else:
        boxes = frame_of(starts, 0.5, 1, rows), frame_of(starts, above[0], 1, above[1])
        track = Track(starts + 0.5, np.full(columns, rows + 0.5 + 0.03 * rows))
    gap = np.full((len(starts), 1), np.nan)
    x, y = (np.hstack([one, gap, other]) for one, other in zip(*boxes, strict=True))
    moving = (Frames(trace, y),) if by_row else (Frames(trace, x, "x"),)
    return lines(x[0], y[0], "accent", "here", 2.5), moving, track


def _picked(trace: int, touched: Numbers, y: float) -> tuple[Trace, tuple[Frames]]:
    """Draw marks under the entries of the vector that a row uses."""
    most = int(touched.sum(axis=1).max())
    x = np.full((len(touched), max(most, 1)), np.nan)
    for row, taken in zip(x, touched, strict=True):
        (found,) = np.nonzero(taken)
        row[: found.size] = found + 1
    name = "pixels under the kernel"
    marks = dots(x[0], np.full(x.shape[1], y), "accent", name, 7, "triangle-up", edge=0, table=False)
    return marks, (Frames(trace, x, "x"),)


def _ticks(side: Side) -> dict[str, Any]:
    starts = list(range(0, side.vector.size, side.block))
    step = 1 + (len(starts) - 1) // 8
    short = {"row": "row", "column": "col"}[side.word]
    return {
        "tickvals": [start + 1 for start in starts[::step]],
        "ticktext": [f"{short} {start // side.block + 1}" for start in starts[::step]],
        "tickangle": 0,
    }


def _matrix_alt(result: Convolution, what: str) -> str:
    s = result.sliding
    shape = "doubly block Toeplitz" if s.toeplitz else "no longer Toeplitz, because of the stride,"
    return (
        f"The {what} of the convolution: W has {len(s.product)} rows and {s.vector.size} columns, is {shape} and has "
        f"no window over {percent(s.zeros)} of its entries."
    )


def _im2col_alt(result: Convolution) -> str:
    s = result.sliding
    return (
        f"The patches under the kernel as {s.columns.shape[1]} columns of {s.columns.shape[0]} "
        f"values: {s.columns.size} values from {s.image.size} pixels. The weights times the "
        "columns give the output."
    )
