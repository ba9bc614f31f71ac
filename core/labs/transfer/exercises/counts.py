"""Exercises: frozen and trainable parameters, memory of the optimizer, and the head."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.exercises.questions import Question, Slip, count, number
from core.exercises.templates import Refused, Template

F = Fraction
TOPIC = "Transfer"
STATES = {"SGD": 0, "SGD with momentum": 1, "Adam": 2}


@dataclass(frozen=True)
class Cut:
    """Depths of 3x3 convolutions after each other, from the image on, how many are frozen, and the classes."""

    depths: tuple[int, ...]
    frozen: int
    classes: int

    @property
    def layers(self) -> tuple[int, ...]:
        """Parameters of each convolution, biases included."""
        pairs = zip((3, *self.depths), self.depths, strict=False)
        return tuple(9 * a * b + b for a, b in pairs)

    @property
    def head(self) -> int:
        """Parameters of the fully connected layer after global average pooling."""
        return (self.depths[-1] + 1) * self.classes


def _draw_cut(rng: random.Random) -> Cut:
    widths = rng.choice(((16, 32, 64, 64), (32, 64, 64, 128), (64, 64, 128, 128), (32, 32, 64, 128, 128)))
    return Cut(widths, rng.randint(1, len(widths) - 1), rng.choice((2, 5, 10, 20)))


def _ask_cut(p: Cut) -> Sequence[Question]:
    layers = p.layers
    frozen = sum(layers[: p.frozen])
    trained = sum(layers[p.frozen :]) + p.head
    return (
        count(
            "Frozen parameters",
            frozen,
            (
                Slip("one_too_many", sum(layers[: p.frozen + 1]), f"Only the first {p.frozen} are frozen."),
                Slip("one_too_few", sum(layers[: p.frozen - 1]), f"The first {p.frozen} are frozen."),
                Slip("bias_forgotten", frozen - sum(p.depths[: p.frozen]), "Each filter has a bias."),
            ),
            (" + ".join(f"{v:,}" for v in layers[: p.frozen]) + f" = {frozen:,}",),
        ),
        count(
            "Trainable parameters",
            trained,
            (
                Slip("head_forgotten", trained - p.head, "The new head is trained too."),
                Slip("head_only", p.head, "The layers after the cut are trained too."),
                Slip("all", sum(layers) + p.head, "Frozen layers are not trained."),
                Slip("head_without_bias", trained - p.classes, "The head has a bias for each class."),
            ),
            (
                f"head: ({p.depths[-1]} + 1) · {p.classes} = {p.head}",
                " + ".join(f"{v:,}" for v in (*layers[p.frozen :], p.head)) + f" = {trained:,}",
            ),
        ),
    )


CUT = Template(
    key="transfer.cut",
    title="Freeze the first layers",
    topic=TOPIC,
    minutes=5,
    draw=_draw_cut,
    text=lambda p: (
        f"A network of 3×3 convolutions with {', '.join(map(str, p.depths))} filters sees color images; every "
        f"filter has "
        f"a bias. Global average pooling and a fully connected layer for {p.classes} classes follow. The first "
        f"{f'{p.frozen} convolutions are' if p.frozen > 1 else 'convolution is'} frozen."
    ),
    ask=_ask_cut,
    state=lambda p: {"classes": p.classes},
    hints=lambda p: ("A convolution has 9 · depth in · filters weights and a bias for each filter.",),
    lesson="Early layers hold few parameters: freezing them saves memory for the backward pass, not parameters.",
)


@dataclass(frozen=True)
class Memory:
    """Parameters that are frozen and trained, in thousands, and the optimizer."""

    frozen: int
    trained: int
    optimizer: str


def _draw_memory(rng: random.Random) -> Memory:
    found = Memory(rng.randrange(200, 4000, 50), rng.randrange(100, 3000, 50), rng.choice(list(STATES)))
    if found.frozen == found.trained:
        raise Refused("Equal counts hide which one is meant.")
    return found


def _ask_memory(p: Memory) -> Sequence[Question]:
    states = STATES[p.optimizer]
    total = 4 * (p.frozen + p.trained * (2 + states))
    everything = 4 * (p.frozen + p.trained) * (2 + states)
    return (
        number(
            "Memory for weights, gradients, and optimizer, in kB",
            F(total),
            (
                Slip(
                    "frozen_have_gradients", F(everything), "Frozen weights have no gradients and no optimizer state."
                ),
                Slip("no_gradients", F(total - 4 * p.trained), "Each trained weight has a gradient."),
                Slip("no_state", F(4 * (p.frozen + 2 * p.trained)), f"{p.optimizer} keeps a state for each weight."),
                Slip("numbers", F(total, 4), "Each number takes 4 bytes."),
            ),
            (f"4 · ({p.frozen} + {p.trained} · (2 + {states})) = {total}",),
            unit="kB",
        ),
        number(
            "The same if nothing is frozen, in kB",
            F(everything),
            (Slip("frozen", F(total), "Now every weight has a gradient and a state."),),
            (f"4 · ({p.frozen} + {p.trained}) · (2 + {states}) = {everything}",),
            unit="kB",
        ),
    )


MEMORY = Template(
    key="transfer.memory",
    title="Memory of a training step",
    topic=TOPIC,
    minutes=3,
    draw=_draw_memory,
    text=lambda p: (
        f"Of a network's parameters {p.frozen:,} thousand are frozen and {p.trained:,} thousand are trained with "
        f"{p.optimizer}, all in float32. How much memory do weights, gradients, and optimizer state take (1 kB = 1,000 "
        "bytes)?"
    ),
    ask=_ask_memory,
    state=lambda p: {"optimizer": p.optimizer},
    hints=lambda p: ("Momentum keeps one number for each trained weight, Adam two.",),
    lesson="A frozen weight costs 4 bytes, a weight trained with Adam 16; activations come on top.",
)


@dataclass(frozen=True)
class Head:
    """The last maps of a base, a hidden layer (0 for none), and the classes."""

    side: int
    depth: int
    hidden: int
    classes: int


def _ask_head(p: Head) -> Sequence[Question]:
    flat = p.side * p.side * p.depth
    pooled = (p.depth + 1) * p.hidden + (p.hidden + 1) * p.classes
    flattened = (flat + 1) * p.hidden + (p.hidden + 1) * p.classes
    return (
        count(
            "Parameters after global average pooling",
            pooled,
            (
                Slip("flattened", flattened, "Pooling leaves one number for each map."),
                Slip("bias_forgotten", p.depth * p.hidden + p.hidden * p.classes, "Both layers have biases."),
                Slip("hidden_forgotten", (p.depth + 1) * p.classes, "There is a hidden layer."),
            ),
            (
                f"({p.depth} + 1) · {p.hidden} = {(p.depth + 1) * p.hidden}",
                f"{(p.depth + 1) * p.hidden} + ({p.hidden} + 1) · {p.classes} = {pooled}",
            ),
        ),
        count(
            "Parameters after flattening",
            flattened,
            (
                Slip("pooled", pooled, "Flattening keeps every position of every map."),
                Slip(
                    "one_side",
                    (p.side * p.depth + 1) * p.hidden + (p.hidden + 1) * p.classes,
                    "A map has side times side values.",
                ),
                Slip("bias_forgotten", flat * p.hidden + p.hidden * p.classes, "Both layers have biases."),
            ),
            (
                f"{p.side} · {p.side} · {p.depth} = {flat}",
                f"({flat} + 1) · {p.hidden} + ({p.hidden} + 1) · {p.classes} = {flattened}",
            ),
        ),
    )


HEAD = Template(
    key="transfer.head",
    title="Two heads",
    topic=TOPIC,
    minutes=4,
    draw=lambda rng: Head(
        rng.choice((4, 5, 7)), rng.choice((256, 512, 1024)), rng.choice((64, 100, 128, 256)), rng.choice((2, 5, 10, 20))
    ),
    text=lambda p: (
        f"A base ends in {p.depth} maps of {p.side}×{p.side}. A new head has a hidden layer of {p.hidden} units and "
        f"{p.classes} outputs, all with biases. How many parameters does it have after global average pooling, and how "
        "many after flattening?"
    ),
    ask=_ask_head,
    shown_by="cnn_cost",
    state=lambda p: {"net": "text", "text": f"input{p.side}x{p.side}-{p.depth}, fc{p.hidden}, fc{p.classes}"},
    hints=lambda p: ("A fully connected layer has (inputs + 1) · units parameters.",),
    lesson="Pooling first makes the head independent of the image size, and far smaller.",
)
