"""Tables of the page on schedules: every epoch of a training, every length, the strategies, and the memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.labs.schedules.compute.explore import Schedules, index_of
from core.labs.schedules.compute.own import beside, pasted_log
from core.labs.schedules.compute.plan import Plan
from core.labs.schedules.compute.runs import Asked
from core.labs.schedules.compute.trained import EPOCH_CURVES, Strategy, Trained, moment

Columns = dict[str, NDArray[Any]]


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


def tables(result: Schedules, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Tables for a download."""
    place = index_of(result, values["length"])
    out: dict[str, dict[str, Any]] = {
        "memory.csv": {"fixed_bytes": np.array([result.need.fixed]), "bytes_per_image": np.array([result.need.each])},
        "epochs.csv": epoch_table(result, result.plans[place]),
        "lengths.csv": {"length": np.array(result.lengths)} | _ends(result.plans),
    }
    if values["view"] == "several":
        arms = result.arms_by_epochs if values["along"] == "epochs" else result.arms_by_updates
        out["strategies.csv"] = {"strategy": np.array(list(arms))} | _ends([plans[place] for plans in arms.values()])
    if values["what"] == "own":
        found = beside((values["record"] or pasted_log(values["logged"])).as_unit(values["counted"]), result.base)
        out["log.csv"] = {"epochs": found.epochs, "updates": found.updates} | found.log.curves
    if values["what"] == "runs":
        trained = moment(result, Asked.of(values))[place]
        out |= {
            "trainings.csv": training_table(trained),
            "each-epoch.csv": _each_epoch(trained),
            "each-update.csv": _each_update(trained),
        }
    return out


def training_table(found: Sequence[Strategy]) -> dict[str, Any]:
    """One row for each training that is asked for; nan and 0 where it has not come to that."""
    every = [(each.arm, spec, _of_seed(each, spec.seed)) for each in found for spec in each.arm.specs]
    return {
        "strategy": [arm.kind for arm, _, _ in every],
        "seed": [spec.seed for _, spec, _ in every],
        "updates_planned": [spec.steps for _, spec, _ in every],
        "updates": [len(one.losses) if one else 0 for _, _, one in every],
        "images": [int(one.batches.sum()) if one else 0 for _, _, one in every],
        "end": [one.end if one else "" for _, _, one in every],
        "test_accuracy": [one.test_accuracy if one else float("nan") for _, _, one in every],
    }


def _of_seed(found: Strategy, seed: int) -> Trained | None:
    return next((one for one in found.every if one.seed == seed), None)


def _each_epoch(found: Sequence[Strategy]) -> dict[str, Any]:
    every = [(each.arm.kind, one) for each in found for one in each.every]
    whole = {"updates": [one.ends for _, one in every]} | {
        name: [one.epochs[name] for _, one in every] for name in EPOCH_CURVES
    }
    return _labelled([(kind, one.seed, len(one.ends)) for kind, one in every], "epoch", 1) | _joined(whole)


def _each_update(found: Sequence[Strategy]) -> dict[str, Any]:
    every = [(each.arm.kind, one) for each in found for one in each.every]
    names = {"batch": "batches", "rate": "rates", "momentum": "momenta", "loss": "losses"}
    whole = {name: [getattr(one, source) for _, one in every] for name, source in names.items()}
    return _labelled([(kind, one.seed, len(one.losses)) for kind, one in every], "update", 0) | _joined(whole)


def _labelled(parts: Sequence[tuple[str, int, int]], counter: str, first: int) -> dict[str, Any]:
    """Columns that say which training a row is of, and count in it from `first` on."""
    return {
        "strategy": [kind for kind, _, rows in parts for _ in range(rows)],
        "seed": [seed for _, seed, rows in parts for _ in range(rows)],
        counter: [row + first for _, _, rows in parts for row in range(rows)],
    }


def _joined(columns: Mapping[str, Sequence[NDArray[Any]]]) -> dict[str, Any]:
    return {name: np.concatenate(parts) if parts else np.zeros(0) for name, parts in columns.items()}
