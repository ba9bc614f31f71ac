"""Trainings with a schedule for TensorBoard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from core.data.events import write_scalars
from core.labs.schedules.compute.explore import Schedules, index_of
from core.labs.schedules.compute.runs import Asked
from core.labs.schedules.compute.trained import EPOCH_CURVES, moment

_UPDATES = {"loss of the batch": "losses", "lr": "rates", "momentum": "momenta", "batch size": "batches"}


def files(result: Schedules, values: Mapping[str, Any]) -> dict[str, Callable[[], bytes]]:
    """Return an event file with the curves of every training over its updates, if one has begun."""
    if values["what"] != "runs":
        return {}
    scalars: dict[str, Any] = {}
    for strategy in moment(result, Asked.of(values))[index_of(result, values["length"])]:
        for one in strategy.every:
            run = f"{strategy.arm.kind}, seed {one.seed}"
            for name, source in _UPDATES.items():
                curve = getattr(one, source)
                scalars[f"{run}/{name}"] = range(len(curve)), curve
            scalars |= {f"{run}/{name.replace('_', ' ')}": (one.ends, one.epochs[name]) for name in EPOCH_CURVES}
    return {"schedules.tfevents": partial(write_scalars, scalars)} if scalars else {}
