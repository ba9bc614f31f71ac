"""A network cut in two for transfer: the layers before the cut stay fixed, those after it are trained.

>>> from core.labs.transfer.compute.explore import transfer
>>> found = transfer()
>>> found.frozen[10], found.trainable[10]
(1735488, 18294026)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate
from typing import Any

from core.labs.transfer.compute.runs import OFFLINE, SIDES, arms, ended, specs_of
from core.networks.memory import OPTIMIZERS
from core.networks.table import LayerTable
from core.networks.typed import layer_table
from core.training.devices import AUTO
from core.training.transfer_experiment import TransferTraining
from core.training.transfer_networks import BASES, Layer, layers_of, network_text

NUMBER = 4  # bytes of a 32-bit number
CLASSES = 5  # of each half of Fashion-MNIST


@dataclass(frozen=True, kw_only=True)
class Memory:
    """Bytes of a training step, part by part, for one position of the cut."""

    weights: int
    gradients: int
    optimizer: int
    kept: int

    @property
    def total(self) -> int:
        """Return the sum of all parts."""
        return self.weights + self.gradients + self.optimizer + self.kept


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """A network with a head, for every position of the cut.

    Attributes
    ----------
    title, text : str
    image : (int, int, int)
    batch : int
    layers : tuple of Layer
        From the input, number 0, to the last layer of the head.
    head : int
        Number of the head's first layer: the last position of the cut, at which the whole base is frozen.
    frozen, trainable : tuple of int
        Parameters on both sides for each position of the cut, 0 to `head`; sums over the rows of the network.
    counted : tuple of int
        Trainable parameters again, by the closed formula of each layer.
    kept_once, kept_each : tuple of int
        Bytes kept for the backward pass, once and for each image, for each position.
    specs : tuple of TransferTraining
        Runs of this network that are shown, one per seed.
    """

    title: str
    text: str
    image: tuple[int, int, int]
    batch: int
    layers: tuple[Layer, ...]
    head: int
    frozen: tuple[int, ...]
    trainable: tuple[int, ...]
    counted: tuple[int, ...]
    kept_once: tuple[int, ...]
    kept_each: tuple[int, ...]
    specs: tuple[TransferTraining, ...] = ()

    @property
    def cuts(self) -> tuple[int, ...]:
        """Return all positions of the cut; with runs of a large base, the ones that are trained."""
        if self.specs and self.specs[0].base:
            starts = {layer.calls: place for place, layer in enumerate(self.layers) if layer.params}
            return tuple(starts[arm] for arm in self.specs[0].arms if arm >= 0)
        return tuple(range(self.head + 1))

    @property
    def params(self) -> int:
        """Count all parameters."""
        return self.trainable[0]

    @property
    def head_params(self) -> int:
        """Count the parameters of the head."""
        return self.trainable[self.head]

    @property
    def arm_of(self) -> tuple[int, ...]:
        """Return, for each position of the cut, the run that is shown: its frozen part ends in a layer with weights."""
        return tuple(next(a for a in self.specs[0].arms if a >= self.layers[cut].calls) for cut in self.cuts)

    @property
    def features(self) -> int:
        """Count the numbers that the frozen base outputs per image, and that a cache holds."""
        return self.layers[self.head].inputs

    def memory(self, cut: int, optimizer: str) -> Memory:
        """Return the bytes of a training step.

        Weights: 4 P. Gradients: 4 P_t. Optimizer: 4 s P_t with s = 0, 1, 2. Kept for backward: only from the cut on.
        """
        trainable = self.trainable[cut]
        return Memory(
            weights=NUMBER * self.params,
            gradients=NUMBER * trainable,
            optimizer=NUMBER * OPTIMIZERS[optimizer] * trainable,
            kept=self.kept_once[cut] + self.batch * self.kept_each[cut],
        )


def transfer(
    *,
    view: str = "layers",
    net: str = "vgg19",
    size: int = 32,
    classes: int = 10,
    hidden: int = 0,
    batch: int = 32,
    images: int = 25,
    base: str = OFFLINE,
    side: int = SIDES[0],
    device: str = AUTO,
    precision: str = "fp32",
) -> Transfer:
    """Count both sides of every cut.

    Parameters
    ----------
    view : str
        "layers", or "runs" for the network of the runs; then only `images` and the later parameters matter.
    net : str
        Key of `BASES`.
    size : int
        Side of the images.
    classes, hidden : int
        Outputs, and units of a hidden layer in the head; 0 for none.
    batch : int
        Images of a training step.
    images : int
        Of the second half of the classes.
    base, side, device, precision
        See `core.labs.transfer.compute.runs.specs_of`.

    Raises
    ------
    ValueError
        If a number is out of range, or the network does not accept such images.
    """
    if view == "runs":
        specs = specs_of(images, base, side, device, precision)
        counts = _of_one(base, specs[0].side, CLASSES, 0)
        return replace(counts, batch=specs[0].batch, specs=specs)
    if not 1 <= batch <= 65_536:
        raise ValueError(f"`batch` must be in [1, 65,536]; got {batch:,}.")
    return replace(_of_one(net, size, classes, hidden), batch=batch)


@lru_cache(maxsize=32)
def _of_one(net: str, size: int, classes: int, hidden: int) -> Transfer:
    """Return the network with a batch of one image: the slow part does not depend on the batch."""
    text, base = network_text(net=net, classes=classes, hidden=hidden), BASES[net]
    table = layer_table(text=text, size=size, channels=base.channels)
    head_names = (*["gap"] * base.pooled, *["hidden"] * (hidden > 0), "outputs")
    layers = layers_of(table.calls, table.input_shape, (*base.blocks, ("head", head_names)))
    head = len(layers) - 1 - (hidden > 0)
    sums = (0, *accumulate(layer.params for layer in layers))
    formulas = [layer.formula for layer in layers]
    kept = [_kept(text, table, layers[head].calls)]
    for layer in layers[head - 1 :: -1]:  # before a layer without parameters the cut keeps what it keeps behind it
        kept.insert(0, _kept(text, table, layer.calls) if layer.params else kept[0])
    return Transfer(
        title=base.title,
        text=text,
        image=table.input_shape,
        batch=1,
        layers=layers,
        head=head,
        frozen=sums[: head + 1],
        trainable=tuple(sums[-1] - before for before in sums[: head + 1]),
        counted=tuple(sum(formulas[cut:]) for cut in range(head + 1)),
        kept_once=tuple(once for once, _ in kept),
        kept_each=tuple(each for _, each in kept),
    )


def _kept(text: str, table: LayerTable, frozen: int) -> tuple[int, int]:
    """Return bytes kept for the backward pass if the first calls are frozen: once, and for each image."""
    if frozen:
        channels, size, _ = table.input_shape
        table = layer_table(text=text, size=size, channels=channels, frozen=frozen)
    once, each = zip(*(call.saved for call in table.calls), strict=True)
    return sum(once), sum(each)


def tables(result: Transfer, values: Mapping[str, Any]) -> dict[str, dict[str, list[Any]]]:
    """Return the columns of `layers.csv` and of `runs.csv`.

    "cut" marks the layers before which the cut can be, and "kept if first" assumes that it is before that layer.
    """
    layers, behind = result.layers, [0] * (len(result.layers) - len(result.kept_each))
    columns: dict[str, list[Any]] = {
        "number": list(range(len(layers))),
        "layer": [layer.name for layer in layers],
        "kind": [layer.kind for layer in layers],
        "kernel": [layer.kernel for layer in layers],
        "inputs": [layer.inputs for layer in layers],
        "outputs": [layer.outputs for layer in layers],
        "bias": [int(layer.bias) for layer in layers],
        "normalised": [int(layer.norm) for layer in layers],
        "head": [int(place >= result.head) for place in range(len(layers))],
        "cut": [int(place in result.cuts) for place in range(len(layers))],
        "calls before": [layer.calls for layer in layers],
        "kept once if first (bytes)": [*result.kept_once, *behind],
        "kept per image if first (bytes)": [*result.kept_each, *behind],
    }
    found = {"layers.csv": columns}
    if result.specs:
        found["runs.csv"] = _rows_of(result.specs)
    return found


def _rows_of(specs: tuple[TransferTraining, ...]) -> dict[str, list[Any]]:
    """Return the columns of the finished runs."""
    rows = [
        (arm.frozen, seed, int(step), accuracy)
        for arm in ended(arms(specs)).values()
        for seed, row in zip(arm.seeds, arm.accuracy, strict=True)
        for step, accuracy in zip(arm.steps, row, strict=True)
    ]
    names = ("frozen calls", "seed", "update", "test accuracy")
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}
