"""Settings of the runs that come with Lectern; the presets of the page are among them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.labs.lr_range.controls import BOUNDS


def between(lower: float, upper: float) -> dict[str, float]:
    """Bounds as the controls can have them."""
    return {bound.name: bound.parse(f"{rate:g}") for bound, rate in zip(BOUNDS, (lower, upper), strict=True)}


# The homework tries ten rates, five epochs each; its own network would take a processor about fifteen hours.
HOMEWORK = {"protocol": "sweep", "low": 1e-9, "high": 10.0, "candidates": 10, "epochs": 5}
ADAM = {"optimizer": "adam", "low": 1e-7, "high": 1.0}
INCEPTION = {"net": "small_inception", "width": 0.25}
# Four rates whose curves are to be told apart: 0.0001, 0.001, 0.01 and 0.1.
FOUR = {"protocol": "sweep", "low": 1e-4, "high": 0.1, "candidates": 4, "epochs": 3}

RECORDED: dict[str, Mapping[str, Any]] = {
    "mlp": {"seeds": 5},
    "logistic": {"net": "logistic"},
    "mlp-few-steps": {"steps": 40, "seeds": 3},
    "mlp-adam": ADAM,
    "mlp-homework": HOMEWORK,
    "small-cnn": {"net": "small_cnn", "seeds": 3},
    "lenet": {"net": "lenet"},
    "mlp-four": FOUR,
    "mlp-sweep": {"protocol": "sweep"},
    "inception-quarter": INCEPTION,
    "small-cnn-homework": HOMEWORK | {"net": "small_cnn"},
    "inception": {"net": "small_inception", "steps": 100},
}
