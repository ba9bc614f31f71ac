"""Sections: directions against distances, and neighbors in many dimensions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.draw.live import Axis, Check, Frames, Panel, Picture, Readout, Track
from core.draw.marks import bars, curve, panel
from core.draw.style import ceiling
from core.kit.arrays import Array
from core.kit.lab import Table
from core.kit.words import fixed, number
from core.labs.neighbors.compute.explore import Neighbors
from core.labs.neighbors.controls import SHARE, VECTORS
from core.labs.neighbors.directions import Directions, read_vectors

_TENTHS = np.arange(1, 31) / 10
FACTORS = np.concatenate([-_TENTHS[::-1], _TENTHS])  # of X; 0 has no direction
DIMENSIONS = np.arange(1, 101)
POINTS = 500  # in the unit ball


def directions(result: Neighbors, values: Mapping[str, Any]) -> Sequence[Any]:
    """Show cosines and distances of typed vectors while X is stretched along its ray."""
    found = read_vectors(values["vectors"])
    columns: dict[str, Sequence[Any]] = {"vector": list(found.names)}
    columns |= {"dot product with X": found.dots.tolist(), "cosine": found.cosines.tolist()}
    columns |= {"distance": found.far().tolist(), "squared distance of unit vectors": (2 - 2 * found.cosines).tolist()}
    return (
        "Drag X along its ray. Its cosines stay what they are as long as it does not turn around, since the length of "
        "X is divided out; its distances change. For vectors of length 1 the squared distance is 2 − 2 cos: there, "
        "both give the same neighbors.",
        VECTORS,
        _along_ray(found),
        Table(columns),
    )


def _along_ray(found: Directions) -> Picture:
    letters = list(found.names)
    cosines = np.sign(FACTORS)[:, None] * found.cosines
    far = np.array([found.far(float(t)) for t in FACTORS])
    top = ceiling(1.02 * float(far.max()))
    first = panel(
        [bars(letters, cosines[0], "first", "cosine")],
        "Cosine of the angle between X and each vector: the bars stay as X grows and turn over as X turns around.",
        x="vector",
        y="cosine",
        frames=(Frames(0, cosines),),
        height=300,
        showlegend=False,
        yaxis={"range": [-1.05, 1.05]},
    )
    second = panel(
        [bars(letters, far[0], "second", "distance")],
        "Euclidean distance between X and each vector: the bars change with the length of X.",
        x="vector",
        y="Euclidean distance",
        frames=(Frames(0, far),),
        height=300,
        column=1,
        showlegend=False,
        yaxis={"range": [0, top]},
    )
    by_cosine = tuple(" ".join(found.order(-row)) for row in cosines)
    by_distance = tuple(" ".join(found.order(row)) for row in far)
    factors = tuple(FACTORS.tolist())
    texts = tuple(f"{t:g}".replace("-", "−") for t in factors)
    return Picture(
        (first, second),
        axis=Axis("factor", "Factor of X", factors, texts, start=1.0),
        readouts=(
            Readout("order by cosine", by_cosine, "first", "From the most similar direction to the least."),
            Readout("order by distance", by_distance, "second", "From the nearest vector to the farthest."),
        ),
        sentences=tuple(
            f"{text} times X: {'the same order both ways' if a == b else 'two different orders'}."
            for text, a, b in zip(texts, by_cosine, by_distance, strict=True)
        ),
    )


def side(share: float, d: Array) -> Array:
    """Return the side of the cube that holds a fraction of the unit cube in `d` dimensions, share^(1/d)."""
    out: Array = share ** (1 / d)
    return out


def nearest(points: int, d: Array) -> Array:
    """Return the median distance from the center of the unit ball to the nearest of points spread evenly in it.

    A point lies beyond r with probability 1 - r^d, so the median solves (1 - r^d)^n = 1/2 (Hastie, Tibshirani, and
    Friedman, The Elements of Statistical Learning, equation 2.24).
    """
    out: Array = (1 - 0.5 ** (1 / points)) ** (1 / d)
    return out


def dimensions(result: Neighbors, values: Mapping[str, Any]) -> Sequence[Any]:
    """Show the side of a cube and the distance to the nearest point, dragged along the number of dimensions."""
    share = float(values["share"]) / 100
    return (
        "Neighbors must be near to say something. In many dimensions they are not: a cube that holds even a small "
        f"share of the volume spans almost the whole range of every coordinate, and from ten dimensions on the nearest "
        f"of {POINTS} points in a ball lies closer to its border than to its center. Drag the number of dimensions.",
        SHARE,
        _along_dimensions(share),
    )


def _dimension_panels(d: Array, sides: Array, far: Array, percent: str) -> tuple[Panel, ...]:
    return tuple(
        panel(
            [curve(d, values, role, name, 2.8)],
            alt,
            x="dimensions",
            y=y,
            tracks=(Track(d, values),),
            height=300,
            column=column,
            showlegend=False,
            xaxis={"range": [0, 101]},
            yaxis={"range": [0, 1.05]},
        )
        for column, (values, role, name, y, alt) in enumerate(
            (
                (
                    sides,
                    "first",
                    "side",
                    f"side that holds {percent}",
                    f"Side of the cube that holds {percent} of the unit cube against the number of dimensions, "
                    "rising to 1.",
                ),
                (
                    far,
                    "second",
                    "nearest point",
                    f"distance to the nearest of {POINTS}",
                    f"Median distance from the center of a ball to the nearest of {POINTS} points, rising to the "
                    "radius 1.",
                ),
            )
        )
    )


def _along_dimensions(share: float) -> Picture:
    d = DIMENSIONS.astype(float)
    sides, far = side(share, d), nearest(POINTS, d)
    percent = f"{100 * share:g}%"
    again = [math.exp(math.log(share) / n) for n in DIMENSIONS]
    return Picture(
        _dimension_panels(d, sides, far, percent),
        axis=Axis("dimensions", "Dimensions", tuple(DIMENSIONS.tolist()), tuple(str(n) for n in DIMENSIONS), start=10),
        readouts=(
            Readout(
                "side of the cube",
                tuple(fixed(float(v)) for v in sides),
                "first",
                f"Share of each coordinate's range that {percent} of the volume takes.",
                formula=tuple(f"{share:g}^(1/{n}) = {fixed(float(v))}" for n, v in zip(DIMENSIONS, sides, strict=True)),
                check=Check(
                    tuple(fixed(v) for v in again),
                    tuple(bool(abs(a - b) < 1e-12) for a, b in zip(again, sides, strict=True)),
                    "e to the logarithm of the share over the dimensions",
                ),
            ),
            Readout(
                "nearest point",
                tuple(fixed(float(v)) for v in far),
                "second",
                f"Median distance from the center of the unit ball to the nearest of {POINTS} points.",
                formula=tuple(
                    f"(1 − 0.5^(1/{POINTS}))^(1/{n}) = {fixed(float(v))}" for n, v in zip(DIMENSIONS, far, strict=True)
                ),
            ),
        ),
        sentences=tuple(
            f"In {n} dimension{'s' if n > 1 else ''}, {percent} of the volume takes {number(100 * float(v))}% of each "
            "range."
            for n, v in zip(DIMENSIONS, sides, strict=True)
        ),
    )
