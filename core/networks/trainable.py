"""Networks offered by the training pages, as texts: for any number of classes, and narrower or wider.

>>> from core.networks.trainable import network_text
>>> network_text("mlp", width=0.5)
'fc64, relu, fc64, relu, fc10'
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from core.networks.grammar import Items, Join, Layer, Repeat, write
from core.networks.parser import parse
from core.networks.presets import PRESETS, Network

MIN_WIDTH = 4  # fewest channels in a narrowed layer
MAX_FACTOR = 4.0
WIDTHS = (0.25, 0.5, 1.0, 2.0)  # factors of the hidden widths that pages offer


NETWORKS = {
    "logistic": Network(
        title="Logistic regression",
        text="fc10",
        note="One linear layer: 7,850 parameters for images of 28 x 28.",
        size=28,
        channels=1,
    ),
    "mlp": Network(
        title="MLP, 128",
        text="fc128, relu, fc128, relu, fc10",
        note="118,282 parameters for images of 28 x 28.",
        size=28,
        channels=1,
    ),
    "mlp512": Network(
        title="MLP, 512",
        text="fc512, relu, fc512, relu, fc10",
        note="669,706 parameters for images of 28 x 28.",
        size=28,
        channels=1,
    ),
    "lenet": Network(
        title="LeNet-5",
        text="conv5-6@same, relu, pool2, conv5-16, relu, pool2, fc120, relu, fc84, relu, fc10",
        note="With ReLU and maximum pooling: 61,706 parameters, as many as the network for 32 x 32 without padding.",
        size=28,
        channels=1,
    ),
    "small_cnn": Network(
        title="Small CNN",
        text="conv3-16@same, bn, pool2, relu, conv3-32@same, bn, pool2, relu, conv3-64@same, bn, relu, gap, fc10",
        note="24,170 parameters. ReLU after pooling gives the same numbers as before it, with a quarter of the work.",
        size=28,
        channels=1,
    ),
    "small_inception": replace(
        PRESETS["small_inception"],
        text=PRESETS["small_inception"].text.replace("bn scale=0", "bn"),
        note="Zhang et al. 2017, figure 3, without biases before batch normalization, where they change nothing: "
        "1,649,386 parameters for gray images.",
        channels=1,
    ),
    "small_inception_homework": PRESETS["small_inception_homework"],
    "resnet18_cifar": PRESETS["resnet18_cifar"],
}


def network_text(net: str, *, width: float = 1.0, classes: int = 10) -> str:
    """Write a network of `NETWORKS` with other widths.

    Parameters
    ----------
    net : str
    width : float
        Factor of all hidden widths, in (0, 4]; each is rounded and at least 4.
    classes : int
        Outputs, 2 to 1000.

    Raises
    ------
    ValueError
        If there is no such network, or a number is out of range.
    """
    if net not in NETWORKS:
        raise ValueError(f"`net` must be one of {', '.join(NETWORKS)}; got {net[:40]}.")
    if not 0 < width <= MAX_FACTOR:
        raise ValueError(f"`width` must be in (0, {MAX_FACTOR:g}]; got {width:g}.")
    if not 2 <= classes <= 1000:
        raise ValueError(f"`classes` must be in [2, 1000]; got {classes}.")
    *hidden, last = parse(text=NETWORKS[net].text)
    if not isinstance(last, Layer):
        raise TypeError(f"The last layer of {net} is not a layer.")
    return write((*_scaled(tuple(hidden), width), replace(last, width=classes)))


def offered_as(text: str) -> tuple[str, float] | None:
    """Return the name and width of the network that is offered with this text; None if there is none."""
    outputs = re.search(r"\bfc(\d{1,3})$", text)
    return _offered(int(outputs[1])).get(text) if outputs and int(outputs[1]) > 1 else None


@lru_cache(maxsize=8)
def _offered(classes: int) -> dict[str, tuple[str, float]]:
    """Return name and width of each network that is offered for `classes` classes, by its text."""
    found: dict[str, tuple[str, float]] = {}
    for width in sorted(WIDTHS, key=lambda each: each != 1):  # a wide MLP has the text of another network
        for net in NETWORKS:
            found.setdefault(network_text(net, width=width, classes=classes), (net, width))
    return found


def _scaled(items: Items, factor: float) -> Items:
    return tuple(_scaled_item(item, factor) for item in items)


def _scaled_item(item: Layer | Repeat | Join, factor: float) -> Layer | Repeat | Join:
    if isinstance(item, Repeat):
        return replace(item, items=_scaled(item.items, factor))
    if isinstance(item, Join):
        return replace(item, branches=tuple(_scaled(branch, factor) for branch in item.branches))
    if item.width is None:
        return item
    # Halves round up: round() would take 2.5 to 2 and 3.5 to 4.
    return replace(item, width=max(MIN_WIDTH, int(item.width * factor + 0.5)))
