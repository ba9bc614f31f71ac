"""An Inception module as a diagram: four branches from top to bottom, each map as long as it is deep."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from core.draw.live import Figure, Frames, Panel, Track
from core.draw.marks import Trace, area, labels, lines, outlines
from core.draw.style import BARE, layout
from core.kit.arrays import Numbers
from core.labs.inception.compute.explore import Sweep
from core.labs.inception.panels.widths import UPPER, R

_FULL = 0.92  # of a column: length of the deepest map
# Heights of the maps: the input, behind the first and the second layer of a branch, and both outputs.
_INPUT, _FIRST, _SECOND, _OUTPUT, _NAIVE = 8.75, 6.5, 4.0, 1.75, 0.25
_THICK = 0.5
_UPPER, _LOWER = 7.87, 5.2  # of the names of the layers
_GAP, _UNDER = 0.34, 0.66  # room for a text: half of that for a name, and that for a shape under its map
_SWEPT = 2  # the branch whose reduction is dragged

Map = tuple[float, int, float]  # middle, depth, height


def diagram(result: Sweep) -> Panel:
    """Draw the shapes of a module, its output, and the output of the naive one below."""
    firsts, seconds, outputs = _maps(result)
    scale = _FULL / max(depth for _, depth, _ in (*firsts, *seconds, (0, result.channels, 0)))
    long = np.minimum(scale * R, _FULL) / 2
    middle = _SWEPT + 0.5
    swept = np.stack([middle - long, middle - long, middle + long, middle + long], axis=1)
    operators, shapes = _operators(result), _shapes(result, firsts, seconds)
    inputs = [(i + 0.5, result.channels, _INPUT) for i in range(4)]
    naive = (0.04 + scale * result.naive.output_shape[0] / 2, result.naive.output_shape[0], _NAIVE)
    data = [
        _wires(result, scale, outputs),
        _boxes(inputs, scale, "right_fill", "input"),
        _boxes([*firsts, *seconds], scale, "second_fill", "maps", edge="second"),
        _boxes([(0.04 + scale * x, d, y) for x, d, y in outputs], scale, "second_fill", "output", edge="second"),
        _boxes([naive], scale, "first_fill", "naive output", edge="first"),
        area(swept[0], _FIRST + np.array([0, 1, 1, 0]) * _THICK, "accent", "reduced", opacity=0.85),
        operators,
        shapes,
    ]
    depths = np.repeat([shapes["customdata"]], len(R), axis=0)
    depths[:, 0] = R
    frames = (
        Frames(0, _only(data[0]["y"], [0, 1], R == 0)),
        Frames(5, swept, "x"),
        Frames(6, _only(operators["y"], [0], R > 0)),
        Frames(7, _only(shapes["y"], [0], R > 0)),
        Frames(7, depths, "customdata"),
    )
    handle = Track(np.where(scale * R <= _FULL, middle + long, np.nan), np.full(len(R), _FIRST + _THICK / 2))
    return Panel(Figure(data=data, layout=_layout()), alt=_alt(result), frames=frames, tracks=(handle,), height=UPPER)


def _only(y: Numbers, places: list[int], shown: Numbers) -> list[Numbers]:
    """Return heights at each step, some of which exist only where `shown`."""
    less = y.copy()
    less[places] = np.nan
    return [y if there else less for there in shown]


def _layout() -> dict[str, object]:
    return layout(
        x="branch",
        y="from the input down to the output",
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        xaxis=BARE | {"range": [0, 4]},
        yaxis=BARE | {"range": [-0.4, 9.9]},
    )


def _maps(result: Sweep) -> tuple[list[Map], list[Map], list[Map]]:
    """Return maps after the first and second layers that do not depend on the swept width, and parts of the output."""
    firsts = [(1.5, result.r3, _FIRST)] * bool(result.r3) + [(3.5, result.channels, _FIRST)]
    widths = (result.w1, result.w3, result.w5, result.pool_proj)
    seconds = [(i + 0.5, width, _SECOND) for i, width in enumerate(widths) if width]
    depths = [branch.depth for branch in result.modules[0].branches]
    ends = accumulate(depths)
    return firsts, seconds, [(end - depth / 2, depth, _OUTPUT) for end, depth in zip(ends, depths, strict=True)]


def _boxes(maps: Sequence[Map], scale: float, fill: str, name: str, edge: str = "") -> Trace:
    """Draw maps as bars, each as long as it is deep."""
    boxes = [(x - scale * depth / 2, x + scale * depth / 2, low, low + _THICK) for x, depth, low in maps]
    return area(*outlines(boxes), fill, name, edge=edge)


def _wires(result: Sweep, scale: float, outputs: Sequence[Map]) -> Trace:
    """Draw wires from the input through each branch to its part of the output, with gaps for the texts.

    The first piece replaces the swept reduction if there is none.
    """
    x, y = [_SWEPT + 0.5, _SWEPT + 0.5, np.nan], [_UPPER + _GAP, _FIRST - _UNDER, np.nan]
    firsts, seconds = (0, result.r3, 1, 1), (1, 1, 1, result.pool_proj)
    for i, (end, _, _) in enumerate(outputs):
        way = [_INPUT]
        if firsts[i]:
            way += [_UPPER + _GAP, np.nan, _UPPER - _GAP, _FIRST + _THICK, np.nan, _FIRST - _UNDER]
        if seconds[i]:
            way += [_LOWER + _GAP, np.nan, _LOWER - _GAP, _SECOND + _THICK, np.nan, _SECOND - _UNDER]
        x += [i + 0.5] * (len(way) + 1) + [0.04 + scale * end, np.nan]
        y += [*way, _SECOND - _UNDER - 0.2, _OUTPUT + _THICK, np.nan]
    return lines(x, y, "axis", "from map to map")


def _operators(result: Sweep) -> Trace:
    """Write the operation between two maps; the first text is that of the swept reduction."""
    texts = [(_SWEPT + 0.5, _UPPER, "<b>1×1</b>")]
    texts += [(1.5, _UPPER, "<b>1×1</b>")] * bool(result.r3) + [(3.5, _UPPER, "<b>pool 3×3</b>, pad 1")]
    below = ("<b>1×1</b>", "<b>3×3</b>, pad 1", "<b>5×5</b>, pad 2", "<b>1×1</b>" if result.pool_proj else "")
    texts += [(i + 0.5, _LOWER, text) for i, text in enumerate(below) if text]
    return labels([(*place, "middle center") for place in texts], "layers", "text")


def _shapes(result: Sweep, firsts: Sequence[Map], seconds: Sequence[Map]) -> Trace:
    """Write shapes under the maps; the first is that of the swept reduction."""
    maps = [(_SWEPT + 0.5, 0, _FIRST), *firsts, *seconds]
    places = [(middle, low - 0.1, "", "bottom center") for middle, _, low in maps]
    depths = [depth for _, depth, _ in maps]
    naive, own = result.naive.output_shape[0], result.modules[0].output_shape[0]
    for low, depth in ((_INPUT + _THICK, result.channels), (_OUTPUT, own), (_NAIVE, naive)):
        places.append((0.04, low - 0.08 if low != _INPUT + _THICK else low, "", "bottom right"))
        depths.append(depth)
    plain = f"{result.size}×{result.size}×%{{customdata:.0f}}"
    texts = [plain] * len(maps)
    texts += [f"input <b>{plain}</b>, fed to every branch", f"output <b>{plain}</b>", f"naive output <b>{plain}</b>"]
    places[-3] = (0.04, _INPUT + _THICK, "", "top right")
    return labels(places, "shapes", texttemplate=texts, customdata=np.array(depths, dtype=np.float64))


def _alt(result: Sweep) -> str:
    own, naive = result.modules[0], result.naive
    depths = " + ".join(str(branch.depth) for branch in own.branches)
    return (
        f"An input of {result.size} × {result.size} × {result.channels} goes through four branches. Their outputs, put "
        f"together, are {depths} = {own.output_shape[0]} deep, whatever the width of the reductions; without any 1 × 1 "
        f"reduction or projection they are {naive.output_shape[0]} deep, since the pool then passes on its "
        f"{result.channels} channels."
    )
