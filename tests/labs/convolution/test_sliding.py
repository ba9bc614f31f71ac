"""Convolution as a matrix against SciPy, exact fractions and the published example."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.linalg import toeplitz
from scipy.signal import convolve2d, correlate2d

from core.labs.convolution.compute.sliding import MAX_IMAGE, MAX_KERNEL, read_grid, slide

THREES = {"image": "1 2 3; 4 5 6; 7 8 9", "kernel": "1 0; 0 1"}


def write_grid(grid: np.ndarray) -> str:
    return "; ".join(" ".join(f"{value:g}" for value in row) for row in grid.tolist())


def test_the_published_example() -> None:
    found = slide()
    row = [-1, 0, 1, 0, -2, 0, 2, 0, -1, 0, 1, 0, 0, 0, 0, 0]
    assert found.matrix.shape == (4, 16) and found.matrix[0].tolist() == row
    assert found.matrix[1].tolist() == [0, *row[:-1]]
    assert found.product.tolist() == [-40] * 4 and found.output.tolist() == [[-40, -40], [-40, -40]]
    assert slide(operation="convolution").product.tolist() == [40] * 4
    assert found.zeros == 1 - 9 / 16 and found.toeplitz
    assert found.vector.tolist() == [20, 15, 10, 5] * 4


def grids(limit):
    cells = st.integers(-9, 9)
    shapes = st.tuples(st.integers(1, limit), st.integers(1, limit))
    return shapes.flatmap(
        lambda shape: st.lists(
            st.lists(cells, min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
        )
    )


@given(
    grids(MAX_IMAGE),
    grids(MAX_KERNEL),
    st.integers(1, 3),
    st.integers(0, 4),
    st.sampled_from(["correlation", "convolution"]),
    st.sampled_from(["row", "column"]),
)
def test_all_views_agree_with_scipy(image, kernel, stride, padding, operation, order) -> None:
    x, w = np.array(image, float), np.array(kernel, float)
    padded = np.pad(x, padding)
    assume(all(a <= b for a, b in zip(w.shape, padded.shape, strict=True)))
    found = slide(
        image=write_grid(x), kernel=write_grid(w), stride=stride, padding=padding, operation=operation, order=order
    )
    # SciPy's "valid" swaps its inputs where the second is larger, so it is given the full result to cut from.
    slid = (correlate2d if operation == "correlation" else convolve2d)(padded, w, mode="full")
    valid = slid[w.shape[0] - 1 : padded.shape[0], w.shape[1] - 1 : padded.shape[1]][::stride, ::stride]
    flat = "C" if order == "row" else "F"
    assert np.array_equal(found.output, valid)
    assert np.array_equal(found.product, valid.flatten(flat))
    assert np.array_equal(found.vector, x.flatten(flat))
    assert np.array_equal(found.matrix @ found.vector, found.product)
    assert np.array_equal(found.weights @ found.columns, found.product)
    assert np.array_equal(found.transposed.flatten(flat), found.matrix.T @ found.product)
    assert np.array_equal(found.padded, padded)
    assert np.array_equal(found.image, x) and np.array_equal(found.kernel, w)
    assert np.array_equal(found.applied, w if operation == "correlation" else w[::-1, ::-1])
    assert found.toeplitz == (stride == 1 or len(found.corners) == 1)
    places = valid.shape + x.shape if order == "row" else valid.shape[::-1] + x.shape[::-1]
    blocks = found.matrix.reshape(places)
    moved = np.array_equal(blocks[:-1, :, :-1], blocks[1:, :, 1:])
    assert not found.toeplitz or (moved and np.array_equal(blocks[:, :-1, :, :-1], blocks[:, 1:, :, 1:]))
    for (top, left), column in zip(found.corners, found.columns.T, strict=True):
        assert np.array_equal(padded[top : top + w.shape[0], left : left + w.shape[1]].ravel(), column)


@given(grids(5), grids(3), st.integers(1, 3), st.integers(0, 3))
def test_entries_that_no_window_touches(image, kernel, stride, padding) -> None:
    x, w = np.array(image, float), np.array(kernel, float)
    assume(all(a <= b + 2 * padding for a, b in zip(w.shape, x.shape, strict=True)))
    # With a kernel of ones, what is 0 in the matrix is untouched.
    ones = slide(image=write_grid(x), kernel=write_grid(np.ones_like(w)), stride=stride, padding=padding)
    found = slide(image=write_grid(x), kernel=write_grid(w), stride=stride, padding=padding)
    assert found.zeros == ones.zeros == float(Fraction(int((ones.matrix == 0).sum()), ones.matrix.size))


def test_the_matrix_is_doubly_block_toeplitz() -> None:
    rng = np.random.default_rng(0)
    w = rng.integers(1, 10, (3, 2)).astype(float)
    found = slide(image=write_grid(np.zeros((5, 4))), kernel=write_grid(w))
    blocks = [toeplitz([row[0], 0, 0], [row[0], row[1], 0, 0]) for row in w]  # 3 x 4 each
    expected = np.zeros((9, 20))
    for i in range(3):
        for k, block in enumerate(blocks):
            expected[3 * i : 3 * i + 3, 4 * (i + k) : 4 * (i + k) + 4] = block
    assert np.array_equal(found.matrix, expected)
    # Not circulant: the first row that begins a new line of the output is not the row before, moved on by one.
    assert not np.array_equal(found.matrix[3], np.roll(found.matrix[2], 1))


def test_the_transposed_convolution_by_hand() -> None:
    # 2 x 2 identity kernel on 1..9: outputs 1+5, 2+6, 4+8, 5+9, each added back at its two places.
    found = slide(**THREES)
    assert found.output.tolist() == [[6, 8], [12, 14]]
    assert found.transposed.tolist() == [[6, 8, 0], [12, 6 + 14, 8], [0, 12, 14]]
    assert slide(**THREES, stride=3).output.tolist() == [[6]]


def test_decimals_are_exact() -> None:
    found = slide(image="0.1 0.2; 0.7 -0.001", kernel="3")
    assert found.output.tolist() == [[0.3, 0.6], [2.1, -0.003]]
    assert 0.1 * 3 != 0.3


def test_results_cannot_be_written_to() -> None:
    found = slide()
    assert not any(value.flags.writeable for value in vars(found).values() if isinstance(value, np.ndarray))


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"stride": 0}, r"^`stride` must be in \[1, 3\]; got 0\.$"),
        ({"stride": 4}, r"^`stride` must be in \[1, 3\]; got 4\.$"),
        ({"padding": -1}, r"^`padding` must be in \[0, 4\]; got -1\.$"),
        ({"padding": 5}, r"^`padding` must be in \[0, 4\]; got 5\.$"),
        ({"operation": "product"}, r"^`operation` must be one of correlation, convolution; got product\.$"),
        ({"order": "diagonal"}, r"^`order` must be one of row, column; got diagonal\.$"),
        ({"image": ""}, r"^`image` must have 1 to 8 rows and columns\.$"),
        ({"image": " ".join("1" * 9)}, r"^`image` must have 1 to 8 rows and columns\.$"),
        ({"image": "1;" * 9}, r"^`image` must have 1 to 8 rows and columns\.$"),
        ({"kernel": "1;" * 6}, r"^`kernel` must have 1 to 5 rows and columns\.$"),
        ({"image": "1 2; 3"}, r"^`image` must have rows of equal length; row 2 has 1, the first 2\.$"),
        ({"image": "1 x"}, r"^`image` must hold numbers within 1000 with at most three decimals; got “x”\.$"),
        ({"kernel": "1001"}, r"^`kernel` must hold numbers within 1000 .*; got “1001”\.$"),
        ({"kernel": "0.1234"}, r"got “0\.1234”\.$"),
        ({"kernel": "nan"}, r"got “nan”\.$"),
        ({"image": "1 2; 3 4"}, r"^`kernel` must fit into the padded image, 2x2; got 3x3\.$"),
    ],
)
def test_settings_that_make_no_sense(given_, message) -> None:
    with pytest.raises(ValueError, match=message):
        slide(**given_)


def test_grids_are_read_in_many_forms() -> None:
    assert read_grid("image", "1, 2\n3, +4\n", 8) == [[1, 2], [3, 4]] == read_grid("image", " 1 2 ; 3 4 ;", 8)
    assert slide(image="1 2; 3 4", padding=1).output.shape == (2, 2)
