"""Recorded and own runs of the page on transfer: which they are, and their state at a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.data.images import FASHION_CLASSES
from core.kit.arrays import Array
from core.training.devices import AUTO, place
from core.training.experiment_checks import check_choice
from core.training.runs import look
from core.training.transfer_experiment import PRETRAINED, TransferTraining
from core.training.transfer_networks import network_text

IMAGES = (25, 100, 1000)  # of the second half of the classes
SEEDS = 3
OFFLINE = "small_cnn"  # the base that is pretrained here, on the first half of the classes
SIDES = (32, 64)  # to which images are scaled for the others


def specs_of(
    images: int, base: str = OFFLINE, side: int = SIDES[0], device: str = AUTO, precision: str = "fp32"
) -> tuple[TransferTraining, ...]:
    """Return the runs that are shown: one per seed.

    Parameters
    ----------
    images : int
        Of the second half of the classes.
    base : str
        `OFFLINE`, or the base whose ImageNet weights are used.
    side : int
        For the latter.
    device, precision : str
        See `core.training.devices`.

    Raises
    ------
    ValueError
        If a value is invalid.
    """
    check_choice("base", base, (OFFLINE, *PRETRAINED[1:]))
    real, numbers = place(device, precision)
    if base == OFFLINE:
        offline = TransferTraining(images=images, device=real, precision=numbers)
        return tuple(replace(offline, seed=seed) for seed in range(SEEDS))
    known = TransferTraining(  # smaller steps for weights that are good already, and fewer, since each takes long
        base=base,
        side=side,
        text=network_text(net=base, classes=len(FASHION_CLASSES) // 2, hidden=0),
        images=images,
        updates=100,
        settings=(("high", 0.0003),),
        head_rate=0.002,
        device=real,
        precision=numbers,
    )
    return tuple(replace(known, seed=seed) for seed in range(SEEDS))


@dataclass(frozen=True)
class Arm:
    """A way to start, over its finished seeds; if there are none, over the first that has begun.

    Attributes
    ----------
    frozen : int
        Calls that are frozen; `SCRATCH` for new weights, `RAW` for raw images.
    steps : ndarray (evaluations,)
        Updates before each evaluation.
    accuracy : ndarray (seeds, evaluations)
        On the test images of the second half of the classes.
    seeds : tuple of int
        Which they are.
    ended : bool
        Whether a seed has finished.
    apart : float
        Of `RAW`: distance of its features from those of prepared images, relative to the norm of the latter; mean.
    """

    frozen: int
    steps: Array
    accuracy: Array
    seeds: tuple[int, ...]
    ended: bool
    apart: float = 0.0

    @property
    def mean(self) -> Array:
        """Return the mean accuracy over the seeds."""
        return np.asarray(self.accuracy.mean(axis=0))

    @property
    def last(self) -> float:
        """Return the mean of the last evaluations."""
        return float(self.mean[-1])


def arms(specs: Sequence[TransferTraining]) -> Mapping[int, Arm]:
    """Return what is known now, by the number of frozen calls; an arm that no run has begun is missing."""
    seen = [look(spec).records for spec in specs]
    found = {}
    for frozen in specs[0].arms:
        rows = [
            [record for record in records if record.get("frozen") == frozen and record.get("arm") != "source"]
            for records in seen
        ]
        begun = {spec.seed: each for spec, each in zip(specs, rows, strict=True) if each}
        whole = {seed: each for seed, each in begun.items() if each[-1]["step"] == specs[0].updates}
        seeds = tuple(whole or begun)[: len(whole) or 1]
        if seeds:
            shown = [begun[seed] for seed in seeds]
            steps = np.array([record["step"] for record in shown[0]], float)
            accuracy = np.array([[record["test_accuracy"] for record in each] for each in shown])
            apart = float(np.mean([each[0].get("apart", 0.0) for each in shown]))
            found[frozen] = Arm(frozen, steps, accuracy, seeds, bool(whole), apart)
    return found


def ended(found: Mapping[int, Arm]) -> Mapping[int, Arm]:
    """Return the arms with a finished seed."""
    return {frozen: arm for frozen, arm in found.items() if arm.ended}
