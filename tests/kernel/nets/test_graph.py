"""Branches for a GPU alone, on the processor with a stub that records and refuses what a recording refuses."""

import weakref
from contextlib import contextmanager, nullcontext

import numpy as np
import pytest
import torch
from torch import nn

from core.jobs import runner
from core.jobs.kinds import LostDevice
from core.nets import faults, graph, runs, steps, sweep, transfer
from core.nets.architectures import build
from core.nets.data import Order, Resident
from core.nets.optimizer import Optimizer
from core.nets.range_test import RangeTestRun
from core.nets.steps import Steps
from core.nets.sweep import SweepRun
from core.nets.training import TrainingRun
from core.training.experiments import RangeTest, Setup, Sweep, Training
from core.training.transfer_experiment import TransferTraining
from tests.kernel.nets.gpu import Recording, accelerator_error
from tests.kernel.nets.small import CNN, MLP, Context, finished, images

CPU = torch.device("cpu")
PLAIN = "conv3-4@same, relu, pool2, conv3-6, relu, gap, fc3"
SHORT = torch.OutOfMemoryError("CUDA out of memory.")
INVALIDATED = 901


def steps_for(setup, **more):
    found = images()
    data = Resident(found.train_images, found.train_labels, CPU)
    made = Steps(build(setup, found.shape, 3, CPU), data, setup, **more)
    made._on_gpu = setup.device == "cuda"
    return made


def losses(records):
    rows = sorted((each for each in records if "losses" in each), key=lambda r: (r.get("candidate", 0), r["step"]))
    return np.concatenate([row["losses"] for row in rows])


def on_both(kind, run, **settings):
    """Losses and summaries of a specification on the processor and on what plays the GPU."""
    found = []
    for device in ("cpu", "cuda"):
        made = run(kind(device=device, **settings), images())
        found.append((losses(finished(made)), made.summary()))
    return found


# ---- the same numbers, and one graph


@pytest.mark.parametrize(
    ("more", "graphs"),
    [
        ({}, 1),
        ({"momentum": 0.0}, 1),
        ({"augment": "shift and flip", "nesterov": True, "weight_decay": 5e-4}, 1),
        ({"label_smoothing": 0.1, "ema": 0.9}, 1),
        ({"text": f"dropout, {CNN}"}, 1),
        ({"text": PLAIN, "micro_batch": 5}, 1),
        ({"optimizer": "adam", "settings": (("high", 0.01),)}, 1),
        ({"stages": ((8, 5), (16, 4), (30, 3)), "updates": 12}, 3),
        ({"schedule": "cyclical", "settings": (("high", 0.1), ("low", 0.01), ("up", 4.0)), "momentum_low": 0.8}, 1),
        ({"schedule": "one_cycle", "settings": (("high", 0.1), ("warm", 0.3)), "momentum_low": 0.8}, 1),
        (
            {
                "schedule": "one_cycle",
                "settings": (("high", 0.1), ("warm", 0.3)),
                "momentum_low": 0.8,
                "nesterov": True,
                "weight_decay": 1e-3,
            },
            1,
        ),
        (
            {
                "schedule": "one_cycle",
                "settings": (("high", 0.01), ("warm", 0.3)),
                "momentum_low": 0.8,
                "optimizer": "adam",
                "weight_decay": 1e-3,
            },
            1,
        ),
        (
            {
                "schedule": "one_cycle",
                "settings": (("high", 0.1), ("warm", 0.3), ("total", 4.0)),
                "momentum_low": 0.8,
                "by_epoch": True,
            },
            1,
        ),
    ],
    ids=str,
)
def test_a_training_is_one_graph_for_each_batch_size_whatever_its_schedule(recorded, more, graphs) -> None:
    settings = {"text": CNN, "batch": 16, "updates": 12, "validation": 12, "settings": (("high", 0.05),)} | more
    (plain, one), (graphed, other) = on_both(Training, TrainingRun, **settings)
    np.testing.assert_allclose(graphed, plain, rtol=2e-4)
    assert other["test_loss"] == pytest.approx(one["test_loss"], rel=1e-3)
    assert len(recorded) == graphs


