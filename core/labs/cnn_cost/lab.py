"""Shapes and cost: what does every layer of a convolutional network cost?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.kit.lab import Lab, Preset
from core.labs.cnn_cost.compute.explore import awaited, cost
from core.labs.cnn_cost.controls import CONTROLS
from core.labs.cnn_cost.exercises import EXERCISES
from core.labs.cnn_cost.picture import picture, thumbnail
from core.labs.cnn_cost.sections import SECTIONS
from core.labs.cnn_cost.sections.layer_table import files, tables
from core.labs.cnn_cost.stories import STORIES
from core.labs.cnn_cost.words import PREDICTIONS

PRESETS = (
    Preset(
        "VGG19 without biases",
        "No biases. Rounded cells add up to 16,484,192 activations. What is the exact sum?",
        {"net": "vgg19", "bias": False, "layer": 10},
    ),
    Preset(
        "Fill in: 256×256",
        "Fill in the hidden cells of the table below; sizes must be rounded down.",
        {"net": "homework_256", "bias": False, "blank": "some", "layer": 3},
    ),
    Preset(
        "Fill in: 386×386",
        "No padding. What are the output sizes, and which layer holds nearly all parameters?",
        {"net": "homework_386", "layer": 6, "blank": "params"},
    ),
    Preset(
        "Fill in: three matrices",
        "Three weight matrices, no biases. Fill in the table; watch the zeros.",
        {"net": "mlp", "blank": "params", "layer": 1},
    ),
    Preset(
        "LeNet-5",
        "61,706 parameters today, 60,000 in 1998. “Why published tables differ” explains it.",
        {"net": "lenet5", "layer": 5},
    ),
    Preset(
        "AlexNet: 96% in three layers",
        "Fully connected layers hold the parameters; convolutions do the work.",
        {"net": "alexnet", "layer": 9, "view": "blocks"},
    ),
    Preset(
        "GoogLeNet: paper, torchvision",
        "The paper's 5×5 convolutions next to torchvision's 3×3. Where do the networks differ?",
        {"net": "googlenet", "view": "compare", "beside": "tv_googlenet", "layer": 12},
    ),
    Preset(
        "ResNet-18: ImageNet, CIFAR-10",
        "For ImageNet and CIFAR-10: the same blocks, different map sizes and stem.",
        {"net": "resnet18", "view": "compare", "beside": "resnet18_cifar", "layer": 10},
    ),
    Preset(
        "Small Inception, two ways",
        "The published network and a variant often taken for it.",
        {"net": "small_inception", "view": "compare", "beside": "small_inception_homework"},
    ),
    Preset(
        "ResNet-152",
        "515 operations, repeats collapsed. How large is the last receptive field?",
        {"net": "tv_resnet152", "collapse": True, "layer": 30},
    ),
    Preset(
        "U-Net",
        "Skip connections join maps of equal size. Which level costs the most, and which holds the parameters?",
        {"net": "unet", "layer": 12},
    ),
    Preset(
        "Gates: SE-ResNet-50",
        "Gates add a tenth of the parameters. How many operations do they add?",
        {"net": "se_resnet50", "view": "compare", "beside": "tv_resnet50"},
    ),
    Preset(
        "Type your own",
        "A typed network with three branches. Edit it and everything updates.",
        {"net": "text", "layer": 3},
    ),
)

SCRIPT = Path(__file__).with_name("script.py")


def script(values: Mapping[str, Any]) -> str:
    """Return the script of the page on shapes and cost: formulas over the rows of the network, read from a table."""
    return SCRIPT.read_text("utf-8")


LAB = Lab(
    name="cnn_cost",
    title="Shapes and cost",
    question="Where do parameters and compute go?",
    controls=CONTROLS,
    main="layer",
    open=("net", "view", "size", "beside", "text", "upload"),
    start={"view": "blocks", "layer": 19},
    presets=PRESETS,
    compute=cost,
    picture=picture,
    predictions=PREDICTIONS,
    script=script,
    tables=tables,
    files=files,
    thumbnail=thumbnail,
    sections=SECTIONS,
    exercises=EXERCISES,
    stories=STORIES,
    needs=awaited,
)
