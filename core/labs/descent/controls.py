"""Controls of the lab on gradient descent."""

from __future__ import annotations

from core.kit.controls import Choice, LogSlider, Seed, Slider
from core.labs.descent.compute.descent import RATES, STEPS
from core.labs.descent.compute.losses import LOSSES, REAL

_CHOSEN = ("loss", tuple(name for name in LOSSES if name not in REAL))

CONTROLS = (
    LogSlider(
        name="rate",
        label="Learning rate η",
        default=1.6,
        low=RATES[0],
        high=RATES[-1],
        per_decade=1,
        also=RATES[1:-1],
        help="What the gradient is multiplied by in each step. Raising it speeds up descent until steps overshoot.",
    ),
    Choice(
        name="loss",
        label="Loss",
        default="bowl",
        options=LOSSES,
        help="The function to minimize. The last two fit a linear and a logistic model to 569 real tumors.",
    ),
    Slider(
        name="x0",
        label="Start",
        default=2.0,
        low=-3.0,
        high=3.0,
        step=0.1,
        also=(2.24,),
        when=_CHOSEN,
        help="Where descent begins, in every coordinate. Moving it away from a minimum raises the first loss.",
    ),
    Slider(
        name="steps",
        label="Steps",
        default=50,
        low=1,
        high=STEPS,
        help="How many steps are taken. Raising it gives small rates more time.",
    ),
    Slider(
        name="noise",
        label="Gradient noise s",
        default=0.0,
        low=0.0,
        high=2.0,
        step=0.1,
        when=_CHOSEN,
        help="Standard deviation of what is added to each gradient. Raising it lifts the level where the loss settles.",
    ),
    LogSlider(
        name="top",
        label="Largest fixed rate",
        default=1.0,
        low=0.1,
        high=10.0,
        per_decade=1,
        also=tuple(rate for rate in RATES if 0.1 < rate < 10),
        help="Four curves stay for comparison: this rate, a tenth of it, a hundredth, and a thousandth.",
    ),
    Seed(help="Seed of the gradient noise. The same seed always gives the same noise."),
)