@pytest.mark.parametrize("text", [MLP, CNN])
def test_a_range_test_and_a_sweep_have_the_numbers_of_the_processor(recorded, text) -> None:
    common = {"text": text, "batch": 16, "low": 1e-4, "high": 1e-2}
    (plain, _), (graphed, _) = on_both(RangeTest, RangeTestRun, steps=20, **common)
    np.testing.assert_allclose(graphed, plain, rtol=1e-4)
    assert len(recorded) == 1
    (plain, _), (graphed, _) = on_both(Sweep, SweepRun, candidates=3, updates=7, **common)
    np.testing.assert_allclose(graphed, plain, rtol=1e-4)
    assert len(recorded) == 1 + 3


def test_a_momentum_that_turns_out_to_change_is_read_from_the_device_from_then_on(recorded) -> None:
    """Steps that are not told so beforehand record a second graph, and no third."""
    plain, graphed = (steps_for(Setup(text=MLP, batch=16, device=device)) for device in ("cpu", "cuda"))
    order = Order(60, [16] * 8, 0)
    for start, momenta in ((0, [0.9, 0.9]), (2, [0.5, 0.5]), (4, [0.9, 0.8]), (6, [0.7, 0.7])):
        batches = [order[start], order[start + 1]]
        expected = plain.run(batches, [0.1, 0.2], momenta)
        torch.testing.assert_close(graphed.run(batches, [0.1, 0.2], momenta), expected)
    assert len(recorded) == 2


@pytest.mark.parametrize("more", [{}, {"ema": 0.9}, {"text": f"dropout, {CNN}"}, {"optimizer": "adam"}], ids=str)
def test_a_training_goes_on_where_it_was_left(recorded, tmp_path, more) -> None:
    settings = {"text": CNN, "batch": 16, "updates": 30, "settings": (("high", 0.02),), "device": "cuda"} | more
    whole = losses(finished(TrainingRun(Training(**settings), images())))
    run, records = TrainingRun(Training(**settings), images()), []
    while run.step < 8:
        records += run.advance()
    run.save(tmp_path / "state")
    again = TrainingRun(Training(**settings), images())
    again.load(tmp_path / "state")
    np.testing.assert_allclose(losses(records + finished(again)), whole, rtol=2e-4)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("more", [{}, {"weight_decay": 0.01}, {"nesterov": True}], ids=str)
def test_steps_whose_momentum_is_a_tensor_are_those_of_torch(optimizer, more) -> None:
    if optimizer == "adam" and "nesterov" in more:
        more = {"weight_decay": 0.1}
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 2)).double()
    twin = nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 2)).double()
    twin.load_state_dict(network.state_dict())
    own = Optimizer(network, Setup(text=MLP, optimizer=optimizer, **more))
    theirs = (
        torch.optim.SGD(twin.parameters(), lr=1.0, momentum=0.9, **more)
        if optimizer == "sgd"
        else torch.optim.Adam(twin.parameters(), lr=1.0, **more)
    )
    inputs = torch.randn(11, 5, dtype=torch.float64)
    for rate, momentum in ((0.1, 0.95), (0.02, 0.85), (0.3, 0.9), (0.01, 0.1), (0.2, 0.7)):
        for group in theirs.param_groups:
            group["lr"] = rate
            group |= {"momentum": momentum} if optimizer == "sgd" else {"betas": (momentum, 0.999)}
        for each in (network, twin):
            each(inputs).square().sum().backward()
        own.step(torch.tensor(rate, dtype=torch.float64), torch.tensor(momentum, dtype=torch.float64))
        theirs.step()
        theirs.zero_grad()
        for mine, other in zip(network.parameters(), twin.parameters(), strict=True):
            rtol, atol = (1e-12, 1e-14) if optimizer == "sgd" else (1e-5, 1e-6)  # Adam counts steps in single precision
            torch.testing.assert_close(mine, other, rtol=rtol, atol=atol)


