"""The picture: the graph next to the output against its leaf, dragged along the step and along the leaf."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.draw.live import Axis, Picture, Plane
from core.draw.thumbnail import svg_curves
from core.kit.arrays import Array
from core.labs.gradients.compute.explore import VALUES, Gradients, explore
from core.labs.gradients.panels import against, boxes, graph
from core.labs.gradients.words import readouts, summaries


def picture(result: Gradients) -> Picture:
    """Draw the graph and the output; the step runs across, so that a clicker goes forward and back."""
    steps, values = tuple(range(result.steps)), tuple(VALUES.tolist())
    return Picture(
        panels=(graph(result), against(result)),
        axis=Plane(
            "place",
            Axis("step", "Step", steps, tuple(map(str, steps))),
            Axis("value", f"Value of {result.leaf}", values, tuple(f"{v:g}" for v in values)),
            start=(steps[-1], 1.0),
        ),
        readouts=readouts(result),
        summaries=summaries(result),
    )


def take(place: tuple[float, float], result: Gradients, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings after a click on an entry of a leaf: it is dragged, and the one before stays where it is."""
    for node, box in enumerate(boxes(result)):
        x, y, *_ = box.places()
        found = np.flatnonzero((np.abs(x - place[0]) < box.cell / 2) & (np.abs(y - place[1]) < 0.5))
        if box.node.level == 0 and len(found):
            return _taken(result, values, node, int(found[0]))
    return {}


def _taken(result: Gradients, values: Mapping[str, Any], node: int, entry: int) -> dict[str, Any]:
    here = int(np.abs(VALUES - values["value"]).argmin())
    old, new = (
        float(result.nodes[at].values[here].ravel()[k]) for at, k in ((result.place, result.entry), (node, entry))
    )
    value = {"value": float(np.round(np.clip(new, VALUES[0], VALUES[-1]), 1)) + 0.0}
    if result.graph == "shared":
        return {"variable": "xy"[node], "held": old} | value if node != result.place else {}
    size = result.nodes[node].values.shape[1:]
    constant = result.graph == "perceptron" and node == 1 and entry == size[0] - 1  # the 1 for the bias
    if constant or (node, entry) == (result.place, result.entry) or result.graph == "chain":
        return {}
    layer = result.graph == "perceptron" and node == 0
    row, column = divmod(entry, size[1])
    taken = {"weight": f"{row + 1} {column + 1}"} if layer else {"weight": "none", "leaf": str(entry + 1)}
    return taken | value | _kept(result, here)


def _kept(result: Gradients, here: int) -> dict[str, str]:
    """Return the texts with the entry dragged so far at its value."""
    node = result.nodes[result.place].values[here]
    if result.graph != "perceptron":
        return {"inputs": _row(node[:, 0])}
    if result.place:
        return {"inputs": _row(node[:-1, 0])}
    return {"weights": "; ".join(_row(row) for row in node[:, :-1]), "bias": _row(node[:, -1])}


def _row(entries: Array) -> str:
    return " ".join(f"{v:g}" for v in entries)


def thumbnail() -> str:
    """Draw what one, two, and three sigmoids leave of a gradient."""
    curves = [
        (f"{n} sigmoid{'s' * (n > 1)}", role, VALUES, explore(graph="chain", act="sigmoid", n=n).gradient)
        for n, role in ((1, "first"), (2, "second"), (3, "variance"))
    ]
    return svg_curves(curves, top=0.29, mark=1.0)
