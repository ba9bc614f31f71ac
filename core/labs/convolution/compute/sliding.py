"""A small convolution viewed in every way: sliding window, matrix, columns of patches, and its transpose. Exact."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from operator import mul

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array
from core.kit.results import read_only

Exact = list[list[Fraction]]
Whole = list[list[int]]

MAX_IMAGE = 8
MAX_KERNEL = 5
MAX_STRIDE = 3
MAX_PADDING = 4
MAX_VALUE = 1000
OPERATIONS = ("correlation", "convolution")
ORDERS = ("row", "column")
# The homework's example.
IMAGE = "20 15 10 5; 20 15 10 5; 20 15 10 5; 20 15 10 5"
KERNEL = "-1 0 1; -2 0 2; -1 0 1"
# Numbers are counted in thousandths, so that all sums are sums of whole numbers: exact and quick.
_UNIT = 1000
_NUMBER = re.compile(r"[+-]?\d{1,4}(\.\d{0,3})?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Sliding:
    """A convolution of an image (H, W) with a kernel (k_h, k_w) to an output (O_h, O_w); arrays are read-only.

    Every number is the nearest double to the exact value.

    Attributes
    ----------
    image, kernel : ndarray (H, W), (k_h, k_w)
        As given.
    applied : ndarray (k_h, k_w)
        What the image is multiplied by: the kernel, rotated by 180 degrees for "convolution".
    padded : ndarray (H + 2 padding, W + 2 padding)
    output : ndarray (O_h, O_w)
    corners : ndarray (O_h O_w, 2) of int
        Row and column in `padded` of the upper left corner of each window, in the order of the rows of `matrix`.
    matrix : ndarray (O_h O_w, H W)
        W with vec(output) = W vec(image); padding needs no columns, since it is zero.
    vector, product : ndarray (H W,), (O_h O_w,)
        vec(image) and vec(output).
    columns : ndarray (k_h k_w, O_h O_w)
        Im2col: each column is the patch of `padded` under one window, row by row.
    weights : ndarray (k_h k_w,)
        `applied` row by row, with product = weights @ columns.
    transposed : ndarray (H, W)
        Transpose of W applied to the output: the transposed convolution, back at the size of the image.
    zeros : float
        Fraction of the entries of `matrix` that no window touches.
    toeplitz : bool
        Whether `matrix` is doubly block Toeplitz, which a stride above 1 breaks if there are several positions. It is
        not circulant, since nothing wraps, unless it is a multiple of the identity.
    """

    image: Array
    kernel: Array
    applied: Array
    padded: Array
    output: Array
    corners: NDArray[np.int64]
    matrix: Array
    vector: Array
    product: Array
    columns: Array
    weights: Array
    transposed: Array
    zeros: float
    toeplitz: bool


def slide(
    *,
    image: str = IMAGE,
    kernel: str = KERNEL,
    stride: int = 1,
    padding: int = 0,
    operation: str = "correlation",
    order: str = "row",
) -> Sliding:
    """Slide a kernel over an image.

    Parameters
    ----------
    image, kernel : str
        Numbers separated by blanks, rows separated by semicolons or line ends; at most 8 x 8 and 5 x 5, numbers within
        1000 with at most three decimals.
    stride, padding : int
        1 to 3, 0 to 4.
    operation : str
        "correlation", which deep learning calls convolution, or "convolution" with the kernel rotated by 180 degrees.
    order : str
        "row" or "column": how the image and the output become vectors.

    Raises
    ------
    ValueError
        If an argument is invalid, or the kernel is larger than the padded image.

    References
    ----------
    Dumoulin & Visin, "A guide to convolution arithmetic for deep learning", 2016.
    """
    _check(stride, padding, operation, order)
    x, w = _whole(read_grid("image", image, MAX_IMAGE)), _whole(read_grid("kernel", kernel, MAX_KERNEL))
    height, width = len(x), len(x[0])
    rows, columns = height + 2 * padding, width + 2 * padding
    if len(w) > rows or len(w[0]) > columns:
        raise ValueError(f"`kernel` must fit into the padded image, {rows}x{columns}; got {len(w)}x{len(w[0])}.")
    applied = [row[::-1] for row in w[::-1]] if operation == "convolution" else w
    padded = [[_entry(x, r - padding, c - padding) for c in range(columns)] for r in range(rows)]
    tops, lefts = range(0, rows - len(w) + 1, stride), range(0, columns - len(w[0]) + 1, stride)
    corners, places = _ordered(tops, lefts, order), _ordered(range(height), range(width), order)
    # Where the pixels of each column of the matrix lie under the kernel of each row.
    under = [[(r + padding - top, c + padding - left) for r, c in places] for top, left in corners]
    matrix = [[_entry(applied, *place) for place in row] for row in under]
    vector = [x[r][c] for r, c in places]
    product = [sum(map(mul, row, vector)) for row in matrix]
    back = [sum(map(mul, column, product)) for column in zip(*matrix, strict=True)]
    taps = _ordered(range(len(w)), range(len(w[0])), "row")
    touched = sum(_inside(w, *place) for row in under for place in row)
    return read_only(
        Sliding(
            image=_array(x),
            kernel=_array(w),
            applied=_array(applied),
            padded=_array(padded),
            output=_folded(product, 2, (len(tops), len(lefts)), order),
            corners=np.array(corners),
            matrix=_array(matrix),
            vector=_array([vector])[0],
            product=_array([product], 2)[0],
            columns=_array([[padded[top + i][left + j] for top, left in corners] for i, j in taps]),
            weights=_array([[applied[i][j] for i, j in taps]])[0],
            transposed=_folded(back, 3, (height, width), order),
            zeros=float(1 - Fraction(touched, len(corners) * len(places))),
            toeplitz=stride == 1 or len(corners) == 1,
        )
    )


def _check(stride: int, padding: int, operation: str, order: str) -> None:
    for name, value, low, high in (("stride", stride, 1, MAX_STRIDE), ("padding", padding, 0, MAX_PADDING)):
        if not low <= value <= high:
            raise ValueError(f"`{name}` must be in [{low}, {high}]; got {value}.")
    for name, choice, choices in (("operation", operation, OPERATIONS), ("order", order, ORDERS)):
        if choice not in choices:
            raise ValueError(f"`{name}` must be one of {', '.join(choices)}; got {choice}.")


def read_grid(name: str, text: str, limit: int) -> Exact:
    """Read numbers in rows of the same length, at most `limit` rows and columns.

    Raises
    ------
    ValueError
        If it is not such a grid; `name` is the control that holds it.
    """
    rows = [line.replace(",", " ").split() for line in re.split(r"[;\n]", text[:2000]) if line.strip()]
    if not rows or len(rows) > limit or not 1 <= len(rows[0]) <= limit:
        raise ValueError(f"`{name}` must have 1 to {limit} rows and columns.")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise ValueError(
                f"`{name}` must have rows of equal length; row {number} has {len(row)}, the first {len(rows[0])}."
            )
        for cell in row:
            if not _NUMBER.fullmatch(cell) or abs(Fraction(cell)) > MAX_VALUE:
                raise ValueError(
                    f"`{name}` must hold numbers within {MAX_VALUE} with at most three decimals; got “{cell[:20]}”."
                )
    return [[Fraction(cell) for cell in row] for row in rows]


def _ordered(rows: range, columns: range, order: str) -> list[tuple[int, int]]:
    """Return positions (row, column) in the order of their entries in a vector."""
    if order == "row":
        return [(r, c) for r in rows for c in columns]
    return [(r, c) for c in columns for r in rows]


def _folded(vector: list[int], factors: int, shape: tuple[int, int], order: str) -> Array:
    folded: Array = _array([vector], factors)[0].reshape(shape, order="C" if order == "row" else "F")
    return folded


def _inside(grid: Whole, row: int, column: int) -> bool:
    return 0 <= row < len(grid) and 0 <= column < len(grid[0])


def _entry(grid: Whole, row: int, column: int) -> int:
    return grid[row][column] if _inside(grid, row, column) else 0


def _whole(grid: Exact) -> Whole:
    return [[int(value * _UNIT) for value in row] for row in grid]


def _array(grid: Whole, factors: int = 1) -> Array:
    """Return doubles nearest to products of this many factors that were counted in thousandths."""
    return np.array([[value / _UNIT**factors for value in row] for row in grid])
