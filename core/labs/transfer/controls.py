"""Controls of the page on transfer and freezing: the cut, a network with its head, and the training step."""

from __future__ import annotations

import math

from core.kit.controls import Choice, Control, LogSlider, Slider
from core.labs.transfer.compute.runs import IMAGES, OFFLINE, SIDES
from core.networks.memory import OPTIMIZERS
from core.training.devices import controls
from core.training.transfer_networks import BASES

CUT = Slider(
    name="cut",
    label="First trainable layer",
    default=10,
    low=0,
    high=23,
    display=lambda value: f"{value:.0f}",
    help="Index of the first trained layer (0 is the input). Raising it freezes more layers; the "
    "head is always trained.",
)

VIEWS = {"layers": "Layers and memory", "runs": "Training results"}
_LAYERS = ("view", ("layers",))

CONTROLS: tuple[Control, ...] = (
    CUT,
    Choice(
        name="view",
        label="Show",
        default="layers",
        options=VIEWS,
        place="stage",
        help="What freezing saves, or how well a transferred network learns five new classes.",
    ),
    Slider(
        name="images",
        label="Training images",
        default=IMAGES[0],
        low=IMAGES[0],
        high=IMAGES[-1],
        step=IMAGES[-1] - IMAGES[0],
        also=IMAGES,
        when=("view", ("runs",)),
        help="Number of images from the five new classes, equally many of each.",
    ),
    Choice(
        name="base",
        label="Pretrained base",
        default=OFFLINE,
        options={OFFLINE: "Small CNN", "resnet18": "ResNet-18", "vgg19": "VGG19"},
        when=("view", ("runs",)),
        help="Network whose weights are reused. The small CNN is pretrained here; ResNet-18 and VGG19 "
        "use ImageNet weights.",
    ),
    Slider(
        name="side",
        label="Image size",
        default=SIDES[0],
        low=SIDES[0],
        high=SIDES[-1],
        step=SIDES[-1] - SIDES[0],
        display=lambda side: f"{side:.0f} × {side:.0f}",
        when=("base", ("resnet18", "vgg19")),
        help="Side to which the 28×28 images are scaled. Doubling it takes four times as long.",
    ),
    Choice(
        name="net",
        label="Network",
        default="vgg19",
        options={name: base.title for name, base in BASES.items()},
        when=_LAYERS,
        help="Base network without its classifier. A convolution with its normalization and "
        "activation counts as one layer.",
    ),
    Slider(
        name="size",
        label="Height and width",
        default=32,
        low=32,
        high=256,
        step=32,
        when=_LAYERS,
        help="Side of the input image. Raising it increases stored activations, not parameters "
        "(unless a layer flattens the map).",
    ),
    Slider(
        name="classes",
        label="Classes",
        default=10,
        low=2,
        high=1000,
        step=998,
        also=(5, 10, 20, 50, 100, 200, 500),
        when=_LAYERS,
        help="Number of outputs of the head.",
    ),
    Slider(
        name="hidden",
        label="Hidden layer of the head",
        default=0,
        low=0,
        high=1024,
        step=1024,
        also=(64, 128, 256, 512),
        display=lambda units: f"{units:.0f} units" if units else "none",
        when=_LAYERS,
        help="Width of a fully connected ReLU layer between features and outputs. Raising it adds parameters.",
    ),
    Choice(
        name="optimizer",
        label="Optimizer",
        default="Adam",
        options={name: name for name in OPTIMIZERS},
        when=_LAYERS,
        help="Extra numbers stored per trained parameter: none for SGD, one with momentum, two for Adam.",
    ),
    LogSlider(
        name="batch",
        label="Batch size",
        default=32,
        low=1,
        high=1024,
        per_decade=1 / math.log10(2),
        when=_LAYERS,
        help="Images per training step. Stored activations grow with it.",
    ),
    *controls(("view", ("runs",))),
)