def test_a_parameter_that_the_network_does_not_use_is_named() -> None:
    network = nn.ModuleDict({"used": nn.Linear(2, 2), "unused": nn.Linear(2, 2)})
    own = Optimizer(network, Setup(text=MLP))
    network["used"](torch.ones(1, 2)).sum().backward()
    with pytest.raises(ValueError, match=r"^The network does not use `unused\.weight`, so it has no gradient"):
        own.step(0.1, 0.9)


# ---- long chunks, many parts


def test_more_steps_than_a_graph_has_room_for_are_taken_in_parts(recorded) -> None:
    plain, graphed = (steps_for(Setup(text=MLP, batch=16, device=device)) for device in ("cpu", "cuda"))
    count = 2 * graph.LONGEST_CHUNK + 7
    order, rates = Order(60, [16] * count, 0), np.geomspace(1e-3, 0.1, count).tolist()
    batches = [order[step] for step in range(count)]
    expected = plain.run(batches, rates, [0.9] * count)
    torch.testing.assert_close(graphed.run(batches, rates, [0.9] * count), expected)
    assert len(recorded) == 1


@pytest.mark.parametrize("every", [20, 60])
def test_a_transfer_has_the_numbers_of_the_processor(recorded, every) -> None:
    found = []
    for device in ("cpu", "cuda"):
        spec = TransferTraining(
            text="conv3-4, relu, gap, fc5", images=25, updates=60, every=every, source_updates=60, device=device
        )
        found.append([record["test_loss"] for record in transfer.transfer(spec)])
    np.testing.assert_allclose(found[1], found[0], rtol=1e-3)
    assert recorded


def test_a_batch_of_very_many_parts_is_not_recorded(recorded, monkeypatch) -> None:
    monkeypatch.setattr(steps, "MOST_PARTS", 4)
    plain, graphed = (steps_for(Setup(text=MLP, batch=20, micro_batch=4, device=device)) for device in ("cpu", "cuda"))
    order = Order(60, [20] * 3, 0)
    batches = [order[step] for step in range(3)]
    expected = plain.run(batches, [0.1] * 3, [0.9] * 3)
    torch.testing.assert_close(graphed.run(batches, [0.1] * 3, [0.9] * 3), expected)
    assert not recorded
    graphed.run([Order(60, [16], 0)[0]], [0.1], [0.9])
    assert len(recorded) == 1


# ---- memory


def limited(network, most, error=SHORT):
    """Let a network take at most so many images at once, and give the list of the numbers it was asked for."""
    asked = []

    def look(module, inputs):
        asked.append(len(inputs[0]))
        if len(inputs[0]) > most:
            raise error

    network.register_forward_pre_hook(look)
    return asked


@pytest.mark.parametrize(
    "error",
    [
        SHORT,
        accelerator_error(2),
        accelerator_error(None, "CUDA error: out of memory"),
        RuntimeError("CUBLAS_STATUS_ALLOC_FAILED"),
    ],
    ids=str,
)
def test_a_batch_that_does_not_fit_passes_in_parts(recorded, error) -> None:
    plain, graphed = (steps_for(Setup(text=PLAIN, batch=16, device=device)) for device in ("cpu", "cuda"))
    asked = limited(graphed.network, 5, error)
    batches = [Order(60, [16], 0)[0]]
    torch.testing.assert_close(graphed.run(batches, [0.1], [0.9]), plain.run(batches, [0.1], [0.9]))
    assert graphed.micro_batch == 4 and asked[:3] == [16, 8, 4]


@pytest.mark.parametrize("code", [2, INVALIDATED])
def test_memory_that_ends_while_a_graph_is_recorded_leads_to_parts_too(recorded, monkeypatch, code) -> None:
    """It may come as another error than outside a recording."""
    plain, graphed = (steps_for(Setup(text=PLAIN, batch=16, device=device)) for device in ("cpu", "cuda"))

    @contextmanager
    def short():
        with Recording():
            yield
        if graphed.micro_batch > 8:
            raise accelerator_error(code)

    monkeypatch.setattr(torch.cuda, "graph", lambda graph, stream: short())
    batches = [Order(60, [16], 0)[0]]
    torch.testing.assert_close(graphed.run(batches, [0.1], [0.9]), plain.run(batches, [0.1], [0.9]))
    assert graphed.micro_batch == 8


