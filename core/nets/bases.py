"""Images as a base takes them: scaled and normalized as its weights have learned them, or as they are in the file."""

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
    """Gray images as a base of ImageNet takes them: with its side, in three channels, normalized as its own were.

    Parameters
    ----------
    images, labels, device
        See `core.nets.data.Resident`.
    side : int
    """

    at_once = 100  # a map of VGG19 takes 64 side² numbers an image

    def __init__(self, images: NDArray[np.uint8], labels: NDArray[np.uint8], device: torch.device, side: int) -> None:
        super().__init__(images, labels, device)
        self.normalise(tuple(WHITE * each for each in MEAN), tuple(WHITE * each for each in DEVIATION))
        self._side = side

    def batch(self, index: Tensor, moves: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Images and labels; normalizing first is the same, since a bilinear mean of constants is the constant."""
        images, labels = super().batch(index, moves)
        scaled = F.interpolate(images, size=self._side, mode="bilinear", align_corners=False)
        return scaled.contiguous(memory_format=torch.channels_last), labels


def unprepared(data: Resident) -> Resident:
    """The same images, but with their bytes, 0 to 255, as they are: what the base has not learned."""
    found = copy(data)
    channels = len(data.scale[0])
    found.normalise((0.0,) * channels, (1.0,) * channels)
    return found


def apart(found: Tensor, wanted: Tensor) -> float:
    """How far features are from those that they should be, in the length of the latter."""
    return float((found - wanted).norm() / wanted.norm())
