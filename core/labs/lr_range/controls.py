"""Controls of the page on range tests."""

from __future__ import annotations

import math

from core.kit.brought import File
from core.kit.controls import Choice, Control, LogSlider, Seed, Slider, Text
from core.kit.packed import from_link, to_link
from core.kit.words import number
from core.labs.lr_range.compute.explore import PER_DECADE, RATES
from core.labs.lr_range.compute.own import EXAMPLE as OWN_CURVE
from core.labs.lr_range.compute.own import read_curve
from core.labs.lr_range.compute.specs import OWN
from core.networks.grammar import MAX_TEXT
from core.networks.trainable import NETWORKS, WIDTHS
from core.training.devices import controls

EXAMPLE = "conv3-16@same, relu, pool2, fc32, relu, fc10"
SMOOTHINGS = {"auto": "1 − 4 / steps", "0": "none", "0.8": "0.8", "0.9": "0.9", "0.95": "0.95", "0.98": "0.98"}


def show_rate(rate: float) -> str:
    """Write a rate with the digits that mean something."""
    return number(rate, 2)


def _bound(name: str, label: str, default: float) -> LogSlider:
    words = f"{label} of the cycle for “Train with these bounds”. Moving it starts no training."
    return LogSlider(
        name=name,
        label=f"{label} η",
        default=default,
        low=float(RATES[0]),
        high=float(RATES[-1]),
        per_decade=PER_DECADE,
        display=show_rate,
        help=words,
    )


# The rate at which the rule “slide” sees the loss of the default test settle, and, as Smith has it, a quarter of that.
BOUNDS = (_bound("lower", "Lower rate", 0.0251189), _bound("upper", "Upper rate", 0.1))

_TRAINED, _OWN = ("protocol", ("ramp", "sweep")), ("protocol", ("own",))

CONTROLS: tuple[Control, ...] = (
    *BOUNDS,
    Choice(
        name="protocol",
        label="Protocol",
        default="ramp",
        options={"ramp": "Range test", "sweep": "One run per rate", "own": "Your own curve"},
        place="stage",
        help="One run whose rate rises at every step, a separate run for each rate, or a test recorded elsewhere.",
    ),
    Text(
        name="pasted",
        label="Your curve",
        default=OWN_CURVE,
        limit=MAX_TEXT,
        pack=to_link,
        unpack=from_link,
        examples=('{"lr": [1e-4, 1e-3, 1e-2, 1e-1], "loss": [2.3, 2.2, 1.5, 4.0]}',),
        when=_OWN,
        help="Lines of lr,loss, or the lists of torch-lr-finder, Lightning, fastai, or Keras. Ctrl+Enter applies them.",
    ),
    File(
        name="record",
        label="Longer curve as a file",
        read=read_curve,
        limit=8,
        when=_OWN,
        help="CSV, JSON, or TensorBoard event file with rates and losses. It replaces the lines and is not kept.",
    ),
    Choice(
        name="net",
        label="Network",
        default="mlp",
        options={name: network.title for name, network in NETWORKS.items()} | {OWN: "Your own text"},
        when=_TRAINED,
        help="Network to train. Larger networks take longer.",
    ),
    Text(
        name="text",
        label="Your network",
        default=EXAMPLE,
        limit=2_000,
        examples=("fc64, relu, fc10",),
        when=("net", (OWN,)),
        help="Layers in the notation of “Shapes and cost”, ending in fc10 for ten classes.",
    ),
    Choice(
        name="data",
        label="Images",
        default="bundled",
        options={
            "bundled": "Fashion-MNIST (10%)",
            "fashion-mnist": "Fashion-MNIST (full)",
            "cifar-10": "CIFAR-10",
            "own": "Your own (MNIST format)",
        },
        when=_TRAINED,
        help="Training images. The 10% subset (6,000 images) is bundled; your own come from the "
        "folder in LECTERN_DATA.",
    ),
    LogSlider(
        name="low",
        label="Start rate",
        default=1e-5,
        low=1e-9,
        high=1e-2,
        per_decade=1,
        display=show_rate,
        when=_TRAINED,
        help="Learning rate at the start. Choose it too small to learn anything.",
    ),
    LogSlider(
        name="high",
        label="End rate",
        default=10.0,
        low=1e-2,
        high=100.0,
        per_decade=1,
        display=show_rate,
        when=_TRAINED,
        help="Learning rate at the end. Choose it large enough to diverge.",
    ),
    Slider(
        name="steps",
        label="Ramp steps",
        default=200,
        low=20,
        high=940,
        step=20,
        also=(938,),
        when=("protocol", ("ramp",)),
        help="Number of updates, each at the next rate. More steps smooth the curve but take longer.",
    ),
    Slider(
        name="candidates",
        label="Number of rates",
        default=10,
        low=3,
        high=20,
        when=("protocol", ("sweep",)),
        help="Rates to try, equally spaced on a log scale.",
    ),
    Slider(
        name="epochs",
        label="Epochs per rate",
        default=1,
        low=1,
        high=10,
        when=("protocol", ("sweep",)),
        help="Passes over the images for each rate. More epochs take longer.",
    ),
    Slider(
        name="seeds",
        label="Seeds",
        default=1,
        low=1,
        high=5,
        when=_TRAINED,
        help="Number of runs with consecutive seeds, which change initial weights and image order.",
    ),
    Seed(when=_TRAINED),
    LogSlider(
        name="width",
        label="Width",
        default=1.0,
        low=WIDTHS[0],
        high=WIDTHS[-1],
        per_decade=1 / math.log10(2),
        display="× {:g}".format,
        place="more",
        when=_TRAINED,
        help="Multiplier for all hidden widths; a typed network is not changed.",
    ),
    LogSlider(
        name="batch",
        label="Batch size",
        default=64,
        low=16,
        high=512,
        per_decade=1 / math.log10(2),
        place="more",
        when=_TRAINED,
        help="Images per update. Larger batches give less noisy gradients.",
    ),
    Choice(
        name="optimizer",
        label="Optimizer",
        default="sgd",
        options={"sgd": "SGD with momentum", "adam": "Adam"},
        place="more",
        when=_TRAINED,
        help="Adam divides by the gradient's size, so its rates are on another scale.",
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
        when=_TRAINED,
        help="Momentum of SGD, or β₁ of Adam; constant during the test.",
    ),
    Choice(
        name="augment",
        label="Augmentation",
        default="none",
        options={"none": "none", "shift": "shifts", "shift and flip": "shifts and reflections"},
        place="more",
        when=_TRAINED,
        help="Random change applied to each image every time it is used.",
    ),
    Choice(
        name="smoothing",
        label="Smoothing β",
        default="auto",
        options=SMOOTHINGS,
        place="more",
        help="Weight of past losses in the smoothed curve. Raising it smooths more but lags more.",
    ),
    *controls(_TRAINED),
)
# What the runs and their curves depend on, as on a fresh visit: everything but the bounds.
SETTINGS = {control.name: control.default for control in CONTROLS if control not in BOUNDS}
# What the runs alone depend on: arguments of `core.labs.lr_range.compute.specs.specs_of`.
RUN = {name: value for name, value in SETTINGS.items() if name not in ("smoothing", "pasted", "record")}
