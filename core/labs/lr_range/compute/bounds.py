"""Trainings between two rates: a visitor's own, those that a range test suggests, those that the homework reports."""

from __future__ import annotations

from collections.abc import Sequence

from core.labs.lr_range.compute.curves import epoch_steps
from core.labs.lr_range.compute.explore import LrRange
from core.training.experiments import Setup, Training
from core.training.offers import refusal
from core.training.runs import begin, look
from core.training.task import RunTask

EPOCHS = 5
HOMEWORK_BOUNDS = (2.78e-5, 0.774)


def bounds_of(result: LrRange) -> tuple[float, float] | str:
    """Lowest and highest rate of a cycle, with two digits, or a sentence that says why there are none."""
    now = result.now()
    if result.is_ramp:
        low, high = (next(rule for rule in now.rules if rule.name == name) for name in ("cycle, low", "cycle, high"))
        found: tuple[float, float] | str = high.reason or low.reason or (low.median, high.median)
    else:
        found = now.sweeps[0].bracket if now.sweeps else "Not trained yet with these settings."
    if isinstance(found, str):
        return found
    low_rate, high_rate = (float(f"{rate:.2g}") for rate in found)
    return (low_rate, high_rate) if low_rate < high_rate else "Both bounds are the same rate."


def trainings(result: LrRange, lower: float, upper: float) -> dict[str, Training]:
    """One cycle over five epochs between each pair of bounds, by a name for the pair.

    Parameters
    ----------
    result : LrRange
    lower, upper : float
        Bounds of the first of them, which get two digits; if `lower` is not below `upper`, there is none.

    Returns
    -------
    dict
        Empty for a visitor's own curve, whose network is not known.
    """
    if result.own:
        return {}
    spec: Setup = result.spec
    updates = EPOCHS * epoch_steps(spec)
    names = (
        "text",
        "data",
        "checksum",
        "images",
        "augment",
        "batch",
        "optimizer",
        "momentum",
        "seed",
        "device",
        "precision",
    )
    common = {name: getattr(spec, name) for name in names} | {"schedule": "cyclical", "updates": updates}
    own = float(f"{lower:.2g}"), float(f"{upper:.2g}")
    pairs = {"your bounds": own} if lower < upper else {}
    suggested = bounds_of(result)
    if not isinstance(suggested, str) and suggested not in pairs.values():
        pairs["the rule's range" if result.is_ramp else "the usable range"] = suggested
    pairs["the reference bounds"] = HOMEWORK_BOUNDS
    return {
        name: Training(**common, settings=(("low", low), ("high", high), ("up", updates / 2)))
        for name, (low, high) in pairs.items()
    }


def begin_all(specs: Sequence[Training]) -> RunTask:
    """Begin the trainings that there are not; a host that refuses is told of by the result."""
    missing = [spec for spec in specs if look(spec).state not in ("recorded", "done")]
    refused = refusal(missing) if missing else ""
    try:
        for spec in missing if not refused else ():
            begin(spec)
    except ValueError as error:
        refused = str(error)
    count = f"{len(missing)} training{'s' * (len(missing) != 1)}"
    return RunTask(specs, f"{count}, shared by all who ask for the same", refused)
