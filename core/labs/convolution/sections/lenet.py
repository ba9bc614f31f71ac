"""LeNet-5's third layer: which maps feed which, by clicking, and its counts; its fifth, a convolution to a point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from core.draw.live import Figure, Panel, Picture, Readout
from core.draw.marks import Trace
from core.draw.style import color
from core.kit.answers import number_typed, shape_typed
from core.kit.lab import Cell, Clickable, Exercise, Section, Verdict
from core.labs.convolution.compute.explore import Convolution
from core.labs.convolution.panels.parts import SIZE, downwards, mesh
from core.networks.lenet import FULL, ORIGINAL, LeNet, lenet5, toggled

SOURCES, TARGETS = 6, 16


def connections(result: Convolution, values: Mapping[str, Any]) -> Sequence[Any]:
    """The table of C3 as a picture that takes clicks, what it costs, and C5."""
    net, original, full = result.lenet, lenet5(table=ORIGINAL), lenet5(table=FULL)
    c3, c5 = net.layers[2], net.layers[4]
    rows = "".join(
        f"| {name} | {one.links} | {one.layers[2].params:,} | {one.layers[2].connections:,} |\n"
        for name, one in (("1998", original), ("full", full), ("above", net))
    )
    side = c5.shape[1]
    return (
        "In C3 of LeNet-5 a map does not see all maps of the layer before, S2. A mark: this map of S2 feeds that map "
        "of C3, through 5 × 5 weights of its own. **Click on a cell** to set or take away a connection; “LeNet-5: "
        "table of C3” among the settings holds the same as text.",
        Clickable(_table(net), toggle),
        f"| table | marks | parameters | connections |\n|---|--:|--:|--:|\n{rows}",
        f"**Parameters:** 25 for each mark and one bias for each of the {TARGETS} maps, 25 · {net.links} + {TARGETS} = "
        f"{c3.params:,}. **Connections:** each is used at 10 × 10 places, {c3.params:,} · 100 = "
        f"{c3.connections:,}. Counted again, map by map: {counted(net):,} parameters. The table of 1998 keeps the "
        "number of connections within bounds and makes the maps differ, since they see different inputs: 6 maps see 3 "
        "neighbouring maps, 6 see 4 neighbouring ones, 3 see 4 that are not all neighbours, and 1 sees all 6.",
        f"**Is C5 a convolution?** Its 120 maps see all 16 maps of S4 through 5 × 5 kernels, "
        f"120 · (16 · 25 + 1) = {c5.params:,} parameters. For an image of 32 × 32, S4 is 5 × 5: the kernel has exactly "
        f"one place, the output is {side} × {side}, and the layer does the same as a full connection of 400 inputs to "
        "120 units. It is written as a convolution because on a larger image it is one:\n\n" + _larger(),
    )


def homework(result: Convolution, values: Mapping[str, Any]) -> Sequence[Exercise]:
    """What the homework asks about LeNet-5, with the known slips."""
    net, full, larger = lenet5(), lenet5(table=FULL), lenet5(size=40)
    c1, c3 = net.layers[0], net.layers[2]
    asked: tuple[tuple[str, int, dict[int, str]], ...] = (
        ("Connections of C1, with the biases", c1.connections,
         {c1.connections - 6 * 28 * 28: "The biases are connections too: one for each of the 6 · 28 · 28 units."}),
        ("Parameters of C3, with the table of 1998", c3.params,
         {c3.params - TARGETS: f"The biases are parameters too: one for each of the {TARGETS} maps.",
          full.layers[2].params: "That is the full table: in that of 1998 a map of C3 does not see all six maps of "
                                 "S2."}),
        ("Side of C5 for an image of 40 × 40", larger.layers[4].shape[1],
         {1: "C5 does not flatten its input: only a 5 × 5 input leaves its kernel a single place."}),
    )  # fmt: skip
    return (
        Exercise(
            "LeNet-5 of 1998, on an image of 32 × 32 if nothing else is said. What it is made of stands in the section "
            "below.",
            tuple(Cell(name, partial(_judged, right, slips)) for name, right, slips in asked),
            key="convolution lenet",
        ),
    )


def _judged(right: int, slips: Mapping[int, str], text: str) -> Verdict:
    sizes = shape_typed(text)
    side = next((str(size) for size in sizes if sizes.count(size) > 1), "")  # 3 × 3 or (120, 3, 3) for 3
    answer = number_typed(side or text)
    if answer.fits(right):
        return Verdict(True, f"{right:,} is right.")
    known = (words for wrong, words in slips.items() if answer.fits(wrong))
    return Verdict(False, next(known, "Not right, and no slip that is known here."))


def _larger() -> str:
    rows = ""
    for size in (32, 36, 48, 64):
        net = lenet5(size=size)
        s4, c5 = net.layers[3].shape[1], net.layers[4]
        rows += f"| {size} | {s4} | {c5.shape[1]} | {c5.shape[1] ** 2} · {c5.params:,} = {c5.connections:,} |\n"
    return f"| side of the image | of S4 | of C5 | connections of C5 |\n|--:|--:|--:|--:|\n{rows}"


def counted(net: LeNet) -> int:
    """Parameters of C3 map by map: the weights of each kernel and a bias."""
    return sum(np.zeros((len(row), 5, 5)).size + 1 for row in net.table)


def toggle(place: tuple[float, float], values: Mapping[str, Any]) -> dict[str, Any]:
    """What a click on the table sets: the connection under it, or nothing beside the table."""
    target, source = (round(part) for part in place)
    if not (0 <= source < SOURCES and 0 <= target < TARGETS):
        return {}
    return {"c3": toggled(values["c3"], source=source, target=target)}


def _table(net: LeNet) -> Picture:
    x, y = np.array([(target, source) for target, row in enumerate(net.table) for source in row]).reshape(-1, 2).T
    marks: Trace = {
        "type": "scatter",
        "mode": "markers",
        "x": x,
        "y": y,
        "name": "connected",
        "marker": {"symbol": "square", "size": 15, "color": color("accent")},
        "hovertemplate": "map %{y} of S2 feeds map %{x} of C3<extra></extra>",
        "meta": {"table": False},
    }
    seen = [len(row) for row in net.table]
    counts: Trace = {
        "type": "scatter",
        "mode": "text",
        "x": np.arange(TARGETS),
        "y": np.full(TARGETS, SOURCES),
        "text": [str(count) for count in seen],
        "customdata": np.array(seen),
        "textfont": {"size": SIZE, "color": color("muted")},
        "name": "maps that it sees",
        "hoverinfo": "skip",
    }
    cells = mesh([k - 0.5 for k in range(TARGETS + 1)], [k - 0.5 for k in range(SOURCES + 1)])
    figure = Figure(
        data=[cells, marks, counts],
        layout=downwards(
            "map of C3; above it, how many maps it sees",
            "map of S2",
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
        Readout("parameters if full", (f"{25 * SOURCES * TARGETS + TARGETS:,}",)),
        Readout("parameters of LeNet-5", (f"{net.params:,}",)),
    )
    return Picture((Panel(figure, alt, height=250),), readouts=words)


HOMEWORK = Section("Homework: count LeNet-5", homework)
SECTION = Section("LeNet-5: the sparse table of C3, and C5 that becomes 1 × 1", connections)
