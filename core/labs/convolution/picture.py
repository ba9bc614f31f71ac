"""Pictures of a convolution: the kernel on the image, and the matrix whose rows are its positions."""

from __future__ import annotations

import numpy as np

from core.draw.live import Picture
from core.draw.style import PALETTE
from core.labs.convolution.compute.explore import Convolution
from core.labs.convolution.compute.sliding import slide
from core.labs.convolution.controls import EDGE, SOBEL
from core.labs.convolution.panels.grids import positions
from core.labs.convolution.panels.matrix import matrix_panel
from core.labs.convolution.panels.window import output, under_kernel
from core.labs.convolution.words import readouts, sentences, summaries


def picture(result: Convolution, *, view: str) -> Picture:
    """Draw a convolution, scrubbed by the position of its kernel.

    Parameters
    ----------
    result
        What to show.
    view
        "matrix" (a row per position), "im2col" (a column of pixels per position), or "transposed" (its transpose).
    """
    return Picture(
        panels=(under_kernel(result, view), output(result), matrix_panel(result, view)),
        axis=positions(result),
        readouts=readouts(result, view),
        sentences=sentences(result, view),
        summaries=summaries(result, view),
    )


def thumbnail() -> str:
    """Draw the matrix of the default convolution as a small SVG, with one of its rows marked."""
    matrix = slide(image=EDGE, kernel=SOBEL).matrix
    size, left, top = 11, 12, 27
    cells = "".join(
        f'<rect x="{left + size * column}" y="{top + size * row}" width="10" height="10" rx="1.5" '
        f'fill="{PALETTE["first" if matrix[row, column] > 0 else "second"][0]}" '
        f'opacity="{0.4 + 0.3 * abs(matrix[row, column]):.1f}"/>'
        for row, column in zip(*np.nonzero(matrix), strict=True)
    )
    rows, columns = matrix.shape
    row = 5
    lit = (
        f'<rect x="{left - 2}" y="{top + size * row - 2}" width="{size * columns + 3}" height="14" fill="none" '
        f'stroke="#8F6CC0" stroke-width="3" rx="3"/>'
    )
    frame = (
        f'<rect x="{left - 2}" y="{top - 2}" width="{size * columns + 3}" height="{size * rows + 3}" fill="none" '
        f'stroke="#85818F" stroke-width="1"/>'
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 420 230" width="420" height="230">'
        f"{frame}{cells}{lit}</svg>"
    )
