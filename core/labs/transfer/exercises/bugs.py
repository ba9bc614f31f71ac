"""Exercises on code for transfer that does something else than it says."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.exercises.questions import Question, Slip, choice, count, number
from core.exercises.templates import Template
from core.kit.controls import closest
from core.labs.transfer.controls import CONTROLS
from core.labs.transfer.exercises.counts import TOPIC
from core.labs.transfer.exercises.vgg import Vgg, draw

F = Fraction
BLUE, RED = F("103.939"), F("123.68")  # means of ImageNet, as Keras subtracts them for VGG19
MEAN, DEVIATION = F("0.485"), F("0.229")  # of the red channel, as torchvision's weights need them


def loss_of_logits(probabilities: Sequence[float]) -> float:
    """Return the binary cross-entropy `from_logits` of a softmax's output whose first class is the true one."""
    softplus = sum(math.log1p(math.exp(p)) for p in probabilities)
    return (softplus - probabilities[0]) / len(probabilities)


def _ask_softmax(classes: int) -> Sequence[Question]:
    perfect = loss_of_logits((1.0, *[0.0] * (classes - 1)))
    even = loss_of_logits((1 / classes,) * classes)
    right, wrong = math.log1p(math.exp(-1)), math.log(2)
    return (
        number(
            "Loss of a perfect prediction",
            perfect,
            (
                Slip("right_loss", 0, "Here 1 and 0 are read as logits, which the sigmoid maps to 0.731 and 0.5."),
                Slip("all_wrong_classes", wrong, "The correct class has ln(1 + 1/e) = 0.313 instead."),
                Slip("only_the_right_class", right, f"Each of the {classes - 1} others has ln 2."),
            ),
            (f"(ln(1 + 1/e) + {classes - 1} · ln 2) / {classes}: loss = {perfect:.6g}",),
        ),
        number(
            "Loss of an even guess",
            even,
            (
                Slip("cross_entropy", math.log(classes), f"That is ln {classes}, the cross-entropy of an even guess."),
                Slip("all_wrong_classes", wrong, f"The outputs are 1/{classes}, not 0."),
            ),
            (f"ln(1 + e^(1/{classes})) − 1/{classes}^2: loss = {even:.6g}",),
        ),
    )


SOFTMAX = Template(
    key="transfer.softmax",
    title="Find the bug: a loss of logits",
    topic=TOPIC,
    minutes=5,
    draw=lambda rng: rng.randint(3, 40),
    published=10,
    text=lambda p: (
        f"What does this loss come to, as the mean over the {p} outputs, for a perfect prediction (1 for the correct "
        f"class, 0 for the others) and for an even guess (1/{p} for each)? Use natural logarithms.\n\n"
        f"```python\noutputs = Dense({p}, activation='softmax')(features)\n"
        "model.compile(loss=BinaryCrossentropy(from_logits=True))\n```"
    ),
    ask=_ask_softmax,
    state=lambda classes: closest(CONTROLS, classes=classes),
    hints=lambda p: (
        "The probabilities go through a second sigmoid.",
        "A logit z costs ln(1 + e^z), less z for the correct class.",
    ),
    lesson="After a softmax use CategoricalCrossentropy(from_logits=False): here even a perfect network keeps a loss.",
)


def _ask_parent(p: Vgg) -> Sequence[Question]:
    return (
        count(
            "Parameters that are trained",
            p.head,
            (
                Slip(
                    "parent_frozen",
                    p.trainable,
                    "That was the intention. In Keras 2 a frozen parent trains nothing, whatever its children say.",
                ),
                Slip("all_trained", p.params, "That is the model without any freezing."),
                Slip("bias_forgotten", p.head - p.classes, "Each output has a bias."),
            ),
            (f"only the head: 512 · {p.classes} + {p.classes} = {p.head}",),
        ),
        choice(
            "What mends it in Keras 2 and 3?",
            ("first base.trainable = True, then freeze layers", "compile once more", "freeze the head too"),
            "first base.trainable = True, then freeze layers",
            {
                "compile once more": "The parent would still be frozen.",
                "freeze the head too": "Then nothing would be trained.",
            },
            "The parent must be trainable for its children to be.",
        ),
    )


PARENT = Template(
    key="transfer.parent",
    title="Find the bug: a frozen parent",
    topic=TOPIC,
    minutes=3,
    draw=lambda rng: Vgg(draw(rng).cut, rng.randint(2, 100)),
    published=Vgg(10, 10),
    text=lambda p: (
        "The base is VGG19 without its classifier; it ends in 512 features. How many parameters does Keras 2 train?\n\n"
        f"```python\nbase.trainable = False\nmodel = Sequential([base, GlobalAveragePooling2D(), Dense({p.classes})])\n"
        f"for layer in base.layers[{p.cut}:]:\n    layer.trainable = True\n```"
    ),
    ask=_ask_parent,
    state=lambda p: {"cut": p.cut},
    hints=lambda p: ("In Keras 2 a model that is frozen has no trainable weights.",),
    lesson="Print the trainable parameters before you train: they tell at once what is frozen.",
)


@dataclass(frozen=True)
class Resize:
    """Images, rows and columns of each, and the new side."""

    images: int
    rows: int
    columns: int
    side: int


