"""Questions of the page on transfer: to be answered before the picture is seen, and the homework's with its bugs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

from core.kit.controls import Slider
from core.kit.exercise import Question, Slip
from core.kit.lab import Cell, Exercise, Prediction, Verdict
from core.kit.words import percent
from core.labs.transfer.compute.explore import Transfer, transfer
from core.labs.transfer.panels.layers import frozen_share, spared_share
from core.training.pretrained import DEVIATION, MEAN

_CUT = 10  # of the homework
_IMAGES, _EPOCHS = 60_000, 10
_PER_CENT = Slider(name="guess", label="Percentage", default=50, low=0, high=100, help="Enter your prediction.")


def _half(result: Transfer) -> int:
    return (result.head + 1) // 2


def trainable_half(result: Transfer) -> int:
    """Share of the parameters that is trainable behind half of the layers, in whole percent."""
    return round(100 * (1 - float(frozen_share(result)[_half(result)])))


def kept_half(result: Transfer) -> int:
    """Share of the kept bytes that remains behind half of the layers, in whole percent."""
    return round(100 * (1 - float(spared_share(result)[_half(result)])))


def _verdict(guess: int, truth: int, result: Transfer) -> str:
    cut = _half(result)
    near = "Correct" if abs(guess - truth) <= 5 else "Not quite"
    frozen, spared = float(frozen_share(result)[cut]), float(spared_share(result)[cut])
    return (
        f"{near}: frozen before layer {cut}, {result.layers[cut].name}, {percent(1 - frozen)} of "
        f"the parameters are trained, and {percent(1 - spared)} of the activations must still be "
        "stored: from layer to layer maps shrink and parameters multiply."
    )


PREDICTIONS = (
    Prediction(
        "With the first half of the layers frozen, what percentage of parameters is trained?",
        guess=_PER_CENT,
        truth=trainable_half,
        verdict=_verdict,
    ),
    Prediction(
        "What percentage of the activations must a training step store?",
        guess=_PER_CENT,
        truth=kept_half,
        verdict=_verdict,
    ),
)


def homework() -> tuple[Exercise, ...]:
    """The homework's counts and its bugs, each as a card."""
    return (
        _exercise(
            "**Freeze layers 0–9** of VGG19 without its classifier (32×32×3 images, global average, "
            "Dense(10)). Layer 0 is the input.",
            _counts(),
            "transfer counts",
        ),
        _exercise(
            "**Find the bug.** `Dense(10, activation='softmax')`, and then "
            "`loss=BinaryCrossentropy(from_logits=True)`. What is the loss of a perfect prediction "
            "(1 for the correct class, 0 for the others)? The mean over the ten outputs, natural "
            "logarithm, three decimals.",
            (_softmax(),),
            "transfer softmax",
        ),
        _exercise(
            "**Find the bug**, in Keras 2: `base.trainable = False`, `model = Sequential([base, "
            "GlobalAveragePooling2D(), Dense(10)])`, and then `for layer in base.layers[10:]: layer.trainable = True`. "
            "How many parameters does `model` train?",
            (_parent(),),
            "transfer parent",
        ),
        _exercise(
            "**Find the bug.** `x_train` has the shape (60000, 28, 28), and "
            "`for i in range(x_train.shape[1]): resized[i] = resize(x_train[i], (32, 32))`. How many images are "
            "resized?",
            (_resize(),),
            "transfer resize",
        ),
        _exercise(
            "**Find the bug.** `base = VGG19(weights='imagenet', include_top=False)` of Keras gets "
            "`x_train / 255`, gray images repeated in three channels. Its weights were trained on "
            "the output of `preprocess_input`: channels in the order blue, green, red, minus the "
            "ImageNet mean (103.939, 116.779, 123.68). What should a white pixel be in the first "
            "channel, and how far apart should black and white be?",
            _preprocessed(),
            "transfer inputs",
        ),
        _exercise(
            f"**Find the waste.** The whole base is frozen, and `fit` runs for {_EPOCHS} epochs over "
            f"{_IMAGES:,} images without augmentation. How many image passes through the base are "
            "enough?",
            (_passes(),),
            "transfer passes",
        ),
    )


