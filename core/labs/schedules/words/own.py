"""Words about a visitor's own log beside the plan: readouts and a sentence for each length."""

from __future__ import annotations

import numpy as np

from core.draw.live import Readout
from core.kit.words import number
from core.labs.schedules.compute.explore import Schedules
from core.labs.schedules.compute.own import Beside

_NONE = "–"


def own_readouts(result: Schedules, found: Beside) -> tuple[Readout, ...]:
    """Return what the log says, and what the plan of each length has at the same place."""
    log, measured = found.log, found.measured.replace("_", " ")
    readouts = [
        Readout(
            f"lowest {measured}",
            (f"{number(_lowest(found), 4)} at {_place(found, found.best)}" if found.best >= 0 else _NONE,),
            "test" if measured != "loss" else "train",
            "The smallest loss in your log, and where: after it, a longer training did not help.",
            headline=True,
        ),
        Readout(
            "planned rate there",
            tuple(number(rate) if np.isfinite(rate) else "after the plan" for rate in _planned(result, found))
            if found.best >= 0
            else (_NONE,),
            "first",
            "The plan's rate of the last update before it.",
        ),
        Readout("your log ends", (_place(found, -1),), help="Where its last row is."),
    ]
    if "rate" in log.curves:
        off = _off(result, found)
        readouts.append(
            Readout(
                "rates differ by up to",
                tuple(number(each) if np.isfinite(each) else _NONE for each in off),
                "second",
                "Largest difference between a rate in your log and the planned one at the same place.",
            )
        )
    return tuple(readouts)


def own_summaries(result: Schedules, found: Beside) -> tuple[str, ...]:
    """Say in one line where the loss is lowest, and what the plan has there."""
    if np.isfinite(found.log.diverged):
        place = _place(found, int(np.searchsorted(found.log.at, found.log.diverged)))
        return (f"The loss in your log is NaN or infinite at {place}.",) * len(result.lengths)
    if found.best < 0:
        return ("Your log has no loss; only its accuracy is drawn.",) * len(result.lengths)
    role, name = ("test", "Validation loss") if found.measured != "loss" else ("train", "Training loss")
    lowest = f"{name} is lowest, [{role}|{number(_lowest(found), 4)}], at {_place(found, found.best)}"
    return tuple(
        f"{lowest}: the planned rate is [first|{number(rate)}]." if np.isfinite(rate) else f"{lowest}, after the plan."
        for rate in _planned(result, found)
    )


def _lowest(found: Beside) -> float:
    return float(found.log.curves[found.measured][found.best])


def _place(found: Beside, row: int) -> str:
    """Write where a row is, in the log's own unit."""
    return f"{found.log.unit[:-1]} {found.log.ends[row]:,.7g}"


def _planned(result: Schedules, found: Beside) -> list[float]:
    return [float(found.planned(plan, result.base)[found.best]) for plan in result.plans]


def _off(result: Schedules, found: Beside) -> list[float]:
    """Return the largest difference of rates for each length; nan where no row has both."""
    recorded = found.log.curves["rate"]
    gaps = [np.abs(recorded - found.planned(plan, result.base)) for plan in result.plans]
    return [float(np.nanmax(gap)) if np.isfinite(gap).any() else float("nan") for gap in gaps]
