"""Folded sections: the formulas with the numbers on screen, LeNet-5, a trained network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.kit.arrays import Numbers
from core.kit.lab import Section
from core.kit.words import percent
from core.labs.convolution.compute.explore import Convolution
from core.labs.convolution.panels.grids import plain
from core.labs.convolution.sections import lenet, maps


def formulas(result: Convolution, values: Mapping[str, Any]) -> Sequence[Any]:
    """Show sum, size, matrix, im2col, and the transposed convolution, with the numbers on screen."""
    s, p, stride = result.sliding, result.padding, result.stride
    (high, wide), (height, width) = s.kernel.shape, s.image.shape
    k = min(values["pos"], len(s.product) - 1)
    r, c = result.places[k]
    turned = result.operation == "convolution"
    index = "k_h + 1 - i,\\, k_w + 1 - j" if turned else "i, j"
    sums = "\n\n".join(
        f"- {name}: ⌊({n} + 2·{p} − {size})/{stride}⌋ + 1 = {found}"
        for name, n, size, found in zip(("rows", "columns"), s.image.shape, s.kernel.shape, s.output.shape, strict=True)
    )
    padded = f"with {p} rows and columns of zeros on each side" if p else "itself, without padding"
    n_rows, n_columns = s.matrix.shape
    return (
        f"**The sum under the window**, with $\\tilde x$ the image {padded}:\n\n"
        f"$$y_{{r,c}} = \\sum_{{i=1}}^{{{high}}} \\sum_{{j=1}}^{{{wide}}} w_{{{index}}}\\;"
        f"\\tilde x_{{{_start(stride, 'r')}+i,\\; {_start(stride, 'c')}+j}},"
        f"\\qquad y_{{{r + 1},{c + 1}}} = {s.product[k]:.10g}.$$\n\n"
        + ("Convolution rotates the kernel by 180° first; " if turned else "This is cross-correlation; ")
        + ("deep-learning libraries do not." if turned else "convolution would rotate the kernel by 180° first."),
        f"**Size of the output**, ⌊(n + 2p − k)/s⌋ + 1:\n\n{sums}",
        f"**As a matrix.** vec(y) = W vec(x), W is {n_rows} × {n_columns}: {n_rows * n_columns:,} "
        f"entries, of which {percent(s.zeros)} are outside every window and the others repeat the "
        f"{high * wide} weights. {_kind(result)} The row of this position:\n\n{_row(s.matrix[k])}",
        f"**im2col.** {s.columns.shape[1]} columns of {high * wide} values: {s.columns.size:,} "
        f"values instead of {height * width}, but one dense product, which hardware runs fastest. "
        "W repeats the kernel; im2col repeats the image.",
        "**Transposed convolution.** Wᵀ maps outputs to pixels, as gradients do. It restores the "
        "size, not the values: Wᵀ is not an inverse. " + _overlap(result),
    )


def _kind(result: Convolution) -> str:
    if result.scalar:
        return "Here it is a multiple of the identity."
    if len(result.sliding.product) == 1:
        return "Here the kernel has a single position, and W a single row."
    if not result.sliding.toeplitz:
        return f"With stride {result.stride} each row shifts by {result.stride} entries: W is not Toeplitz."
    return (
        "With stride 1 each row is the previous one shifted by one entry as long as the kernel "
        "stays in its line, and so are the blocks: doubly block Toeplitz. It is not circulant: "
        "nothing wraps around."
    )


def _start(stride: int, place: str) -> str:
    return f"{place}-1" if stride == 1 else f"{stride}({place}-1)"


def _row(row: Numbers) -> str:
    return "`" + " ".join(plain(value) for value in row) + "`"


def _overlap(result: Convolution) -> str:
    covers = result.inner(result.stamps)
    if np.ptp(covers) == 0:
        copies = "one copy" if covers[0, 0] == 1 else f"{plain(covers[0, 0])} copies"
        return f"Here every pixel gets {copies}."
    if len(result.sliding.product) == 1:
        return "Here the kernel has a single position: the pixels under it get one copy, the others none."
    middle = ", ".join(plain(v) for v in covers[len(covers) // 2])
    uneven = result.stride > 1 and any(size % result.stride for size in result.sliding.kernel.shape)
    why = (
        ("the kernel size is not a multiple of the stride, so overlaps vary and a constant becomes a checkerboard.")
        if uneven
        else "fewer at the border."
    )
    return (
        f"Here a pixel gets between {plain(covers.min())} and {plain(covers.max())} copies of the kernel, along the "
        f"middle row {middle}: {why}"
    )


SECTIONS = (
    Section("Formulas with the current values", formulas),
    lenet.SECTION,
    maps.SECTION,
)
