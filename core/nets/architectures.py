"""Typed networks with initial weights, ready for training."""

from __future__ import annotations

import torch
from torch import nn

from core.nets.typed import module
from core.networks.memory import TrainingMemory, training_memory
from core.networks.typed import layer_table
from core.training.experiments import Setup

_OPTIMIZERS = {"sgd": "SGD", "adam": "Adam"}


def build(setup: Setup, shape: tuple[int, int, int], classes: int, device: torch.device) -> nn.Module:
    """Build the network of a run, in training mode, with torch's own initial weights.

    The weights depend only on the seed: they are drawn on the CPU, and the global random state is left unchanged.

    Parameters
    ----------
    setup : Setup
    shape : (int, int, int)
        Channels, height, and width of the images.
    classes : int

    Raises
    ------
    ValueError
        If the text cannot be read, or the network does not fit these images or classes.
    """
    channels, height, width = shape
    if height != width:
        raise ValueError(f"Networks take square images; these are {height} x {width}.")
    check_outputs(setup, shape, classes)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(setup.seed)
        network = module(text=setup.text, size=height, channels=channels, bias=setup.bias, device="cpu")
    return network.train().to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def check_outputs(setup: Setup, shape: tuple[int, int, int], classes: int) -> None:
    """Raise ValueError unless the network takes these images and has an output for each class."""
    table = layer_table(text=setup.text, size=shape[1], channels=shape[0], bias=setup.bias)
    if table.input_shape != shape:
        raise ValueError(
            f"The network is typed for images of {_by(table.input_shape)} (channels, height, width); "
            f"the data have {_by(shape)}."
        )
    last = table.calls[-1]
    if last.output_shape != (classes,):
        raise ValueError(
            f"The last layer, {last.name}, has outputs of shape {_by(last.output_shape)}; "
            f"the data have {classes} classes, so it must have {classes} outputs, as fc{classes} has."
        )


def _by(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "nothing"


def predicted_memory(setup: Setup, shape: tuple[int, int, int]) -> TrainingMemory:
    """Predict the peak bytes of a training step from the traced network, before anything is run.

    Parameters
    ----------
    setup : Setup
        With its micro-batches, if any.
    shape : (int, int, int)
        Channels, height, and width of the images.

    Raises
    ------
    ValueError
        If the network does not accept such images.
    """
    from core.nets.cost import trace  # it imports torchvision, which takes as long as torch

    network = module(text=setup.text, size=shape[1], channels=shape[0], bias=setup.bias)
    optimizer = _OPTIMIZERS[setup.optimizer]
    if optimizer == "SGD" and setup.momentum:
        optimizer = "SGD with momentum"
    return training_memory(
        trace(network, shape=shape),
        batch=min(setup.micro_batch or setup.batch, setup.batch),
        optimizer=optimizer,
        precision="fp32" if setup.precision == "fp32" else "bf16",
    )


def has_batch_norm(network: nn.Module) -> bool:
    """Return whether micro-batches change what the network computes: statistics are then those of the micro-batch."""
    return any(isinstance(part, nn.modules.batchnorm._BatchNorm) for part in network.modules())
