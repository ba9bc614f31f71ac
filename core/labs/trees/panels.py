"""Panels: the flowers along a feature, the gain of each threshold, and the tree."""

from __future__ import annotations

from collections import Counter

import numpy as np

from core.draw.live import Frames, Panel, Texts, Track
from core.draw.marks import Trace, area, curve, dots, labels, lines, panel
from core.draw.style import color
from core.kit.arrays import Array, Numbers
from core.kit.words import number
from core.labs.trees.compute.data import FEATURES, KINDS, LABELS, TENTHS
from core.labs.trees.compute.gains import CRITERIA
from core.labs.trees.compute.splits import Splits

ROLES = ("first", "second")  # of the kinds
_CURVES = {"entropy": "test", "gini": "threshold", "error": "noise"}
_WIDE = 8.0  # width of the tree, in its own units
_HIDDEN = "–"  # stands where a place that is nan hides it


def flowers(result: Splits) -> Panel:
    """Draw every flower as a dot over its value, one kind upward and the other downward, with the threshold."""
    values = TENTHS[list(FEATURES).index(result.feature)]
    traces = []
    for kind, name in enumerate(KINDS):
        own, seen, heights = values[kind == LABELS], Counter[int](), []
        for value in own.tolist():
            seen[value] += 1
            heights.append(seen[value] if kind == 0 else -seen[value])
        symbol = ("circle", "diamond")[kind]
        traces.append(dots(own / 10, np.array(heights, float), ROLES[kind], name, 7, symbol))
    tall = max(Counter(zip(values.tolist(), LABELS.tolist(), strict=True)).values())
    name = FEATURES[result.feature]
    alt = (
        f"100 flowers over their {name}, 50 versicolor stacked upward and 50 virginica downward; a vertical line "
        "at the threshold follows the slider."
    )
    ticks = [-10, -5, 0, 5, 10]
    return panel(
        traces,
        alt,
        x=f"{name} (cm)",
        y="flowers",
        tracks=(Track(result.thresholds),),
        height=280,
        xaxis={"range": _across(result)},
        yaxis={"range": [-tall - 1.5, tall + 1.5], "tickvals": ticks, "ticktext": [str(abs(t)) for t in ticks]},
    )


def gain_curves(result: Splits) -> Panel:
    """Draw the gain of each threshold by three criteria; the handle is on the chosen one."""
    gains = {name: result.gains(name) for name in CRITERIA}
    chosen = gains[result.criterion]
    traces = [
        curve(result.thresholds, gains[name], _CURVES[name], label, 3.2 if name == result.criterion else 1.6)
        for name, label in CRITERIA.items()
    ]
    best = result.best
    alt = (
        f"Gain against the threshold on {FEATURES[result.feature]} by entropy, Gini impurity, and error. By "
        f"{CRITERIA[result.criterion]} the largest one is {number(float(chosen[best]))} at "
        f"{result.thresholds[best]:g} cm. A dot follows the slider."
    )
    top = max(float(gain.max()) for gain in gains.values())
    return panel(
        traces,
        alt,
        x="threshold (cm)",
        y="gain",
        tracks=(Track(result.thresholds, chosen),),
        height=280,
        xaxis={"range": _across(result)},
        yaxis={"range": [-0.03 * top, 1.08 * top]},
    )


def _across(result: Splits) -> list[float]:
    return [float(result.thresholds[0]) - 0.2, float(result.thresholds[-1]) + 0.2]


