"""Controls of a simulated regression experiment, shared by every page that draws data sets from a known truth.

Their names are the settings of `core.regression.designs.Settings`.
"""

from __future__ import annotations

from typing import Any

from core.kit.controls import Choice, Control, Seed, Slider
from core.kit.words import number
from core.regression.designs import LIMITS, Settings
from core.regression.truths import TRUTHS


def _slider(name: str, label: str, help: str, **more: Any) -> Slider:
    low, high = LIMITS[name]
    spec = {"low": low, "high": high, "default": getattr(Settings, name)} | more
    return Slider(name=name, label=label, help=help, **spec)


def _choice(name: str, label: str, help: str, options: dict[str, str], **more: Any) -> Choice:
    return Choice(name=name, label=label, help=help, default=getattr(Settings, name), options=options, **more)


EXPERIMENT: tuple[Control, ...] = (
    _choice(
        "truth",
        "True function",
        "The function f that the data come from: y = f(x) + noise.",
        {key: truth.label for key, truth in TRUTHS.items()},
    ),
    _slider(
        "noise_std",
        "Noise standard deviation σ",
        "Spread of the Gaussian noise in y. Texts that write N(0, 0.3) mean the variance σ².",
        step=0.05,
        high=3,
        also=(Settings.noise_std,),
        display=lambda sigma: f"{sigma:.3g} (variance {number(sigma**2)})",
    ),
    _slider("n_train", "Training points", "Points in each data set that the polynomials are fitted to."),
    _slider(
        "n_sets", "Data sets", "How many data sets are simulated. With the same x the exact curves do not need them."
    ),
    _choice(
        "protocol",
        "Training inputs",
        "Whether every data set has the same x, redraws its x from a common pool, or draws x freely.",
        {"fixed": "same x", "subset": "redrawn from a pool", "random": "drawn freely"},
    ),
    _choice(
        "test_at",
        "Test points",
        "Where the error is measured: held-out grid points, only those inside the training range, the points of the "
        "training grid (or pool) with fresh noise, or beyond the right end of the training range.",
        {"held_out": "held out", "inside": "inside", "train": "at training x", "beyond": "beyond"},
    ),
    Seed(default=26),  # a draw in which chance is not conspicuous: no cross term is far from zero
    _slider("n_test", "Number of test points", "Points that the error is averaged over.", default=50, place="more"),
    _slider("low", "x from", "Left end of the inputs.", step=0.5, high=19.5, place="more"),
    _slider("high", "x to", "Right end of the inputs.", step=0.5, low=-19.5, place="more"),
    _choice(
        "inputs",
        "Inputs are",
        "An even grid on the range (uniform where x is drawn freely), or draws from N(0, 1).",
        {"even": "even", "normal": "normal"},
        place="more",
    ),
    _slider("max_degree", "Largest degree", "Polynomials of degree 1 to this one are fitted.", place="more"),
    _choice(
        "generator",
        "Random numbers",
        "NumPy's present generator, or the calls of the course homework (RandomState), which give its numbers.",
        {"pcg64": "new", "legacy": "as in the homework"},
        place="more",
    ),
)