def test_a_recording_that_fails_for_another_reason_does_not_end_in_ever_smaller_parts(recorded, monkeypatch) -> None:
    @contextmanager
    def never():
        yield
        raise accelerator_error(INVALIDATED)

    monkeypatch.setattr(torch.cuda, "graph", lambda graph, stream: never())
    graphed = steps_for(Setup(text=MLP, batch=16, device="cuda"))
    with pytest.raises(torch.AcceleratorError):
        graphed.run([Order(60, [16], 0)[0]], [0.1], [0.9])
    assert graphed.micro_batch == 8


def test_what_a_failed_step_held_is_gone_before_memory_is_given_back(monkeypatch) -> None:
    held, seen = [], []
    made = steps_for(Setup(text=PLAIN, batch=16))

    def fail(module, inputs):
        if len(inputs[0]) > 8:
            activation = inputs[0] * 2
            held.append(weakref.ref(activation))
            raise torch.OutOfMemoryError("CUDA out of memory.")

    made.network.register_forward_pre_hook(fail)
    monkeypatch.setattr(faults, "release", lambda kind: seen.append([each() for each in held]))
    made.fit(lambda: made.step(*Order(60, [16], 0)[0]))
    assert seen == [[None]] and made.micro_batch == 8


def test_memory_is_given_back_to_the_device_that_is_short(monkeypatch) -> None:
    for kind in ("cuda", "mps"):
        called = []
        monkeypatch.setattr(getattr(torch, kind), "empty_cache", lambda called=called: called.append(1))
        faults.release(kind)
        faults.release("cpu")
        assert called == [1]


@pytest.mark.parametrize(("free", "fits"), [(1000, False), (1099, False), (1100, True)])
def test_room_is_looked_at_before_a_graph_is_recorded(monkeypatch, free, fits) -> None:
    calls = []
    for name, value in (
        ("reset_peak_memory_stats", None),
        ("memory_allocated", 500),
        ("synchronize", None),
        ("max_memory_allocated", 1500),
        ("mem_get_info", (free, 10_000)),
    ):
        monkeypatch.setattr(torch.cuda, name, lambda _, value=value: value)
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: calls.append("empty_cache"))
    outcome = nullcontext() if fits else pytest.raises(torch.OutOfMemoryError, match="A graph needs 1,000 bytes")
    with outcome, graph.room_for_the_next(torch.device("cuda", 0)):
        calls.append("steps")
    assert calls == ["steps", "empty_cache"]


def test_an_evaluation_takes_as_many_images_at_once_as_fit(recorded, tmp_path) -> None:
    def evaluated(run, most):
        asked = limited(run._learner.steps.network, most)
        found = run.summary()
        return found["test_loss"], asked

    spec = Training(text=CNN, batch=16, updates=3, device="cuda", settings=(("high", 0.05),))
    run = TrainingRun(spec, images())
    finished(run)
    run.save(tmp_path / "state")
    whole, asked = evaluated(run, 1000)
    assert asked == [20]
    again = TrainingRun(spec, images())
    again.load(tmp_path / "state")
    parts, asked = evaluated(again, 5)
    assert asked[:3] == [20, 10, 5] and parts == pytest.approx(whole, rel=1e-5)
    assert again._learner.steps.network.training
    with pytest.raises(ValueError, match="even for one image at a time"):
        evaluated(again, 0)


def test_features_of_a_frozen_base_are_computed_in_parts_that_fit() -> None:
    found = images()
    data = Resident(found.train_images, found.train_labels, CPU)
    base = build(Setup(text=PLAIN), found.shape, 3, CPU)
    frozen = transfer.Frozen(base, 3)
    whole = frozen.features(data).pixels
    asked = limited(base, 16)
    torch.testing.assert_close(frozen.features(data).pixels, whole)
    assert asked[:4] == [60, 30, 15, 15]


