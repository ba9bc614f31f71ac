"""Runs with frozen layers for TensorBoard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from core.data.events import write_scalars
from core.labs.transfer.compute.explore import Transfer
from core.labs.transfer.compute.runs import arms, ended
from core.training.transfer_experiment import RAW, SCRATCH

_NAMES = {SCRATCH: "from scratch", RAW: "head on raw bytes"}


def files(result: Transfer, values: Mapping[str, Any]) -> dict[str, Callable[[], bytes]]:
    """Return an event file with the test accuracy of every finished run over its updates, if there is any."""
    if not result.specs:
        return {}
    scalars = {
        f"{_NAMES.get(frozen, f'{frozen} frozen calls')}, seed {seed}/test accuracy": (arm.steps, row)
        for frozen, arm in ended(arms(result.specs)).items()
        for seed, row in zip(arm.seeds, arm.accuracy, strict=True)
    }
    return {"transfer.tfevents": partial(write_scalars, scalars)} if scalars else {}
