"""Panels: the graph with values down and gradients up, and the output against the leaf with its tangent.

Arrows and boxes are filled outlines with gaps. A downward arrow widens only in x, so that x follows the value of
the leaf, y follows the step, and no product of both is sent. Anything not yet there has no position (nan).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from core.draw.live import Along, Frames, Panel, Texts, Track
from core.draw.marks import TEXT, Trace, area, curve, labels, panel, span
from core.kit.arrays import Array
from core.kit.words import number
from core.labs.gradients.compute.explore import VALUES, Gradients
from core.labs.gradients.compute.graphs import Node

STEP: Along = (1, 0)
VALUE: Along = (0, 1)
WIDE = 0.8  # of the arrow with the largest gradient, in cells
THIN = 0.05  # of an arrow whose gradient has vanished: it must still be seen
REACH = 1.2  # of a tangent to either side
_WAY = np.linspace(0, 1, 13)
_BEND = _WAY**2 * (3 - 2 * _WAY)  # leaves and arrives straight, so that the head does not shear
_MIDDLE = 4.6
_ACROSS = {"perceptron": (2.7, 6.7), "shared": (6.2, 1.8, 3.0)}  # middles of the first boxes; the others are at _MIDDLE
_BLANK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Box:
    """A node in the plane of the graph, in cells across and lines down.

    Attributes
    ----------
    node : Node
    x, top : float
        Its middle and its upper edge.
    cell : float
        Width of a number.
    """

    node: Node
    x: float
    top: float
    cell: float

    @property
    def below(self) -> bool:
        """Return whether gradients are below the numbers, as in a matrix, rather than next to them."""
        return int(self.node.values.shape[2]) > 1

    @property
    def width(self) -> float:
        """Return the width in cells."""
        return self.cell * int(self.node.values.shape[2]) * (1 if self.below else 2)

    @property
    def bottom(self) -> float:
        """Return the lower edge."""
        return self.top + int(self.node.values.shape[1]) * (2 if self.below else 1)

    def places(self) -> tuple[Array, Array, Array, Array]:
        """Return x and y of the numbers, x and y of their gradients."""
        rows, columns = np.indices(self.node.values.shape[1:]).reshape(2, -1).astype(np.float64)
        x = self.x - self.width / 2 + self.cell * (0.5 + columns)
        if self.below:
            return x, self.top + 2 * rows + 0.5, x, self.top + 2 * rows + 1.5
        y = self.top + rows + 0.5
        return x, y, x + self.cell, y


def boxes(result: Gradients) -> tuple[Box, ...]:
    """Place the nodes from top to bottom."""
    across, chain = _ACROSS.get(result.graph, ()), result.graph == "chain"
    cell = 1.7 if chain else 1.0
    placed: list[Box] = []
    for node, x in zip(result.nodes, itertools.chain(across, itertools.repeat(_MIDDLE)), strict=False):
        above = [box for box in placed if box.node.level < node.level]
        fall = 1.4 if chain else 3.4 if node.level == 1 and across else 2.2
        top = max(box.bottom for box in above) + fall if above else 1.0
        placed.append(Box(node, x, top, cell))
    return tuple(placed)


def graph(result: Gradients) -> Panel:
    """Draw the graph over the plane of steps (across) and values of the leaf (up)."""
    placed = boxes(result)
    high = max(13.0, *(box.bottom + 0.4 for box in placed))
    traces: list[Trace] = [_frames_of(placed), _dragged(placed[result.place], result.entry), _names(placed)]
    frames: list[Frames | Texts] = []
    for draw in (_gradients_back, _values_forward):
        trace, moved = draw(result, placed, len(traces), high)
        traces.append(trace)
        frames += moved
    for gradient in (False, True):
        trace, moved = _numbers(result, placed, len(traces), gradient)
        traces.append(trace)
        frames += moved
    names = ", ".join(f"{n.name} = {n.formula}" if n.formula else n.name for n in result.nodes)
    alt = (
        f"Computation graph from top to bottom: {names}. Thin arrows carry values down, wide ones gradients up; "
        "the section “All numbers” lists them."
    )
    return panel(
        traces,
        alt,
        x="place",
        y="values down, gradients up: the wider, the larger",
        frames=frames,
        height=600,
        dragmode=False,
        margin={"l": 8, "r": 8, "b": 8},
        xaxis={"range": [-0.3, 8.2], "visible": False, "fixedrange": True},
        yaxis={"range": [high, -0.3], "visible": False, "fixedrange": True},
    )


def _frames_of(placed: tuple[Box, ...]) -> Trace:
    left = np.array([[b.x - b.width / 2 - 0.06, b.x + b.width / 2 + 0.06] for b in placed])
    up = np.array([[b.top, b.bottom] for b in placed])
    x, y = left[:, [0, 1, 1, 0, 0]], up[:, [0, 0, 1, 1, 0]]
    return area(_gapped(x), _gapped(y), "grid", "nodes", edge="axis", width=1)


def _dragged(box: Box, entry: int) -> Trace:
    """Draw a frame around the entry that is dragged."""
    x, y, *_ = (float(part[entry]) for part in box.places())
    half = box.cell / 2 - 0.04
    around = np.array([[-half, half, half, -half, -half], [-0.46, -0.46, 0.46, 0.46, -0.46]])
    return curve(x + around[0], y + around[1], "accent", "dragged leaf", 2, showlegend=False, meta={"table": False})


def _names(placed: tuple[Box, ...]) -> Trace:
    texts = []
    for box in placed:
        words = f"{box.node.name} = {box.node.formula}" if box.node.formula else box.node.name
        rows, columns = box.node.values.shape[1:]
        if rows * columns > 1 and len(words) < 11:  # longer names leave no room for the size
            words += f" ({rows}×{columns})"
        left = box.x - box.width / 2
        if box.node.level or box.cell > 1:  # beside the box, out of the way of arrows
            texts.append((left - 0.2, (box.top + box.bottom) / 2, words, "middle left"))
        else:
            texts.append((left - 0.06, box.top - 0.5, words, "middle right"))
    return labels(texts, "names", size=13)


def _edges(placed: tuple[Box, ...]) -> list[tuple[Box, Box, Array, float]]:
    """Return parent, child, what the child passes back, and where the arrow meets the child."""
    found = []
    for child in placed:
        parents = child.node.parents
        from_left = sorted(parents, key=lambda p: placed[p].x)
        for parent, flow in zip(parents, child.node.flows, strict=True):
            port = child.x + 1.3 * (from_left.index(parent) - (len(parents) - 1) / 2)
            found.append((placed[parent], child, flow, port))
    return found


def _ends(parent: Box, child: Box) -> tuple[float, float]:
    return parent.bottom + 0.12, child.top - 0.12


def _values_forward(
    result: Gradients, placed: tuple[Box, ...], trace: int, high: float
) -> tuple[Trace, list[Frames | Texts]]:
    steps, x, y = np.arange(result.steps)[:, None], [], []
    for parent, child, _, port in _edges(placed):
        x.append(_across(parent.x - 0.35, port - 0.35, np.array([0.05]), 0.12)[0])
        way = _along(*_ends(parent, child), 0.45)
        y.append(np.where(steps >= child.node.level, way, np.nan))
    across, ways = _hooked(_gapped(np.stack(x)), 0), _hooked(_gapped(np.stack(y, 1)), high)
    return area(across, ways[-1], "text", "values"), [Frames(trace, ways, along=STEP)]


def _gradients_back(
    result: Gradients, placed: tuple[Box, ...], trace: int, high: float
) -> tuple[Trace, list[Frames | Texts]]:
    steps, x, y = np.arange(result.steps)[:, None], [], []
    edges = _edges(placed)
    sizes = [np.linalg.norm(flow, axis=(1, 2)) for _, _, flow, _ in edges]
    most = max(float(size.max()) for size in sizes) or 1.0
    for (parent, child, _, port), size in zip(edges, sizes, strict=True):
        x.append(_across(port + 0.35, parent.x + 0.35, np.maximum(WIDE * size / most, THIN), 0.12))
        start, end = _ends(parent, child)
        y.append(np.where(steps > 2 * result.top - child.node.level, _along(end, start, 0.45), np.nan))
    across, ways = _hooked(_gapped(np.stack(x, 1)), 0), _hooked(_gapped(np.stack(y, 1)), high)
    drawn = area(across[0], ways[-1], "variance", "gradients")
    return drawn, [Frames(trace, across, "x", along=VALUE), Frames(trace, ways, along=STEP)]


def _numbers(
    result: Gradients, placed: tuple[Box, ...], trace: int, gradient: bool
) -> tuple[Trace, list[Frames | Texts]]:
    """Write values or gradients, each from the step at which it is known; the first text is always blank."""
    steps, x, y, cells = np.arange(result.steps)[:, None], [np.zeros(1)], [np.zeros((result.steps, 1))], []
    for box in placed:
        places = box.places()[2 * gradient :]
        known = 2 * result.top - box.node.level if gradient else box.node.level
        x.append(places[0])
        y.append(np.where(steps >= known, places[1], np.nan))
        cells.append((box.node.gradient if gradient else box.node.values).reshape(len(VALUES), -1))
    texts = [[_BLANK, *map(written, row)] for row in np.hstack(cells).tolist()]
    role = "variance" if gradient else "text"
    where = [(float(at), 0.0, _BLANK, "middle center") for at in np.concatenate(x)]
    drawn = labels(where, "gradients" if gradient else "values", role, TEXT + 1)
    return drawn, [Frames(trace, np.hstack(y), along=STEP), Texts(trace, texts, along=VALUE)]


def written(value: float) -> str:
    """Write a number for a cell of the graph.

    >>> written(-0.664), written(0.0), written(2.8e-7)
    ('−0.66', '0', '2.8 × 10⁻⁷')
    """
    if value != 0 and abs(value) < 0.005:
        return number(value, 2)
    return f"{value:.2f}".replace("-", "−") if value else "0"


def against(result: Gradients) -> Panel:
    """Draw the output against the leaf with its tangent, and at a kink the fan of subgradients."""
    away = REACH * np.array([-1.0, 1.0])
    x = VALUES[:, None] + away
    drawn, y = _measured(result)
    at, gap = drawn[:, None], np.full((len(VALUES), 1), np.nan)
    tangent = at + result.gradient[:, None] * away
    low, high = (at + side[:, None] * away for side in (result.left, result.right))
    here = VALUES[:, None]
    fan_x = np.hstack([x[:, :1], here, x[:, :1], x[:, :1], gap, x[:, 1:], here, x[:, 1:], x[:, 1:]])
    fan_y = np.hstack([low[:, :1], at, high[:, :1], low[:, :1], gap, low[:, 1:], at, high[:, 1:], low[:, 1:]])
    name = result.nodes[-1].name
    traces = [
        area(fan_x[0], fan_y[0], "threshold_fill", "subgradients", showlegend=bool(result.kinks.any())),
        curve(VALUES, drawn, "first", name, 3),
        curve(None, None, "variance", "tangent", table=False),
    ]
    frames = (
        Frames(0, fan_x, "x", along=VALUE),
        Frames(0, fan_y, along=VALUE),
        Frames(2, x, "x", along=VALUE),
        Frames(2, tangent, along=VALUE),
    )
    alt = (
        f"The output {name} against the leaf {result.leaf} with its tangent, whose slope is the gradient. The point on "
        "the curve is dragged."
    )
    return panel(
        traces,
        alt,
        x=f"leaf {result.leaf}",
        y=y,
        frames=frames,
        tracks=(Track(VALUES, drawn, along=VALUE),),
        column=1,
        height=600,
        dragmode=False,
        xaxis={"range": [-3.2, 3.2]},
        margin={"b": 44, "l": 80},  # room for powers of ten
        yaxis={"range": _range(result, drawn), "exponentformat": "power"},
    )


def _measured(result: Gradients) -> tuple[Array, str]:
    """Return the output as it is drawn and the name of its axis; a nearly constant one is drawn from its middle."""
    name, middle = result.nodes[-1].name, result.output[len(VALUES) // 2]
    if 0 < np.ptp(result.output) < 1e-3 * abs(middle):
        return result.output - middle, f"change of {name} from {result.leaf} = 0"
    return result.output, f"output {name}"


def _range(result: Gradients, drawn: Array) -> list[float]:
    """Return the range of the output, with room for the fan at a kink."""
    steepest = np.maximum(np.abs(result.left), np.abs(result.right)) * result.kinks
    return span(np.concatenate([drawn - 0.6 * steepest, drawn + 0.6 * steepest]), 0.1)


def _gapped(pieces: Array) -> Array:
    """Return (..., pieces, corners) as rows for one trace: a nan after each piece."""
    gap = np.full((*pieces.shape[:-1], 1), np.nan)
    joined: Array = np.concatenate([pieces, gap], axis=-1)
    return joined.reshape(*pieces.shape[:-2], -1)


def _hooked(row: Array, at: float) -> Array:
    """Put a lone point before the outlines: it keeps the place of a trace that does not show anything yet."""
    hook = np.broadcast_to([at, np.nan], (*row.shape[:-1], 2))
    return np.concatenate([hook, row], axis=-1)


def _along(start: float, end: float, head: float) -> Array:
    """Return the y of an arrow's corners: down one side, the head, and back."""
    neck = end - np.sign(end - start) * min(head, abs(end - start))
    side = start + (neck - start) * _WAY
    return np.concatenate([side, [neck, end, neck], side[::-1], side[:1]])


def _across(start: float, end: float, width: Array, barb: float) -> Array:
    """Return the x of the same corners for each width, shape (widths, 30)."""
    half = np.asarray(width, float)[:, None] / 2
    middle = start + (end - start) * _BEND
    wing, tip = half + barb, np.full_like(half, end)
    return np.hstack([middle - half, end - wing, tip, end + wing, (middle + half)[:, ::-1], middle[:1] - half])
