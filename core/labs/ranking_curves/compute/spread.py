"""Bootstrap intervals from the helper process: a picture is drawn without them and completed once they are there."""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np

from core import worker
from core.kit.arrays import Numbers
from core.ranking.areas import Areas
from core.ranking.bootstrap import Band, Bootstrap, Difference, Resamples, Uncertainty, resample
from core.worker.tasks import Task

_CURVES = ("roc", "pr", "prg")


@dataclass(frozen=True)
class Spread:
    """Intervals of `core.ranking.bootstrap`, and the bytes that they take."""

    bootstrap: Bootstrap
    nbytes: int


def digest(labels: Numbers, scores: tuple[Numbers, ...]) -> str:
    """Return a digest of examples and scores."""
    found = hashlib.blake2b(digest_size=16)
    for part in (labels, *scores):
        found.update(np.ascontiguousarray(part).data)
    return found.hexdigest()


def ask(
    labels: Numbers, scores: tuple[Numbers, ...], name: str, *, resamples: int, seed: int, prevalence: float | None
) -> Task[Spread]:
    """Begin to compute intervals; `name` is the digest of labels and scores."""
    return worker.submit(
        "core.labs.ranking_curves.compute.spread.work",
        {"name": name, "resamples": resamples, "seed": seed, "prevalence": prevalence},
        title="Drawing resamples",
        read=_read,
        attached={"labels": labels.astype(np.uint8), "scores": [score.astype(np.float64) for score in scores]},
    )


_last: dict[tuple[str, int, int], Resamples] = {}  # in the helper: the same cases at another prevalence are not redrawn


def work(
    *, name: str, resamples: int, seed: int, prevalence: float | None, labels: Numbers, scores: list[Numbers]
) -> dict[str, Any]:
    """Compute intervals in the helper process; return the message that `ask` reads."""
    key = (name, resamples, seed)
    if key not in _last:
        _last.clear()
        _last[key] = resample(labels == 1, tuple(scores), resamples=resamples, seed=seed)
    found = _last[key].intervals(prevalence)
    models = [
        {
            "grid": model.roc.grid,
            "low": np.concatenate([astuple(model.low), *(getattr(model, curve).low for curve in _CURVES)]),
            "high": np.concatenate([astuple(model.high), *(getattr(model, curve).high for curve in _CURVES)]),
        }
        for model in found.models
    ]
    gaps = [[*pair, *map(astuple, (gap.low, gap.high, gap.first_larger))] for pair, gap in found.differences.items()]
    return {"models": models, "differences": gaps}


def _read(message: Any) -> Spread:
    models = tuple(_model(**model) for model in message["models"])
    gaps = {
        (int(k), int(m)): Difference(*(Areas(*map(float, part)) for part in parts))
        for k, m, *parts in message["differences"]
    }
    nbytes = sum(array.nbytes for model in message["models"] for array in model.values())
    return Spread(Bootstrap(models, gaps), nbytes)


def _model(grid: Numbers, low: Numbers, high: Numbers) -> Uncertainty:
    split = len(low) - 3 * len(grid)
    curves = zip(np.split(low[split:], 3), np.split(high[split:], 3), strict=True)
    roc, pr, prg = (Band(grid, *pair) for pair in curves)
    return Uncertainty(roc, pr, prg, Areas(*low[:split].tolist()), Areas(*high[:split].tolist()))
