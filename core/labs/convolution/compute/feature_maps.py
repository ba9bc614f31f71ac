"""Feature maps of a small trained network on real images, computed with NumPy alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from core.data.images import FASHION_CLASSES, fashion_mnist
from core.kit.arrays import Array
from core.kit.results import read_only

FILE = Path(__file__).parents[3] / "data" / "feature-net.npz"
GARMENTS = FASHION_CLASSES
MAPS = 8  # of the first layer


@dataclass(frozen=True, kw_only=True)
class NetWeights:
    """Weights of the network that `core.tools.feature_net` has trained; arrays are read-only.

    Attributes
    ----------
    conv1, bias1 : ndarray (8, 1, 5, 5), (8,)
    conv2, bias2 : ndarray (16, 8, 3, 3), (16,)
    linear, bias3 : ndarray (10, 400), (10,)
    accuracy : float
        Fraction of the test images that it classifies correctly.
    trained_on, tested_on : int
        Number of images.
    """

    conv1: Array
    bias1: Array
    conv2: Array
    bias2: Array
    linear: Array
    bias3: Array
    accuracy: float
    trained_on: int
    tested_on: int

    @property
    def params(self) -> int:
        """Count the trained numbers."""
        return sum(value.size for value in vars(self).values() if isinstance(value, np.ndarray))


@dataclass(frozen=True, kw_only=True)
class FeatureMaps:
    """The network's maps of one image; arrays are read-only.

    Attributes
    ----------
    net : NetWeights
    image : ndarray (28, 28)
        Gray values from 0 to 1.
    label : int
        Position in `GARMENTS`.
    sums1 : ndarray (8, 24, 24)
        First convolution with its bias, before ReLU.
    maps1, pooled1 : ndarray (8, 24, 24), (8, 12, 12)
        After ReLU; after 2 x 2 max pooling.
    maps2, pooled2 : ndarray (16, 10, 10), (16, 5, 5)
        The same of the second convolution.
    probabilities : ndarray (10,)
        Softmax of the linear layer.
    """

    net: NetWeights
    image: Array
    label: int
    sums1: Array
    maps1: Array
    pooled1: Array
    maps2: Array
    pooled2: Array
    probabilities: Array

    @cached_property
    def again(self) -> Array:
        """Compute the first convolution again, (8, 24, 24): a sum over the taps of the image, shifted and scaled."""
        side = self.sums1.shape[1]
        total = np.zeros_like(self.sums1) + self.net.bias1[:, None, None]
        for i, j in np.ndindex(*self.net.conv1.shape[2:]):
            total += self.net.conv1[:, 0, i, j, None, None] * self.image[i : i + side, j : j + side]
        return total


@lru_cache(maxsize=1)
def net_weights() -> NetWeights:
    """Return the bundled weights."""
    with np.load(FILE, allow_pickle=False) as stored:
        arrays = {
            name: stored[key].astype(np.float64)
            for name, key in (
                *(("conv1", "conv1_weight"), ("bias1", "conv1_bias")),
                *(("conv2", "conv2_weight"), ("bias2", "conv2_bias")),
                *(("linear", "linear_weight"), ("bias3", "linear_bias")),
            )
        }
        counts = [int(stored[name]) for name in ("trained_on", "tested_on")]
        accuracy = float(stored["accuracy"])
        return read_only(NetWeights(accuracy=accuracy, trained_on=counts[0], tested_on=counts[1], **arrays))


@lru_cache(maxsize=10)
def feature_maps(garment: str) -> FeatureMaps:
    """Run the network on the first test image of a class.

    Raises
    ------
    ValueError
        If there is no such class.
    """
    if garment not in GARMENTS:
        raise ValueError(f"`garment` must be one of {', '.join(GARMENTS)}; got {garment}.")
    net, image = net_weights(), first_image(garment)
    sums1 = convolve(image[np.newaxis], net.conv1, net.bias1)
    maps1 = np.maximum(sums1, 0)
    pooled1 = pool(maps1)
    maps2 = np.maximum(convolve(pooled1, net.conv2, net.bias2), 0)
    pooled2 = pool(maps2)
    logits = net.linear @ pooled2.ravel() + net.bias3
    odds = np.exp(logits - logits.max())
    return read_only(
        FeatureMaps(
            net=net,
            image=image,
            label=GARMENTS.index(garment),
            sums1=sums1,
            maps1=maps1,
            pooled1=pooled1,
            maps2=maps2,
            pooled2=pooled2,
            probabilities=odds / odds.sum(),
        )
    )


def first_image(garment: str) -> Array:
    """Return the first test image of a class, (28, 28), from 0 to 1."""
    data = fashion_mnist()
    first = int(np.argmax(data.test_labels == GARMENTS.index(garment)))
    image: Array = data.test_images[first, 0] / 255
    return image


def convolve(maps: Array, kernels: Array, bias: Array) -> Array:
    """Cross-correlate maps (C, H, W) with kernels (D, C, k, k) wherever they fit; adds a bias (D,)."""
    windows = sliding_window_view(maps, kernels.shape[2:], axis=(1, 2))
    found: Array = np.einsum("chwij,dcij->dhw", windows, kernels, optimize=True) + bias[:, np.newaxis, np.newaxis]
    return found


def pool(maps: Array) -> Array:
    """Return the largest of each 2 x 2 square of maps (C, H, W) with even sides."""
    channels, height, width = maps.shape
    pooled: Array = maps.reshape(channels, height // 2, 2, width // 2, 2).max(axis=(2, 4))
    return pooled
