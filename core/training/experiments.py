"""Specifications of runs, complete and of plain values, so that equal runs are equal.

>>> from core.training.experiments import RangeTest
>>> RangeTest(text="fc10", steps=100).ramp_rates()[0]
1e-05
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from core.kit.arrays import Array
from core.training.experiment_checks import check_choice, check_pairs, check_range, check_rates, check_types, read
from core.training.range_curves import STOP_FACTOR, default_beta
from core.training.schedules import exponential_ramp, linear_ramp, momenta, rates

DATA = ("bundled", "fashion-mnist", "cifar-10", "own")
AUGMENT = ("none", "shift", "shift and flip")
OPTIMIZERS = ("sgd", "adam")
DEVICES = ("cpu", "cuda", "mps")
PRECISIONS = ("fp32", "bf16")
RAMPS = ("exponential", "linear")
MAX_STEPS = 500_000
MAX_BATCH = 65_536


@dataclass(frozen=True, kw_only=True)
class Setup:
    """The part of a specification that all runs share.

    Attributes
    ----------
    text : str
        The network (see `core.networks.grammar`); its last layer has one output per class.
    bias : bool
        Whether convolutions and linear layers have biases unless the text says otherwise.
    data : str
        One of `DATA`: the bundled tenth of Fashion-MNIST, the whole, CIFAR-10, or the set in the format of MNIST in the
        folder of this host (see `core.data.image_sources`).
    checksum : str
        `Images.checksum` that the data must have; "" for any. Only "own" can mean different sets.
    images : int
        Number of training images used, from the first on; 0 for all.
    augment : str
        One of `AUGMENT`: shifts by up to an eighth of the side with black borders, left-right reflections.
    batch : int
    micro_batch : int
        Images that pass through the network at once; their gradients are summed over the batch. 0: all.
    optimizer : str
        "sgd" or "adam".
    momentum : float
        Of SGD, or the first β of Adam, in [0, 1).
    nesterov : bool
        For SGD with momentum.
    weight_decay : float
    seed : int
        Of initial weights, order of the images, augmentation, and dropout.
    device, precision : str
        "cpu", "cuda" (also AMD's GPUs by ROCm), or "mps" (Apple's); "fp32" or "bf16".
    threads : int
        Of the CPU; other numbers of threads sum in another order.
    """

    text: str
    bias: bool = True
    data: str = "bundled"
    checksum: str = ""
    images: int = 0
    augment: str = "none"
    batch: int = 64
    micro_batch: int = 0
    optimizer: str = "sgd"
    momentum: float = 0.9
    nesterov: bool = False
    weight_decay: float = 0.0
    seed: int = 0
    device: str = "cpu"
    precision: str = "fp32"
    threads: int = 1

    def __post_init__(self) -> None:
        """Check all values.

        Raises
        ------
        ValueError
            If a value has the wrong type or is out of its range; the sentence names it.
        """
        check_types(self)
        for name, choices in (
            ("data", DATA),
            ("augment", AUGMENT),
            ("optimizer", OPTIMIZERS),
            ("device", DEVICES),
            ("precision", PRECISIONS),
        ):
            check_choice(name, getattr(self, name), choices)
        check_range("images", self.images, 0, 10_000_000)
        check_range("batch", self.batch, 1, MAX_BATCH)
        check_range("micro_batch", self.micro_batch, 0, MAX_BATCH)
        check_range("seed", self.seed, 0, 2**31 - 1)
        check_range("threads", self.threads, 1, 256)
        check_range("weight_decay", self.weight_decay, 0, 1)
        if not 0 <= self.momentum < 1:
            raise ValueError(f"`momentum` must be in [0, 1); got {self.momentum:g}.")
        if self.nesterov and not (self.momentum and self.optimizer == "sgd"):
            raise ValueError("`nesterov` needs SGD with a `momentum` above 0.")

    def cautions(self, images: int) -> tuple[str, ...]:
        """List sentences about what a run with this many training images does differently than expected."""
        found = []
        if self.batch > images:
            found.append(f"Only {images:,} training images: each batch has {images:,}, not {self.batch:,}.")
        if min(self.batch, self.micro_batch or self.batch) == 1 and "bn" in self.text.lower():
            found.append(
                "With one image per batch, batch normalization has no batch to average over and trains poorly."
            )
        return tuple(found)

    def as_json(self) -> dict[str, Any]:
        """Return all values, with defaults filled in."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild it from `as_json` after a round trip through JSON: whole numbers may have become integers.

        Raises
        ------
        ValueError
            If a value is missing, unknown, or out of its range.
        """
        known = {field.name: field.type for field in fields(cls)}
        unknown = sorted(set(values) - set(known))
        if unknown:
            raise ValueError(f"Unknown run setting {unknown[0][:40]}.")
        if "text" not in values:
            raise ValueError("A run needs the `text` of a network.")
        return cls(**{name: read(str(known[name]), value) for name, value in values.items()})


@dataclass(frozen=True, kw_only=True)
class RangeTest(Setup):
    """One run with a rising learning rate.

    Attributes
    ----------
    low, high : float
        First and last learning rate; `high` is at least ten times `low`.
    steps : int
        20 to 10,000.
    ramp : str
        One of `RAMPS`.
    stop : float
        See `core.training.range_curves.stop_of`; at least 1.5.
    beta : float
        Weight of the past in the smoothed loss; negative for 1 - 4 / steps.
    """

    low: float = 1e-5
    high: float = 10.0
    steps: int = 200
    ramp: str = "exponential"
    stop: float = STOP_FACTOR
    beta: float = -1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_rates(self.low, self.high)
        check_choice("ramp", self.ramp, RAMPS)
        check_range("steps", self.steps, 20, 10_000)
        check_range("stop", self.stop, 1.5, 1e6)
        if self.beta >= 1:
            raise ValueError(f"`beta` must be below 1; got {self.beta:g}.")

    def ramp_rates(self) -> Array:
        """Return the learning rates of all steps."""
        function = exponential_ramp if self.ramp == "exponential" else linear_ramp
        return function(self.steps, low=self.low, high=self.high)

    @property
    def weight(self) -> float:
        """Return the weight of the past in the smoothed loss."""
        return self.beta if self.beta >= 0 else default_beta(self.steps)


@dataclass(frozen=True, kw_only=True)
class Sweep(Setup):
    """One run for each of several learning rates, from the same initial weights and with the same batches.

    Attributes
    ----------
    low, high : float
        Smallest and largest learning rate.
    candidates : int
        Number of learning rates, with equal ratios; 3 to 20.
    updates : int
        Steps of each run.
    """

    low: float = 1e-9
    high: float = 10.0
    candidates: int = 10
    updates: int = 200

    def __post_init__(self) -> None:
        super().__post_init__()
        check_rates(self.low, self.high)
        check_range("candidates", self.candidates, 3, 20)
        check_range("updates", self.updates, 1, MAX_STEPS)

    def candidate_rates(self) -> Array:
        """Return the learning rates of the runs."""
        return exponential_ramp(self.candidates, low=self.low, high=self.high)


@dataclass(frozen=True, kw_only=True)
class Training(Setup):
    """One run with a schedule.

    Attributes
    ----------
    schedule : str
        Key of `core.training.schedules.SCHEDULES`.
    settings : tuple of (str, float or str)
        Its settings, with lengths in steps of the schedule.
    warm_up : int
        Steps of linear warmup.
    by_epoch : bool
        Whether the schedule steps once per epoch, like torch's schedulers when they are called in the loop over epochs:
        all updates of an epoch have the same learning rate and momentum. Otherwise every update is a step.
    momentum_low : float
        Momentum at the peak of a "cyclical" or "one_cycle" schedule, with `momentum` away from it; negative to
        keep it.
    stages : tuple of (int, int)
        Batch size and number of steps of each stage; empty for one stage of `batch` and `updates`.
    updates : int
    validation : int
        Training images that are held out and evaluated after every epoch: the last ones of each class, equally
        many of each (see `core.nets.data.held_out`).
    label_smoothing : float
        Fraction of the label that is spread evenly over all classes in the training loss, in [0, 1) (Szegedy et
        al., arXiv 1512.00567, section 7). The loss on validation and test images is the plain cross-entropy.
    ema : float
        Weight of the past in an exponential average of the weights, in [0, 1), updated at every step; 0: none.
        With it the averaged network is evaluated and kept (see `core.nets.average`).
    """

    schedule: str = "constant"
    settings: tuple[tuple[str, float | str], ...] = (("high", 0.1),)
    warm_up: int = 0
    momentum_low: float = -1.0
    stages: tuple[tuple[int, int], ...] = ()
    updates: int = 200
    validation: int = 0
    by_epoch: bool = False
    label_smoothing: float = 0.0
    ema: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("updates", self.updates, 1, MAX_STEPS)
        check_range("warm_up", self.warm_up, 0, MAX_STEPS)
        check_range("validation", self.validation, 0, 10_000_000)
        check_pairs("settings", self.settings, (str, str | int | float))
        check_pairs("stages", self.stages, (int, int))
        for batch, updates in self.stages:
            check_range("batch", batch, 1, MAX_BATCH)
            check_range("updates", updates, 1, MAX_STEPS)
        check_range("updates", self.steps, 1, MAX_STEPS)
        if self.momentum_low >= self.momentum:
            raise ValueError(f"`momentum_low` must be below `momentum`; got {self.momentum_low:g}.")
        for name in ("label_smoothing", "ema"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"`{name}` must be in [0, 1); got {getattr(self, name):g}.")
        if self.by_epoch and self.schedule == "one_cycle" and "total" not in dict(self.settings):
            raise ValueError("A one_cycle that steps once an epoch needs `total`, its number of epochs.")
        self.rates()

    @property
    def steps(self) -> int:
        """Return the number of steps of all stages."""
        return sum(updates for _, updates in self.stages) or self.updates

    def batches(self) -> list[int]:
        """Return the batch size of every step."""
        stages = self.stages or ((self.batch, self.updates),)
        return [batch for batch, updates in stages for _ in range(updates)]

    def rates(self) -> Array:
        """Return the learning rate of every update; with `by_epoch`, of every epoch, as if each had one update."""
        return rates(self.schedule, self.steps, warm_up_steps=self.warm_up, **dict(self.settings))

    def momenta(self) -> Array:
        """Return the momentum of every update, or of every epoch as in `rates`."""
        if self.momentum_low < 0:
            return momenta("constant", self.steps, highest=self.momentum)
        return momenta(
            self.schedule, self.steps, lowest=self.momentum_low, highest=self.momentum, **dict(self.settings)
        )
