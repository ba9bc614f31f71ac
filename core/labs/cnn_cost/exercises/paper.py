"""Exercise: the parameters of a whole small Inception, counted from its figure."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.exercises.questions import Question, Slip, count
from core.exercises.templates import Template
from core.labs.cnn_cost.exercises.layers import TOPIC

Unit = tuple[int, int]  # filters of the 1x1 and of the 3x3; none of the 1x1 in a downsampling module


@dataclass(frozen=True)
class Inception:
    """Channels of the image, filters of the first 3x3, the modules in order, and the classes."""

    channels: int
    first: int
    units: tuple[Unit, ...]
    classes: int

    def convolutions(self, reduced: bool = False) -> Iterator[tuple[int, int, int]]:
        """Yield kernel, channels in, and filters; with a 1x1 before the 3x3 of each module if `reduced`."""
        yield 3, self.channels, self.first
        depth = self.first
        for ones, threes in self.units:
            if ones:
                yield 1, depth, ones
                if reduced:
                    yield 1, depth, threes
            yield 3, threes if ones and reduced else depth, threes
            depth = ones + threes if ones else depth + threes

    @property
    def depth(self) -> int:
        """Channels behind the last module."""
        depth = self.first
        for ones, threes in self.units:
            depth = ones + threes if ones else depth + threes
        return depth

    @property
    def filters(self) -> int:
        """Filters of all convolutions."""
        return sum(filters for _, _, filters in self.convolutions())

    def parameters(self, reduced: bool = False) -> int:
        """Return weights, biases, scales, and shifts of the convolutions, and the last layer."""
        convolved = sum((k * k * depth + 3) * filters for k, depth, filters in self.convolutions(reduced))
        return convolved + (self.depth + 1) * self.classes


# Zhang et al. 2017, figure 3
PAPER = Inception(
    1, 96, ((32, 32), (32, 48), (0, 80), (112, 48), (96, 64), (80, 80), (48, 96), (0, 96), (176, 160), (176, 160)), 10
)


def _draw(rng: random.Random) -> Inception:
    units = tuple((ones and 16 * rng.randint(2, 11), 16 * rng.randint(2, 10)) for ones, _ in PAPER.units)
    return Inception(rng.choice((1, 3)), rng.choice((64, 96, 128)), units, rng.choice((10, 20, 50, 100)))


def _variant(p: Inception) -> int:
    """Return the parameters with a 1x1 before each 3x3, and one and a half times the filters to halve the size."""
    *units, (_, down), before, last = p.units
    return replace(p, units=(*units, (0, down * 3 // 2), before, last)).parameters(reduced=True)


def _ask(p: Inception) -> Sequence[Question]:
    total, depth, filters = p.parameters(), p.depth, p.filters
    (ones, threes), before = p.units[-1], p.units[-2]
    weights = sum(k * k * d * f for k, d, f in p.convolutions())
    linear = (depth + 1) * p.classes
    return (
        count(
            "Channels after the last module",
            depth,
            (
                Slip("input_kept", depth + sum(before), "Only a downsampling module keeps the channels of its input."),
                Slip("threes_only", threes, f"The {ones} channels of the 1×1 are stacked with them."),
            ),
            (f"{ones} + {threes} = {depth}",),
        ),
        count(
            "Parameters of the network",
            total,
            (
                Slip("not_the_paper", _variant(p), "No 1×1 stands before the 3×3; take the filters given."),
                Slip("reduced", p.parameters(reduced=True), "No 1×1 stands before the 3×3 in this network."),
                Slip("bias_forgotten", total - filters, f"Each of the {filters:,} filters has a bias."),
                Slip("norm_forgotten", total - 2 * filters, "Each filter's channel has a scale and a shift."),
                Slip("counts_buffers", total + 2 * filters, "Running means and variances are not trained."),
                Slip("linear_forgotten", total - linear, "The last layer has weights and biases too."),
                Slip(
                    "another_image",
                    replace(p, channels=4 - p.channels).parameters(),
                    "Count the channels of the image.",
                ),
            ),
            (
                f"Σ k · k · depth in · filters = {weights:,}",
                f"({depth} + 1) · {p.classes} = {linear:,}",
                f"{weights:,} + 3 · {filters:,} + {linear:,} = {total:,}",
            ),
        ),
    )


def _text(p: Inception) -> str:
    rows = "\n".join(
        f"| {ones or '–'} | {threes} | {'module' if ones else 'halves the size'} |" for ones, threes in p.units
    )
    return (
        f"A network for images with {p.channels} channel{'s' * (p.channels > 1)} begins with {p.first} filters of 3×3. "
        "Then come these modules, whose branches see the same input and are stacked; where the size is halved, a max "
        "pooling of the input is the other branch. Global average pooling and a fully connected layer with "
        f"{p.classes} outputs end it. Every convolution has biases, and batch normalization with scale and shift "
        f"follows it.\n\n| 1×1 | 3×3 | |\n|--|--|--|\n{rows}"
    )


def _state(p: Inception) -> dict[str, str]:
    parts = [f"conv3-{p.first}@same, bn"]
    for ones, threes in p.units:
        down = f"{{conv3-{threes}/2 p1, bn | pool3/2 p1}}"
        parts.append(f"{{conv1-{ones}, bn | conv3-{threes}@same, bn}}" if ones else down)
    return {"net": "text", "text": ", ".join((f"input28x28-{p.channels}", *parts, "gap", f"fc{p.classes}"))}


WHOLE = Template(
    key="cnn_cost.whole",
    title="A small Inception, whole",
    topic=TOPIC,
    minutes=10,
    draw=_draw,
    published=PAPER,
    text=_text,
    ask=_ask,
    state=_state,
    hints=lambda p: (
        "Write the depth after each module first: stacked branches add, and pooling keeps the depth.",
        "A filter has k · k · depth weights, a bias, a scale, and a shift.",
    ),
    lesson="Count the network of the figure: with a 1×1 before each 3×3 it would be another one.",
)
