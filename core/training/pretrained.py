"""Weights that torchvision has trained on ImageNet: where they come from, where they are kept, what is in them.

Deng et al., "ImageNet: A large-scale hierarchical image database", CVPR 2009. They are subject to the terms of ImageNet
and torchvision; they are not part of Lectern.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from core.data.image_sources import cache
from core.training.transfer_networks import Layer, base_layers

ADDRESS = "https://download.pytorch.org/models/"
# Title, the file at that address, whose name ends with the first digits of its SHA-256 sum, and its size in bytes.
FILES = {
    "resnet18": ("ResNet-18", "resnet18-f37072fd.pth", 46_830_571),
    "vgg19": ("VGG19", "vgg19-dcbb9e9d.pth", 574_673_361),
}
# Normalization of the training images, channel by channel, where white is 1 (torchvision's
# `ImageClassification`).
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def kept(base: str) -> Path:
    """Return where the weights of a base are after the download, without its head, in a file that holds no code."""
    return cache() / "weights" / Path(FILES[base][1]).with_suffix(".safetensors")


def available(base: str) -> bool:
    """Return whether they are there; they are not read."""
    return kept(base).is_file()


def names(base: str) -> list[tuple[str, str]]:
    """List the names of each convolution and of the normalization after it ("" for none) in torchvision, in order."""
    return [(conv, norm) for conv, norm, _ in _convolutions(base)]


@lru_cache(maxsize=4)
def shapes(base: str) -> Mapping[str, tuple[int, ...]]:
    """Return the shape of each tensor, by its name in torchvision's file."""
    found: dict[str, tuple[int, ...]] = {}
    for conv, norm, layer in _convolutions(base):
        each = (layer.outputs,)
        found[f"{conv}.weight"] = (layer.outputs, layer.inputs, layer.kernel, layer.kernel)
        found |= {f"{conv}.bias": each} if layer.bias else {}
        found |= {f"{norm}.{part}": each for part in ("weight", "bias", "running_mean", "running_var") if norm}
    return found


def _convolutions(base: str) -> list[tuple[str, str, Layer]]:
    layers = base_layers(base)[1:]
    if base == "vgg19":  # numbered in a chain, where ReLU has a number too
        places = [sum(1 + (layer.kind == "convolution") for layer in layers[:place]) for place in range(len(layers))]
        pairs = [(f"features.{place}", "") for place in places]
    else:
        pairs = [_in_block(layer.name) for layer in layers]
    return [(*pair, layer) for pair, layer in zip(pairs, layers, strict=True) if layer.kind == "convolution"]


def _in_block(name: str) -> tuple[str, str]:
    if name.endswith("downsample"):
        return f"{name}.0", f"{name}.1"
    return name, name.replace("conv", "bn")