def test_parts_stay_the_same_after_a_resume(recorded, tmp_path) -> None:
    spec = Training(text=CNN, batch=16, updates=9, device="cuda", settings=(("high", 0.05),))
    run = TrainingRun(spec, images())
    limited(run._learner.steps.network, 5)
    run.advance()
    assert run._learner.steps.micro_batch == 4
    run.save(tmp_path / "state")
    again = TrainingRun(spec, images())
    again.load(tmp_path / "state")
    again.advance()
    assert again._learner.steps.micro_batch == 4


# ---- candidates of a sweep


def test_candidates_that_train_at_once_have_the_same_parts(recorded, monkeypatch) -> None:
    """The third to come finds less memory than the others, which have their graphs already."""
    spec = Sweep(text=CNN, batch=16, device="cuda", low=1e-4, high=1e-2, candidates=3, updates=4)
    made, sizes = [], []
    plain = sweep._Candidate.__init__

    def init(self, *args):
        plain(self, *args)
        made.append(self)
        limited(self.learner.steps.network, 5 if self.number == 2 else 1000)

    monkeypatch.setattr(sweep._Candidate, "__init__", init)
    run = SweepRun(spec, images())
    records = finished(run)
    sizes = [each.learner.steps.micro_batch for each in made]
    assert sizes == [4, 4, 4]
    alone = finished(SweepRun(Sweep(**spec.as_json() | {"device": "cpu", "micro_batch": 4}), images()))
    np.testing.assert_allclose(losses(records), losses(alone), rtol=1e-4)


@pytest.mark.parametrize("text", ["dropout, fc3", "Dropout, fc3", "fc8, 2x(DROPOUT, relu), fc3", "{dropout | id}, fc3"])
def test_candidates_with_dropout_are_trained_one_after_another(recorded, text) -> None:
    spec = Sweep(text=text, batch=16, device="cuda", candidates=3, updates=4)
    assert not sweep._at_once(spec)
    run = SweepRun(spec, images())
    run.advance()
    assert len(run._group) == 1
    assert sweep._at_once(Sweep(text=MLP, device="cuda")) and not sweep._at_once(Sweep(text=MLP))


# ---- errors of a device

SENTENCES = {
    faults.NO_MEMORY: [SHORT, accelerator_error(2), RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)")],
    faults.NO_KERNELS: [accelerator_error(209), accelerator_error(None, "CUDA error: no kernel image is available")],
    faults.ASSERTED: [accelerator_error(710), accelerator_error(None, "CUDA error: device-side assert triggered")],
    faults.ILLEGAL: [accelerator_error(700), accelerator_error(None, "CUDA error: an illegal memory access was found")],
    faults.OLD_DRIVER: [accelerator_error(35), RuntimeError("CUDA driver version is insufficient for CUDA runtime")],
    runner.LOST: [
        accelerator_error(719),
        accelerator_error(999),
        RuntimeError("CUDA error: unspecified launch failure"),
    ],
}
CASES = [(sentence, error) for sentence, errors in SENTENCES.items() for error in errors]


@pytest.mark.parametrize(("sentence", "error"), CASES, ids=range(len(CASES)))
@pytest.mark.parametrize("kind", ["range_test", "sweep", "training", "transfer"])
def test_each_error_of_a_gpu_has_its_own_sentence_in_every_kind_of_run(
    monkeypatch, tmp_path, kind, sentence, error
) -> None:
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(Steps, "run", fail)
    monkeypatch.setattr(Steps, "evaluate", fail)
    spec, run = {
        "range_test": (RangeTest(text=MLP), runs.run_range_test),
        "sweep": (Sweep(text=MLP), runs.run_sweep),
        "training": (Training(text=MLP), runs.run_training),
        "transfer": (TransferTraining(images=25), transfer.run_transfer),
    }[kind]
    monkeypatch.setattr("core.nets.learner.load", lambda setup: images())
    with pytest.raises((ValueError, LostDevice)) as caught:
        run(spec.as_json(), None, Context(tmp_path))
    assert runner.sentence(caught.value) == sentence
    assert ("esume" in sentence) == (sentence == runner.LOST)


def test_errors_of_the_program_stay_what_they_are() -> None:
    for error in (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), RuntimeError("out of memory of ideas")):
        with pytest.raises(RuntimeError) as caught, faults.told():
            raise error
        assert caught.value is error
