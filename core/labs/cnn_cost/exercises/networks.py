"""Exercises: a VGG and a LeNet, counted from their table."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.exercises.questions import Question, Slip, count
from core.exercises.templates import Refused, Template
from core.labs.cnn_cost.compute.slips import rounded
from core.labs.cnn_cost.exercises.layers import TOPIC

UNITS = (4096, 4096, 1000)  # of the fully connected layers of a VGG
_ROUNDED = "The cells were rounded before they were added; add the exact ones."


@dataclass(frozen=True)
class Vgg:
    """Side of the color image, filters of the first block, and the convolutions of each block."""

    side: int
    width: int
    counts: tuple[int, ...]

    @property
    def widths(self) -> tuple[int, ...]:
        """Filters of each block: doubled four times, but never beyond eight times the first."""
        return tuple(self.width * min(2**k, 8) for k in range(len(self.counts)))

    def activations(self) -> tuple[int, ...]:
        """Return the cells of the table: each convolution, pooling, and fully connected layer."""
        found, side = [], self.side
        for width, layers in zip(self.widths, self.counts, strict=True):
            found += [width * side**2] * layers
            side //= 2
            found.append(width * side**2)
        return (*found, *UNITS)

    def weights(self) -> tuple[tuple[int, int], ...]:
        """Return inputs times taps, and outputs, of each layer with weights."""
        found, depth, side = [], 3, self.side
        for width, layers in zip(self.widths, self.counts, strict=True):
            for _ in range(layers):
                found.append((9 * depth, width))
                depth = width
            side //= 2
        inputs = depth * side**2
        for units in UNITS:
            found.append((inputs, units))
            inputs = units
        return tuple(found)

    def params(self) -> int:
        """Return the weights of the network."""
        return sum(a * b for a, b in self.weights())

    def longer(self) -> Vgg | None:
        """Return the network with a fourth convolution in blocks of three, or a third in blocks of two."""
        if 3 not in self.counts and 2 not in self.counts:
            return None
        most = 3 if 3 in self.counts else 2
        return Vgg(self.side, self.width, tuple(n + (n == most) for n in self.counts))


def _ask_vgg(p: Vgg) -> Sequence[Question]:
    image, cells = 3 * p.side**2, p.activations()
    total, params = image + sum(cells), p.params()
    longer = p.longer()
    more = [] if longer is None else [(longer, "A block was given one convolution too many.")]
    products = [a * b for a, b in p.weights()]
    outputs = sum(b for _, b in p.weights())
    flat = p.weights()[-3][0]
    return (
        count(
            "All activations: image, convolutions, poolings, fully connected",
            total,
            (
                Slip("rounded_cells", sum(map(rounded, (image, *cells))), _ROUNDED),
                Slip("input_row", total - image, f"The {image:,} numbers of the image belong to it."),
                *(Slip("fourth_conv", image + sum(net.activations()), words) for net, words in more),
            ),
            (f"{image:,} + " + " + ".join(f"{cell:,}" for cell in cells) + f" = {total:,}",),
        ),
        count(
            "Inputs of the first fully connected layer",
            flat,
            (
                Slip("one_pooling_less", 4 * flat, "Each block ends with a pooling: five of them."),
                Slip("pooled_to_one", p.widths[-1], "Nothing averages the last maps: all of their values go in."),
            ),
            (f"{p.widths[-1]} · {p.side // 32} · {p.side // 32} = {flat}",),
        ),
        count(
            "All parameters, without biases",
            params,
            (
                Slip("bias_counted", params + outputs, f"Biases ({outputs:,}) do not count here."),
                Slip("rounded_cells", sum(map(rounded, products)), _ROUNDED),
                *(Slip("fourth_conv", net.params(), words) for net, words in more),
                Slip("convolutions_only", sum(products[:-3]), "The fully connected layers hold most of them."),
            ),
            (" + ".join(f"{product:,}" for product in products) + f" = {params:,}",),
        ),
    )


def _vgg_state(p: Vgg) -> Mapping[str, Any]:
    blocks = ", ".join(
        f"{layers}x(conv3-{width}@same), pool2" for width, layers in zip(p.widths, p.counts, strict=True)
    )
    units = ", ".join(f"fc{units}" for units in UNITS)
    return {"net": "text", "text": f"input{p.side}x{p.side}-3, {blocks}, {units}", "bias": False}


VGG = Template(
    key="cnn_cost.vgg",
    title="The table of a VGG",
    topic=TOPIC,
    minutes=15,
    draw=lambda rng: Vgg(
        rng.randrange(64, 257, 32),
        rng.choice((16, 32, 64)),
        rng.choice(((1, 1, 2, 2, 2), (2, 2, 3, 3, 3), (2, 2, 4, 4, 4))),
    ),
    published=Vgg(224, 64, (2, 2, 3, 3, 3)),
    text=lambda p: (
        f"A VGG sees {p.side}×{p.side} color images. Its five blocks have {', '.join(map(str, p.counts))} convolutions "
        f"of 3×3 with {', '.join(map(str, p.widths))} filters, which keep height and width, and each ends with a 2×2 "
        "pooling. Fully connected layers of 4,096, 4,096, and 1,000 units follow."
    ),
    ask=_ask_vgg,
    state=_vgg_state,
    hints=lambda p: (
        "Write a row for each layer: side, filters, activations, weights.",
        "Add the exact cells; the first fully connected layer sees all values of the last maps.",
    ),
    lesson="Activations sit in the first layers, parameters in the first fully connected one; round at the end.",
)


@dataclass(frozen=True)
class LeNet:
    """Side of the gray image, kernel of the first two convolutions, their maps, and the widths of the last layers."""

    side: int
    kernel: int
    maps: tuple[int, int]
    widths: tuple[int, int, int]

    @property
    def sides(self) -> tuple[int, int, int, int]:
        """Sides after each convolution and pooling."""
        first = self.side - self.kernel + 1
        second = first // 2 - self.kernel + 1
        return first, first // 2, second, second // 2

    @property
    def layers(self) -> tuple[tuple[int, int], ...]:
        """Weights and biases of each layer that has some."""
        (a, b), (c, d, e), taps, last = self.maps, self.widths, self.kernel**2, self.sides[3] ** 2
        return (taps * a, a), (taps * a * b, b), (last * b * c, c), (c * d, d), (d * e, e)


def _draw_lenet(rng: random.Random) -> LeNet:
    found = LeNet(
        rng.randrange(20, 64, 2),
        rng.choice((3, 5, 7)),
        (rng.choice((4, 6, 8)), rng.choice((12, 16, 20))),
        (rng.choice((80, 100, 120)), rng.choice((60, 84)), rng.choice((10, 26))),
    )
    first, _, second, last = found.sides
    if first % 2 or second % 2 or not 3 <= last <= 9:
        raise Refused("Poolings must come out even.")
    return found


def _ask_lenet(p: LeNet) -> Sequence[Question]:
    first, _, _, last = p.sides
    (a, b), (c, _, _) = p.maps, p.widths
    total, biases = sum(w + v for w, v in p.layers), sum(v for _, v in p.layers)
    taps = p.kernel**2
    third = (last**2 * b + 1) * c
    return (
        count(
            "Parameters of the second convolution",
            (taps * a + 1) * b,
            (
                Slip("bias_forgotten", taps * a * b, "Each filter has a bias."),
                Slip("depth_forgotten", (taps + 1) * b, f"A filter sees all {a} maps."),
                Slip("kernel_less_1", ((p.kernel - 1) ** 2 * a + 1) * b, f"{p.side} − k + 1 = {first}."),
            ),
            (f"({p.kernel} · {p.kernel} · {a} + 1) · {b} = {(taps * a + 1) * b:,}",),
        ),
        count(
            "Parameters of the third convolution",
            third,
            (
                Slip("bias_forgotten", third - c, "Each filter has a bias."),
                Slip("same_kernel", (taps * b + 1) * c, f"It goes from {last}×{last} to 1×1: that is its kernel."),
                Slip("one_tap", (b + 1) * c, f"Its kernel is {last}×{last}."),
            ),
            (f"({last} · {last} · {b} + 1) · {c} = {third:,}",),
        ),
        count(
            "Parameters of the network",
            total,
            (
                Slip("bias_forgotten", total - biases, f"The {biases:,} biases belong to it."),
                Slip("relu_params", total + 2 * (a + b), "Poolings and activations have no parameters here."),
                Slip("convolutions_only", sum(w + v for w, v in p.layers[:3]), "The last two layers have some too."),
            ),
            (" + ".join(f"{w + v:,}" for w, v in p.layers) + f" = {total:,}",),
        ),
    )


def _lenet_text(p: LeNet) -> str:
    first, half, second, last = p.sides
    (a, b), (c, d, e) = p.maps, p.widths
    rows = (
        ("image", f"1×{p.side}×{p.side}"),
        ("convolution", f"{a}×{first}×{first}"),
        ("pooling", f"{a}×{half}×{half}"),
        ("convolution", f"{b}×{second}×{second}"),
        ("pooling", f"{b}×{last}×{last}"),
        ("convolution", f"{c}×1×1"),
        ("linear", str(d)),
        ("linear", str(e)),
    )
    table = "\n".join(f"| {name} | {shape} |" for name, shape in rows)
    return (
        "A network prints its output shapes. Strides are 1, nothing is padded, and biases count.\n\n"
        f"| layer | shape |\n|--|--|\n{table}"
    )


def _lenet_state(p: LeNet) -> Mapping[str, Any]:
    (a, b), (c, d, e), k = p.maps, p.widths, p.kernel
    last = p.sides[3]
    text = f"input{p.side}x{p.side}-1, conv{k}-{a}, pool2, conv{k}-{b}, pool2, conv{last}-{c}, fc{d}, fc{e}"
    return {"net": "text", "text": text, "bias": True}


LENET = Template(
    key="cnn_cost.lenet",
    title="Parameters from printed shapes",
    topic=TOPIC,
    minutes=6,
    draw=_draw_lenet,
    published=LeNet(32, 5, (6, 16), (120, 84, 10)),
    text=_lenet_text,
    ask=_ask_lenet,
    state=_lenet_state,
    hints=lambda p: (
        "Without padding the side shrinks by k − 1: read k from the shapes.",
        "A convolution has (k · k · depth in + 1) · filters parameters, a linear layer (inputs + 1) · outputs.",
    ),
    lesson="Shapes tell the kernels; poolings and activations have no parameters.",
)
