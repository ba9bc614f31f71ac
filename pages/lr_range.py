"""Range tests: which learning rate, and who says so?"""

from __future__ import annotations

from core import scripts
from core.figures import lr_range as figures
from core.lab import Lab, Preset
from core.training.lr_range import lr_range, tables
from core.training.range_controls import CONTROLS
from core.training.range_presets import ADAM, HOMEWORK, INCEPTION
from pages.ui import frame, shell

PRESETS = (
    Preset("Homework: ten rates", "Ten trainings of five epochs, with a tenth of the images and a small network. "
           "Which two rates would you report?", HOMEWORK | {"rate": 0.0562341}),
    Preset("Five seeds", "The same test five times. Which rule moves most?", {"seeds": 5}),
    Preset("Small CNN", "Batch normalisation: the loss does not explode even at η = 10. What is the upper bound now?",
           {"net": "small_cnn", "seeds": 3}),
    Preset("Inception, a quarter", "The homework's kind of network, a quarter as wide.", INCEPTION),
    Preset("Few steps", "40 steps instead of 200: the average has hardly any memory, and the rules go astray.",
           {"steps": 40, "seeds": 3}),
    Preset("Adam", "Adam's rates are a hundred times smaller, because it divides by the size of the gradient.",
           ADAM | {"rate": 1e-3}),
    Preset("A convex loss", "Logistic regression has one minimum. Do the rules agree now?", {"net": "logistic"}),
    Preset("Homework, small CNN", "The homework's ten rates with batch normalisation: which of them diverge?",
           HOMEWORK | {"net": "small_cnn", "rate": 0.0562341}),
)  # fmt: skip

LAB = Lab(
    name="lr_range",
    title="Learning-rate range",
    question="Which learning rate, and who says so?",
    controls=CONTROLS,
    main="rate",
    presets=PRESETS,
    compute=lr_range,
    picture=figures.picture,
    predictions=figures.PREDICTIONS,
    script=scripts.lr_range,
    tables=tables,
    thumbnail=figures.thumbnail,
    sections=figures.SECTIONS,
    runs=lambda result: result.specs,
)


def render() -> None:
    """Draw the page."""
    frame.show(LAB)


if __name__ == "__main__":
    shell.run_page(render)
