"""A data set on the training device: one tensor of bytes, from which batches are taken there."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.data.image_sources import find
from core.data.images import Images
from core.nets.faults import NOT_ONE
from core.training.experiments import Setup

PIECE = 2048  # images whose squares are summed at once
EVALUATION_BATCH = 1000


def load(setup: Setup) -> Images:
    """Find the data of a run.

    Raises
    ------
    ValueError
        If they are missing, damaged, or different from those that the run requests.
    """
    images = find(setup.data)
    if setup.checksum not in ("", images.checksum):
        raise ValueError(
            f"The data here ({images.name}) differ from those of the run. If the files changed, restart Lectern."
        )
    return images


class Resident:
    """Labeled images on a device.

    Parameters
    ----------
    images : ndarray (n, channels, height, width) of uint8
    labels : ndarray (n,) of uint8
    device : torch.device
    scale : Resident, optional
        Its mean and standard deviation are used instead of those of these images.
    """

    at_once = EVALUATION_BATCH  # images passed through a network at once outside training

    def __init__(
        self, images: NDArray[np.uint8], labels: NDArray[np.uint8], device: torch.device, scale: Resident | None = None
    ) -> None:
        # Channels last: a batch is then, without a copy, in the order that convolutions prefer.
        self.pixels = torch.from_numpy(np.ascontiguousarray(images.transpose(0, 2, 3, 1)).copy()).to(device)
        self.labels = torch.from_numpy(labels.astype(np.int64)).to(device)
        self.normalise(*(statistics(images) if scale is None else scale.scale))

    def normalise(self, mean: tuple[float, ...], deviation: tuple[float, ...]) -> None:
        """From now on, subtract the mean of every channel and divide by its deviation, in units of the bytes."""
        self.scale = mean, deviation
        self._mean = torch.tensor(mean, dtype=torch.float32, device=self.pixels.device)
        self._factor = torch.tensor(1 / np.asarray(deviation), dtype=torch.float32, device=self.pixels.device)

    def __len__(self) -> int:
        return len(self.pixels)

    def lessen(self) -> None:
        """Halve the number of images passed through a network at once outside training.

        Raises
        ------
        ValueError
            If that is already one.
        """
        if self.at_once == 1:
            raise ValueError(NOT_ONE)
        self.at_once = (min(self.at_once, len(self)) + 1) // 2

    def batch(self, index: Tensor, moves: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return images, normalized to mean 0 and standard deviation 1 over the training images, and their labels.

        Parameters
        ----------
        index : Tensor (b,) of int64
        moves : Tensor (b, 3) of int64, optional
            See `augmented`.

        Returns
        -------
        Tensor (b, channels, height, width) of float32, channels last in memory
        Tensor (b,) of int64
        """
        pixels = self.pixels.index_select(0, index)
        if moves is not None:
            pixels = augmented(pixels, moves)
        return (pixels - self._mean).mul_(self._factor).permute(0, 3, 1, 2), self.labels.index_select(0, index)


def statistics(images: NDArray[np.uint8]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return mean and deviation of every channel, in units of the bytes; a constant channel has deviation 1."""
    total = np.zeros(images.shape[1])
    squares = np.zeros(images.shape[1])
    for start in range(0, len(images), PIECE):
        piece = images[start : start + PIECE]
        total += piece.sum(axis=(0, 2, 3), dtype=np.uint64)
        squares += np.square(piece, dtype=np.uint16).sum(axis=(0, 2, 3), dtype=np.uint64)
    count = images.size / images.shape[1]
    mean = total / count
    deviation = np.sqrt(squares / count - mean**2)
    return tuple(mean.tolist()), tuple(np.where(deviation > 0, deviation, 1.0).tolist())


def held_out(labels: NDArray[np.uint8], count: int) -> NDArray[np.int64]:
    """Return positions of validation images: the last of each class, then the second to last of each, and so on.

    The classes are thus equally represented as far as possible; the first ones get any remainder. Nothing is random,
    so every run with the same count holds out the same images.

    Parameters
    ----------
    labels : ndarray (n,) of uint8
    count : int

    Returns
    -------
    ndarray (count,)
        In ascending order.
    """
    from_last = np.empty(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        places = np.flatnonzero(labels == label)
        from_last[places] = np.arange(len(places))[::-1]
    return np.sort(np.lexsort((labels, from_last))[:count])


def largest_shift(side: int) -> int:
    """Return the largest shift of augmentation in pixels: 4 of 32, as usual for CIFAR-10, and 3 of 28."""
    return side // 8


def augmented(pixels: Tensor, moves: Tensor) -> Tensor:
    """Shift images, filling with black, and reflect some.

    Parameters
    ----------
    pixels : Tensor (b, height, width, channels) of uint8
    moves : Tensor (b, 3) of int64
        Rows down, columns to the right, and 1 for a left-right reflection, which comes first.
    """
    height, width = pixels.shape[1:3]
    rows = torch.arange(height, device=pixels.device) - moves[:, 0, None]
    columns = torch.arange(width, device=pixels.device) - moves[:, 1, None]
    inside = ((rows >= 0) & (rows < height))[:, :, None] & ((columns >= 0) & (columns < width))[:, None, :]
    columns = torch.where(moves[:, 2, None] == 1, width - 1 - columns, columns)
    image = torch.arange(len(pixels), device=pixels.device)[:, None, None]
    moved = pixels[image, rows.clamp(0, height - 1)[:, :, None], columns.clamp(0, width - 1)[:, None, :]]
    return moved * inside[..., None]


class Order:
    """The images of each step: a function of the seed alone, so that nothing needs to be saved to resume at a step.

    Every epoch is a new permutation. Images that do not fill a last batch are left out.

    Parameters
    ----------
    count : int
        Number of images.
    batches : list of int
        Batch size of every step.
    seed : int
    augment : str
        One of `core.training.experiments.AUGMENT`.
    side : int
        Of the images.

    Attributes
    ----------
    places : list of (int, int, int)
        Epoch, position in it, and batch size of every step.
    """

    def __init__(self, count: int, batches: list[int], seed: int, augment: str = "none", side: int = 0) -> None:
        self._count, self._seed, self._augment, self._side = count, seed, augment, side
        self.places: list[tuple[int, int, int]] = []
        epoch = start = 0
        for batch in batches:
            size = min(batch, count)
            if start + size > count:
                epoch, start = epoch + 1, 0
            self.places.append((epoch, start, size))
            start += size
        self._epoch = -1
        self._permutation = self._moves = torch.empty(0, dtype=torch.int64)

    def ends_epoch(self, step: int) -> bool:
        """Return whether this step is the last one of its epoch."""
        return step + 1 == len(self.places) or self.places[step + 1][0] > self.places[step][0]

    def __getitem__(self, step: int) -> tuple[Tensor, Tensor | None]:
        """Return the images of a step, and how to move them; on the CPU."""
        epoch, start, size = self.places[step]
        if epoch != self._epoch:
            self._draw(epoch)
        part = slice(start, start + size)
        return self._permutation[part], None if self._augment == "none" else self._moves[part]

    def _draw(self, epoch: int) -> None:
        generator = torch.Generator().manual_seed(self._seed * 1_000_003 + epoch)
        self._permutation = torch.randperm(self._count, generator=generator)
        if self._augment != "none":
            reach, flips = largest_shift(self._side), 2 if self._augment == "shift and flip" else 1
            shifts = torch.randint(-reach, reach + 1, (self._count, 2), generator=generator)
            self._moves = torch.cat([shifts, torch.randint(flips, (self._count, 1), generator=generator)], 1)
        self._epoch = epoch
