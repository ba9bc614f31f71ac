"""Trainings with the schedules on screen: a small network on the tenth of Fashion-MNIST that comes with Lectern."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any

import numpy as np

from core.data.image_sources import SETS
from core.kit.arrays import Array
from core.labs.schedules.compute.bookkeeping import Run
from core.labs.schedules.compute.explore import ARMS, Schedules, index_of
from core.labs.schedules.compute.shapes import CYCLED, Shape
from core.training.devices import place
from core.training.experiments import Training
from core.training.runs import on_processor, seed_identities

# With batch normalization it can be trained with the homework's rates, as the homework's network can.
TEXT, DATA = "fc128, bn, relu, fc128, bn, relu, fc10", "bundled"
VALIDATION = 600  # of the training images, which are not trained with
EPOCHS = 20  # at most


@dataclass(frozen=True)
class Asked:
    """Return the trainings of a plan that are asked for; see the controls of these names.

    Attributes
    ----------
    view : str
        "one" for the schedule on screen or "several" for all strategies.
    along : str
        What all strategies have as much of, "epochs" or "updates".
    seeds : int
    label_smoothing, ema : float
    device, precision : str
        Where they are computed, as in `core.training.experiments.Setup`.
    """

    view: str
    along: str
    seeds: int = 1
    label_smoothing: float = 0.0
    ema: float = 0.0
    device: str = "cpu"
    precision: str = "fp32"

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Asked:
        """Take them from the values of all controls."""
        device, precision = place(values["device"], values["precision"])
        named = {field.name: values[field.name] for field in fields(cls)}
        return cls(**named | {"device": device, "precision": precision})


@dataclass(frozen=True)
class Arm:
    """A strategy of one length that is to be trained.

    Attributes
    ----------
    kind : str
        That of the schedule or, of several strategies, its key in `ARMS`.
    run : Run
        Its updates and epochs.
    first : Training
        With seed 0.
    ids : tuple of str
        Names of the runs, one for each seed.
    shown : tuple of str
        Names of those that come with Lectern and may be shown instead.
    """

    kind: str
    run: Run
    first: Training
    ids: tuple[str, ...]
    shown: tuple[str, ...] = ()

    @property
    def specs(self) -> tuple[Training, ...]:
        """One for each seed."""
        return tuple(self.spec(seed) for seed in range(len(self.ids)))

    def spec(self, seed: int) -> Training:
        """The training with a seed."""
        return replace(self.first, seed=seed)

    def planned(self, updates: int) -> tuple[Array, Array]:
        """Rates and momenta of the first updates."""
        at = np.arange(updates)
        steps = np.floor(self.run.epochs_at(at) + 1e-9).astype(int) if self.first.by_epoch else at
        return self.first.rates()[steps], self.first.momenta()[steps]


def small(result: Schedules) -> Schedules:
    """The same plan for these images."""
    return replace(result, n_train=SETS[DATA].images - VALIDATION, epochs=min(result.epochs, EPOCHS), drop=True)


def shrunk(result: Schedules, along: str) -> float:
    """Epochs, or updates, of the small training for one of the plan."""
    plan = small(result)
    return plan.epochs / result.epochs if along == "epochs" else plan.base.updates / result.base.updates


def shrunk_length(result: Schedules, shape: Shape) -> int:
    """Steps of the scheduler that the length of a schedule of the plan is in the small training."""
    scale = shrunk(result, "epochs" if result.by_epoch else "updates")
    return max(round(shape.length * scale), shape.least)


@lru_cache(maxsize=8)
def arms(result: Schedules, asked: Asked) -> tuple[tuple[Arm, ...], ...]:
    """List the trainings for each length of a plan: the schedule on screen, or every strategy.

    The steps of the scheduler are scaled with the training, so that it has as many cycles as the plan.
    """
    plan = small(result)
    if asked.view == "one":
        kinds = {result.shape.kind: result.shape}
        end = {"epochs": plan.epochs}
    else:
        kinds = {"smooth": result.smooth} | {arm: replace(result.shape, kind=arm) for arm in ARMS[1:]}
        end = {"epochs": plan.epochs} if asked.along == "epochs" else {"updates": plan.base.updates}
    steady = {kind: _arm(result, asked, kind, shape, end) for kind, shape in kinds.items() if shape.kind == "constant"}
    return tuple(
        tuple(
            steady.get(kind) or _arm(result, asked, kind, replace(shape, length=length), end)
            for kind, shape in kinds.items()
        )
        for length in result.lengths
    )


def _arm(result: Schedules, asked: Asked, kind: str, shape: Shape, end: dict[str, int]) -> Arm:
    plan, scale = small(result), shrunk(result, "epochs" if result.by_epoch else "updates")
    own = replace(
        shape,
        length=shrunk_length(result, shape),
        gamma=shape.gamma ** (1 / scale),
        warm_up=round(shape.warm_up * scale),
    )
    run = plan.counted(shape.kind, own.length, **end)
    first = _training(
        own,
        run,
        by_epoch=plan.by_epoch,
        label_smoothing=asked.label_smoothing,
        ema=asked.ema,
        device=asked.device,
        precision=asked.precision,
    )
    shown = seed_identities(on_processor(first), asked.seeds)
    return Arm(kind, run, first, seed_identities(first, asked.seeds), shown)


def _training(shape: Shape, run: Run, **more: Any) -> Training:
    most, least = CYCLED[shape.kind] if shape.sets_momentum else (shape.momentum, -1.0)
    return Training(
        text=TEXT,
        data=DATA,
        batch=run.stages[0].batch,
        momentum=most,
        momentum_low=least,
        schedule=shape.name,
        settings=tuple(shape.settings.items()),
        warm_up=shape.warm_up,
        stages=tuple((each.batch, each.updates) for each in run.stages),
        validation=VALIDATION,
        **more,
    )


def trainings(
    result: Schedules,
    *,
    what: str,
    view: str,
    along: str,
    length: float,
    seeds: int,
    label_smoothing: float,
    ema: float,
    device: str,
    precision: str,
) -> tuple[Training, ...]:
    """List the trainings for the length on screen, the first seed of all strategies first; none for a plan.

    See `core.labs.schedules.controls` for the settings.
    """
    if what != "runs":
        return ()
    found = arms(result, Asked(view, along, seeds, label_smoothing, ema, *place(device, precision)))[
        index_of(result, length)
    ]
    return tuple(spec for row in zip(*(arm.specs for arm in found), strict=True) for spec in row)
