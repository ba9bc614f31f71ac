"""LeNet-5's third layer: which maps feed which, by clicking, and its counts; its fifth, a convolution to a point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.draw.live import Figure, Panel, Picture, Readout
from core.draw.marks import dots, mesh, texts
from core.kit.lab import Clickable, Section
from core.labs.convolution.compute.explore import Convolution
from core.labs.convolution.panels.grids import SIZE, downwards
from core.networks.lenet import FULL, ORIGINAL, LeNet, lenet5, toggled

SOURCES, TARGETS = 6, 16


def connections(result: Convolution, values: Mapping[str, Any]) -> Sequence[Any]:
    """Show the table of C3 as a picture that takes clicks, its cost, and C5."""
    net, original, full = result.lenet, lenet5(table=ORIGINAL), lenet5(table=FULL)
    c3, c5 = net.layers[2], net.layers[4]
    rows = "".join(
        f"| {name} | {one.links} | {one.layers[2].params:,} | {one.layers[2].connections:,} |\n"
        for name, one in (("1998", original), ("full", full), ("above", net))
    )
    side = c5.shape[1]
    return (
        "Most C3 maps of LeNet-5 use only some S2 maps. Each mark is one connection with its own "
        "5×5 weights. **Click a cell** to toggle it; “LeNet-5: table of C3” among the settings "
        "holds the same as text.",
        Clickable(_table(net), toggle),
        f"| table | marks | parameters | connections |\n|---|--:|--:|--:|\n{rows}",
        f"**Parameters:** 25 for each mark and one bias for each of the {TARGETS} maps, 25 · "
        f"{net.links} + {TARGETS} = {c3.params:,}. **Connections:** each is used at 10 × 10 "
        f"positions, {c3.params:,} · 100 = {c3.connections:,}. Counted again, map by map: "
        f"{counted(net):,} parameters. The table of 1998 limits the connections and makes the "
        "maps differ: 6 maps use 3 neighboring maps, 6 use 4 neighboring ones, 3 use 4 that are "
        "not all neighbors, and 1 uses all 6.",
        "**Is C5 a convolution?** Its 120 maps use all 16 maps of S4 through 5×5 kernels, 120 · "
        f"(16 · 25 + 1) = {c5.params:,} parameters. On a 32×32 image S4 is 5×5: the kernel has "
        f"exactly one position, the output is {side}×{side}, and the layer equals a fully "
        "connected one from 400 inputs to 120 units. It is written as a convolution because on a "
        "larger image it is one:\n\n" + _larger(),
    )


def _larger() -> str:
    rows = ""
    for size in (32, 36, 48, 64):
        net = lenet5(size=size)
        s4, c5 = net.layers[3].shape[1], net.layers[4]
        rows += f"| {size} | {s4} | {c5.shape[1]} | {c5.shape[1] ** 2} · {c5.params:,} = {c5.connections:,} |\n"
    return f"| side of the image | of S4 | of C5 | connections of C5 |\n|--:|--:|--:|--:|\n{rows}"


def counted(net: LeNet) -> int:
    """Count the parameters of C3 map by map: the weights of each kernel and a bias."""
    return sum(np.zeros((len(row), 5, 5)).size + 1 for row in net.table)


def toggle(place: tuple[float, float], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings after a click on the table: the connection under it toggled, or nothing outside the table."""
    target, source = (round(part) for part in place)
    if not (0 <= source < SOURCES and 0 <= target < TARGETS):
        return {}
    return {"c3": toggled(values["c3"], source=source, target=target)}


def _table(net: LeNet) -> Picture:
    x, y = np.array([(target, source) for target, row in enumerate(net.table) for source in row]).reshape(-1, 2).T
    hover = "map %{y} of S2 feeds map %{x} of C3"
    marks = dots(x, y, "accent", "connected", 15, "square", edge=0, hover=hover, table=False)
    seen = np.array([len(row) for row in net.table])
    places, top = np.arange(TARGETS), np.full(TARGETS, SOURCES)
    counts = texts(places, top, list(map(str, seen)), "muted", "number of inputs", SIZE, customdata=seen, table=True)
    cells = mesh([k - 0.5 for k in range(TARGETS + 1)], [k - 0.5 for k in range(SOURCES + 1)])
    figure = Figure(
        data=[cells, marks, counts],
        layout=downwards(
            "C3 map (number of inputs above)",
            "S2 map",
            (-0.6, TARGETS - 0.4),
            (-0.6, SOURCES + 0.5),
            square=False,
            xaxis={"tickvals": list(range(TARGETS)), "tickangle": 0},
            yaxis={"tickvals": list(range(SOURCES))},
        ),
    )
    alt = f"Which of the 6 maps of S2 feed which of the 16 maps of C3: {net.links} of 96 connections are there."
    c3 = net.layers[2]
    words = (
        Readout("parameters of C3", (f"{c3.params:,}",), "accent"),
        Readout("connections of C3", (f"{c3.connections:,}",)),
        Readout("parameters, full table", (f"{25 * SOURCES * TARGETS + TARGETS:,}",)),
        Readout("parameters of LeNet-5", (f"{net.params:,}",)),
    )
    return Picture((Panel(figure, alt, height=250),), readouts=words)


SECTION = Section("LeNet-5: the sparse C3 table and the 1×1 output of C5", connections)