def _counts() -> tuple[Question, ...]:
    found = transfer()
    frozen, trainable = found.frozen[_CUT], found.trainable[_CUT]
    biases = sum(layer.outputs for layer in found.layers[:_CUT])
    shifted = "The input is layer 0, so layer 10 is block3_conv4, the first trained layer."
    return (
        _question(
            "Frozen parameters",
            frozen,
            ("one_too_many", found.frozen[_CUT + 1], shifted),
            ("one_too_few", found.frozen[_CUT - 1], "Layer 9, block3_conv3, is frozen too."),
            ("bias_forgotten", frozen - biases, f"Each filter has a bias: {biases:,} are missing."),
            ("other_side", trainable, "Those are the trained parameters."),
        ),
        _question(
            "Trainable parameters",
            trainable,
            ("head_forgotten", trainable - found.head_params, f"The head adds {found.head_params:,}."),
            ("one_too_few", found.trainable[_CUT + 1], shifted),
            ("other_side", frozen, "Those are the frozen parameters."),
        ),
        _question(
            "Parameters of the head",
            found.head_params,
            ("bias_forgotten", found.head_params - 10, "Each of the ten outputs has a bias."),
            ("no_average", 512 * 10 * 4 + 10, "Five poolings reduce 32×32 to 1×1: 512 features."),
        ),
    )


def softmax_loss() -> float:
    """Binary cross-entropy from logits of a perfect softmax of ten classes: ln(1 + 1/e) once, ln 2 nine times."""
    return (math.log1p(math.exp(-1)) + 9 * math.log(2)) / 10


def _softmax() -> Question:
    return _question(
        "Loss of a perfect prediction",
        Fraction(softmax_loss()),
        (
            "right_loss",
            0,
            "That is the loss for the correct pairing. Here 1 and 0 are read as logits, which the "
            "sigmoid maps to 0.73 and 0.5.",
        ),
        (
            "all_wrong_classes",
            Fraction(math.log(2)),
            "That is the part of each wrong class; the correct one has ln(1 + 1/e) = 0.313.",
        ),
        (
            "only_the_right_class",
            Fraction(math.log1p(math.exp(-1))),
            "That is the part of the correct class; each of the nine others has ln 2.",
        ),
    )


def _parent() -> Question:
    found = transfer()
    return _question(
        "Trained parameters",
        found.head_params,
        (
            "parent_frozen",
            found.trainable[_CUT],
            "That was the intention, and what Keras 3 trains, where each variable has its own flag. "
            "In Keras 2 a frozen parent has no trainable weights, whatever its children say. Both "
            "work if base.trainable = True comes first and base.layers[:10] are frozen after that.",
        ),
        ("all_trained", found.params, "That is the model without any freezing."),
    )


def _resize() -> Question:
    return _question(
        "Resized images",
        28,
        ("shape_0", _IMAGES, "That is shape[0]; the loop runs over shape[1], the rows of an image."),
        ("side", 32, "That is the new side."),
    )


def _preprocessed() -> tuple[Question, ...]:
    """Keras' `vgg19.preprocess_input`, which is in the order and scale of Caffe."""
    blue, red = Fraction("103.939"), Fraction("123.68")
    return (
        _question(
            "White, first channel",
            255 - blue,
            ("only_scaled", 1, "That is what the code gives; to the base it is almost a single color."),
            ("not_centered", 255, "The channel mean must still be subtracted."),
            ("red_first", 255 - red, "The first channel is blue there."),
            (
                "of_torchvision",
                Fraction((1 - MEAN[0]) / DEVIATION[0]),
                "torchvision's weights need that: (1 − 0.485) / 0.229. Weights and preprocessing belong together.",
            ),
        ),
        _question(
            "White minus black",
            255,
            (
                "only_scaled",
                1,
                "That is what the code gives: 1/255 of the right size, so the biases of the first layers "
                "outweigh the image.",
            ),
        ),
    )


def _passes() -> Question:
    return _question(
        "Passes",
        _IMAGES,
        (
            "every_epoch",
            _IMAGES * _EPOCHS,
            "That is what happens now. A frozen base gives the same features every epoch: compute them once.",
        ),
        ("one_epoch_each", _EPOCHS, "Each image must pass once."),
    )


def _question(label: str, truth: Fraction | int, *slips: tuple[str, Fraction | int, str]) -> Question:
    return Question(label, Fraction(truth), "", tuple(Slip(name, Fraction(value), why) for name, value, why in slips))


def _exercise(text: str, asked: Sequence[Question], key: str) -> Exercise:
    return Exercise(text, tuple(Cell(question.label, _judge(question)) for question in asked), key=key)


def _judge(asked: Question) -> Callable[[str], Verdict]:
    def judge(text: str) -> Verdict:
        right, slips = asked.judge(text)
        if right:
            return Verdict(True, "Correct.")
        told = (f"**{slip.name.replace('_', ' ').capitalize()}.** {slip.explanation}" for slip in slips)
        return Verdict(False, " Or: ".join(told) or "Not quite: that matches no common mistake.")

    return judge
