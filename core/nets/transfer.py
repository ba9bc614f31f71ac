"""Transfer: how useful frozen layers of a pretrained base are for other classes."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core.data.images import Images
from core.jobs.kinds import Context
from core.nets.architectures import build
from core.nets.bases import Scaled, apart, unprepared
from core.nets.data import Order, Resident, load
from core.nets.devices import prepare
from core.nets.faults import told
from core.nets.frozen import Features, Frozen
from core.nets.meter import Meter
from core.nets.pretrained import fill
from core.nets.saved import STATE, read_state, write_state
from core.nets.steps import Steps
from core.training.transfer_experiment import RAW, SCRATCH, TransferTraining

Record = dict[str, Any]


def halves(images: Images, count: int = 0, seed: int = 0) -> tuple[Images, Images]:
    """Return the first half of the classes, and the second with `count` training images, equally many per class.

    Raises
    ------
    ValueError
        If there are too few.
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
    """Return positions of images of some classes; with a count, equally many of each at random."""
    rng, each = np.random.default_rng(seed), count // (last - first)
    found = [np.flatnonzero(labels == label) for label in range(first, last)]
    if count and min(map(len, found)) < each:
        raise ValueError(f"`images` must be at most {min(map(len, found)) * (last - first):,}; got {count:,}.")
    if count:
        found = [rng.permutation(places)[:each] for places in found]
    return np.sort(np.concatenate(found))


class _Study:
    """Everything that the runs of a study share, and their progress.

    Attributes
    ----------
    pretrained : nn.Module
        The network whose layers are transferred.
    ended : dict of str to float
        Accuracy of each finished run, by its name.
    """

    def __init__(self, spec: TransferTraining, images: Images | None) -> None:
        self.spec, self.device = spec, prepare(spec)
        self.ended: dict[str, float] = {}
        self._now: Steps | None = None  # of the current run, with this many updates and this accuracy
        self._step, self._accuracy = 0, 0.0
        self._left: dict[str, Tensor] | None = None  # its tensors, if an earlier process left it
        self._parts = 0  # and its micro-batch
        self.halves = halves(load(spec) if images is None else images, spec.images, spec.seed)
        source, target = self.halves
        scale = None if spec.base else Resident(source.train_images, source.train_labels, self.device)
        self.data = self.resident(target.train_images, target.train_labels, scale)
        self.test = self.resident(target.test_images, target.test_labels, scale)
        self.pretrained = self.new()
        if spec.base:
            fill(self.pretrained, spec.base)

    def resident(self, images: Any, labels: Any, scale: Resident | None) -> Resident:
        """Put images on the device as the network expects them: normalized like those that it is pretrained on."""
        if scale is None:
            return Scaled(images, labels, self.device, self.spec.side)
        return Resident(images, labels, self.device, scale)

    def new(self) -> nn.Module:
        target = self.halves[1]
        channels, side = self.spec.shape if self.spec.base else target.shape[::2]
        return build(self.spec, (channels, side, side), len(target.classes), self.device)

    def trainings(self) -> list[tuple[str, Iterator[Record]]]:
        """List all runs that have not ended, by name; each begins when its first record is requested."""
        every = [] if self.spec.base else [("source", self.pretrain())]
        every += [(_name(frozen), self.arm(frozen)) for frozen in self.spec.arms]
        return [(name, training) for name, training in every if name not in self.ended]

    def end(self, name: str) -> None:
        """Note that the current run has ended."""
        self.ended[name], self._now = self._accuracy, None

    def save(self, path: Path) -> None:
        """Write everything needed to resume."""
        tensors = {} if self.spec.base else _named("pretrained", self.pretrained.state_dict())
        parts = 0
        if self._now is not None:
            tensors |= _named("now", self._now.tensors())
            parts = self._now.micro_batch
        contiguous = {name: tensor.contiguous() for name, tensor in tensors.items()}
        now = {"step": self._step, "accuracy": self._accuracy, "micro_batch": parts}
        write_state(path, self.spec, contiguous, ended=self.ended, **now)

    def load(self, path: Path) -> None:
        """Resume from what `save` wrote.

        Raises
        ------
        ValueError
            If the file is damaged, or from another run or version.
        """
        tensors, note = read_state(path, self.spec)
        self.pretrained.load_state_dict(_of("pretrained", tensors), strict=not self.spec.base)
        self.ended, self._step, self._accuracy = dict(note["ended"]), int(note["step"]), float(note["accuracy"])
        self._left, self._parts = _of("now", tensors) or None, int(note["micro_batch"])

    def pretrain(self) -> Iterator[Record]:
        """Train the network whose layers are transferred."""
        spec, source = self.spec, self.halves[0]
        data = Resident(source.train_images, source.train_labels, self.device)
        test = Resident(source.test_images, source.test_labels, self.device, data)
        for record in self.follow(self.pretrained, data, test, spec.source_updates, self.rate):
            yield {"arm": "source", "frozen": 0} | record

    def arm(self, frozen: int) -> Iterator[Record]:
        """Train once on the second half; with the whole base frozen, on features that were computed once."""
        for record in self.head(frozen) if frozen in (RAW, self.spec.arms[-1]) else self.whole(frozen):
            yield {"arm": _name(frozen), "frozen": frozen} | record

    def whole(self, frozen: int) -> Iterator[Record]:
        """Train new weights, or a network whose first calls are frozen."""
        network = self.new() if frozen == SCRATCH else Frozen(_renewed(self.pretrained, self.spec.seed), frozen)
        return self.follow(network, self.data, self.test, self.spec.updates, self.rate)

    def head(self, frozen: int) -> Iterator[Record]:
        """Train the head alone, on features of the images, prepared or raw, that are computed once.

        For raw images, also report how far their features are from those of the prepared ones.
        """
        spec = self.spec
        network = Frozen(_renewed(self.pretrained, spec.seed), spec.arms[-1])
        data, test, more = self.data, network.features(self.test), {}
        if frozen == RAW:
            data, wanted = unprepared(self.data), test
            test = network.features(unprepared(self.test))
            more = {"apart": apart(test.pixels, wanted.pixels)}
        for record in self.follow(network.head(), network.features(data), test, spec.updates, spec.head_rate):
            yield record | more

    @property
    def rate(self) -> float:
        return float(dict(self.spec.settings)["high"])

    def follow(
        self, network: nn.Module, data: Resident | Features, test: Resident | Features, updates: int, rate: float
    ) -> Iterator[Record]:
        """Train, and evaluate before the first update and at regular intervals."""
        spec = self.spec
        steps = self._now = Steps(network, data, spec, min(spec.batch, len(data)))
        order = Order(len(data), [spec.batch] * updates, spec.seed)
        told = self._left is not None  # what is reported about the first step
        if self._left is not None:
            steps.load(self._left)
            steps.take_parts(self._parts)
            self._left = None
        else:
            self._step = 0
        for start in range(self._step, updates + 1, spec.every):
            self._step = start
            if not told:
                loss, self._accuracy = steps.evaluate(test)
                yield {"step": start, "test_loss": loss, "test_accuracy": self._accuracy}
            told = False
            count = min(spec.every, updates - start)
            if count:
                batches = [order[step] for step in range(start, start + count)]
                steps.run(batches, [rate] * count, [spec.momentum] * count)
                steps.wait()


