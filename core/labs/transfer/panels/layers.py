"""The layers of a network under the cut: as a tree, by their parameters, and as fractions of the whole."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import numpy as np

from core.draw.live import Figure, Frames, Panel, Track
from core.draw.marks import Trace, bars, colored, curve, labels, lines
from core.draw.style import BARE, ceiling, color, layout, line
from core.kit.arrays import Numbers
from core.kit.words import percent
from core.labs.transfer.compute.explore import Transfer
from core.labs.transfer.panels.cut import LEFT, SIDES, fill, handle, layer_axis, sides

_LEVELS = (0.0, 1.75, 2.75)  # where layers, blocks and the network stand
_LOW = 0.45  # height of a layer without parameters


def tree_panel(result: Transfer) -> Panel:
    """Draw network, blocks, and layers, each in the style of its side of the cut."""
    count = len(result.layers)
    heights = np.array([1.6 if layer.params else _LOW for layer in result.layers])
    names = [_short(layer.name) for layer in result.layers]
    x = np.tile(np.arange(count, dtype=np.float32), 3)
    tall = np.concatenate([heights, np.full(2 * count, 0.9)])
    base = np.repeat(np.array(_LEVELS, np.float32), count)
    wide = np.concatenate([np.full(count, 0.86), np.ones(2 * count)])
    upright = [name if layer.params else "" for name, layer in zip(names, result.layers, strict=True)]
    texts = upright + [""] * 2 * count
    data = [_bars(x, side, base=base, width=wide, marker=fill(side, faint=True)) | _words(texts) for side in SIDES]
    found = sides(result, tall)
    frames = tuple(Frames(place, found[side]) for place, side in enumerate(SIDES))
    data += [_borders(result), _titles(result)]
    look = layout(
        x="layer",
        y="layers, blocks, network",
        barmode="overlay",
        bargap=0,
        margin={"l": LEFT, "r": 12, "t": 20, "b": 6},
        xaxis=layer_axis(result) | BARE,
        yaxis=BARE | {"range": [-0.05, 4.2]},
    )
    return Panel(
        Figure(data=data, layout=look), alt=_tree_alt(result), frames=frames, tracks=(handle(result),), height=210
    )


def _bars(x: Numbers, side: str, **more: object) -> Trace:
    look: Trace = {"marker": fill(side), "hoverinfo": "skip"}
    return bars(x, np.zeros(len(x)), SIDES[side], side, **look | more)


def _words(texts: list[str]) -> Trace:
    """Write upright texts in bars."""
    return {
        "text": texts,
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": -90,
        "insidetextfont": {"size": 11, "color": color("text")},
        "constraintext": "none",
    }


def _short(name: str) -> str:
    return name.split("_")[-1].split(".", 1)[-1].replace("downsample", "down")


def _spans(result: Transfer) -> list[tuple[str, int, int]]:
    """Return blocks with their first and last layer."""
    found = []
    for block, group in groupby(enumerate(result.layers), key=lambda pair: pair[1].block):
        places = [place for place, _ in group]
        found.append((block or "input", places[0], places[-1]))
    return found


def _borders(result: Transfer) -> Trace:
    """Draw gaps between blocks, and between base and head."""
    ends = [last + 0.5 for _, _, last in _spans(result)]
    x = [at for end in ends for at in (end, end, np.nan)]
    y = [at for _ in ends for at in (_LEVELS[1] - 0.03, _LEVELS[1] + 0.93, np.nan)]
    base = _spans(result)[-1][1] - 0.5
    x, y = [*x, base, base], [*y, _LEVELS[2] - 0.03, _LEVELS[2] + 0.93]
    return lines(x, y, "paper", "borders", 3)


def _titles(result: Transfer) -> Trace:
    """Write names of blocks and of the network, on a background of their own."""
    spans = [span for span in _spans(result) if span[0] != "input"]
    places = [((first + last) / 2, _LEVELS[1] + 0.42, name, "middle center") for name, first, last in spans]
    base = (spans[-2][2] + 1) / 2
    places.append((base, _LEVELS[2] + 0.42, f"<b>{result.title} without classifier</b>", "middle center"))
    return labels(places, "names", "text", 11)


def _tree_alt(result: Transfer) -> str:
    told = ", ".join(f"{name} with {last - first + 1} layers" for name, first, last in _spans(result)[1:])
    return (
        f"{result.title} as a tree: {told}. The layers before the cut are hatched, frozen; those from it on are blue, "
        "trainable; the head is always trainable."
    )


def parameter_panel(result: Transfer) -> Panel:
    """Draw the parameters of each layer."""
    params = np.array([layer.params for layer in result.layers], float)
    found = sides(result, params)
    x = np.arange(len(params), dtype=np.float32)
    data = [_bars(x, side, width=np.full(len(params), 0.86)) for side in SIDES]
    frames = tuple(Frames(place, found[side]) for place, side in enumerate(SIDES))
    look = layout(
        title="Parameters of each layer: " + colored((role, side) for side, role in SIDES.items()),
        x="layer",
        y="parameters",
        barmode="overlay",
        margin={"l": LEFT, "r": 12, "t": 40, "b": 38},
        xaxis=layer_axis(result),
        yaxis={"range": [0, 1.03 * ceiling(float(params.max()))], "nticks": 5, "exponentformat": "SI"},
    )
    largest = max(result.layers, key=lambda layer: layer.params)
    alt = (
        f"Parameters of each layer: the largest is {largest.name} with {largest.params:,}, "
        f"{percent(largest.params / result.params)} of all {result.params:,}."
    )
    return Panel(Figure(data=data, layout=look), alt=alt, frames=frames, tracks=(handle(result),), height=210)


def share_panel(result: Transfer) -> Panel:
    """Draw what freezing up to the cut removes from training: of the parameters, and of what is kept for backward."""
    x = np.array(result.cuts, float) - 0.5
    frozen, spared = frozen_share(result), spared_share(result)
    middle = len(x) // 2
    steps: dict[str, Any] = {"width": 2.4, "shape": "hv"}
    data = [
        curve(x, 100 * frozen, "noise", "of the parameters frozen", line=line("noise", **steps)),
        curve(x, 100 * spared, "test", "activations not stored", line=line("test", **steps)),
    ]
    handles = (Track(x, 100 * spared, "test"), Track(x, 100 * frozen, "noise"))
    said = [("noise", "parameters frozen"), ("test", "activations not stored")]
    look = layout(
        title=colored(said),
        x="first trained layer",
        y="percentage",
        margin={"l": LEFT, "r": 12, "t": 30, "b": 38},
        xaxis=layer_axis(result),
        yaxis={"range": [-4, 104], "tickvals": [0, 25, 50, 75, 100]},
    )
    alt = (
        f"With the first half of the layers frozen, {percent(float(frozen[middle]))} of the "
        f"parameters are frozen, and {percent(float(spared[middle]))} of the activations need not "
        "be stored for the backward pass."
    )
    return Panel(Figure(data=data, layout=look), alt=alt, tracks=handles, height=200, folded=True)


def frozen_share(result: Transfer) -> Numbers:
    """Return the fraction of the parameters that is frozen, for each cut."""
    return np.array(result.frozen) / result.params


def spared_share(result: Transfer) -> Numbers:
    """Return the fraction of the bytes kept for the backward pass that freezing spares, for each cut."""
    kept = np.array(result.kept_once, float) + result.batch * np.array(result.kept_each, float)
    return np.asarray(1 - kept / kept[0])
