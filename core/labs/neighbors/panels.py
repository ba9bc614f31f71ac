"""Panels: the map with the query and its neighbors, distances in order, and the error against K."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.draw.live import Frames, Panel, Track
from core.draw.marks import Trace, area, bars, curve, dots, labels, panel
from core.draw.style import ceiling
from core.kit.arrays import Array, Numbers
from core.kit.words import number
from core.labs.neighbors.compute.distances import METRICS
from core.labs.neighbors.compute.explore import Neighbors
from core.labs.neighbors.compute.points import CELLS, DATA

ROLES = ("first", "second", "threshold")  # of the classes
_TURN = np.linspace(0, 2 * np.pi, 73)
_FAR = 4.0  # times the diagonal of the plane: where a wedge ends, out of sight
_WEDGE = np.linspace(-1, 1, 9)


def plane_map(result: Neighbors) -> Panel:
    """Draw regions of the classes, the points, and for each query its neighbors and all points as near as the last."""
    counts = [int((result.regions == c).sum()) for c in range(result.classes)]
    traces: list[Trace] = []
    for c in range(result.classes):
        x, y = outline(result.regions == c, result.low, result.high)
        traces.append(area(x, y, f"{ROLES[c]}_fill", f"region of {result.names[c]}"))
    ball = len(traces)
    traces += [
        curve(None, None, "muted", "as near as the last", 1.6, table=False),
        curve(None, None, "accent", f"to the {result.k} nearest" if result.k > 1 else "to the nearest", 2),
        *training_points(result),
    ]
    shares = ", ".join(f"{result.names[c]} {number(100 * count / CELLS**2, 2)}%" for c, count in enumerate(counts))
    return panel(
        traces,
        f"Map of {DATA[result.data]} with the region of each class ({shares}), lines from the query to its {result.k} "
        f"nearest points, and all places as near as the last of them in {METRICS[result.metric]} distance.",
        x=result.axes[0],
        y=result.axes[1],
        frames=(*_ball(result, ball), *_lines(result, ball + 1)),
        tracks=(Track(*result.queries[:, :2].T),),
        height=560,
        width=0.75,
        dragmode=False,
        **map_axes(result),
    )


def map_axes(result: Neighbors) -> dict[str, Any]:
    """Return the axes of the map, of equal scale unless they are columns of a table."""
    x, y = ({"range": _around(result, axis), "fixedrange": True} for axis in range(2))
    if result.data == "own":
        return {"xaxis": x | {"constrain": "domain"}, "yaxis": y}
    same = {"scaleanchor": "x", "constrain": "domain", "constraintoward": "top", "dtick": 1}
    return {"xaxis": x | {"constrain": "domain", "dtick": 1}, "yaxis": y | same}


def _around(result: Neighbors, axis: int) -> list[float]:
    low, high = float(result.low[axis]), float(result.high[axis])
    return [low - 0.025 * (high - low), high + 0.025 * (high - low)]


def training_points(result: Neighbors, without: int = -1) -> list[Trace]:
    """Draw the points of each class; those of the first class are smaller, so that two in one position are visible."""
    traces = []
    for c in reversed(range(result.classes)):
        own = np.flatnonzero((result.labels == c) & (np.arange(len(result.labels)) != without))
        x, y = result.points[own, :2].T
        traces.append(dots(x, y, ROLES[c], result.names[c], 8 if c == 0 else 12, "circle" if c == 0 else "square"))
    if result.data == "homework":
        sides = ["bottom right" if label == 0 else "top right" for label in result.labels]
        named = [
            (float(x), float(y), str(i + 1), side)
            for i, ((x, y), side) in enumerate(zip(result.points[:, :2], sides, strict=True))
            if i != without
        ]
        traces.append(labels(named, "numbers"))
    return traces


def _lines(result: Neighbors, trace: int) -> list[Frames]:
    """Return lines from each query to its K nearest."""
    queries = result.queries[:, :2]
    ends = result.points[result.order[:, : result.k], :2]
    ends = np.where(result.directed[:, None, None], ends, queries[:, None, :])
    starts = np.broadcast_to(queries[:, None, :], ends.shape)
    return [
        Frames(trace, np.stack([starts[..., j], ends[..., j]], axis=-1).astype(np.float32), attr, np.eye(2))
        for j, attr in enumerate("xy")
    ]


def _ball(result: Neighbors, trace: int) -> list[Frames]:
    """Return the outline of all points in the plane as near as the K-th neighbor."""
    queries, scale = result.queries[:, :2], result.scale[:2]
    radius = result.near[:, result.k - 1]
    if result.metric != "cosine":
        shape = ball(result.metric)
        return [
            Frames(
                trace,
                np.stack([queries[:, j], radius / scale[j]], axis=1)[:, None],
                attr,
                np.stack([np.ones(len(shape)), shape[:, j]]),
            )
            for j, attr in enumerate("xy")
        ]
    facing = np.arctan2(queries[:, 1] * scale[1], queries[:, 0] * scale[0])
    half = np.where(result.directed, np.arccos(np.clip(1 - radius, -1, 1)), 0.0)
    turn = facing[:, None] + half[:, None] * _WEDGE
    far = _FAR * float(np.linalg.norm((result.high - result.low) * scale)) * result.directed[:, None]
    rays = [far * np.cos(turn) / scale[0], far * np.sin(turn) / scale[1]]
    return [
        Frames(trace, np.pad(ray, ((0, 0), (1, 1))).astype(np.float32), attr)
        for ray, attr in zip(rays, "xy", strict=True)
    ]


def ball(metric: str) -> Array:
    """Return the unit ball of a metric as a closed outline (points, 2)."""
    if metric == "manhattan":
        return np.array([[1, 0], [0, 1], [-1, 0], [0, -1], [1, 0]], float)
    if metric == "chebyshev":
        return np.array([[1, -1], [1, 1], [-1, 1], [-1, -1], [1, -1]], float)
    return np.column_stack([np.cos(_TURN), np.sin(_TURN)])


def outline(mask: Numbers, low: Array, high: Array) -> tuple[Array, Array]:
    """Return the border of the cells of a mask as closed loops with a gap after each, the cells on the left.

    `low` and `high` are the corners of the map.
    """
    padded = np.pad(mask, 1)
    inside = padded[1:-1, 1:-1]
    edges: dict[tuple[int, int], list[tuple[int, int]]] = {}
    sides: Sequence[tuple[Numbers, tuple[int, int], tuple[int, int]]] = (
        (padded[:-2, 1:-1], (0, 0), (1, 0)),  # below
        (padded[1:-1, 2:], (1, 0), (1, 1)),
        (padded[2:, 1:-1], (1, 1), (0, 1)),
        (padded[1:-1, :-2], (0, 1), (0, 0)),
    )
    for beside, start, end in sides:
        for i, j in np.argwhere(inside & ~beside).tolist():
            edges.setdefault((j + start[0], i + start[1]), []).append((j + end[0], i + end[1]))
    x: list[float] = []
    y: list[float] = []
    while edges:
        first = at = next(iter(edges))
        loop = [first]
        while True:
            nexts = edges[at]
            after = nexts.pop()
            if not nexts:
                del edges[at]
            if len(loop) > 1 and (after[0] - loop[-2][0]) * (after[1] - loop[-2][1]) == 0:
                loop.pop()  # straight on
            loop.append(after)
            at = after
            if at == first:
                break
        x += [a for a, _ in loop] + [np.nan]
        y += [b for _, b in loop] + [np.nan]
    across, up = (low[j] + np.array(v) * (high[j] - low[j]) / CELLS for j, v in enumerate((x, y)))
    return across, up


def in_order(result: Neighbors) -> Panel:
    """Draw distances of the nearest points in order, in the colors of their classes; voters are in the band."""
    ranks = np.arange(1, result.near.shape[1] + 1)
    classes, angles = result.labels[result.order], result.metric == "cosine"
    heights = np.degrees(np.arccos(np.clip(1 - result.near, -1, 1))) if angles else result.near
    top = ceiling(1.02 * float(heights.max()) or 1.0)
    ends = np.array([0.5, result.k + 0.5])
    traces = [
        area(np.array([ends[0], ends[0], ends[1], ends[1]]), np.array([0, top, top, 0]), "right_fill", "they vote"),
        *(bars(ranks, heights[0], ROLES[c], result.names[c]) for c in range(result.classes)),
        curve(np.array([0.5, len(ranks) + 0.5]), None, "risk", "last that votes", 1.4),
    ]
    frames = [Frames(1 + c, np.where(classes == c, heights, 0).astype(np.float32)) for c in range(result.classes)]
    last = heights[:, result.k - 1]
    frames.append(Frames(1 + result.classes, np.stack([last, last], axis=1).astype(np.float32)))
    return panel(
        traces,
        f"{'Angles' if angles else f'{METRICS[result.metric]} distances'} from the query to its nearest points in "
        f"rising order; the first {result.k} of them vote.",
        x="order of the points",
        y="angle in degrees" if angles else "distance",
        frames=tuple(frames),
        column=1,
        height=280,
        barmode="overlay",
        xaxis={"range": [0.4, len(ranks) + 0.6], "dtick": 1 if len(ranks) < 10 else 2, "tick0": 1},
        yaxis={"range": [0, top]},
    )


def error_curves(result: Neighbors) -> Panel:
    """Draw training and leave-one-out error against K."""
    both = ((result.training, "train", "training"), (result.left_out, "test", "leave-one-out"))
    top = ceiling(1.05 * max(float(e.max()) for e, _, _ in both) or 0.1)
    traces = [curve(np.arange(1, len(e) + 1), e, role, name, 2.4, mode="lines+markers") for e, role, name in both]
    here = [(result.k, float(e[result.k - 1])) for e, _, _ in both if result.k <= len(e)]
    traces.append(dots(np.array([k for k, _ in here]), np.array([e for _, e in here]), "accent", "this K", 11))
    best = int(result.left_out.argmin())
    return panel(
        traces,
        f"Share of training points given a wrong class against K. At K = 1 the training error is "
        f"{number(float(result.training[0]))}; leave-one-out is smallest at K = {best + 1} with "
        f"{number(float(result.left_out[best]))}.",
        x="neighbors K",
        y="error",
        column=1,
        height=280,
        xaxis={"range": [0.5, len(result.training) + 0.5], "dtick": 1 if len(result.training) < 10 else 2, "tick0": 1},
        yaxis={"range": [-0.04 * top, top]},
    )
