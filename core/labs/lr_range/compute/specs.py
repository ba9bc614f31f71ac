"""The runs that the controls of a range test mean, and whether a network fits the images."""

from __future__ import annotations

from typing import Any

from core.data.image_sources import ImageSet, image_set
from core.networks.grammar import TextError
from core.networks.trainable import NETWORKS, network_text
from core.networks.typed import layer_table
from core.training.devices import place
from core.training.experiments import RangeTest, Sweep
from core.training.runs import Spec

OWN = "own"


def specs_of(
    *,
    protocol: str,
    data: str,
    net: str,
    text: str,
    width: float,
    low: float,
    high: float,
    steps: int,
    candidates: int,
    epochs: int,
    batch: int,
    optimizer: str,
    momentum: float,
    augment: str,
    seeds: int,
    seed: int,
    device: str,
    precision: str,
) -> tuple[Spec, ...]:
    """Give a specification for each seed.

    Raises
    ------
    ValueError
        If the network cannot be read or does not fit the images, the rates are too near to each other, or there is no
        set of one's own.
    """
    images = image_set(data)
    written = text if net == OWN else network_text(net, width=width, classes=images.classes)
    check_network(net, written, images)
    real_device, real_precision = place(device, precision)
    common: dict[str, Any] = {
        "text": written,
        "data": data,
        "augment": augment,
        "batch": batch,
        "optimizer": optimizer,
        "momentum": momentum,
        "device": real_device,
        "precision": real_precision,
        "low": low,
        "high": high,
    }
    if images.checksum:  # a set of one's own, which another host lacks
        common |= {"checksum": images.checksum, "images": images.images}
    every = range(seed, seed + seeds)
    if protocol == "ramp":
        return tuple(RangeTest(**common, steps=steps, seed=each) for each in every)
    updates = epochs * max(images.images // batch, 1)  # the images that fill no batch are left out
    return tuple(Sweep(**common, candidates=candidates, updates=updates, seed=each) for each in every)


def check_network(net: str, text: str, images: ImageSet) -> None:
    """Raise ValueError, with a sentence, unless a network takes the images of a set and has an output a class."""
    taken = (images.channels, images.side, images.side)
    try:
        table = layer_table(text=text, size=images.side, channels=images.channels)
    except TextError as error:
        if net == OWN:
            raise ValueError(f"`text` cannot be read at character {error.column}: {error.problem}") from error
        raise ValueError(f"{NETWORKS[net].title} takes no images of {_by(taken)}: {error.problem}") from error
    shape = table.calls[-1].output_shape
    if table.input_shape != taken or shape != (images.classes,):
        raise ValueError(
            f"`text` must take images of {_by(taken)} and end in fc{images.classes}; its last layer gives "
            f"{_by(shape) or 'nothing'}."
        )


def _by(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))
