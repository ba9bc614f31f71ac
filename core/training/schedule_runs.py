"""Trainings with the schedules on screen: a small network on the tenth of Fashion-MNIST that comes with Lectern."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.training.curves import SETS
from core.training.experiments import Training
from core.training.range_curves import Array
from core.training.runs import Seen
from core.training.schedule_curves import CYCLED, Shape
from core.training.schedule_plans import ARMS, Schedules

# With batch normalisation it can be trained with the homework's rates, as the homework's network can.
TEXT, DATA = "fc128, bn, relu, fc128, bn, relu, fc10", "bundled"
VALIDATION = 600  # of the training images, which are not trained with
EPOCHS = 20  # at most


def small(result: Schedules) -> Schedules:
    """The same plan for these images."""
    return replace(result, n_train=SETS[DATA][0] - VALIDATION, epochs=min(result.epochs, EPOCHS), drop=True)


def trainings(result: Schedules, length: int, view: str, along: str) -> dict[str, Training]:
    """A training for the schedule on screen, or for each strategy, by its kind.

    The steps of the scheduler are scaled with the updates, so that a training has as many cycles as the plan; where the
    scheduler steps once an epoch in the plan, its rate changes with every update here.

    Parameters
    ----------
    result : Schedules
    length : int
        That of the plan.
    view : str
        "one" or "several".
    along : str
        What all strategies have as much of, "epochs" or "updates".
    """
    plan = small(result)
    if view == "one":
        return {result.shape.kind: _training(result, plan, result.shape, length, {"epochs": plan.epochs})}
    end = {"epochs": plan.epochs} if along == "epochs" else {"updates": plan.base.updates}
    shapes = (result.smooth, *(replace(result.shape, kind=arm) for arm in ARMS[1:]))
    return {arm: _training(result, plan, shape, length, end) for arm, shape in zip(ARMS, shapes, strict=True)}


def _training(result: Schedules, plan: Schedules, shape: Shape, length: int, end: dict[str, int]) -> Training:
    steps = result.epochs if result.by_epoch else result.base.updates
    scale = plan.base.updates / steps  # steps here for one of the plan
    own = replace(
        shape,
        length=max(round(length * scale), 4),
        gamma=shape.gamma ** (1 / scale),
        warm_up=round(shape.warm_up * scale),
    )
    stage = max(round(length * plan.epochs / result.epochs), 1) if plan.by_epoch else own.length
    run = plan.counted(shape.kind, stage, **end)
    most, least = CYCLED[shape.kind] if shape.sets_momentum else (shape.momentum, -1.0)
    return Training(
        text=TEXT,
        data=DATA,
        batch=run.stages[0].batch,
        momentum=most,
        momentum_low=least,
        schedule=own.name,
        settings=tuple(own.settings.items()),
        warm_up=own.warm_up,
        stages=tuple((each.batch, each.updates) for each in run.stages),
        validation=VALIDATION,
    )


@dataclass(frozen=True)
class Trained:
    """What a training has recorded.

    Attributes
    ----------
    rates, momenta, losses : ndarray (updates,)
        Of each update; the loss from before it.
    batches : ndarray (updates,)
    ends : ndarray (epochs,)
        Updates after each epoch.
    epochs : dict of str to ndarray (epochs,)
        "loss" and "accuracy", means of an epoch while its images were learnt, and "validation_loss" and
        "validation_accuracy" at its end.
    end : str
        "end", or "nonfinite" if the loss was no number any more.
    test_accuracy : float
        On images that were not looked at before.
    """

    rates: Array
    momenta: Array
    losses: Array
    batches: Array
    ends: Array
    epochs: dict[str, Array]
    end: str
    test_accuracy: float


def trained(seen: Seen) -> Trained:
    """Read what a training has recorded."""
    steps = [record for record in seen.records if "losses" in record]
    ends = [record for record in seen.records if "epoch" in record]

    def every(name: str) -> Array:
        return np.array([value for record in steps for value in record[name]], dtype=np.float64)

    names = ("loss", "accuracy", "validation_loss", "validation_accuracy")
    result: Any = seen.result
    return Trained(
        rates=every("rates"),
        momenta=every("momenta"),
        losses=every("losses"),
        batches=np.array([record["batch"] for record in steps for _ in record["losses"]], dtype=np.float64),
        ends=np.array([record["step"] for record in ends], dtype=np.float64),
        epochs={name: np.array([record[name] for record in ends], dtype=np.float64) for name in names},
        end=str(result["end"]),
        test_accuracy=float(result["test_accuracy"]),
    )