def _ask_resize(p: Resize) -> Sequence[Question]:
    return (
        count(
            "Images that are resized",
            p.rows,
            (
                Slip("shape_0", p.images, "That is shape[0]; the loop runs over shape[1], the rows of an image."),
                Slip("columns", p.columns, "That is shape[2]; the loop runs over shape[1]."),
                Slip("side", p.side, "That is the new side."),
            ),
            (f"x_train.shape[1] = {p.rows}",),
        ),
        count(
            "Images that stay as they were made, all 0",
            p.images - p.rows,
            (
                Slip("none", 0, "The loop ends before it has seen all images."),
                Slip("resized", p.rows, "Those are the ones that are resized."),
            ),
            (f"{p.images} − {p.rows} = {p.images - p.rows}",),
        ),
    )


def _draw_resize(rng: random.Random) -> Resize:
    rows = rng.randint(20, 64)
    return Resize(rng.randrange(10_000, 60_001, 2_000), rows, rng.choice((rows, rows + 8)), rng.choice((96, 128, 224)))


RESIZE = Template(
    key="transfer.resize",
    title="Find the bug: a loop that resizes",
    topic=TOPIC,
    minutes=2,
    draw=_draw_resize,
    published=Resize(60_000, 28, 28, 32),
    text=lambda p: (
        f"`x_train` has the shape ({p.images}, {p.rows}, {p.columns}). What does the loop do?\n\n"
        f"```python\nresized = np.zeros(({p.images}, {p.side}, {p.side}))\nfor i in range(x_train.shape[1]):\n"
        f"    resized[i] = resize(x_train[i], ({p.side}, {p.side}))\n```"
    ),
    ask=_ask_resize,
    state=lambda p: {},
    hints=lambda p: ("What is x_train.shape[1]?",),
    lesson="The images are counted by shape[0]; look at a few results before you train on them.",
)


@dataclass(frozen=True)
class Grays:
    """Two gray values from 0 to 255."""

    light: int
    dark: int


def _ask_inputs(p: Grays) -> Sequence[Question]:
    light, gap = F(p.light), F(p.light - p.dark)
    return (
        number(
            f"First channel of gray {p.light}",
            light - BLUE,
            (
                Slip("only_scaled", light / 255, "That is what the code gives; to the base it is almost black."),
                Slip("not_centered", light, "The mean of the channel must be subtracted."),
                Slip("red_first", light - RED, "The first channel is blue there."),
                Slip(
                    "of_torchvision",
                    (light / 255 - MEAN) / DEVIATION,
                    "torchvision's weights need that. Weights and preprocessing belong together.",
                ),
            ),
            (f"{p.light} − 103.939 = {float(light - BLUE):.6g}",),
        ),
        number(
            f"First channel of gray {p.light}, minus that of gray {p.dark}",
            gap,
            (
                Slip("only_scaled", gap / 255, "That is what the code gives: 1/255 of what the weights expect."),
                Slip("centered", gap - BLUE, "The mean cancels in the difference."),
            ),
            (f"{p.light} − {p.dark} = {p.light - p.dark}",),
        ),
    )


INPUTS = Template(
    key="transfer.inputs",
    title="Find the bug: inputs of a pretrained base",
    topic=TOPIC,
    minutes=3,
    draw=lambda rng: Grays(rng.randint(150, 255), rng.randint(0, 100)),
    published=Grays(255, 0),
    text=lambda p: (
        "Keras' `VGG19(weights='imagenet', include_top=False)` gets `x_train / 255`, gray images repeated in three "
        "channels. Its weights were trained on the output of `preprocess_input`: channels in the order blue, green, "
        "red, minus the means 103.939, 116.779, and 123.68. What should the base see?"
    ),
    ask=_ask_inputs,
    state=lambda p: {},
    hints=lambda p: ("preprocess_input does not divide by 255.", "The first channel is blue."),
    lesson="Preprocess as the pretrained weights were: else the biases of the first layers outweigh the image.",
)


@dataclass(frozen=True)
class Passes:
    """Training images and epochs."""

    images: int
    epochs: int


def _ask_passes(p: Passes) -> Sequence[Question]:
    every = p.images * p.epochs
    return (
        count(
            "Image passes through the base that are enough",
            p.images,
            (
                Slip("every_epoch", every, "A frozen base gives the same features every epoch: compute them once."),
                Slip("one_epoch_each", p.epochs, "Each image must pass once."),
            ),
            (f"one for each image: {p.images:,}",),
        ),
        count(
            "Image passes through the head",
            every,
            (Slip("once", p.images, "The head is trained: it sees every image in every epoch."),),
            (f"{p.images} · {p.epochs} = {every:,}",),
        ),
        number(
            "Passes through the base that are saved",
            1 - F(1, p.epochs),
            (Slip("fraction_left", F(1, p.epochs), "That is what is left, not what is saved."),),
            (f"1 − 1/{p.epochs} = {1 - 1 / p.epochs:.6g}",),
            share=True,
        ),
    )


PASSES = Template(
    key="transfer.passes",
    title="Find the waste: a base that runs again",
    topic=TOPIC,
    minutes=3,
    draw=lambda rng: Passes(rng.randrange(2_000, 60_001, 1_000), rng.choice((4, 5, 8, 10, 16, 20, 25, 30))),
    published=Passes(60_000, 10),
    text=lambda p: (
        f"The whole base is frozen, and `fit` runs for {p.epochs} epochs over {p.images:,} images without "
        "augmentation. How often must images pass through base and head?"
    ),
    ask=_ask_passes,
    state=lambda p: {"cut": 22},
    hints=lambda p: ("What changes in the base from epoch to epoch?",),
    lesson="Run a frozen base once, keep its features, and train the head on them.",
)
