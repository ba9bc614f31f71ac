"""Range tests and sweeps for TensorBoard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from core.data.events import write_scalars
from core.labs.lr_range.compute.explore import LrRange


def files(result: LrRange, values: Mapping[str, Any]) -> dict[str, Callable[[], bytes]]:
    """Return an event file with the curves of every run over its steps, if there is any."""
    now = result.now()
    curves: dict[str, Any] = {}
    for ramp in now.counted:
        curves |= {
            f"seed {ramp.seed}/{name}": getattr(ramp, source)
            for name, source in {"lr": "rates", "loss": "losses", "accuracy": "accuracies"}.items()
        }
    for sweep in now.sweeps:
        for each in sweep.candidates:
            run = f"lr {each.rate:.3g}, seed {sweep.seed}"
            curves |= {f"{run}/loss": each.losses, f"{run}/accuracy": each.accuracies}
    scalars = {tag: (range(len(curve)), curve) for tag, curve in curves.items() if np.isfinite(curve).any()}
    return {"lr_range.tfevents": partial(write_scalars, scalars)} if scalars else {}
