"""Section: a training point that is dragged, with regions that the browser computes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from core.draw.live import Axis, Frames, Panel, Picture, Plane, Readout, Track
from core.draw.marks import Trace, area, panel
from core.draw.rules import Nearest
from core.kit.arrays import Array
from core.kit.lab import Clickable
from core.kit.words import fixed
from core.labs.neighbors.compute.explore import Neighbors
from core.labs.neighbors.compute.moves import Moves, moves
from core.labs.neighbors.compute.points import MIDDLES, at_grid
from core.labs.neighbors.compute.votes import UNDECIDED
from core.labs.neighbors.controls import MOVED
from core.labs.neighbors.panels import ROLES, map_axes, training_points

_EQUAL = 1e-9  # of the largest distance on the map


def move(result: Neighbors, values: Mapping[str, Any]) -> Sequence[Any]:
    """Show the regions while one training point is dragged."""
    count = len(result.points)
    point = min(int(values["moved"]), count) - 1
    last = f" There are only {count} points, so it is the last one." if values["moved"] > count else ""
    held = " The standard deviations stay what they were." if values["standardize"] else ""

    def take(place: tuple[float, float], values: Mapping[str, Any]) -> dict[str, int]:
        away = (result.points[:, :2] - place) / (result.high - result.low)
        return {"moved": 1 + int((away**2).sum(axis=1).argmin())}

    return (
        f"Drag point {point + 1}, or click another one to take that. The map changes wherever this point is among the "
        f"{result.k} nearest, and so does the vote of its neighbors.{held}{last}",
        replace(MOVED, default=min(MOVED.default, count), high=count),
        Clickable(_picture(result, moves(result, point)), take),
    )


def _picture(result: Neighbors, found: Moves) -> Picture:
    """Draw the map with a point that is dragged; at another home it is another picture."""
    home = result.points[found.point]
    across, up = (
        Axis(f"moved_{name}", f"Point {found.point + 1}: {name}", tuple(places.tolist()), _texts(places), float(at))
        for name, places, at in zip(result.axes, (found.across, found.up), home, strict=False)
    )
    name = f"point_{found.point}_{home[0]:g}_{home[1]:g}"
    return Picture(
        panels=(_map(result, found),),
        axis=Plane(name, across, up, (float(home[0]), float(home[1]))),
        readouts=_readouts(result, found),
        summaries=_summaries(result, found),
    )


def _texts(places: Array) -> tuple[str, ...]:
    return tuple(f"{v:.4g}".replace("-", "−") for v in np.round(places, 10) + 0.0)


def _map(result: Neighbors, found: Moves) -> Panel:
    steps = np.stack(np.meshgrid(found.across, found.up), axis=-1).reshape(-1, 2)
    own, rule = ROLES[result.labels[found.point]], _rule(result, found.point)
    traces: list[Trace] = [
        area([0], [0], f"{ROLES[c]}_fill", f"region of {result.names[c]}") for c in range(result.classes)
    ]
    frames = [
        Frames(c, steps, attr, rule=rule, part=2 * c + j) for c in range(result.classes) for j, attr in enumerate("xy")
    ]
    return panel(
        [*traces, *training_points(result, found.point)],
        f"Map with the region of each class and the {len(result.points)} points. Point {found.point + 1} is dragged, "
        "and the regions follow.",
        x=result.axes[0],
        y=result.axes[1],
        frames=tuple(frames),
        tracks=(Track(steps[:, 0], steps[:, 1], own),),
        height=460,
        dragmode=False,
        **map_axes(result),
    )


def _rule(result: Neighbors, point: int) -> Nearest:
    points, other = result.points, result.points[:, 2:] * result.scale[2:]
    rest = (other**2).sum(axis=1) if result.metric in ("euclid", "cosine") else np.abs(other).sum(axis=1)
    across, up = (at_grid(low, high, MIDDLES) for low, high in zip(result.low, result.high, strict=True))
    return Nearest(
        x=points[:, 0],
        y=points[:, 1],
        rest=rest,
        labels=result.labels,
        classes=result.classes,
        moved=point,
        k=result.k,
        metric=result.metric,
        weights=result.weights,
        tie=result.tie,
        scale=(float(result.scale[0]), float(result.scale[1])),
        unit=_EQUAL
        * (2.0 if result.metric == "cosine" else float(np.abs((result.high - result.low) * result.scale[:2]).sum())),
        across=across,
        up=up,
    )


def _readouts(result: Neighbors, found: Moves) -> tuple[Readout, ...]:
    count = len(result.points)
    return (
        Readout(
            "its neighbors say",
            tuple(result.names[c] if c != UNDECIDED else "undecided" for c in found.told.tolist()),
            help=f"The vote of the {result.k} nearest other points at this place.",
        ),
        Readout(
            "leave-one-out error",
            tuple(fixed(wrong / count) for wrong in found.wrong.tolist()),
            "test",
            "Share of the points not given their own class by the others.",
            formula=tuple(f"{wrong} / {count} = {fixed(wrong / count)}" for wrong in found.wrong.tolist()),
            headline=True,
        ),
    )


def _summaries(result: Neighbors, found: Moves) -> tuple[str, ...]:
    own = int(result.labels[found.point])
    mine = f"[{ROLES[own]}|{result.names[own]}]"
    texts = []
    for told in found.told.tolist():
        if told == own:
            texts.append(f"Its neighbors agree that it is {mine}.")
        elif told == UNDECIDED:
            texts.append(f"It is {mine}, and the vote of its neighbors is tied.")
        else:
            texts.append(f"It is {mine}, and its neighbors say [{ROLES[told]}|{result.names[told]}].")
    return tuple(texts)
