"""Panels: the flowers along a feature, the gain of each threshold, and the tree."""

from __future__ import annotations

from collections import Counter

import numpy as np

from core.draw.live import Frames, Panel, Texts, Track
from core.draw.marks import Trace, area, curve, dots, labels, lines, panel
from core.kit.arrays import Array, Numbers
from core.kit.words import number
from core.labs.trees.compute.data import IRIS, Samples
from core.labs.trees.compute.gains import CRITERIA
from core.labs.trees.compute.splits import Splits

ROLES = ("first", "second", "fourth", "third", "fifth")  # of the kinds
_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x")
_CURVES = {"entropy": "test", "gini": "threshold", "error": "noise"}
_WIDE = 8.0  # width of the tree, in its own units
_HIDDEN = "–"  # stands where a place that is nan hides it


def flowers(result: Splits) -> Panel:
    """Draw every sample as a dot over its value, with the threshold.

    Of two kinds one is stacked upward and the other downward; more of them share a stack at each value.
    """
    samples, name = result.samples, result.feature
    values, two = samples.values[result.position], len(samples.kinds) == 2
    traces, piles = [], [Counter[float](), Counter[float]()]
    for kind, called in enumerate(samples.kinds):
        side = kind if two else 0
        own, heights = values[kind == samples.labels], []
        for value in own.tolist():
            piles[side][value] += 1
            heights.append((1 - 2 * side) * piles[side][value])
        traces.append(dots(own / samples.per, np.array(heights, float), ROLES[kind], called, 7, _SYMBOLS[kind]))
    tall = max(max(pile.values(), default=0) for pile in piles)
    low = -tall if two else 0
    counted = [f"{int((samples.labels == kind).sum())} {called}" for kind, called in enumerate(samples.kinds)]
    stacked = f"{counted[0]} stacked upward and {counted[1]} downward" if two else f"{', '.join(counted)}, stacked"
    alt = (
        f"{len(values)} {samples.noun} over their {name}, {stacked}; a vertical line at the threshold follows the "
        "slider."
    )
    step = 1 if tall < 5 else 5 * max(1, tall // 15)
    ticks = [step * k for k in range(-(-low // step), tall // step + 1)]
    return panel(
        traces,
        alt,
        x=_named(samples, name),
        y=samples.noun,
        tracks=(Track(result.thresholds),),
        height=280,
        xaxis={"range": _across(result)},
        yaxis={
            "range": [low - (1.5 if two else 0.5), tall + 1.5],
            "tickvals": ticks,
            "ticktext": [str(abs(t)) for t in ticks],
        },
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
        f"Gain against the threshold on {result.feature} by entropy, Gini impurity, and error. By "
        f"{CRITERIA[result.criterion]} the largest one is {number(float(chosen[best]))} at "
        f"{result.samples.written(result.thresholds[best])}. A dot follows the slider."
    )
    top = max(float(gain.max()) for gain in gains.values())
    return panel(
        traces,
        alt,
        x=_named(result.samples, "threshold"),
        y="gain",
        tracks=(Track(result.thresholds, chosen),),
        height=280,
        xaxis={"range": _across(result)},
        yaxis={"range": [-0.03 * top, 1.08 * top]},
    )


def _named(samples: Samples, name: str) -> str:
    return f"{name} ({samples.unit})" if samples.unit else name


def _across(result: Splits) -> list[float]:
    if result.samples is not IRIS:
        values = result.samples.values[0]
        margin = 0.04 * float(np.ptp(values))
        return [float(values.min()) - margin, float(values.max()) + margin]
    return [float(result.thresholds[0]) - 0.2, float(result.thresholds[-1]) + 0.2]


def tree(result: Splits) -> Panel:
    """Draw the tree below the threshold: for each node a bar of the kinds, its question, and paths to its children."""
    nodes = 2 ** (result.depth + 1) - 1
    unit = (result.depth + 0.65) / 3.65  # what stands around a node is as tall at every depth
    inner = nodes // 2
    places = np.array([_place(node) for node in range(nodes)])
    counts = result.counts[:, :nodes]
    there = np.isfinite(counts[..., 0])
    asks = result.asked[:, :inner] >= 0
    at = np.where(there, places[:, 0], np.nan)
    kinds = len(result.samples.kinds)
    shares = np.cumsum(counts, axis=2) / counts.sum(axis=2, keepdims=True)
    half = 0.4 * min(_WIDE / 2**result.depth, 2.0)
    borders = [at - half, *(at - half + 2 * half * shares[..., kind] for kind in range(kinds))]
    parents = (np.arange(1, nodes) - 1) // 2
    ways = _joined(np.where(there[:, 1:], places[parents, 0], np.nan), at[:, 1:])
    falls = np.column_stack(
        [places[parents, 1] - 0.43 * unit, places[1:, 1] + 0.24 * unit, np.full(nodes - 1, np.nan)]
    ).ravel()
    traces = [
        lines(np.where(np.isnan(ways[0]), 0.0, ways[0]), falls, "axis", "branches", 1.5),
        *(_bars(places[:, 1], 0.07 * unit, kind, name) for kind, name in enumerate(result.samples.kinds)),
        _words(places, 0.15 * unit, f"{result.samples.noun} of each kind"),
        _words(places[:inner], -0.25 * unit, "questions"),
    ]
    frames: tuple[Frames | Texts, ...] = (
        Frames(0, ways, "x"),
        *(Frames(1 + kind, _boxes(*borders[kind : kind + 2]), "x") for kind in range(kinds)),
        Frames(1 + kinds, at, "x"),
        Texts(1 + kinds, [[_counted(node) for node in row] for row in counts]),
        Frames(2 + kinds, np.where(asks, places[:inner, 0], np.nan), "x"),
        Texts(
            2 + kinds,
            [
                [_question(result.samples, feature, cut) for feature, cut in zip(*row, strict=True)]
                for row in zip(result.asked[:, :inner].tolist(), result.cuts[:, :inner].tolist(), strict=True)
            ],
        ),
    )
    sides = [(0.3 * _WIDE, -0.5, "yes", "middle center"), (0.7 * _WIDE, -0.5, "no", "middle center")]
    alt = (
        f"A tree of depth {result.depth}. Each node has a bar of its {result.samples.noun}, the counts of "
        f"{', '.join(result.samples.kinds)}, and the question that is asked there; yes goes left. "
        "The first question follows the slider."
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
    corners = np.stack([left, right, right, left, left, gap], axis=-1)
    return corners.reshape(len(left), -1).astype(np.float32)


def _bars(heights: Array, half: float, kind: int, name: str) -> Trace:
    low, high, gap = heights - half, heights + half, np.full_like(heights, np.nan)
    y = np.column_stack([low, low, high, high, low, gap]).ravel()
    return area(np.zeros_like(y), y, ROLES[kind], name)


def _words(places: Array, above: float, name: str) -> Trace:
    return labels([(float(x), float(y) + above, _HIDDEN, "middle center") for x, y in places], name, "text")


def _counted(node: Array) -> str:
    if np.isnan(node[0]):
        return _HIDDEN
    return (" : " if len(node) == 2 else ":").join(f"{count:.0f}" for count in node)


def _question(samples: Samples, feature: int, cut: float) -> str:
    if feature < 0:
        return _HIDDEN
    name = samples.features[feature]
    return f"{name if len(name) <= 16 else f'{name[:15]}…'}<br>≤ {samples.written(cut)}"
