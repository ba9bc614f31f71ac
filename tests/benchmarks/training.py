"""Range tests and their supply of batches against torch-lr-finder and a DataLoader of pictures."""

from __future__ import annotations

import contextlib
import copy
import io
import tempfile
import time
import warnings
from pathlib import Path
from unittest import mock

import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset
from torch_lr_finder import LRFinder
from torchvision.transforms import v2

from core import jobs
from core.data.images import fashion_mnist
from core.nets.architectures import build
from core.nets.data import Order, Resident
from core.nets.frozen import Frozen
from core.nets.range_test import RangeTestRun
from core.nets.steps import Steps
from core.nets.transfer import halves
from core.networks.trainable import network_text
from core.training.experiments import RangeTest
from core.training.transfer_experiment import TransferTraining
from tests.benchmarks import beside
from tests.benchmarks.measure import Row, in_turns, milliseconds

STEPS, BATCH = 100, 64


class Pictures(Dataset):
    """Images as torchvision's data sets give them: a picture of PIL, turned into a normalized tensor one by one."""

    def __init__(self) -> None:
        images = fashion_mnist()
        self._images, self._labels = images.train_images[:, 0], images.train_labels
        self._tensor = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.286], [0.353])])

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, place: int):
        return self._tensor(Image.fromarray(self._images[place])), int(self._labels[place])


def times(slow: float, fast: float) -> str:
    return f"{float(f'{slow / fast:.3g}'):,g}×"


def supply(rounds: int) -> Row:
    """An epoch of batches of 64 images."""
    images = fashion_mnist()
    resident = Resident(images.train_images, images.train_labels, torch.device("cpu"))
    steps = len(resident) // BATCH
    loader = DataLoader(Pictures(), batch_size=BATCH, shuffle=True, drop_last=True)

    def ours() -> None:
        order = Order(len(resident), [BATCH] * steps, seed=0)
        for step in range(steps):
            resident.batch(*order[step])

    seconds = in_turns({"ours": ours, "loader": lambda: [None for _ in loader]}, rounds)
    return Row(
        f"supply of an epoch: {steps} batches of {BATCH} images, normalized",
        milliseconds(seconds["ours"]),
        f"DataLoader of PIL pictures: {milliseconds(seconds['loader'])}",
        times(seconds["loader"], seconds["ours"]),
        "≥ 100×",
    )


def finder(spec: RangeTest) -> None:
    """The range test of torch-lr-finder."""
    model = build(spec, (1, 28, 28), 10, torch.device("cpu"))
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-5, momentum=0.9)
    search = LRFinder(model, optimizer, nn.CrossEntropyLoss(), device="cpu")
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        loader = DataLoader(Pictures(), batch_size=BATCH, shuffle=True)
        search.range_test(loader, end_lr=0.1, num_iter=STEPS, diverge_th=1e9)


def whole(spec: RangeTest) -> None:
    """The range test of Lectern."""
    run = RangeTestRun(spec)
    while not run.ended:
        run.advance()


def ramp(net: str, rounds: int, target: str) -> Row:
    """A whole range test."""
    spec = RangeTest(text=network_text(net), batch=BATCH, low=1e-5, high=0.1, steps=STEPS, stop=1000)
    seconds = in_turns({"ours": lambda: whole(spec), "finder": lambda: finder(spec)}, rounds)
    return Row(
        f"range test, {net}, {STEPS} steps of {BATCH} images",
        milliseconds(seconds["ours"]),
        f"torch-lr-finder with a DataLoader of PIL pictures: {milliseconds(seconds['finder'])}",
        times(seconds["finder"], seconds["ours"]),
        target,
    )


def demo(net: str, target: str) -> Row:
    """From the click to the last record: the process starts, imports torch, and trains."""
    taken = []
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict("os.environ", {"LECTERN_JOBS_FOLDER": folder}):
        for seed in range(5):
            start = time.perf_counter()
            spec = RangeTest(text=network_text(net), steps=200, seed=seed)
            jobs.wait(jobs.submit("range_test", spec.as_json()), timeout_s=300)
            taken.append(time.perf_counter() - start)
        assert len(list(Path(folder).glob("*/result.json"))) == 5
    seconds = sorted(taken)[2]
    return Row(f"from click to finished ramp of 200 steps, {net}, in a new process", f"{seconds:.1f} s", target=target)


def head_only(rounds: int) -> Row:
    """An epoch of the head of a small network: on features that were computed once, and behind the frozen base."""
    images = fashion_mnist()
    setup = TransferTraining(images=0, batch=BATCH)
    count, calls = 3000, setup.arms[-1]
    source, _ = halves(images)
    data = Resident(source.train_images, source.train_labels, torch.device("cpu"))
    base = build(setup, images.shape, 5, torch.device("cpu"))
    cached, behind = Frozen(copy.deepcopy(base), calls), Frozen(copy.deepcopy(base), calls)
    features = cached.features(data)
    steps = {"ours": Steps(cached.head(), features, setup), "base": Steps(behind, data, setup)}
    updates = count // BATCH
    order = Order(count, [BATCH] * updates, seed=0)
    batches = [order[step] for step in range(updates)]

    def epoch(name: str) -> object:
        return steps[name].run(batches, [0.01] * updates, [0.9] * updates)

    seconds = in_turns({name: lambda name=name: epoch(name) for name in steps}, rounds)  # type: ignore[misc]
    once = in_turns({"once": lambda: cached.features(data)}, rounds)["once"]
    return Row(
        f"epoch of the head of the small CNN on cached features, {count:,} images (made once in {milliseconds(once)})",
        milliseconds(seconds["ours"]),
        f"the same steps with the frozen base in each of them: {milliseconds(seconds['base'])}",
        times(seconds["base"], seconds["ours"]),
        "≥ 10×",
    )


def rows() -> list[Row]:
    """All rows about training."""
    torch.set_num_threads(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the peers
        return [
            supply(5),
            ramp("mlp", 5, "≥ 5×"),
            ramp("small_cnn", 3, "≥ 1.5×"),
            demo("mlp", "≤ 3 s"),
            demo("small_cnn", "≤ 15 s"),
            head_only(9),
            *beside.rows(),
        ]
