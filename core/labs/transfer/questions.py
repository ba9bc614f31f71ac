"""Questions of the page on transfer, to be answered before the picture is seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.exercises.questions import Slip
from core.kit.controls import Slider
from core.kit.mark import Mark
from core.kit.prediction import Prediction, because
from core.kit.words import percent
from core.labs.transfer.compute.explore import Transfer
from core.labs.transfer.panels.layers import frozen_share, spared_share

_PER_CENT = Slider(name="guess", label="Percentage", default=50, low=0, high=100, help="Enter your prediction.")


def _half(result: Transfer) -> int:
    return (result.head + 1) // 2


def trainable_half(result: Transfer) -> int:
    """Share of the parameters that is trainable behind half of the layers, in whole percent."""
    return round(100 * (1 - float(frozen_share(result)[_half(result)])))


def kept_half(result: Transfer) -> int:
    """Share of the kept bytes that remains behind half of the layers, in whole percent."""
    return round(100 * (1 - float(spared_share(result)[_half(result)])))


def _verdict(guess: int, truth: int, result: Transfer) -> str:
    cut = _half(result)
    frozen, spared = float(frozen_share(result)[cut]), float(spared_share(result)[cut])
    return (
        f"Frozen before layer {cut}, {result.layers[cut].name}, {percent(1 - frozen)} of "
        f"the parameters are trained, and {percent(1 - spared)} of the activations must still be "
        "stored: from layer to layer maps shrink and parameters multiply."
    )


def _mark(result: Transfer, values: Mapping[str, Any]) -> Mark | None:
    """The panel shows what is frozen or not stored, the question asks for the rest."""
    return Mark(2, "y", at=_half(result), place=lambda percent: 100 - percent) if values["view"] == "layers" else None


PREDICTIONS = (
    Prediction(
        "With the first half of the layers frozen, what percentage of parameters is trained?",
        guess=_PER_CENT,
        truth=trainable_half,
        verdict=_verdict,
        slips=lambda result: (
            Slip("fraction_left", 100 - trainable_half(result), "That is the fraction that is frozen."),
        ),
        mark=_mark,
        margin=5,
    ),
    Prediction(
        "What percentage of the activations must a training step store?",
        guess=_PER_CENT,
        truth=kept_half,
        verdict=_verdict,
        slips=lambda result: (Slip("fraction_left", 100 - kept_half(result), "That is what is not stored."),),
        why=because(
            "The backward pass",
            "stops at the first trained layer",
            "Below it no gradient is needed, so nothing has to be stored for one.",
            {
                "runs through every layer": "Below the first trained layer nobody needs a gradient.",
                "needs the last layer alone": "Every trained layer needs the gradient that reaches it.",
            },
        ),
        mark=_mark,
        margin=5,
    ),
)
