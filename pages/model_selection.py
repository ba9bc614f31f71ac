"""Model-selection lab: which model, if nobody knows the truth?"""

from __future__ import annotations

from core import scripts
from core.figures import model_selection as figures
from core.generalization.model_selection import select_model, tables
from core.generalization.selection_controls import CONTROLS
from core.lab import Lab, Preset
from pages.ui import frame, shell

HOMEWORK = {"generator": "legacy", "seed": 0, "n_test": 10, "truth": "quadratic", "inputs": "normal", "n_train": 100,
            "noise_std": 1.0, "test_at": "train", "max_degree": 4, "low": -3.0, "high": 3.0,
            "rule": "leave-one-out"}  # fmt: skip

PRESETS = (
    Preset("Homework: leave-one-out", "100 points of x − 2x², degrees 1 to 4, and the four RMSE values. Change “Seed "
           "of the splitter”: what happens? Then “New draw”.",
           HOMEWORK | {"view": "residuals", "degree": 2}),
    Preset("The same to degree 12", "Without one far point the higher degrees are nearly free there: the leave-one-out "
           "error explodes. Which point is it?",
           HOMEWORK | {"view": "residuals", "degree": 8, "max_degree": 12, "log_y": True}),
    Preset("Ten points held out", "Hold-out judges by ten points, drawn once. Change “Seed of the splitter” and watch "
           "what it picks, and what the others pick.",
           {"rule": "hold-out", "held_out_share": 0.25, "seed": 1}),
    Preset("One standard error", "The smallest leave-one-out error is at degree 12. Which degrees can it not tell from "
           "that?", {"rule": "leave-one-out", "seed": 1, "degree": 6}),
    Preset("Two folds", "Half of the points is held out: each fit sees 20 points, and the high degrees look worse than "
           "they are.", {"folds": 2, "degree": 7}),
    Preset("Few points", "15 points, degrees to 14: which rules notice that there is nothing left to judge by?",
           {"n_train": 15, "folds": 5, "degree": 6, "rule": "GCV", "log_y": True}),
    Preset("AIC in trouble", "22 points and up to 19 parameters: the logarithm of a vanishing residual beats any fixed "
           "price.", {"n_train": 22, "max_degree": 18, "rule": "AIC", "degree": 18, "log_y": True}),
    Preset("Much noise", "With so much noise the simplest models are best. Which rules find that?",
           {"noise_std": 1.5, "n_train": 30, "degree": 1, "rule": "repeated k-fold"}),
)  # fmt: skip

LAB = Lab(
    name="model_selection",
    title="Model selection",
    question="Which model, if nobody knows the truth?",
    controls=CONTROLS,
    main="degree",
    presets=PRESETS,
    compute=select_model,
    picture=figures.picture,
    predictions=figures.PREDICTIONS,
    script=scripts.model_selection,
    tables=tables,
    thumbnail=figures.thumbnail,
    sections=figures.SECTIONS,
)


def render() -> None:
    """Draw the page."""
    frame.show(LAB)


if __name__ == "__main__":
    shell.run_page(render)
