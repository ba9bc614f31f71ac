"""Results of the page on convolution: a small convolution in every view, LeNet-5, and a trained network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from core.kit.arrays import Array
from core.labs.convolution.compute.feature_maps import GARMENTS, MAPS, FeatureMaps, feature_maps
from core.labs.convolution.compute.sliding import Sliding, slide
from core.networks.lenet import LeNet, lenet5

Table = dict[str, Any]


@dataclass(frozen=True)
class Convolution:
    """Result of `convolve`.

    Attributes
    ----------
    sliding : Sliding
        The convolution, its matrix, its columns of patches, and its transpose.
    stride, padding : int
    operation, order : str
        As given.
    lenet : LeNet
        LeNet-5 with the given table of connections.
    garment, feature
        Class of the image shown to the trained network, and the selected one of its first feature maps, from 1.
    """

    sliding: Sliding
    stride: int
    padding: int
    operation: str
    order: str
    lenet: LeNet
    garment: str
    feature: int

    @cached_property
    def patches(self) -> Array:
        """Return the part of the padded image under each window, (windows, k_h, k_w), in the order of the rows."""
        s = self.sliding
        views = sliding_window_view(s.padded, s.applied.shape)
        patches: Array = views[s.corners[:, 0], s.corners[:, 1]]
        return patches

    @cached_property
    def sums(self) -> Array:
        """Return the sum of the products under each window, (windows,): the output without any matrix."""
        found: Array = (self.patches * self.sliding.applied).sum(axis=(1, 2))
        return found

    @cached_property
    def stamped(self) -> Array:
        """Return the transposed convolution on the padded image without a matrix: each output adds a scaled kernel."""
        s = self.sliding
        total = np.zeros_like(s.padded)
        rows, columns = s.applied.shape
        for (top, left), value in zip(s.corners, s.product, strict=True):
            total[top : top + rows, left : left + columns] += value * s.applied
        return total

    @cached_property
    def stamps(self) -> Array:
        """Count the windows that cover each position of the padded image."""
        total = np.zeros_like(self.sliding.padded)
        rows, columns = self.sliding.applied.shape
        for top, left in self.sliding.corners:
            total[top : top + rows, left : left + columns] += 1
        return total

    def inner(self, padded: Array) -> Array:
        """Remove the padding."""
        height, width = self.sliding.image.shape
        return padded[self.padding : self.padding + height, self.padding : self.padding + width]

    @property
    def restored(self) -> int:
        """Count the pixels whose value the transposed convolution restores."""
        return int(np.isclose(self.sliding.transposed, self.sliding.image, rtol=1e-9, atol=1e-9).sum())

    @property
    def scalar(self) -> bool:
        """Return whether the matrix is a multiple of the identity, which is circulant as well as Toeplitz."""
        matrix = self.sliding.matrix
        return matrix.shape[0] == matrix.shape[1] and np.array_equal(matrix, matrix[0, 0] * np.eye(len(matrix)))

    @property
    def places(self) -> NDArray[np.int64]:
        """Return row and column of the output at each position of the kernel, from 0, (windows, 2)."""
        return self.sliding.corners // self.stride

    @property
    def maps(self) -> FeatureMaps:
        """Return the feature maps of the chosen image in the trained network."""
        return feature_maps(self.garment)


def convolve(
    *,
    image: str,
    kernel: str,
    stride: int,
    padding: int,
    operation: str,
    order: str,
    c3: str,
    garment: str,
    feature: int,
) -> Convolution:
    """Slide a kernel over an image, and prepare the networks below the picture.

    The parameters are those of `sliding.slide`; `c3` is the table of `core.networks.lenet.lenet5`.

    Raises
    ------
    ValueError
        With a sentence, for invalid arguments.
    """
    sliding = slide(image=image, kernel=kernel, stride=stride, padding=padding, operation=operation, order=order)
    try:
        lenet = lenet5(table=c3)
    except ValueError as error:
        raise ValueError(str(error).replace("`table`", "`c3`")) from error
    if garment not in GARMENTS:
        raise ValueError(f"`garment` must be one of {', '.join(GARMENTS)}; got {garment}.")
    if not 1 <= feature <= MAPS:
        raise ValueError(f"`feature` must be in [1, {MAPS}]; got {feature}.")
    return Convolution(sliding, stride, padding, operation, order, lenet, garment, feature)


def tables(result: Convolution, values: Mapping[str, Any]) -> dict[str, Table]:
    """Return tables for a download: the windows with sums, the matrix with vec(x), and the transposed convolution."""
    s = result.sliding
    rows, columns = (result.places + 1).T
    windows = {"row": rows, "column": columns, "by_window": result.sums, "by_matrix": s.product}
    taps = [f"tap_{i + 1}_{j + 1}" for i, j in np.ndindex(*s.applied.shape)]
    names = [f"y_{row}_{column}" for row, column in zip(rows, columns, strict=True)]
    pixels = [(r + 1, c + 1) for r, c in np.ndindex(*s.image.shape)]
    if result.order == "column":
        pixels.sort(key=lambda place: place[::-1])
    back = s.transposed.flatten("C" if result.order == "row" else "F")
    places = {"row": [r for r, _ in pixels], "column": [c for _, c in pixels]}
    return {
        "windows.csv": windows | dict(zip(taps, s.columns, strict=True)),
        "matrix.csv": {**places, "x": s.vector, "transposed": back, **dict(zip(names, s.matrix, strict=True))},
    }
