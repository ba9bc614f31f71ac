"""Transfer: a network whose first layers are frozen, features that are computed once, and what both are good for."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import Parameter

from core.images import Images
from core.jobs.kinds import Context
from core.nets.architectures import build
from core.nets.data import EVALUATION_BATCH, Order, Resident, load
from core.nets.devices import prepare
from core.nets.steps import Steps
from core.training.transfer_experiment import SCRATCH, TransferTraining

Record = dict[str, Any]


class Frozen(nn.Module):
    """A network of which the first calls are not trained: no gradients, and always in evaluation mode.

    Without the latter, batch normalisation would go on to move its running statistics, although it is frozen.

    Parameters
    ----------
    network : nn.Module
        Its parameters are told whether they are trained.
    calls : int
        Frozen calls from the first on; modules without children are the calls.
    """

    def __init__(self, network: nn.Module, calls: int) -> None:
        super().__init__()
        self.network = network
        layers = [part for part in network.modules() if next(part.children(), None) is None]
        self._first, self._last = layers[:calls], layers[calls:]
        for part in self._first:
            part.requires_grad_(False)
        self.train()

    def train(self, mode: bool = True) -> Frozen:
        """Set the mode of what is trained; the frozen part stays in evaluation mode."""
        super().train(mode)
        for part in self._first:
            part.eval()
        return self

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Those that are trained: all that an optimizer should know of."""
        every = super().named_parameters(prefix, recurse, remove_duplicate)
        return ((name, parameter) for name, parameter in every if parameter.requires_grad)

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.network(images)
        return found

    def head(self) -> nn.Sequential:
        """What is trained, on its own; the layers behind the cut must be a chain."""
        return nn.Sequential(*self._last).train()

    @torch.no_grad()
    def features(self, data: Resident) -> Features:
        """Run the frozen part once over all images, and keep what it gives."""
        kept: list[Tensor] = []
        hook = self._last[0].register_forward_pre_hook(lambda _, given: kept.append(given[0].clone()))
        training = self.training
        self.eval()
        try:
            for start in range(0, len(data), EVALUATION_BATCH):
                index = torch.arange(start, min(start + EVALUATION_BATCH, len(data)), device=data.pixels.device)
                self.network(data.batch(index)[0])
        finally:
            hook.remove()
            self.train(training)
        return Features(torch.cat(kept), data.labels)