def _name(frozen: int) -> str:
    return {SCRATCH: "scratch", RAW: "raw"}.get(frozen, f"frozen {frozen}")


def _named(group: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {f"{group}.{name}": tensor for name, tensor in tensors.items()}


def _of(group: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    prefix = f"{group}."
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _renewed(network: nn.Module, seed: int) -> nn.Module:
    """Copy a network with new weights in the last layer, since the other classes are unrelated to the first ones."""
    copy = deepcopy(network)
    last = [part for part in copy.modules() if isinstance(part, nn.Linear)][-1]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed + 1)
        last.reset_parameters()
    return copy


def transfer(spec: TransferTraining, images: Images | None = None) -> Iterator[Record]:
    """Pretrain, unless the weights come from ImageNet, and train in each way to start.

    Parameters
    ----------
    spec : TransferTraining
    images : Images, optional
        Instead of those that the specification names.

    Yields
    ------
    dict
        arm ("source", "scratch", "raw" or "frozen n"), frozen (see `TransferTraining.arms`), step (updates so far),
        test_loss and test_accuracy; of "raw" also apart (see `core.nets.bases.apart`).

    Raises
    ------
    ValueError
        If there are too few images, or the network does not fit them.
    """
    study = _Study(spec, images)
    for _, training in study.trainings():
        yield from training


def run_transfer(specification: dict[str, Any], resume: Path | None, context: Context) -> Record | None:
    """Run `transfer` as a job; it can be left and resumed after any evaluation."""
    with told():
        return _followed(TransferTraining.from_json(specification), resume, context)


def _followed(spec: TransferTraining, resume: Path | None, context: Context) -> Record | None:
    study, meter = _Study(spec, None), Meter(spec, None)
    if resume is not None:
        study.load(resume / STATE)
    trainings = study.trainings()
    for place, (name, training) in enumerate(trainings):
        before = 0 if name == "source" else spec.steps - (len(trainings) - place) * spec.updates
        for record in training:
            context.report(record, (before + record["step"]) / spec.steps)
            context.note(meter.note())
            stop = context.should_stop()
            context.checkpoint(lambda folder: study.save(folder / STATE))
            if stop:
                return None
        study.end(name)
    return {"test_accuracy": study.ended}
