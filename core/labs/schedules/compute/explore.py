"""Plan a training with every length of its schedule, before any training is run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil

from core.labs.schedules.compute.bookkeeping import FOREVER, Run, count
from core.labs.schedules.compute.memory import Need, need
from core.labs.schedules.compute.plan import Plan
from core.labs.schedules.compute.shapes import LENGTHS, SMOOTH, Shape

BEYOND = 1.2  # of a training, so much is drawn
ARMS = ("smooth", "grow", "step", "constant")


@dataclass(frozen=True, kw_only=True)
class Schedules:
    """A training planned with each of several lengths.

    Attributes
    ----------
    shape : Shape
        With the length of the default.
    by_epoch, drop : bool
    epochs, n_train, batch, max_batch : int
    need : Need
    card : int
        Memory of the card in GiB.
    """

    shape: Shape
    by_epoch: bool
    epochs: int
    n_train: int
    batch: int
    max_batch: int
    drop: bool
    need: Need
    card: int

    @cached_property
    def base(self) -> Run:
        """The training with a batch size that never changes."""
        return self.counted("constant", 1, epochs=self.epochs)

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """Lengths that can be told apart: from a sixtieth of the training to forty times of it."""
        steps = self.epochs if self.by_epoch else self.base.updates
        least = max(steps / 60, self.shape.least)
        return tuple(length for length in LENGTHS if least <= length <= max(40 * steps, 400))

    @cached_property
    def smooth(self) -> Shape:
        """The schedule among the strategies: triangles where the chosen one is not made of rises and falls."""
        return self.shape if self.shape.kind in SMOOTH else replace(self.shape, kind="triangular")

    @cached_property
    def plans(self) -> tuple[Plan, ...]:
        """The training with each length."""
        return self._plans((self.shape,), {"epochs": self.epochs})[0]

    @cached_property
    def arms_by_epochs(self) -> dict[str, tuple[Plan, ...]]:
        """The strategies with equal epochs, at each length."""
        return self._arms({"epochs": self.epochs})

    @cached_property
    def arms_by_updates(self) -> dict[str, tuple[Plan, ...]]:
        """The strategies with as many updates as the constant one has in the epochs."""
        return self._arms({"updates": self.base.updates})

    def _arms(self, end: Mapping[str, int]) -> dict[str, tuple[Plan, ...]]:
        shapes = (self.smooth, *(replace(self.shape, kind=arm) for arm in ARMS[1:]))
        return dict(zip(ARMS, self._plans(shapes, end), strict=True))

    def _plans(self, shapes: tuple[Shape, ...], end: Mapping[str, int]) -> list[tuple[Plan, ...]]:
        """For each shape the training with each length."""
        further = {name: ceil(BEYOND * number) for name, number in end.items()}
        steady = self.counted("constant", 1, **end), self.counted("constant", 1, **further)

        def one(shape: Shape) -> Plan:
            grows = shape.kind == "grow"
            runs = (self.counted("grow", shape.length, **to) for to in (end, further)) if grows else steady
            return Plan(shape, self.by_epoch, *runs)

        return [
            (one(shape),) * len(self.lengths)
            if shape.kind == "constant"
            else tuple(one(replace(shape, length=length)) for length in self.lengths)
            for shape in shapes
        ]

    def counted(self, kind: str, length: int, **end: int) -> Run:
        """A training with so many `epochs` or `updates`; its batch grows after each length if the kind is "grow"."""
        batches = self._growing(length) if kind == "grow" else [(self.batch, FOREVER)]
        return count(n_train=self.n_train, batches=batches, by_epoch=self.by_epoch, drop=self.drop, **end)

    def _growing(self, length: int) -> Iterator[tuple[int, int]]:
        batch, most = self.batch, min(self.max_batch, self.n_train)
        while batch < most:
            yield batch, length
            batch *= self.shape.factor
        yield max(most, self.batch), FOREVER


def plan(
    *,
    schedule: str = "triangular",
    high: float = 0.1,
    low: float = 0.01,
    gamma: float = 0.9999,
    multiplier: str = "1",
    warm: float = 0.3,
    milestones: str = "1 1.5",
    power: float = 1.0,
    epochs: int = 10,
    n_train: int = 60_000,
    batch: int = 64,
    factor: int = 2,
    momentum: float = 0.9,
    cycled: str = "torch",
    counts: str = "updates",
    warm_up: int = 0,
    max_batch: int = 8192,
    drop: bool = False,
    net: str = "small_inception_homework",
    card: int = 16,
) -> Schedules:
    """Plan a training; see the controls of the page.

    Raises
    ------
    ValueError
        If the rates of the schedule make no sense.
    """
    if schedule == "grow" and max_batch <= batch:
        raise ValueError(f"`max_batch` must be above `batch`, {batch}, for a batch that grows; got {max_batch}.")
    shape = Shape(
        kind=schedule,
        high=high,
        low=low,
        gamma=gamma,
        factor=factor,
        multiplier=int(multiplier),
        warm=warm,
        milestones=_places(milestones) if schedule == "multi_step" else Shape.milestones,
        power=power,
        warm_up=warm_up,
        momentum=momentum,
        cycled=cycled == "torch",
    )
    shape.check()
    return Schedules(
        shape=shape,
        by_epoch=counts == "epochs",
        epochs=epochs,
        n_train=n_train,
        batch=batch,
        max_batch=max_batch,
        drop=drop,
        need=need(net),
        card=card,
    )


def _places(text: str) -> tuple[float, ...]:
    """Read milestones, in lengths.

    Raises
    ------
    ValueError
        Unless these are 1 to 10 numbers from 0.01 to 100 that do not fall.
    """
    try:
        places = tuple(float(part) for part in text.replace(",", " ").split())
    except ValueError:
        places = ()
    if not 1 <= len(places) <= 10 or list(places) != sorted(places) or not 0.01 <= places[0] <= places[-1] <= 100:
        raise ValueError("`milestones` must be 1 to 10 rising numbers from 0.01 to 100, such as 1 1.5.")
    return places


def index_of(result: Schedules, length: float) -> int:
    """Place of the length on screen among those that are shown."""
    return min(range(len(result.lengths)), key=lambda k: abs(result.lengths[k] - length))
