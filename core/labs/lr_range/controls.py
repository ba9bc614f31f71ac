"""Controls of the page on range tests."""

from __future__ import annotations

import math

from core.kit.controls import Choice, Control, LogSlider, Seed, Slider, Text
from core.kit.words import number
from core.labs.lr_range.compute.specs import OWN
from core.networks.trainable import NETWORKS, WIDTHS
from core.training.devices import controls

EXAMPLE = "conv3-16@same, relu, pool2, fc32, relu, fc10"
SMOOTHINGS = {"auto": "1 − 4 / steps", "0": "none", "0.8": "0.8", "0.9": "0.9", "0.95": "0.95", "0.98": "0.98"}


def show_rate(rate: float) -> str:
    """Write a rate with the digits that mean something."""
    return number(rate, 2)


def _bound(name: str, label: str, default: float) -> LogSlider:
    words = f"{label} of the cycle that “Train with these bounds” trains with: nothing is trained when it moves."
    return LogSlider(
        name=name,
        label=f"{label} η",
        default=default,
        low=1e-9,
        high=100.0,
        per_decade=20,
        display=show_rate,
        help=words,
    )


# The rate at which the rule “slide” sees the loss of the default test settle, and, as Smith has it, a quarter of that.
BOUNDS = (_bound("lower", "Lower rate", 0.0251189), _bound("upper", "Upper rate", 0.1))

CONTROLS: tuple[Control, ...] = (
    *BOUNDS,
    Choice(
        name="protocol",
        label="Protocol",
        default="ramp",
        options={"ramp": "One rising rate", "sweep": "One training for each rate"},
        place="stage",
        help="One training in which the rate rises at each step, or a training from the start for each of some rates.",
    ),
    Choice(
        name="net",
        label="Network",
        default="mlp",
        options={name: network.title for name, network in NETWORKS.items()} | {OWN: "Your own, typed"},
        help="What is trained.",
    ),
    Text(
        name="text",
        label="Your network",
        default=EXAMPLE,
        limit=2_000,
        examples=("fc64, relu, fc10",),
        when=("net", (OWN,)),
        help="Layers in the notation of the VGG paper, as on the page about cost, up to fc10 for ten classes.",
    ),
    Choice(
        name="data",
        label="Images",
        default="bundled",
        options={
            "bundled": "Fashion-MNIST, a tenth",
            "fashion-mnist": "Fashion-MNIST, all",
            "cifar-10": "CIFAR-10",
            "own": "Your own, in the format of MNIST",
        },
        help="The tenth is part of Lectern: 6,000 training images. The others are read from this machine; your own is "
        "in the folder that it names in LECTERN_DATA.",
    ),
    LogSlider(
        name="low",
        label="First rate",
        default=1e-5,
        low=1e-9,
        high=1e-2,
        per_decade=1,
        display=show_rate,
        help="Small enough that nothing is learnt with it.",
    ),
    LogSlider(
        name="high",
        label="Last rate",
        default=10.0,
        low=1e-2,
        high=100.0,
        per_decade=1,
        display=show_rate,
        help="Large enough that the loss explodes before it.",
    ),
    Slider(
        name="steps",
        label="Steps of the ramp",
        default=200,
        low=20,
        high=940,
        step=20,
        also=(938,),
        when=("protocol", ("ramp",)),
        help="Updates of the network, each with the next rate. 938 is an epoch of 60,000 images.",
    ),
    Slider(
        name="candidates",
        label="Rates",
        default=10,
        low=3,
        high=20,
        when=("protocol", ("sweep",)),
        help="How many rates are tried, with equal ratios.",
    ),
    Slider(
        name="epochs",
        label="Epochs for each rate",
        default=1,
        low=1,
        high=10,
        when=("protocol", ("sweep",)),
        help="How often each training sees all images.",
    ),
    Slider(
        name="seeds",
        label="Seeds",
        default=1,
        low=1,
        high=5,
        help="The test is repeated with the next seeds: other initial weights, another order of the images.",
    ),
    Seed(),
    LogSlider(
        name="width",
        label="Width",
        default=1.0,
        low=WIDTHS[0],
        high=WIDTHS[-1],
        per_decade=1 / math.log10(2),
        display="× {:g}".format,
        place="more",
        help="Factor of all hidden widths of the network; your own network stays as typed.",
    ),
    LogSlider(
        name="batch",
        label="Batch size",
        default=64,
        low=16,
        high=512,
        per_decade=1 / math.log10(2),
        place="more",
        help="Images of one step.",
    ),
    Choice(
        name="optimizer",
        label="Optimiser",
        default="sgd",
        options={"sgd": "SGD with momentum", "adam": "Adam"},
        place="more",
        help="Adam divides by the size of the gradient, so that its rates mean something else.",
    ),
    Slider(
        name="momentum",
        label="Momentum",
        default=0.9,
        low=0.0,
        high=0.95,
        step=0.05,
        also=(0.99,),
        place="more",
        help="Of SGD, or the first β of Adam; it stays the same during the test.",
    ),
    Choice(
        name="augment",
        label="Augmentation",
        default="none",
        options={"none": "none", "shift": "shifts", "shift and flip": "shifts and reflections"},
        place="more",
        help="Changes of the images at each sight of them.",
    ),
    Choice(
        name="smoothing",
        label="Weight of the past, β",
        default="auto",
        options=SMOOTHINGS,
        place="more",
        help="Of the smoothed loss, which the rules look at. Nothing is trained anew for it.",
    ),
    *controls(),
)
# What the runs and their curves depend on, as on a fresh visit: everything but the bounds.
SETTINGS = {control.name: control.default for control in CONTROLS if control not in BOUNDS}
