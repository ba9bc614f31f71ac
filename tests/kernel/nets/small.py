"""A small set of images, and a training loop as anyone would write it."""

import json
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from core.data.images import Images

# A bias before batch normalization would have a gradient of rounding errors alone, which Adam makes large.
CNN = "conv3-4@same bias=0, bn, relu, pool2, conv3-6 bias=0, bn, relu, gap, fc3"
MLP = "fc12, relu, fc3"


def images(n=60, side=8, channels=1, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.arange(n + 20) % classes
    pixels = rng.integers(0, 120, (n + 20, channels, side, side)) + 40 * labels[:, None, None, None]
    pixels, labels = pixels.astype(np.uint8), labels.astype(np.uint8)
    return Images(
        name="Small",
        source="this test",
        classes=tuple("abcdefghij"[:classes]),
        train_images=pixels[:n],
        train_labels=labels[:n],
        test_images=pixels[n:],
        test_labels=labels[n:],
    )


def normalised(found, part):
    """Images of a part as floats, by numpy in double precision."""
    pixels = getattr(found, f"{part}_images").astype(float)
    train = found.train_images.astype(float)
    mean, deviation = train.mean((0, 2, 3), keepdims=True), train.std((0, 2, 3), keepdims=True)
    return torch.from_numpy((pixels - mean) / deviation).float()


def plain_loop(network, optimizer, found, batches, rates=None, momenta=None):
    """Train by hand; gives the loss and the accuracy before each step."""
    inputs, labels = normalised(found, "train"), torch.from_numpy(found.train_labels.astype(np.int64))
    seen = []
    for step, index in enumerate(batches):
        for group in optimizer.param_groups:
            group["lr"] = rates[step] if rates is not None else group["lr"]
            group["momentum"] = momenta[step] if momenta is not None else group.get("momentum")
        outputs = network(inputs[index])
        loss = F.cross_entropy(outputs, labels[index])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seen.append((loss.item(), (outputs.argmax(1) == labels[index]).double().mean().item()))
    return np.array(seen)


def finished(run):
    """All records of a run, from where it is to its end."""
    records = []
    while not run.ended:
        records += run.advance()
    return records


def told(records):
    """Rates, losses and accuracies of every candidate (a range test is one), and its end; no step is told twice."""
    found = {}
    for record in records:
        steps, ends = found.setdefault(record.get("candidate"), ([], []))
        if "losses" not in record:
            ends.append(record)
            continue
        assert record["step"] == len(steps) and not ends
        rates = record.get("rates", [record.get("rate")] * len(record["losses"]))
        steps += zip(rates, record["losses"], record["accuracies"], strict=True)
    return found


class Context:
    """A stand-in for the runner's context that stops after a number of questions."""

    def __init__(self, folder: Path, stop: int = 10**9) -> None:
        self.folder, self.left = folder, stop
        self.records, self.progress, self.published, self.notes = [], [], [], []

    def report(self, record, progress=None):
        self.records.append(json.loads(json.dumps(record)))
        if progress is not None:
            self.progress.append(progress)

    def checkpoint(self, save):
        self.folder.mkdir(exist_ok=True)
        save(self.folder)

    def note(self, values):
        if values is not None:
            self.notes.append(json.loads(json.dumps(values)))

    def publish(self, name, save):
        save(self.folder / name)
        self.published.append(name)

    def should_stop(self):
        self.left -= 1
        return self.left < 0


def random_states():
    """States of all global generators, to be compared before and after."""
    return torch.get_rng_state().tolist(), np.random.get_state()[1].tolist()  # noqa: NPY002  the global one is what is compared
