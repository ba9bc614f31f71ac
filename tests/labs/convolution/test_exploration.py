"""Numbers of the convolution lab beside the sliding window, against SciPy and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.signal import convolve2d, correlate2d

from core.kit.controls import defaults
from core.labs.convolution.compute.explore import Convolution, convolve, tables
from core.labs.convolution.controls import CONTROLS, DOT, EDGE, ONES, SOBEL, SQUARE, STEPS


def settings(**change):
    return {name: value for name, value in defaults(CONTROLS).items() if name not in ("pos", "view")} | change


def found(**change) -> Convolution:
    return convolve(**settings(**change))


def grid(text):
    return np.array([line.split() for line in text.splitlines()], float)


@given(
    st.lists(st.lists(st.integers(-9, 9), min_size=4, max_size=4), min_size=2, max_size=6),
    st.lists(st.lists(st.integers(-9, 9), min_size=3, max_size=3), min_size=1, max_size=4),
    st.integers(1, 3),
    st.integers(0, 2),
    st.sampled_from(["correlation", "convolution"]),
    st.sampled_from(["row", "column"]),
)
def test_two_ways_without_a_matrix(image, kernel, stride, padding, operation, order) -> None:
    x, w = np.array(image, float), np.array(kernel, float)
    padded = np.pad(x, padding)
    assume(len(w) <= len(padded))
    texts = ["\n".join(" ".join(map(str, row)) for row in rows) for rows in (image, kernel)]
    got = found(image=texts[0], kernel=texts[1], stride=stride, padding=padding, operation=operation, order=order)
    slid = (correlate2d if operation == "correlation" else convolve2d)(padded, w, mode="full")
    y = slid[len(w) - 1 : len(padded), 2 : padded.shape[1]][::stride, ::stride]
    places = [(r, c) for r, c in np.ndindex(*y.shape)]
    if order == "column":
        places.sort(key=lambda place: place[::-1])
    assert got.places.tolist() == [list(place) for place in places]
    assert got.sums.tolist() == [y[place] for place in places]
    # The transposed convolution is the full convolution of the output, its values `stride` apart.
    spread = np.zeros_like(padded)
    spread[: len(y) * stride : stride, : y.shape[1] * stride : stride] = y
    spread = spread[: len(padded) - len(w) + 1, : padded.shape[1] - 2]
    spread = np.pad(spread, ((0, len(padded) - len(w) + 1 - len(spread)), (0, padded.shape[1] - 2 - spread.shape[1])))
    back = convolve2d(spread, w if operation == "correlation" else w[::-1, ::-1], mode="full")
    assert np.array_equal(got.stamped, back)
    cut = back[padding : padding + len(x), padding : padding + 4]
    assert np.array_equal(got.inner(got.stamped), cut)
    assert got.restored == np.sum(cut == x)
    assert got.patches.shape == (y.size, *w.shape)
    assert (
        got.patches[-1].tolist()
        == padded[
            places[-1][0] * stride : places[-1][0] * stride + len(w),
            places[-1][1] * stride : places[-1][1] * stride + 3,
        ].tolist()
    )


def test_copies_that_overlap_make_a_checkerboard() -> None:
    got = found(image=ONES, kernel=SQUARE, stride=2)
    once = np.array([1, 1, 2, 1, 2, 1, 1])
    assert got.stamps.tolist() == np.outer(once, once).tolist()
    assert got.sliding.transposed.tolist() == (9 * np.outer(once, once)).tolist()
    assert got.restored == 0
    assert found(image=STEPS, kernel="1").restored == 25


def test_a_single_pixel_shows_the_kernel() -> None:
    kernel = np.arange(1, 10).reshape(3, 3)
    text = "1 2 3\n4 5 6\n7 8 9"
    for operation, shown in (("convolution", kernel), ("correlation", kernel[::-1, ::-1])):
        y = found(image=DOT, kernel=text, padding=1, operation=operation).sliding.output
        assert y[1:4, 1:4].tolist() == (9 * shown).tolist()


def test_tables_hold_the_matrix_and_its_vectors() -> None:
    for order in ("row", "column"):
        values = settings(image=STEPS, stride=2, order=order)
        result = convolve(**values)
        windows, matrix = tables(result, values).values()
        x, y = grid(STEPS), correlate2d(grid(STEPS), grid(SOBEL), mode="valid")[::2, ::2]
        at = list(zip(matrix["row"], matrix["column"], strict=True))
        assert [x[r - 1, c - 1] for r, c in at] == list(matrix["x"])
        rows = np.array([matrix[f"y_{r}_{c}"] for r, c in zip(windows["row"], windows["column"], strict=True)])
        product = rows @ matrix["x"]
        assert product.tolist() == [y[r - 1, c - 1] for r, c in zip(windows["row"], windows["column"], strict=True)]
        assert product.tolist() == list(windows["by_window"]) == list(windows["by_matrix"])
        taps = np.array([windows[f"tap_{i}_{j}"] for i in (1, 2, 3) for j in (1, 2, 3)])
        assert (grid(SOBEL).ravel() @ taps).tolist() == product.tolist()
        assert (product @ rows).tolist() == list(matrix["transposed"])


def test_the_networks_below() -> None:
    got = found(garment="bag", feature=3)
    assert (got.garment, got.feature, got.maps.label) == ("bag", 3, 8)
    assert got.lenet.layers[2].params == 1_516
    assert found(image=EDGE).sliding.output.shape == (4, 4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"c3": "012"}, r"^`c3` must be 16 groups"),
        ({"garment": "hat"}, r"^`garment` must be one of T-shirt, .*; got hat\.$"),
        ({"feature": 0}, r"^`feature` must be in \[1, 8\]; got 0\.$"),
        ({"feature": 9}, r"^`feature` must be in \[1, 8\]; got 9\.$"),
        ({"image": "1 2\n3"}, r"^`image` must have rows of equal length; row 2 has 1, the first 2"),
        ({"kernel": ""}, r"^`kernel` must have 1 to 5 rows and columns\.$"),
        ({"stride": 4}, r"^`stride` must be in \[1, 3\]; got 4\.$"),
    ],
)
def test_settings_that_make_no_sense(change, message) -> None:
    with pytest.raises(ValueError, match=message):
        found(**change)
