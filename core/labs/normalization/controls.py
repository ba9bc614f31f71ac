"""Controls of the lab on batch normalization."""

from __future__ import annotations

from core.kit.controls import Choice, LogSlider, Slider, Text
from core.kit.words import number
from core.labs.normalization.compute import CONVENTIONS, DIVISORS, LARGEST, MODES

FAN_IN = Slider(
    name="fan_in",
    label="Inputs",
    default=20,
    low=1,
    high=100,
    place="section",
    help="Inputs of the linear layer. Each adds one weight for every output.",
)
FAN_OUT = Slider(
    name="fan_out",
    label="Outputs",
    default=30,
    low=1,
    high=100,
    place="section",
    help="Outputs of the linear layer. Each is normalized by itself.",
)

CONTROLS = (
    Slider(
        name="moved",
        label="Last value",
        default=6.0,
        low=-LARGEST,
        high=LARGEST,
        step=0.1,
        help="The last value of the batch. Drag its dot: the mean and the spread follow it.",
    ),
    Text(
        name="batch",
        label="Batch",
        default="1 2 3 6",
        limit=80,
        examples=("1 6", "6", "0 0.1 0.2 0.3", "2 2 2 2", "-3, 4.5; −.25 9 1 2 3 10"),
        help="One to eight numbers from −10 to 10. The slider takes the place of the last one.",
    ),
    Choice(
        name="mode",
        label="Mode",
        default="train",
        options=MODES,
        help="Training uses the mean and variance of this batch, testing the running ones.",
    ),
    Slider(
        name="gamma",
        label="Scale γ",
        default=1.0,
        low=-3.0,
        high=3.0,
        step=0.05,
        help="Learned. Raising it spreads the outputs.",
    ),
    Slider(
        name="beta",
        label="Shift β",
        default=0.0,
        low=-3.0,
        high=3.0,
        step=0.1,
        help="Learned. Raising it moves all outputs up by as much.",
    ),
    LogSlider(
        name="eps",
        label="ε",
        default=1e-5,
        low=1e-8,
        high=1.0,
        per_decade=1,
        display=lambda eps: number(eps, 1),
        help="Added to the variance so that the root is never 0. Raising it shrinks outputs of narrow batches.",
    ),
    Slider(
        name="updates",
        label="Updates before testing",
        default=10,
        low=0,
        high=100,
        place="more",
        help="How often the running statistics were updated with the typed batch, from mean 0 and variance 1.",
    ),
    Slider(
        name="momentum",
        label="Momentum",
        default=0.1,
        low=0.0,
        high=1.0,
        step=0.01,
        place="more",
        help="Weight in each update of the running statistics. What it weighs depends on the library.",
    ),
    Choice(
        name="convention",
        label="Momentum weighs",
        default="torch",
        options=CONVENTIONS,
        place="more",
        help="PyTorch's momentum weighs the new batch, that of Keras the old value.",
    ),
    Choice(
        name="divisor",
        label="Variance divisor",
        default="n-1",
        options=DIVISORS,
        place="more",
        help="What the running variance divides by. The outputs in training always divide by n.",
    ),
    FAN_IN,
    FAN_OUT,
)
