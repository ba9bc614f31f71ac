"""Specification of a transfer run: training on some classes, and then on the others from the result.

>>> from core.training.transfer_experiment import TransferTraining
>>> TransferTraining(text="conv3-8, relu, gap, fc5", images=50).arms
(-1, -2, 0, 3)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from core.networks.typed import layer_table
from core.training.experiment_checks import check_choice, check_range
from core.training.experiments import Training
from core.training.transfer_networks import BASES, block_starts

# In place of the number of frozen calls: new weights, nothing transferred; and the head alone, on images whose
# bytes go into the base unprocessed, unlike in its training.
SCRATCH, RAW = -1, -2
SIDE = 28  # of the images that come with Lectern
SOURCE, TESTS = 3000, 500  # of them to train and to test with, from each half of the classes
PRETRAINED = ("", "resnet18", "vgg19")
BACKWARD = 2  # a backward pass, in forward passes


@dataclass(frozen=True, kw_only=True)
class TransferTraining(Training):
    """A pretrained base, and one run on the second half of the classes for each way to start.

    Attributes
    ----------
    base : str
        Whose ImageNet weights are used (see `core.training.pretrained`), "resnet18" or "vgg19"; "" to pretrain the
        network on the first half of the classes.
    side : int
        To which images are scaled for such a base; they are then repeated in three channels.
    images : int
        Of the second half, equally many per class; 0 for all.
    updates : int
        Of each run on the second half.
    head_rate : float
        Learning rate of the head when trained alone; everything else has that of `settings`.
    source_updates : int
        Of the pretraining, which uses all images of the first half; meaningless with a `base`.
    every : int
        Updates between two evaluations on the test images.
    """

    base: str = ""
    side: int = SIDE
    text: str = "conv3-16@same, bn, pool2, relu, conv3-32@same, bn, pool2, relu, conv3-64@same, bn, relu, gap, fc5"
    batch: int = 25
    optimizer: str = "adam"
    settings: tuple[tuple[str, float | str], ...] = (("high", 0.001),)
    updates: int = 300
    head_rate: float = 0.02
    source_updates: int = 400
    every: int = 20

    def __post_init__(self) -> None:
        check_choice("base", self.base, PRETRAINED)  # first, since the number of steps depends on it
        super().__post_init__()
        if self.base and not self.text.startswith(f"{BASES[self.base].text}, "):
            raise ValueError(f"The `text` must begin with that of {BASES[self.base].title}.")
        check_range("side", self.side, *((32, 224) if self.base else (SIDE, SIDE)))
        check_range("source_updates", self.source_updates, 1, 100_000)
        check_range("head_rate", self.head_rate, 1e-9, 10)
        check_range("every", self.every, 1, self.updates)
        if self.updates % self.every:
            raise ValueError(f"`every` must divide the {self.updates:,} `updates`; got {self.every:,}.")
        if self.schedule != "constant" or self.stages or self.validation or self.warm_up or self.augment != "none":
            raise ValueError("A transfer has a constant rate, one batch size, no validation images, no augmentation.")
        if self.label_smoothing or self.ema:
            raise ValueError("A transfer has neither `label_smoothing` nor `ema`.")

    @property
    def arms(self) -> tuple[int, ...]:
        """List the ways to start: from scratch, with raw images, or the number of frozen calls.

        The latter up to each layer with weights; for a pretrained base, up to each block and to the head.
        """
        weighted = _with_weights(self.text, self.bias, self.shape)
        return (SCRATCH, RAW, *((*block_starts(self.base), weighted[-1]) if self.base else weighted))

    @property
    def shape(self) -> tuple[int, int]:
        """Return channels and side of the images that the network receives."""
        return (3 if self.base else 1), self.side

    @property
    def steps(self) -> int:
        """Count the updates of all runs."""
        return (0 if self.base else self.source_updates) + len(self.arms) * self.updates

    @property
    def macs(self) -> int:
        """Estimate the multiplications of all runs: a backward pass counts as two forward passes."""
        channels, side = self.shape
        calls = layer_table(text=self.text, size=side, channels=channels, bias=self.bias).calls
        before = (0, *accumulate(call.macs for call in calls))
        whole, head = before[-1], self.arms[-1]

        def following(updates: int, trained: int) -> int:
            evaluated, seen = (updates // self.every + 1) * TESTS, updates * self.batch
            return evaluated * whole + seen * (whole + BACKWARD * trained)

        total = 0 if self.base else following(self.source_updates, whole)
        for arm in self.arms:
            if arm in (RAW, head):  # on features that are computed once; raw ones of test images are compared
                total += ((self.images or SOURCE) + TESTS * (1 + (arm == RAW))) * before[head]
            else:
                total += following(self.updates, whole - (before[arm] if arm > 0 else 0))
        return total


@lru_cache(maxsize=16)
def _with_weights(text: str, bias: bool, shape: tuple[int, int]) -> tuple[int, ...]:
    """Return the calls that are convolutions or linear layers."""
    channels, side = shape
    calls = layer_table(text=text, size=side, channels=channels, bias=bias).calls
    return tuple(place for place, call in enumerate(calls) if call.role in ("convolution", "linear"))
