"""A training on some classes, and trainings on the others that start from it: specification of a run.

>>> from core.training.transfer_experiment import TransferTraining
>>> TransferTraining(text="conv3-8, relu, gap, fc5", images=50).arms
(-1, 0, 3)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from core.cnn.typed import layer_table
from core.training.experiment_checks import check_range
from core.training.experiments import Training

SCRATCH = -1  # in the place of the number of frozen calls: new weights, nothing transferred
SIDE = 28  # of the images that come with Lectern


@dataclass(frozen=True, kw_only=True)
class TransferTraining(Training):
    """Pretraining on the first half of the classes, and one training on the second half for each way to start.

    Attributes
    ----------
    images : int
        Of the second half, equally many of each class; 0 for all.
    updates : int
        Of each training on the second half.
    head_rate : float
        Rate with which the head alone is trained; what else is trained has that of `settings`.
    source_updates : int
        Of the pretraining, which sees all images of the first half.
    every : int
        Updates between two evaluations on the test images.
    """

    text: str = "conv3-16@same, bn, pool2, relu, conv3-32@same, bn, pool2, relu, conv3-64@same, bn, relu, gap, fc5"
    batch: int = 25
    optimizer: str = "adam"
    settings: tuple[tuple[str, float | str], ...] = (("high", 0.001),)
    updates: int = 300
    head_rate: float = 0.02
    source_updates: int = 400
    every: int = 20

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("source_updates", self.source_updates, 1, 100_000)
        check_range("head_rate", self.head_rate, 1e-9, 10)
        check_range("every", self.every, 1, self.updates)
        if self.updates % self.every:
            raise ValueError(f"`every` must divide the {self.updates:,} `updates`; got {self.every:,}.")
        if self.schedule != "constant" or self.stages or self.validation or self.warm_up or self.augment != "none":
            raise ValueError("A transfer has a constant rate, one batch size, no validation images, no augmentation.")

    @property
    def arms(self) -> tuple[int, ...]:
        """Ways to start: from scratch, or with so many calls frozen, up to each layer with weights."""
        return (SCRATCH, *_with_weights(self.text, self.bias))

    @property
    def steps(self) -> int:
        """Updates of all trainings."""
        return self.source_updates + len(self.arms) * self.updates


@lru_cache(maxsize=16)
def _with_weights(text: str, bias: bool) -> tuple[int, ...]:
    """Calls that are convolutions or linear layers."""
    calls = layer_table(text=text, size=SIDE, channels=1, bias=bias).calls
    return tuple(place for place, call in enumerate(calls) if call.role in ("convolution", "linear"))
