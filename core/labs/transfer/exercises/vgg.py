"""Exercise: VGG19 without its classifier, cut at a layer."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from core.exercises.questions import Question, Slip, count
from core.exercises.templates import Template
from core.labs.transfer.exercises.counts import TOPIC

BLOCKS = ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4))
CUTS = tuple(range(2, 21))


def _weights() -> tuple[tuple[int, int], ...]:
    """Weights and biases of each layer as Keras counts them: the input is layer 0, and poolings are layers."""
    found, depth = [(0, 0)], 3
    for width, layers in BLOCKS:
        for _ in range(layers):
            found.append((9 * depth * width, width))
            depth = width
        found.append((0, 0))
    return tuple(found)


LAYERS = _weights()
NAMES = (
    "input",
    *(f"block{b}_{n}" for b, (_, m) in enumerate(BLOCKS, 1) for n in (*(f"conv{k + 1}" for k in range(m)), "pool")),
)


@dataclass(frozen=True)
class Vgg:
    """Layers that are frozen, from layer 0 on, and classes of the new head."""

    cut: int
    classes: int

    @property
    def head(self) -> int:
        """Parameters of the head: a fully connected layer from 512 features."""
        return 513 * self.classes

    @property
    def params(self) -> int:
        """All parameters."""
        return before(len(LAYERS)) + self.head

    @property
    def trainable(self) -> int:
        """Parameters from the cut on, the head included."""
        return self.params - before(self.cut)


def before(cut: int) -> int:
    """Return the parameters of the layers before a cut."""
    return sum(weights + biases for weights, biases in LAYERS[:cut])


def draw(rng: random.Random) -> Vgg:
    """Draw a cut between two convolutions, and the classes."""
    return Vgg(rng.choice(CUTS), rng.choice((2, 5, 20, 50, 100, 200)))


def state(p: Vgg) -> dict[str, int]:
    """Return the values of the lab's controls."""
    return {"cut": p.cut, "classes": p.classes}


def _ask(p: Vgg) -> Sequence[Question]:
    frozen, head = before(p.cut), p.head
    shifted = f"The input is layer 0, so layer {p.cut} is {NAMES[p.cut]}, the first that is trained."
    layers = [sum(layer) for layer in LAYERS[: p.cut] if layer[0]]
    biases = sum(biases for _, biases in LAYERS[: p.cut])
    return (
        count(
            "Frozen parameters",
            frozen,
            (
                Slip("one_too_many", before(p.cut + 1), shifted),
                Slip("one_too_few", before(p.cut - 1), f"Layer {p.cut - 1}, {NAMES[p.cut - 1]}, is frozen too."),
                Slip("bias_forgotten", frozen - biases, f"Each filter has a bias: {biases:,} are missing."),
                Slip("other_side", p.trainable, "Those are the trained parameters."),
            ),
            (" + ".join(f"{value:,}" for value in layers) + f" = {frozen:,}",),
        ),
        count(
            "Trainable parameters",
            p.trainable,
            (
                Slip("head_forgotten", p.trainable - head, f"The head adds {head:,}."),
                Slip("one_too_few", p.params - before(p.cut + 1), shifted),
                Slip("other_side", frozen, "Those are the frozen parameters."),
                Slip("all_trained", p.params, "Frozen layers are not trained."),
            ),
            (f"{p.params - head:,} + {head:,} − {frozen:,} = {p.trainable:,}",),
        ),
        count(
            "Parameters of the head",
            head,
            (
                Slip("bias_forgotten", head - p.classes, "Each output has a bias."),
                Slip("no_average", 4 * 512 * p.classes + p.classes, "Five poolings reduce 32×32 to 1×1."),
            ),
            (f"512 · {p.classes} + {p.classes} = {head}",),
        ),
    )


VGG19 = Template(
    key="transfer.vgg19",
    title="Freeze VGG19 up to a layer",
    topic=TOPIC,
    minutes=8,
    draw=draw,
    published=Vgg(10, 10),
    text=lambda p: (
        f"VGG19 without its classifier sees 32×32×3 images; a global average and Dense({p.classes}) follow. Its blocks "
        "have 2, 2, 4, 4, and 4 convolutions of 3×3 with 64, 128, 256, 512, and 512 filters; a pooling ends each "
        f"block. Freeze layers 0 to {p.cut - 1}, where layer 0 is the input and poolings count as layers."
    ),
    ask=_ask,
    state=state,
    hints=lambda p: (
        f"Layer {p.cut - 1} is {NAMES[p.cut - 1]}: list the convolutions up to it.",
        "A convolution has (9 · depth in + 1) · filters parameters.",
    ),
    lesson="The late layers hold most parameters: freezing the early ones spares few weights, but much memory.",
)
