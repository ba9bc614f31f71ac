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
    help="Its number, from the input, 0. The layers before it are frozen; the head is always trained.",
)

VIEWS = {"layers": "Layers and memory", "runs": "Trainings"}
_LAYERS = ("view", ("layers",))

CONTROLS: tuple[Control, ...] = (
    CUT,
    Choice(
        name="view",
        label="Show",
        default="layers",
        options=VIEWS,
        place="stage",
        help="What freezing saves, or what it is worth: a small network learns five classes of Fashion-MNIST, and then "
        "the other five.",
    ),
    Slider(
        name="images",
        label="Images of the other classes",
        default=IMAGES[0],
        low=IMAGES[0],
        high=IMAGES[-1],
        step=IMAGES[-1] - IMAGES[0],
        also=IMAGES,
        when=("view", ("runs",)),
        help="Equally many of each of the five classes that the network has not been pretrained on.",
    ),
    Choice(
        name="base",
        label="Pretrained base",
        default=OFFLINE,
        options={OFFLINE: "Small CNN", "resnet18": "ResNet-18", "vgg19": "VGG19"},
        when=("view", ("runs",)),
        help="The small CNN learns the first five classes here. ResNet-18 and VGG19 have learnt ImageNet; their "
        "weights come from torchvision, if you ask for them.",
    ),
    Slider(
        name="side",
        label="Images scaled to",
        default=SIDES[0],
        low=SIDES[0],
        high=SIDES[-1],
        step=SIDES[-1] - SIDES[0],
        display=lambda side: f"{side:.0f} × {side:.0f}",
        when=("base", ("resnet18", "vgg19")),
        help="The images have 28 × 28 pixels, the base has learnt images of 224 × 224. Twice the side takes four times "
        "as long.",
    ),
    Choice(
        name="net",
        label="Network",
        default="vgg19",
        options={name: base.title for name, base in BASES.items()},
        when=_LAYERS,
        help="Without its top: the head below stands in its place. A convolution, its batch normalisation and its "
        "activation are one layer here.",
    ),
    Slider(
        name="size",
        label="Height and width",
        default=32,
        low=32,
        high=256,
        step=32,
        when=_LAYERS,
        help="Of the image. It changes what a step keeps, but not the parameters, unless a layer flattens the map.",
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
        help="Outputs of the head.",
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
        help="A fully connected layer with ReLU between the features and the outputs.",
    ),
    Choice(
        name="optimizer",
        label="Optimizer",
        default="Adam",
        options={name: name for name in OPTIMIZERS},
        when=_LAYERS,
        help="Plain SGD keeps nothing, momentum one number for each trainable parameter, Adam two.",
    ),
    LogSlider(
        name="batch",
        label="Batch size",
        default=32,
        low=1,
        high=1024,
        per_decade=1 / math.log10(2),
        when=_LAYERS,
        help="Images of a training step. Kept activations grow with it.",
    ),
    *controls(("view", ("runs",))),
)
