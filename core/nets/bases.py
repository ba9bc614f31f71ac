"""Images as input to a pretrained base: scaled and normalized as in its own training, or unprocessed."""

from __future__ import annotations

from copy import copy

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from core.nets.data import Resident
from core.training.pretrained import DEVIATION, MEAN

WHITE = 255


class Scaled(Resident):
    """Gray images as an ImageNet base expects them: with its side, in three channels, normalized as in its training.

    Parameters
    ----------
    images, labels, device
        See `core.nets.data.Resident`.
    side : int
    """

    at_once = 100  # a map of VGG19 has 64 side² numbers per image

    def __init__(self, images: NDArray[np.uint8], labels: NDArray[np.uint8], device: torch.device, side: int) -> None:
        super().__init__(images, labels, device)
        self.normalise(tuple(WHITE * each for each in MEAN), tuple(WHITE * each for each in DEVIATION))
        self._side = side

    def batch(self, index: Tensor, moves: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return images and labels; normalizing first is equivalent: a bilinear mean of constants is the constant."""
        images, labels = super().batch(index, moves)
        scaled = F.interpolate(images, size=self._side, mode="bilinear", align_corners=False)
        return scaled.contiguous(memory_format=torch.channels_last), labels


def unprepared(data: Resident) -> Resident:
    """Return the same images with their bytes, 0 to 255, unprocessed: not what the base was trained on."""
    found = copy(data)
    channels = len(data.scale[0])
    found.normalise((0.0,) * channels, (1.0,) * channels)
    return found


def apart(found: Tensor, wanted: Tensor) -> float:
    """Return the distance of features from the correct ones, relative to the norm of the latter."""
    return float((found - wanted).norm() / wanted.norm())
