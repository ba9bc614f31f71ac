"""One kernel of the trained network, sliding over the image: the image, the kernel, and the map."""

from __future__ import annotations

import numpy as np

from core.draw.live import Axis, Figure, Panel, Picture, Readout, Track
from core.draw.marks import mesh
from core.kit.arrays import Numbers
from core.kit.words import fixed, number
from core.labs.convolution.compute.feature_maps import GARMENTS, FeatureMaps
from core.labs.convolution.panels.grids import downwards, edges, numbers, outline
from core.labs.convolution.panels.pixels import grey, image, signed

HEIGHT = 300
_TENS = {"tickvals": [1, 10, 20]}


def one_map(seen: FeatureMaps, k: int) -> Picture:
    """Draw map `k`, from 0, of the first layer, scrubbed by the position of its kernel."""
    sums, again = seen.sums1[k], seen.again[k]
    row, column = (part.ravel() + 1 for part in np.indices(sums.shape))
    texts = tuple(f"row {r}, column {c}" for r, c in zip(row, column, strict=True))
    axis = Axis("map_place", "Kernel position", tuple(range(sums.size)), texts, start=int(np.argmax(sums)))
    readouts = (
        Readout("sum of 25 products + bias", tuple(_signed(v) for v in sums.ravel()), "accent"),
        Readout("bias", (fixed(float(seen.net.bias1[k])),)),
        Readout("after ReLU", tuple(_signed(max(v, 0)) for v in sums.ravel())),
        Readout(
            "largest difference to a second way",
            (number(float(np.abs(sums - again).max()), 1),),
            help="The whole map again, as the sum of 25 shifted copies of the image.",
        ),
    )
    return Picture((_image(seen, row, column), _kernel(seen, k), _map(seen, k, row, column)), axis, readouts)


def _signed(value: float) -> str:
    return f"{value:.3f}".replace("-", "−")


def _rounded(weight: float) -> str:
    return f"{weight:.2f}".replace("-", "−")


def _image(seen: FeatureMaps, row: Numbers, column: Numbers) -> Panel:
    here, moves = outline(1, column - 0.5, row - 0.5, 5, 5)
    figure = Figure(
        data=[mesh([0.5, 28.5], [0.5, 28.5]), here],
        layout=downwards(
            "column of the image",
            "row",
            (0, 29),
            (0, 29),
            square=True,
            images=[image(grey(seen.image))],
            xaxis=_TENS,
            yaxis=_TENS,
        ),
    )
    alt = f"The image of class {GARMENTS[seen.label]}, 28 by 28, with the 5 by 5 kernel on it."
    return Panel(figure, alt, moves, (Track(column - 0.5, row - 0.5),), height=HEIGHT)


def _kernel(seen: FeatureMaps, k: int) -> Panel:
    kernel = seen.net.conv1[k, 0]
    ticks = {"tickvals": [1, 2, 3, 4, 5]}
    figure = Figure(
        data=[mesh(edges(1, 5), edges(1, 5)), *numbers(kernel, name="w", write=_rounded)],
        layout=downwards(
            f"column of kernel {k + 1}",
            "row",
            (0.4, 5.6),
            (0.4, 5.6),
            square=True,
            images=[image(signed(kernel))],
            xaxis=ticks,
            yaxis=ticks,
        ),
    )
    alt = f"The trained kernel {k + 1}: weights from {_rounded(kernel.min())} to {_rounded(kernel.max())}."
    return Panel(figure, alt, column=1, height=HEIGHT)


def _map(seen: FeatureMaps, k: int, row: Numbers, column: Numbers) -> Panel:
    sums, values = seen.sums1[k], seen.maps1[k]
    side = len(sums)
    traces = [mesh([0.5, side + 0.5], [0.5, side + 0.5]), *numbers(values, name="map", shown=False, write=_signed)]
    here, moves = outline(len(traces), column - 0.5, row - 0.5, 1, 1)
    figure = Figure(
        data=[*traces, here],
        layout=downwards(
            f"column of map {k + 1}",
            "row",
            (0, side + 1),
            (0, side + 1),
            square=True,
            images=[image(grey(values, float(values.max())))],
            xaxis=_TENS,
            yaxis=_TENS,
        ),
    )
    r, c = np.unravel_index(int(np.argmax(sums)), sums.shape)
    alt = f"Map {k + 1}. The largest sum, {fixed(float(sums.max()), 2)}, is in row {r + 1}, column {c + 1}."
    return Panel(figure, alt, moves, (Track(column - 0.5, row - 0.5),), column=2, height=HEIGHT)