def tree(result: Splits) -> Panel:
    """Draw the tree below the threshold: for each node a bar of both kinds, its question, and paths to its children."""
    nodes = 2 ** (result.depth + 1) - 1
    unit = (result.depth + 0.65) / 3.65  # what stands around a node is as tall at every depth
    inner = nodes // 2
    places = np.array([_place(node) for node in range(nodes)])
    counts = result.counts[:, :nodes]
    there = np.isfinite(counts[..., 0])
    asks = result.asked[:, :inner] >= 0
    at = np.where(there, places[:, 0], np.nan)
    shares = counts[..., 0] / counts.sum(axis=2)
    half = 0.4 * min(_WIDE / 2**result.depth, 2.0)
    left, right = at - half, at + half
    border = left + 2 * half * shares
    parents = (np.arange(1, nodes) - 1) // 2
    ways = _joined(np.where(there[:, 1:], places[parents, 0], np.nan), at[:, 1:])
    falls = np.column_stack(
        [places[parents, 1] - 0.43 * unit, places[1:, 1] + 0.24 * unit, np.full(nodes - 1, np.nan)]
    ).ravel()
    traces = [
        lines(np.where(np.isnan(ways[0]), 0.0, ways[0]), falls, {"color": color("axis"), "width": 1.5}, "branches"),
        *(_bars(places[:, 1], 0.07 * unit, kind) for kind in range(2)),
        _words(places, 0.15 * unit, "flowers of each kind"),
        _words(places[:inner], -0.25 * unit, "questions"),
    ]
    frames = (
        Frames(0, ways, "x"),
        Frames(1, _boxes(left, border), "x"),
        Frames(2, _boxes(border, right), "x"),
        Frames(3, at, "x"),
        Texts(3, [[_counted(pair) for pair in row] for row in counts]),
        Frames(4, np.where(asks, places[:inner, 0], np.nan), "x"),
        Texts(4, [
            [_question(feature, cut) for feature, cut in zip(*row, strict=True)]
            for row in zip(result.asked[:, :inner].tolist(), result.cuts[:, :inner].tolist(), strict=True)
        ]),
    )  # fmt: skip
    sides = [(0.3 * _WIDE, -0.5, "yes", "middle center"), (0.7 * _WIDE, -0.5, "no", "middle center")]
    alt = (
        f"A tree of depth {result.depth}. Each node has a bar of versicolor and virginica flowers with both "
        "counts, and the question that is asked there; yes goes left. The first question follows the slider."
    )
    hidden = {"visible": False, "fixedrange": True}
    return panel(
        [*traces, labels(sides, "answers")],
        alt,
        x="answers: yes left, no right",
        y="tree",
        frames=frames,
        column=1,
        height=560,
        xaxis={"range": [-0.1, _WIDE + 0.1], **hidden},
        yaxis={"range": [-result.depth - 0.2 * unit, 0.35 * unit], **hidden},
    )


def _place(node: int) -> tuple[float, float]:
    level = (node + 1).bit_length() - 1
    return (node + 1 - 2**level + 0.5) * _WIDE / 2**level, -float(level)


def _joined(start: Array, end: Array) -> Numbers:
    """Return lines between pairs of points, with a gap after each, row by row."""
    return np.stack([start, end, np.full_like(end, np.nan)], axis=-1).reshape(len(end), -1)


def _boxes(left: Array, right: Array) -> Numbers:
    """Return outlines of rectangles, with a gap after each, row by row."""
    gap = np.full_like(left, np.nan)
    return np.stack([left, right, right, left, left, gap], axis=-1).reshape(len(left), -1)


def _bars(heights: Array, half: float, kind: int) -> Trace:
    low, high, gap = heights - half, heights + half, np.full_like(heights, np.nan)
    y = np.column_stack([low, low, high, high, low, gap]).ravel()
    return area(np.zeros_like(y), y, ROLES[kind], KINDS[kind])


def _words(places: Array, above: float, name: str) -> Trace:
    return labels(
        [(float(x), float(y) + above, _HIDDEN, "middle center") for x, y in places],
        name,
        textfont={"size": 12, "color": color("text")},
    )


def _counted(pair: Array) -> str:
    return _HIDDEN if np.isnan(pair[0]) else f"{pair[0]:.0f} : {pair[1]:.0f}"


def _question(feature: int, cut: float) -> str:
    return _HIDDEN if feature < 0 else f"{list(FEATURES.values())[feature]}<br>≤ {cut:g} cm"
