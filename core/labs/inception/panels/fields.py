"""Receptive fields of the designs: the field after each layer, growing around one unit until it is 7 x 7."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.draw.live import Axis, Figure, Frames, Panel, Picture
from core.draw.marks import Box, Trace, area, labels, lines, marks, outlines
from core.draw.style import BARE, layout
from core.labs.inception.compute.explore import Sweep
from core.labs.inception.compute.factorised import TARGET, Stack
from core.labs.inception.panels.widths import LOWER, UPPER

_REACH = 4.6  # cells on each side of the unit that a tile shows
_WIDE, _TALL = 10.5, 13.0  # of a tile
_COLUMNS = 3


def fields(result: Sweep) -> Panel:
    """Draw a tile for each design and for the visitor's stack, with its field after each layer."""
    stacks = result.designs | {"yours": result.own}
    data: list[Trace] = []
    for (name, stack), place in zip(stacks.items(), _places(stacks), strict=True):
        fill = "second_fill" if stack.covers else "wrong_fill"
        edge = "second" if stack.covers else "warning"
        boxes = dict.fromkeys(_inside(box, *place) for box in reversed(reaches(stack)))
        data += [area(*outlines([box]), fill, f"{name}, field {k}", edge=edge) for k, box in enumerate(boxes)]
    return _panel(stacks, data, _alt(result), UPPER + LOWER)


def growth(stacks: Mapping[str, Stack]) -> Picture:
    """Draw the fields of all designs after as many layers as the slider says."""
    most = max(len(stack.layers) for stack in stacks.values())
    grown = [[(-0.5, 0.5, -0.5, 0.5), *reaches(stack)] for stack in stacks.values()]
    steps = [
        outlines(
            [_inside(boxes[min(k, len(boxes) - 1)], *at) for boxes, at in zip(grown, _places(stacks), strict=True)]
        )
        for k in range(most + 1)
    ]
    frames = tuple(Frames(0, np.array([step[i] for step in steps]), "xy"[i]) for i in (0, 1))
    last = "; ".join(f"{_named(name)}: receptive field {_growth(stack)}" for name, stack in stacks.items())
    alt = f"Receptive field of a unit, layer by layer. Its height, or height and width: {last}."
    panel = _panel(stacks, [area(*steps[0], "second_fill", "field", edge="second")], alt, UPPER + LOWER, frames)
    axis = Axis("layers", "Layers", tuple(range(most + 1)), tuple(map(str, range(most + 1))), start=0)
    return Picture((panel,), axis, sentences=tuple(_after(stacks, k) for k in range(most + 1)))


def _after(stacks: Mapping[str, Stack], k: int) -> str:
    if k == 0:
        return "A unit of the input sees itself."
    seen = (f"{_named(name)}: {_by(s.layers[min(k, len(s.layers)) - 1].field)}" for name, s in stacks.items())
    return f"After {k} layer{'s' if k > 1 else ''} – {'; '.join(seen)}."


def _named(name: str) -> str:
    return name.replace("x", "×")


def _by(size: tuple[int, int]) -> str:
    return f"{size[0]}×{size[1]}"


def _places(stacks: Mapping[str, Stack]) -> list[tuple[float, float]]:
    """Return the middle of each tile."""
    return [(_WIDE * (k % _COLUMNS), -_TALL * (k // _COLUMNS)) for k in range(len(stacks))]


def _panel(
    stacks: Mapping[str, Stack], data: list[Trace], alt: str, height: int, frames: tuple[Frames, ...] = ()
) -> Panel:
    """Draw tiles with their names, the unit, and the 7 x 7 cells around it."""
    places, high, wide = _places(stacks), TARGET[0] / 2, TARGET[1] / 2
    wanted = [(x - wide, x + wide, y - high, y + high) for x, y in places]
    words = [
        (x, y + _REACH + 0.4, f"<b>{_named(name)}</b>", "top center")
        for (x, y), name in zip(places, stacks, strict=True)
    ]
    words += [
        (x, y - _REACH - 0.3, _growth(one), "bottom center")
        for (x, y), one in zip(places, stacks.values(), strict=True)
    ]
    x, y = ([place[axis] for place in places] for axis in (0, 1))
    data += [
        lines(*outlines(wanted), "muted", "7×7 window", dash="dot"),
        marks(x, y, "text", "circle", "unit", "output unit"),
        labels(words, "names", "text"),
    ]
    rows = -(-len(stacks) // _COLUMNS)
    look = layout(
        x="columns of the input",
        y="rows of the input",
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        xaxis=BARE | {"range": [-_WIDE / 2, _WIDE * (_COLUMNS - 0.5)]},
        yaxis=BARE | {"range": [-_TALL * (rows - 0.5), _TALL / 2 + 0.4], "scaleanchor": "x"},
    )
    return Panel(Figure(data=data, layout=look), alt=alt, frames=frames, height=height)


def reaches(stack: Stack) -> list[Box]:
    """Return the cells of the input around a unit that it sees, after 1, 2, ... layers.

    An even kernel that preserves the size has an extra row below and an extra column to the right, as in PyTorch.
    """
    left = right = up = down = 0
    boxes = []
    for layer in stack.layers:
        height, width = layer.kernel
        left, right = left + (width - 1) // 2, right + width // 2
        up, down = up + (height - 1) // 2, down + height // 2
        boxes.append((-left - 0.5, right + 0.5, -down - 0.5, up + 0.5))
    return boxes


def _inside(box: Box, x: float, y: float) -> Box:
    """Return a box at its tile, clipped to the tile."""
    left, right, bottom, top = np.clip(box, -_REACH, _REACH).tolist()
    return x + left, x + right, y + bottom, y + top


def _growth(stack: Stack) -> str:
    """Write the sizes of the field, each once."""
    sizes = list(dict.fromkeys(layer.field for layer in stack.layers))
    square = all(height == width for height, width in sizes)
    shown = sizes if len(sizes) < 6 else [*sizes[:3], *sizes[-2:]]
    texts = [str(size[0]) if square else _by(size) for size in shown]
    if len(sizes) >= 6:
        texts.insert(3, "…")
    return " → ".join(texts)


def _alt(result: Sweep) -> str:
    seen = "; ".join(f"{name}: {_growth(stack)}" for name, stack in result.designs.items())
    own = result.own
    verdict = "which is 7×7" if own.covers else f"which {result.missing}"
    return (
        f"Receptive field after each layer. {seen}. The stack that was typed: {_growth(own)}, "
        f"{verdict}. All five designs see 7×7, but two 4×4 not evenly around the unit."
    )
