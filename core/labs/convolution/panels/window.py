"""The kernel on the image, or its copies in the transposed convolution, and the output next to the kernel."""

from __future__ import annotations

import numpy as np

from core.draw.live import Figure, Frames, Panel, Track
from core.draw.marks import Trace, lines, mesh, texts
from core.kit.arrays import Numbers
from core.labs.convolution.compute.explore import Convolution
from core.labs.convolution.panels.grids import (
    HEIGHT,
    SIZE,
    UPPER,
    downwards,
    edges,
    fits,
    frame_of,
    label,
    numbers,
    outline,
    plain,
)
from core.labs.convolution.panels.pixels import image, signed

_ROOMY, _TIGHT = 7, 10  # cells along the longer side of a grid that leave room for three and for two lines of text
_LOW = 8  # rows of the output that can be written


def under_kernel(result: Convolution, view: str) -> Panel:
    """Draw the image with the products under the kernel; for "transposed", what each output adds to the result."""
    s, p = result.sliding, result.padding
    back = view == "transposed"
    values = s.transposed if back else s.image
    (height, width), (rows, columns) = values.shape, s.padded.shape
    side = max(rows, columns)
    shown = fits([plain(v) for v in values.flat], columns)
    products = _products(result, back)
    detailed = shown and side <= _TIGHT and fits(["=" + plain(v) for v in products.flat], columns)
    up = 0.0 if not detailed else (0.26 if side <= _ROOMY and not back else 0.2)
    size = max(SIZE, min(16, 64 // side))
    left, top = s.corners[:, 1] + 0.5 - p, s.corners[:, 0] + 0.5 - p
    traces = [
        mesh(edges(1 - p, columns), edges(1 - p, rows)),
        *numbers(values, name="Wᵀ vec(y)" if back else "x", up=up, shown=shown, size=size),
    ]
    if p:
        traces += [
            *([] if back or not shown else [_zeros(result, up, size)]),
            lines(*frame_of(0.5, 0.5, width, height), "axis", "border of the image", 1.5),
        ]
    here, moves = outline(len(traces), left, top, s.applied.shape[1], s.applied.shape[0])
    traces.append(here)
    frames = list(moves)
    if detailed:
        taps, moved = _tap_texts(result, len(traces), products, side <= _ROOMY, back, size)
        traces.append(taps)
        frames += moved
    figure = Figure(
        data=traces,
        layout=downwards(
            "column of Wᵀ vec(y), at the positions of x" if back else "column of x",
            "row",
            (0.5 - p, width + p + 0.5),
            (0.5 - p, height + p + 0.5),
            square=True,
            images=[image(signed(values))],
            xaxis={"tickvals": list(range(1, width + 1)), "tickangle": 0},
            yaxis={"tickvals": list(range(1, height + 1))},
        ),
    )
    return Panel(figure, _alt(result, back), frames=tuple(frames), tracks=(Track(left, top),), height=HEIGHT)


def _zeros(result: Convolution, up: float, size: float) -> Trace:
    """Draw the zeros around the image."""
    p, (height, width) = result.padding, result.sliding.image.shape
    outside = np.pad(np.zeros((height, width)), p, constant_values=1)
    rows, columns = np.nonzero(outside)
    return texts(columns + 1 - p, rows + 1 - p - up, ["0"] * rows.size, "muted", "padding", size)


def _products(result: Convolution, back: bool) -> Numbers:
    """Return the numbers under each tap of the kernel at each position, (windows, taps)."""
    s = result.sliding
    return s.product[:, np.newaxis] * s.weights if back else s.columns.T * s.weights


def _tap_texts(
    result: Convolution, trace: int, products: Numbers, roomy: bool, back: bool, size: float
) -> tuple[Trace, list[Frames]]:
    """Write the weights and the products in the cells under the kernel."""
    s, p = result.sliding, result.padding
    i, j = np.indices(s.applied.shape).reshape(2, -1)
    x = s.corners[:, 1:] + j + 1 - p
    y = s.corners[:, :1] + i + (1.17 if roomy and not back else 1.22) - p
    product = "%{customdata:+.4~r}" if back else "=%{customdata:.4~r}"
    words = [plain(weight).replace("−", "-") for weight in s.weights]  # as in the products, which the browser writes
    template = f"×%{{text}}<br>{product}" if roomy and not back else product
    taps = texts(x[0], y[0], words, "text", "products", size, customdata=products[0], texttemplate=template)
    return taps, [Frames(trace, x, "x"), Frames(trace, y), Frames(trace, products, "customdata")]


def _alt(result: Convolution, back: bool) -> str:
    s = result.sliding
    height, width = s.image.shape
    if back:
        return (
            f"The transposed convolution, {height} by {width}: each value of the output adds its multiple of the "
            f"kernel. {result.restored} of {s.image.size} values are those of the image."
        )
    return (
        f"The image, {height} by {width}, with {result.padding} rows of zeros on each side and "
        f"the kernel, {s.kernel.shape[0]} by {s.kernel.shape[1]}, on it. At its {len(s.product)} "
        f"positions the sums of the products go from {plain(s.product.min())} to "
        f"{plain(s.product.max())}."
    )


def output(result: Convolution) -> Panel:
    """Draw the kernel, as typed and as applied, and the output with the position being computed."""
    s = result.sliding
    (rows, columns), (high, wide) = s.output.shape, s.kernel.shape
    flipped = result.operation == "convolution"
    kernels = [(-wide, s.applied, "rotated by 180°" if flipped else "kernel w")]
    if flipped:
        kernels.append((-2 * wide - 1, s.kernel, "kernel w"))
    first = kernels[-1][0]
    across, down = (first - 0.6, columns + 0.6), (-0.4, max(rows, high) + 0.6)
    cells = columns - first + 1 if max(rows, high) <= _LOW else np.inf
    traces = [mesh(edges(1, columns), edges(1, rows)), *_numbers(s.output, "y", 1, cells)]
    for x, kernel, _ in kernels:
        traces += [mesh(edges(x, wide), edges(1, high)), *_numbers(kernel, "w", x, cells, table=False)]
    left, top = result.places[:, 1] + 0.5, result.places[:, 0] + 0.5
    here, moves = outline(len(traces), left, top, 1, 1)
    traces.append(here)
    figure = Figure(
        data=traces,
        layout=downwards(
            "column of the kernel w; column of the output y",
            "row",
            across,
            down,
            square=False,
            images=[image(signed(s.output)), *(image(signed(kernel), x) for x, kernel, _ in kernels)],
            annotations=[label("output y", 0.5, 0.45), *(label(text, x - 0.5, 0.45) for x, _, text in kernels)],
            xaxis={"tickvals": list(range(1, columns + 1)), "tickangle": 0},
            yaxis={"tickvals": list(range(1, rows + 1))},
        ),
    )
    alt = (
        f"The output, {rows} by {columns}, and the kernel beside it. The output goes from {plain(s.output.min())} to "
        f"{plain(s.output.max())}."
    )
    return Panel(figure, alt, frames=moves, tracks=(Track(left, top),), column=1, height=UPPER)


def _numbers(values: Numbers, name: str, x: int, cells: float, table: bool = True) -> list[Trace]:
    return numbers(values, name=name, x=x, shown=fits([plain(v) for v in values.flat], cells), table=table)
