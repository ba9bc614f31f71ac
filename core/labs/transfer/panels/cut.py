"""The axis of the cut, its handle, and the colors of layers on both sides."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.draw.live import Axis, Track
from core.draw.style import color
from core.kit.arrays import Numbers
from core.labs.transfer.compute.explore import Transfer
from core.labs.transfer.controls import CUT

SIDES = {"frozen": "noise", "trainable": "first"}
LEFT = 60  # pixels left of the panels that stand above one another


def axis(result: Transfer) -> Axis:
    """Return the axis of the cut, from the input to the head."""
    texts = tuple(f"{cut}: {result.layers[cut].name}" for cut in result.cuts)
    return Axis(CUT.name, CUT.label, result.cuts, texts, float(shown(result, CUT.default)))


def shown(result: Transfer, cut: float) -> int:
    """Return the position of the cut nearest to a value of its control."""
    return min(result.cuts, key=lambda place: abs(place - cut))


def handle(result: Transfer) -> Track:
    """Return the cut as a line before its layer."""
    return Track(np.array(result.cuts, float) - 0.5)


def fill(side: str, faint: bool = False) -> dict[str, Any]:
    """Return the style of frozen or trained layers: a color and a pattern; `faint` is a background for texts."""
    if side == "trainable":
        return {"color": color("bias_fill" if faint else SIDES[side])}
    hatch = {"shape": "/", "bgcolor": color("noise_fill"), "fgcolor": color("grid" if faint else "noise")}
    return {"pattern": hatch | {"size": 9 if faint else 6, "solidity": 0.3}}


def sides(result: Transfer, heights: Numbers) -> dict[str, Numbers]:
    """Return heights of bars on each side for each cut, (cuts, layers); 0 on the other side."""
    trained = np.arange(len(result.layers)) >= np.array(result.cuts)[:, None]
    repeats = heights.size // trained.shape[1]  # bars of several levels, one after another
    trained = np.tile(trained, (1, repeats))
    return {"frozen": np.where(trained, 0.0, heights), "trainable": np.where(trained, heights, 0.0)}


def layer_axis(result: Transfer, **more: Any) -> dict[str, Any]:
    """Return the axis along the layers, the same in all stacked panels."""
    numbers = list(range(0, len(result.layers), 2 if len(result.layers) > 12 else 1))
    look = {"range": [-0.6, len(result.layers) - 0.4], "tickvals": numbers, "showgrid": False, "tickangle": 0}
    return look | {"title": {"standoff": 4}} | more
