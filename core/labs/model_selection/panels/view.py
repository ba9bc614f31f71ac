"""Names and colors of the rules, and common parts of all panels of the model-selection lab."""

from __future__ import annotations

import math
from typing import Any

from core.draw.live import Axis
from core.draw.marks import Trace, curve
from core.kit.arrays import Numbers
from core.kit.words import number
from core.labs.model_selection.compute.explore import ModelSelection

UPPER, LOWER = 295, 265  # heights of the two panels above each other, left and right

# Rule -> label, color role and dash. Rules with one idea share a color.
RULES: dict[str, tuple[str, str, str]] = {
    "hold-out": ("hold-out", "second", "longdash"),
    "k-fold": ("{folds}-fold", "first", "solid"),
    "repeated k-fold": ("{repeats} × {folds}-fold", "first", "dot"),
    "leave-one-out": ("leave-one-out", "threshold", "dot"),
    "GCV": ("GCV", "threshold", "dash"),
    "AIC": ("AIC", "muted", "dash"),
    "BIC": ("BIC", "muted", "dashdot"),
}
CRITERIA = ("GCV", "AIC", "BIC")  # rules that hold nothing out


def name_of(result: ModelSelection, rule: str) -> str:
    """Return the name of a rule on screen."""
    return RULES[rule][0].format(folds=result.folds, repeats=result.repeats)


def opening(result: ModelSelection, rule: str) -> str:
    """Return the name of a rule at the beginning of a sentence."""
    name = name_of(result, rule)
    return name[0].upper() + name[1:]


def index_of(result: ModelSelection, rule: str) -> int:
    """Return the index of a rule among all."""
    return result.validation.rules.index(rule)


def picks(result: ModelSelection, rule: str) -> tuple[int, int]:
    """Return the degree that a rule picks, and the one that it picks by the one-standard-error rule."""
    at = index_of(result, rule)
    return int(result.validation.picks[at]), int(result.validation.one_se_picks[at])


def degrees_axis(degrees: Numbers, name: str = "degree", start: float | None = None) -> Axis:
    """Return the axis along the degrees."""
    return Axis(name, "Degree", tuple(map(int, degrees)), tuple(map(str, degrees)), start)


def degree_ticks(last: int) -> dict[str, object]:
    """Return the horizontal axis of a panel over the degrees."""
    return {"range": [0.5, last + 0.5], "dtick": 1 if last <= 10 else 2, "tick0": 1, "tickangle": 0}


def faint(x: Numbers, y: Numbers | None, name: str, role: str = "muted", **more: Any) -> Trace:
    """Draw many thin lines as background; they are not among the numbers of a table."""
    return curve(x, y, role, name, 1, dash="solid", table=False, **more)


def at_most(value: float) -> str:
    """Write an upper bound, rounded up to one digit; anything below the resolution of a number counts as that."""
    value = max(value, 1e-16)
    unit = 10.0 ** math.floor(math.log10(value))
    return number(math.ceil(value / unit * (1 - 1e-12)) * unit, 1)
