"""What a recorded graph keeps on the device, tried on the processor: recording is replaced by calling again.

No GPU takes part. With one, the last test compares the two devices.
"""

from contextlib import nullcontext
from types import SimpleNamespace
from unittest.mock import MagicMock

import numpy as np
import pytest
import torch

from core.nets.architectures import build
from core.nets.data import Order, Resident
from core.nets.graph import Graph
from core.nets.range_test import RangeTestRun
from core.nets.steps import Steps
from core.nets.sweep import SweepRun
from core.training.experiments import RangeTest, Setup, Sweep
from tests.kernel.nets.small import CNN, MLP, finished, images

CPU = torch.device("cpu")


@pytest.fixture
def recorded(monkeypatch):
    """Replaces what needs a GPU; gives the graphs that are made."""
    made = []
    plain_init = Graph.__init__

    def init(self, *args):
        made.append(self)
        plain_init(self, *args)

    monkeypatch.setattr(Graph, "__init__", init)
    for name in ("Stream", "current_stream", "synchronize"):
        monkeypatch.setattr(torch.cuda, name, MagicMock())
    monkeypatch.setattr(torch.cuda, "stream", lambda stream: nullcontext())
    monkeypatch.setattr(torch.cuda, "graph", lambda graph, stream: nullcontext())
    monkeypatch.setattr(torch.cuda, "CUDAGraph", lambda: SimpleNamespace(replay=made[-1]._take))
    return made


def steps_for(setup, on_gpu, **more):
    found = images()
    data = Resident(found.train_images, found.train_labels, CPU)
    steps = Steps(build(setup, found.shape, 3, CPU), data, setup, **more)
    if on_gpu:
        steps._on_gpu = True
    return steps


@pytest.mark.parametrize("augment", ["none", "shift"])
@pytest.mark.parametrize("text", [MLP, CNN])
def test_a_graph_reads_every_step_from_the_device(recorded, text, augment) -> None:
    setup = Setup(text=text, batch=16, augment=augment, momentum=0.9)
    plain, graph = steps_for(setup, False), steps_for(setup, True)
    order = Order(60, [16] * 12, 0, augment, 8)
    rates = np.geomspace(1e-3, 0.2, 12).tolist()
    for part in (slice(0, 5), slice(5, 7), slice(7, 12)):
        batches = [order[step] for step in range(12)[part]]
        expected = plain.run(batches, rates[part], [0.9] * len(batches))
        torch.testing.assert_close(graph.run(batches, rates[part], [0.9] * len(batches)), expected)
    assert len(recorded) == 1  # neither length nor rate asks for another
    for mine, theirs in zip(graph.network.state_dict().values(), plain.network.state_dict().values(), strict=True):
        torch.testing.assert_close(mine, theirs)


def test_a_graph_averages_weights_and_smooths_labels(recorded) -> None:
    setup = Setup(text=CNN, batch=16)
    plain, graph = (steps_for(setup, on_gpu, label_smoothing=0.1, ema=0.8) for on_gpu in (False, True))
    order = Order(60, [16] * 7, 0)
    batches, rates = [order[step] for step in range(7)], np.geomspace(1e-2, 0.2, 7).tolist()
    torch.testing.assert_close(graph.run(batches, rates, [0.9] * 7), plain.run(batches, rates, [0.9] * 7))
    assert len(recorded) == 1
    found = graph.tensors()
    for name, tensor in plain.tensors().items():
        torch.testing.assert_close(found[name], tensor, msg=name)


def test_another_batch_size_or_momentum_is_another_graph_and_changing_momenta_are_none(recorded) -> None:
    setup = Setup(text=MLP, batch=16)
    plain, graph = steps_for(setup, False), steps_for(setup, True)
    order = Order(60, [16, 16, 8, 8], 0)
    for number, momenta in ((0, [0.9, 0.9]), (2, [0.9, 0.9]), (2, [0.5, 0.5]), (0, [0.9, 0.8])):
        batches = [order[number], order[number + 1]]
        expected = plain.run(batches, [0.1, 0.2], momenta)
        torch.testing.assert_close(graph.run(batches, [0.1, 0.2], momenta), expected)
    assert [made.fits for made in recorded] == [(16, 0.9), (8, 0.9), (8, 0.5)]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_gives_the_numbers_of_the_processor() -> None:
    plain = {"text": CNN, "batch": 16, "low": 1e-4}
    for kind, run, more in (
        (RangeTest, RangeTestRun, {"high": 1e-2, "steps": 30}),
        (Sweep, SweepRun, {"high": 1e-2, "candidates": 3, "updates": 9}),
    ):
        both = []
        for device in ("cpu", "cuda"):
            spec = kind(device=device, **plain, **more)
            records = [record for record in finished(run(spec, images())) if "losses" in record]
            records.sort(key=lambda record: (record.get("candidate", 0), record["step"]))
            both.append(np.concatenate([record["losses"] for record in records]))
        np.testing.assert_allclose(both[1], both[0], rtol=1e-3)
