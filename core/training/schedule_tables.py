"""Tables of the page on schedules: every epoch of a training, every length, the strategies, and the memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.training.schedule_plan import Plan
from core.training.schedule_plans import Schedules

Columns = dict[str, NDArray[Any]]


def index_of(result: Schedules, length: float) -> int:
    """Place of the length on screen among those that are shown."""
    return min(range(len(result.lengths)), key=lambda k: abs(result.lengths[k] - length))


def epoch_table(result: Schedules, plan: Plan) -> Columns:
    """Bookkeeping of each epoch: updates, images, and what the last update of it has."""
    edges = np.rint(plan.run.updates_at(np.arange(result.epochs + 1))).astype(np.int64)
    first, end = edges[:-1], edges[1:]
    images = np.full(result.epochs, result.n_train)
    if result.drop:
        stops = np.cumsum([stage.updates for stage in plan.run.stages])
        starts = np.concatenate([[0], stops[:-1]])
        shared = np.minimum(end[:, None], stops) - np.maximum(first[:, None], starts)
        images = np.maximum(shared, 0) @ np.array([stage.batch for stage in plan.run.stages])
    steps = np.arange(result.epochs) if plan.by_epoch else end - 1
    rates, momenta = plan.shape.rate(steps), plan.shape.momenta(steps)
    batches = plan.run.batches_at(end - 1)
    return {
        "epoch": np.arange(1, result.epochs + 1),
        "updates": end - first,
        "updates_in_all": end,
        "images": images,
        "batch": batches,
        "rate": rates,
        "momentum": momenta,
        "noise_scale": rates * result.n_train / (batches * (1 - momenta)),
    }


def _ends(plans: Sequence[Plan]) -> Columns:
    return {
        "updates": np.array([plan.run.updates for plan in plans]),
        "images": np.array([plan.run.images for plan in plans]),
        "largest_batch": np.array([plan.run.largest for plan in plans]),
        "last_rate": np.array([plan.last_rate for plan in plans]),
        "rate_after": np.array([plan.next_rate for plan in plans]),
        "last_noise_scale": np.array([plan.last_noise for plan in plans]),
    }


def tables(result: Schedules, values: Mapping[str, Any]) -> dict[str, Columns]:
    """Tables for a download."""
    place = index_of(result, values["length"])
    out = {
        "memory.csv": {"fixed_bytes": np.array([result.need.fixed]), "bytes_per_image": np.array([result.need.each])},
        "epochs.csv": epoch_table(result, result.plans[place]),
        "lengths.csv": {"length": np.array(result.lengths)} | _ends(result.plans),
    }
    if values["view"] == "several":
        arms = result.arms_by_epochs if values["along"] == "epochs" else result.arms_by_updates
        out["strategies.csv"] = {"strategy": np.array(list(arms))} | _ends([plans[place] for plans in arms.values()])
    return out
