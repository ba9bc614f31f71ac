"""ImageNet weights: taken from torchvision's file once, and loaded into a typed network whenever needed."""

from __future__ import annotations

import os
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.numpy import save_file
from safetensors.torch import load_file
from torch import Tensor, nn

from core.nets.torch_files import read_tensors
from core.training.pretrained import kept, names, shapes
from core.training.transfer_networks import BASES


def keep(base: str, path: Path) -> None:
    """Take the weights of a base from torchvision's file, without its head, and keep them.

    Parameters
    ----------
    base : str
        "resnet18" or "vgg19".
    path : Path
        Of the downloaded file; no code in it is run.

    Raises
    ------
    ValueError
        If it is another file, or damaged.
    """
    tensors = read_tensors(path, shapes(base))
    place = kept(base)
    place.parent.mkdir(parents=True, exist_ok=True)
    new = place.with_suffix(f".{os.getpid()}")
    try:
        save_file(tensors, new)
        new.replace(place)
    finally:
        new.unlink(missing_ok=True)


def fill(network: nn.Module, base: str) -> None:
    """Load the kept weights into a typed network, whose first layers are those of the base; its head is unchanged.

    Raises
    ------
    ValueError
        If there are none, or their file is damaged; it is then removed, so that it can be downloaded again.
    """
    tensors = _kept(base)
    convolutions = [part for part in network.modules() if isinstance(part, nn.Conv2d)]
    norms = iter([part for part in network.modules() if isinstance(part, nn.BatchNorm2d)])
    with torch.no_grad():
        for part, (conv, norm) in zip(convolutions, names(base), strict=True):
            for name, own in ((conv, part), *([(norm, next(norms))] if norm else [])):
                for key, tensor in own.state_dict().items():
                    if key != "num_batches_tracked":  # it only counts, and changes nothing
                        tensor.copy_(tensors[f"{name}.{key}"])


def _kept(base: str) -> dict[str, Tensor]:
    title, place = BASES[base].title, kept(base)
    if not place.is_file():
        raise ValueError(f"The pretrained weights of {title} are not on this machine; download them first.")
    try:
        tensors = load_file(place)
    except (OSError, SafetensorError):
        tensors = {}
    if {name: tuple(tensor.shape) for name, tensor in tensors.items()} != shapes(base):
        place.unlink()
        raise ValueError(f"The weight file for {title} was damaged and has been deleted; download it again.")
    return tensors