class Features(Resident):
    """Features of labelled images, in the place of the images: as `core.nets.data.Resident`, but without moves."""

    def __init__(self, features: Tensor, labels: Tensor) -> None:
        self.pixels, self.labels = features, labels

    def __len__(self) -> int:
        return len(self.pixels)

    def batch(self, index: Tensor, moves: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Features and labels of some images.

        Raises
        ------
        ValueError
            If the images are to be moved: their features are then others.
        """
        if moves is not None:
            raise ValueError("Features that are kept do not know how images were moved; run the base for each batch.")
        return self.pixels.index_select(0, index), self.labels.index_select(0, index)


def halves(images: Images, count: int = 0, seed: int = 0) -> tuple[Images, Images]:
    """The first half of the classes, and the second with so many training images, equally many of each class.

    Raises
    ------
    ValueError
        If there are not so many.
    """
    middle = len(images.classes) // 2
    parts = []
    for first, last in ((0, middle), (middle, 2 * middle)):
        train = _places(images.train_labels, first, last, count if first else 0, seed)
        test = _places(images.test_labels, first, last, 0, seed)
        part = replace(
            images,
            name=f"{images.name}, classes {first} to {last - 1}",
            classes=images.classes[first:last],
            train_images=images.train_images[train],
            train_labels=images.train_labels[train] - np.uint8(first),
            test_images=images.test_images[test],
            test_labels=images.test_labels[test] - np.uint8(first),
        )
        parts.append(part)
    return parts[0], parts[1]


def _places(labels: Any, first: int, last: int, count: int, seed: int) -> Any:
    """Places of images of some classes; of each equally many by chance, if there is a count."""
    rng, each = np.random.default_rng(seed), count // (last - first)
    found = [np.flatnonzero(labels == label) for label in range(first, last)]
    if count and min(map(len, found)) < each:
        raise ValueError(f"`images` must be at most {min(map(len, found)) * (last - first):,}; got {count:,}.")
    if count:
        found = [rng.permutation(places)[:each] for places in found]
    return np.sort(np.concatenate(found))


class _Study:
    """Everything that the trainings of a run share."""

    def __init__(self, spec: TransferTraining, images: Images | None) -> None:
        self.spec, self.device = spec, prepare(spec)
        source, self.target = halves(load(spec) if images is None else images, spec.images, spec.seed)
        self.source = Resident(source.train_images, source.train_labels, self.device)
        self.source_test = Resident(source.test_images, source.test_labels, self.device, self.source)
        target = self.target
        self.data = Resident(target.train_images, target.train_labels, self.device, self.source)
        self.test = Resident(target.test_images, target.test_labels, self.device, self.source)
        self.pretrained = self.new()

    def new(self) -> nn.Module:
        return build(self.spec, self.target.shape, len(self.target.classes), self.device)

    def pretrain(self) -> Iterator[Record]:
        """Train the network whose layers are transferred."""
        updates = self.spec.source_updates
        for record in self.follow(self.pretrained, self.source, self.source_test, updates, self.rate):
            yield {"arm": "source", "frozen": 0} | record

    def arm(self, frozen: int) -> Iterator[Record]:
        """One training on the second half; with the whole base frozen, on features that were computed once."""
        spec, data, test, rate = self.spec, self.data, self.test, self.rate
        if frozen == SCRATCH:
            network = self.new()
        else:
            network = Frozen(_renewed(self.pretrained, spec.seed), frozen)
            if frozen == spec.arms[-1]:
                data, test, rate = network.features(data), network.features(test), spec.head_rate
                network = network.head()
        name = "scratch" if frozen == SCRATCH else f"frozen {frozen}"
        for record in self.follow(network, data, test, spec.updates, rate):
            yield {"arm": name, "frozen": frozen} | record

    @property
    def rate(self) -> float:
        return float(dict(self.spec.settings)["high"])

    def follow(
        self, network: nn.Module, data: Resident | Features, test: Resident | Features, updates: int, rate: float
    ) -> Iterator[Record]:
        """Train, and evaluate before the first update and after every so many."""
        spec = self.spec
        steps = Steps(network, data, spec, min(spec.batch, len(data)))
        order = Order(len(data), [spec.batch] * updates, spec.seed)
        for start in range(0, updates + 1, spec.every):
            loss, accuracy = steps.evaluate(test)
            yield {"step": start, "test_loss": loss, "test_accuracy": accuracy}
            count = min(spec.every, updates - start)
            if count:
                batches = [order[step] for step in range(start, start + count)]
                steps.run(batches, [rate] * count, [spec.momentum] * count)
                steps.wait()


def _renewed(network: nn.Module, seed: int) -> nn.Module:
    """A copy with new weights in the last layer: the other classes have nothing to do with the first ones."""
    copy = deepcopy(network)
    last = [part for part in copy.modules() if isinstance(part, nn.Linear)][-1]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed + 1)
        last.reset_parameters()
    return copy


def transfer(spec: TransferTraining, images: Images | None = None) -> Iterator[Record]:
    """Pretrain, and train from scratch and with each number of frozen calls.

    Parameters
    ----------
    spec : TransferTraining
    images : Images, optional
        Instead of those that the specification names.

    Yields
    ------
    dict
        arm ("source", "scratch" or "frozen n"), frozen (see `TransferTraining.arms`), step (updates so far), test_loss
        and test_accuracy.

    Raises
    ------
    ValueError
        If there are not so many images, or the network does not fit them.
    """
    study = _Study(spec, images)
    yield from study.pretrain()
    for frozen in spec.arms:
        yield from study.arm(frozen)


def run_transfer(specification: dict[str, Any], resume: Path | None, context: Context) -> Record | None:
    """Run `transfer` as a job; it always begins anew, since it takes seconds."""
    spec = TransferTraining.from_json(specification)
    done = 0
    last: dict[str, float] = {}
    for record in transfer(spec):
        if context.should_stop():
            return None
        done += spec.every if record["step"] else 0
        context.report(record, min(done / spec.steps, 1.0))
        last[record["arm"]] = record["test_accuracy"]
    return {"test_accuracy": last}
