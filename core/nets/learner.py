"""What all runs share: a network on its device, images that it learns from, and a plan that it follows in chunks."""

from __future__ import annotations

import time
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from core.images import Images
from core.nets.architectures import build
from core.nets.data import Order, Resident, load
from core.nets.devices import prepare
from core.nets.graph import LONGEST_CHUNK
from core.nets.steps import Steps
from core.training.experiments import Setup

Array = NDArray[np.float64]

# A chunk lasts about so long, so that progress is seen and a cancel is heard.
CHUNK_S = 0.1


@dataclass(frozen=True)
class Plan:
    """Batch size, rate and momentum of every step."""

    batches: list[int]
    rates: Array
    momenta: Array


class Learner:
    """A network that follows a plan.

    Parameters
    ----------
    setup : Setup
    plan : Plan
    images : Images, optional
        Instead of those that the setup names.
    validation : int
        Training images, the last ones, that are not learnt from.
    start : nn.Module, optional
        A network to start from, instead of a new one; it is copied and stays as it is.
    data : Resident, optional
        That of another learner with the same setup.

    Attributes
    ----------
    images : Images
    data : Resident
        The images that are learnt from.
    steps : Steps
    order : Order
    step : int
        The next one.
    """

    def __init__(
        self,
        setup: Setup,
        plan: Plan,
        images: Images | None = None,
        *,
        validation: int = 0,
        start: nn.Module | None = None,
        data: Resident | None = None,
    ) -> None:
        device = prepare(setup)
        self.setup, self.plan = setup, plan
        self.images = load(setup) if images is None else images
        used = images_used(setup, self.images, validation)
        if data is None:
            data = Resident(self.images.train_images[:used], self.images.train_labels[:used], device)
        self.data = data
        if start is None:
            network = build(setup, self.images.shape, len(self.images.classes), device)
        else:
            network = deepcopy(start).requires_grad_(True).train().to(device)
        self.steps = Steps(network, data, setup, min(max(plan.batches), used))
        self.order = Order(used, plan.batches, setup.seed, setup.augment, self.images.shape[1])
        self.step = 0
        self._chunk = 1
        self._begun: tuple[int, float, Tensor] | None = None

    @property
    def done(self) -> bool:
        """Whether all steps have been taken."""
        return self.step == len(self.plan.batches)

    def resident(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Resident:
        """Further images on the device, normalised as those that are learnt from."""
        return Resident(images, labels, self.data.pixels.device, self.data)

    def advance(self) -> Array:
        """Take the next steps: as many as last a tenth of a second, of one epoch and one batch size.

        Returns
        -------
        ndarray (steps, 2)
            Loss and accuracy of each step's batch before the step.
        """
        self.begin()
        return self.finish()

    def begin(self) -> None:
        """Start the next steps; a GPU takes them while the processor does something else."""
        end = self.step + 1
        places = self.order.places
        while end < len(places) and end - self.step < self._chunk and _alike(places[end], places[self.step]):
            end += 1
        part = slice(self.step, end)
        now = time.perf_counter()
        found = self.steps.run(
            [self.order[step] for step in range(self.step, end)],
            self.plan.rates[part].tolist(),
            self.plan.momenta[part].tolist(),
        )
        self._begun = end, now, found

    def finish(self) -> Array:
        """Wait for the steps that were started; gives what `advance` gives."""
        if self._begun is None:
            raise RuntimeError("No steps were started.")
        self.steps.wait()
        (self.step, begun, found), self._begun = self._begun, None
        lasted = time.perf_counter() - begun
        if lasted < CHUNK_S / 2:
            self._chunk = min(2 * self._chunk, LONGEST_CHUNK)
        elif lasted > 2 * CHUNK_S:
            self._chunk = max(self._chunk // 2, 1)
        return found.numpy().astype(float)


def _alike(place: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    """Whether two steps are of the same epoch and batch size."""
    return (place[0], place[2]) == (other[0], other[2])


def images_used(setup: Setup, images: Images, validation: int = 0) -> int:
    """Number of images that are learnt from.

    Raises
    ------
    ValueError
        If there are none left.
    """
    count = min(setup.images or len(images.train_images), len(images.train_images) - validation)
    if count < 1:
        raise ValueError(
            f"`validation` must be below the {len(images.train_images):,} training images; got {validation:,}."
        )
    return count
