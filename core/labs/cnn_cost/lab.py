"""Shapes and cost: what does every layer of a convolutional network cost?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.kit.lab import Lab, Preset
from core.labs.cnn_cost.compute.explore import awaited, cost, tables
from core.labs.cnn_cost.controls import CONTROLS
from core.labs.cnn_cost.exercises import EXERCISES
from core.labs.cnn_cost.picture import picture, thumbnail
from core.labs.cnn_cost.sections import SECTIONS
from core.labs.cnn_cost.stories import STORIES
from core.labs.cnn_cost.words import PREDICTIONS

PRESETS = (
    Preset("Homework: VGG19", "Without biases, as in the homework. Rounded cells add up to 16,484,192 activations. "
           "What is the exact sum?", {"net": "vgg19", "bias": False, "layer": 10}),
    Preset("Homework: 256", "Fill in the blank cells of the table below; sizes must be rounded down.",
           {"net": "homework_256", "bias": False, "blank": "some", "layer": 3}),
    Preset("Homework: 386", "No padding: which sizes come out, and which layer holds nearly all parameters?",
           {"net": "homework_386", "layer": 6, "blank": "params"}),
    Preset("Perceptron", "Three matrices without biases. A dropped zero is a known slip here: fill in the table.",
           {"net": "mlp", "blank": "params", "layer": 1}),
    Preset("LeNet-5", "61,706 parameters today, 60,000 in 1998: the second section below tells why.",
           {"net": "lenet5", "layer": 5}),
    Preset("AlexNet", "Fully connected layers hold the parameters, convolutions do the work.",
           {"net": "alexnet", "layer": 9, "view": "blocks"}),
    Preset("GoogLeNet × 2", "The paper's 5 × 5 beside torchvision's 3 × 3: where do they differ?",
           {"net": "googlenet", "view": "compare", "beside": "tv_googlenet", "layer": 12}),
    Preset("ResNet-18 × 2", "For ImageNet and for CIFAR-10: the same blocks on other maps, behind another start.",
           {"net": "resnet18", "view": "compare", "beside": "resnet18_cifar", "layer": 10}),
    Preset("Inception × 2", "The paper's network beside the homework's, which is not the same.",
           {"net": "small_inception", "view": "compare", "beside": "small_inception_homework"}),
    Preset("ResNet-152", "515 calls: equal neighbours are one row. What does one unit see in the end?",
           {"net": "tv_resnet152", "collapse": True, "layer": 30}),
    Preset("Own text", "A text with three branches: change it, and everything follows.",
           {"net": "text", "layer": 3}),
)  # fmt: skip

SCRIPT = Path(__file__).with_name("script.py")


def script(values: Mapping[str, Any]) -> str:
    """Script of the page on shapes and cost: formulas over the rows of the network, which come in a table."""
    return SCRIPT.read_text("utf-8")


LAB = Lab(
    name="cnn_cost",
    title="Shapes and cost",
    question="What does every layer cost?",
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
    thumbnail=thumbnail,
    sections=SECTIONS,
    exercises=EXERCISES,
    stories=STORIES,
    needs=awaited,
)
