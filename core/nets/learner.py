"""The common part of all runs: a network on its device, images to learn from, and a plan followed in chunks."""

from __future__ import annotations

import time
from copy import deepcopy
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from core.data.images import Images
from core.nets.architectures import build
from core.nets.data import Order, Resident, held_out, load
from core.nets.devices import prepare
from core.nets.graph import LONGEST_CHUNK
from core.nets.steps import Steps
from core.training.experiments import Setup

Array = NDArray[np.float64]

# A chunk lasts about this long, so that progress shows and a cancel takes effect.
CHUNK_S = 0.1


@dataclass(frozen=True)
class Plan:
    """The steps that a learner will take.

    Attributes
    ----------
    batches : list of int
        Batch size of every step.
    rates, momenta : ndarray
        Of every step; with `by_epoch`, of every epoch.
    by_epoch : bool
    label_smoothing, ema : float
        See `core.training.experiments.Training`.
    """

    batches: list[int]
    rates: Array
    momenta: Array
    by_epoch: bool = False
    label_smoothing: float = 0.0
    ema: float = 0.0


class Learner:
    """A network that follows a plan.

    Parameters
    ----------
    setup : Setup
    plan : Plan
        Its `rates` and `momenta` must be those of every step.
    images : Images, optional
        Instead of those that the setup names.
    validation : int
        Number of training images that are held out; see `core.nets.data.held_out`.
    start : nn.Module, optional
        A network to start from, instead of a new one; it is copied and remains unchanged.
    data : Resident, optional
        That of another learner with the same setup.

    Attributes
    ----------
    images : Images
    data : Resident
        The images that are learned from.
    validation : Resident or None
        The held-out images, if any.
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
        self.setup = setup
        self.images = load(setup) if images is None else images
        learnt, held = split(setup, self.images.train_labels, validation)
        train_images, train_labels = self.images.train_images, self.images.train_labels
        self.data = Resident(train_images[learnt], train_labels[learnt], device) if data is None else data
        self.validation = self.resident(train_images[held], train_labels[held]) if validation else None
        if start is None:
            network = build(setup, self.images.shape, len(self.images.classes), device)
        else:
            network = deepcopy(start).requires_grad_(True).train().to(device)
        largest = min(max(plan.batches), len(learnt))
        smoothing, ema = plan.label_smoothing, plan.ema
        cycled = len(set(plan.momenta.tolist())) > 1
        self.steps = Steps(network, self.data, setup, largest, label_smoothing=smoothing, ema=ema, cycled=cycled)
        self.order = Order(len(learnt), plan.batches, setup.seed, setup.augment, self.images.shape[1])
        self.plan = plan
        if plan.by_epoch:
            epochs = [epoch for epoch, _, _ in self.order.places]
            self.plan = replace(plan, rates=plan.rates[epochs], momenta=plan.momenta[epochs])
        self.step = 0
        self._chunk = 1
        self._begun: tuple[int, float, Tensor] | None = None

    @property
    def done(self) -> bool:
        """Return whether all steps have been taken."""
        return self.step == len(self.plan.batches)

    def resident(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Resident:
        """Put further images on the device, normalized like those that are learned from."""
        return Resident(images, labels, self.data.pixels.device, self.data)

    def advance(self) -> Array:
        """Take the next steps: as many as take a tenth of a second, within one epoch and one batch size.

        Returns
        -------
        ndarray (steps, 2)
            Loss and accuracy of each step's batch before the step.
        """
        self.begin()
        return self.finish()

    def prepare(self) -> None:
        """Prepare what the next steps need on a GPU, without taking one."""
        self.steps.prepare(self.order[self.step], [float(self.plan.momenta[self.step])])

    def begin(self) -> None:
        """Start the next steps; a GPU takes them while the CPU does something else."""
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
        """Wait for the steps that were started; return what `advance` returns."""
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
    """Return whether two steps have the same epoch and batch size."""
    return (place[0], place[2]) == (other[0], other[2])


def split(setup: Setup, labels: NDArray[np.uint8], validation: int = 0) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the positions of the images that are learned from, and of the held-out ones.

    Raises
    ------
    ValueError
        If none remain to learn from.
    """
    if validation >= len(labels):
        raise ValueError(f"`validation` must be below the {len(labels):,} training images; got {validation:,}.")
    held = held_out(labels, validation)
    left = np.delete(np.arange(len(labels)), held)
    return left[: setup.images or None], held
