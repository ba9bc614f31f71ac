"""Additions of recipes to a training: label smoothing, averaged weights, schedules by epoch; and the recipe itself."""

from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from torch import nn
from torch.nn import functional as F
from torch.optim import lr_scheduler
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from core.jobs.gpus import Gpus
from core.nets.architectures import build
from core.nets.data import Order, Resident
from core.nets.steps import Steps
from core.nets.training import TrainingRun
from core.tools.recipe import follow, network, recipe
from core.training.experiments import Setup, Training
from tests.kernel.nets.small import CNN, MLP, finished, images, normalised

CPU = torch.device("cpu")
RATES = np.linspace(0.01, 0.2, 9).tolist()


@pytest.fixture(autouse=True)
def _small_data(monkeypatch):
    monkeypatch.setattr("core.nets.learner.load", lambda setup: images())


def stepper(setup, **more):
    found = images()
    network = build(setup, found.shape, 3, CPU)
    return Steps(network, Resident(found.train_images, found.train_labels, CPU), setup, **more)


def batches(steps=9):
    order = Order(60, [16] * steps, 0)
    return [order[step] for step in range(steps)]


def loop(network, criterion, rates, after=lambda: None):
    """SGD with momentum as anyone would write it; gives the loss before each step."""
    inputs, labels = normalised(images(), "train"), torch.from_numpy(images().train_labels.astype(np.int64))
    sgd = torch.optim.SGD(network.parameters(), momentum=0.9, foreach=False)
    losses = []
    for rate, (index, _) in zip(rates, batches(len(rates)), strict=True):
        sgd.param_groups[0]["lr"] = rate
        loss = criterion(network(inputs[index]), labels[index])
        sgd.zero_grad()
        loss.backward()
        sgd.step()
        after()
        losses.append(loss.item())
    return losses


# ---- label smoothing


@pytest.mark.parametrize("part", [0, 5])
def test_gradients_of_the_smoothed_loss_are_those_of_torch(monkeypatch, part) -> None:
    setup = Setup(text=MLP, batch=16, micro_batch=part, seed=3)
    steps, (index, _) = stepper(setup, label_smoothing=0.2), batches()[0]
    own = []
    monkeypatch.setattr(
        steps.optimizer, "step", lambda *_: own.extend(p.grad.clone() for p in steps.network.parameters())
    )
    loss, _ = steps.step(index, None).tolist()
    other = build(setup, (1, 8, 8), 3, CPU)
    labels = torch.from_numpy(images().train_labels.astype(np.int64))
    expected = nn.CrossEntropyLoss(label_smoothing=0.2)(other(normalised(images(), "train")[index]), labels[index])
    expected.backward()
    assert loss == pytest.approx(expected.item(), rel=1e-5)
    for mine, theirs in zip(own, other.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs.grad, rtol=1e-4, atol=1e-6)


def test_a_training_with_smoothed_labels_is_judged_by_the_plain_loss() -> None:
    spec = Training(text=MLP, batch=16, updates=9, settings=(("high", 0.05),), label_smoothing=0.1)
    run = TrainingRun(spec)
    losses = np.concatenate([record["losses"] for record in finished(run) if "losses" in record])
    network = build(spec, (1, 8, 8), 3, CPU)
    np.testing.assert_allclose(losses, loop(network, nn.CrossEntropyLoss(label_smoothing=0.1), [0.05] * 9), rtol=1e-4)
    inputs, labels = normalised(images(), "test"), torch.from_numpy(images().test_labels.astype(np.int64))
    with torch.no_grad():
        assert run.summary()["test_loss"] == pytest.approx(F.cross_entropy(network(inputs), labels).item(), rel=1e-4)


# ---- averaged weights


def averaged(network, decay):
    """torch's average, which takes its first weights as they are: here the initial ones."""
    model = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(decay), use_buffers=True)
    model.update_parameters(network)
    return model


@pytest.mark.parametrize("text", [MLP, CNN])
@pytest.mark.parametrize("decay", [0.5, 0.95])
def test_the_average_is_that_of_torch(text, decay) -> None:
    setup = Setup(text=text, batch=16, seed=3)
    steps = stepper(setup, ema=decay)
    network = build(setup, (1, 8, 8), 3, CPU)
    model = averaged(network, decay)
    loop(network, F.cross_entropy, RATES, lambda: model.update_parameters(network))
    steps.run(batches(), RATES, [0.9] * 9)
    expected = model.module.state_dict()
    for name, tensor in steps.average.network.state_dict().items():
        if tensor.is_floating_point():
            torch.testing.assert_close(tensor, expected[name], rtol=1e-3, atol=1e-4)
        else:  # torch averages the number of batches as well, and cuts it off
            assert name.endswith("num_batches_tracked") and tensor == 9
    model.eval()
    labels = torch.from_numpy(images().test_labels.astype(np.int64))
    with torch.no_grad():
        outputs = model(normalised(images(), "test"))
    loss, accuracy = steps.evaluate(Resident(images().test_images, images().test_labels, CPU, steps._data))
    assert loss == pytest.approx(F.cross_entropy(outputs, labels).item(), rel=1e-3)
    assert accuracy == pytest.approx((outputs.argmax(1) == labels).double().mean().item())
    assert not steps.average.network.training and steps.network.training


def test_an_average_changes_nothing_of_what_is_trained() -> None:
    setup = Setup(text=f"dropout, {CNN}", batch=16, micro_batch=5, seed=3)
    plain, with_average = stepper(setup), stepper(setup, ema=0.9)
    for steps in (plain, with_average):
        steps.run(batches(), RATES, [0.9] * 9)
    found = with_average.tensors()
    assert all(torch.equal(tensor, found[name]) for name, tensor in plain.tensors().items())
    assert {name.split(".")[0] for name in found} == {"network", "average", "optimizer", "random"}


def test_a_batch_that_does_not_fit_leaves_no_trace_in_the_average() -> None:
    steps = stepper(Setup(text=CNN, batch=16), ema=0.5)
    before = deepcopy(steps.average.network.state_dict())
    steps._rate = 0.1
    steps.fit(lambda: steps.step(*batches()[0]))
    assert all(torch.equal(tensor, before[name]) for name, tensor in steps.average.network.state_dict().items())


RECIPE = Training(
    text=f"dropout, {CNN}",
    batch=16,
    updates=14,
    augment="shift and flip",
    settings=(("high", 0.1),),
    validation=10,
    label_smoothing=0.1,
    ema=0.8,
)


@pytest.mark.parametrize("stop", [1, 5])
def test_an_averaged_training_goes_on_bit_by_bit_and_keeps_the_average(tmp_path, stop) -> None:
    whole, left = TrainingRun(RECIPE), TrainingRun(RECIPE)
    expected = finished(whole)
    records = []
    while left.step < stop:
        records += left.advance()
    left.save(tmp_path / "state")
    resumed = TrainingRun(RECIPE)
    resumed.load(tmp_path / "state")
    records += finished(resumed)
    assert [r for r in records if "epoch" in r] == [r for r in expected if "epoch" in r]
    assert resumed.summary() == whole.summary()
    for run, name in ((whole, "whole"), (resumed, "resumed")):
        run.save_weights(tmp_path / name)
    assert (tmp_path / "whole").read_bytes() == (tmp_path / "resumed").read_bytes()
    steps = whole._learner.steps
    kept, own = load_file(tmp_path / "whole"), steps.average.network.state_dict()
    assert set(kept) == set(steps.network.state_dict())
    assert all(np.array_equal(kept[name], own[name].numpy()) for name in kept)
    assert any(not np.array_equal(kept[name], now.numpy()) for name, now in steps.network.state_dict().items())


# ---- schedules that step once an epoch


@pytest.mark.parametrize(
    ("schedule", "settings", "make"),
    [
        ("step", {"high": 0.1, "every": 2, "gamma": 0.5}, lambda o: lr_scheduler.StepLR(o, 2, 0.5)),
        (
            "cyclical",
            {"low": 0.01, "high": 0.1, "up": 2, "shape": "triangular2"},
            lambda o: lr_scheduler.CyclicLR(o, 0.01, 0.1, 2, mode="triangular2", base_momentum=0.8, max_momentum=0.9),
        ),
        (
            "one_cycle",
            {"high": 0.1, "total": 6, "warm": 0.5},
            lambda o: lr_scheduler.OneCycleLR(o, 0.1, 6, pct_start=0.5, base_momentum=0.8, max_momentum=0.9),
        ),
        (
            "cosine_restarts",
            {"high": 0.1, "period": 2, "multiplier": 2},
            lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 2, 2),
        ),
    ],
)
def test_a_schedule_by_epoch_is_torchs_in_the_loop_over_epochs(schedule, settings, make) -> None:
    cycled = schedule in ("cyclical", "one_cycle")
    # Trained on 50 images: epochs of five batches of 10, the fourth of three and one of 20, and then of two of 20.
    stages = ((10, 18), (20, 5))
    spec = Training(
        text=MLP,
        stages=stages,
        validation=10,
        schedule=schedule,
        settings=tuple(settings.items()),
        momentum_low=0.8 if cycled else -1.0,
        by_epoch=True,
    )
    records = finished(TrainingRun(spec))
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1, momentum=0.9)
    scheduler = make(optimizer)
    rates, momenta = [], []
    for updates in (5, 5, 5, 4, 2, 2):
        for _ in range(updates):
            optimizer.step()
            rates.append(optimizer.param_groups[0]["lr"])
            momenta.append(optimizer.param_groups[0]["momentum"])
        if len(rates) < 23:
            scheduler.step()
    joined = {
        name: np.concatenate([r[name] for r in records if "losses" in r]) for name in ("rates", "momenta", "losses")
    }
    np.testing.assert_allclose(joined["rates"], rates, rtol=0, atol=1e-12)
    np.testing.assert_allclose(joined["momenta"], momenta, rtol=0, atol=1e-12)
    assert len(joined["losses"]) == 23
    np.testing.assert_allclose(spec.rates()[:6], [rates[step] for step in (0, 5, 10, 15, 19, 21)], rtol=0, atol=1e-12)


def test_warm_up_by_epoch_lasts_epochs() -> None:
    spec = Training(text=MLP, batch=20, updates=12, warm_up=3, settings=(("high", 0.3),), by_epoch=True)
    rates = np.concatenate([record["rates"] for record in finished(TrainingRun(spec)) if "rates" in record])
    np.testing.assert_allclose(rates, np.repeat([0.1, 0.2, 0.3, 0.3], 3))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"label_smoothing": 1.0}, r"`label_smoothing` must be in \[0, 1\); got 1."),
        ({"label_smoothing": -0.1}, r"`label_smoothing` must be in \[0, 1\); got -0.1."),
        ({"ema": 1.0}, r"`ema` must be in \[0, 1\); got 1."),
        ({"by_epoch": True, "schedule": "one_cycle"}, "needs `total`, its number of epochs."),
        ({"by_epoch": 1}, "`by_epoch` has a value of the wrong kind"),
    ],
)
def test_settings_of_a_recipe_that_make_no_sense_are_refused(values, message) -> None:
    with pytest.raises(ValueError, match=message):
        Training(text=MLP, **values)


# ---- the recipe


@pytest.mark.parametrize(("device", "has"), [("cuda", True), ("cuda", False), ("cpu", True)])
def test_the_recipe_is_what_it_says(monkeypatch, device, has) -> None:
    monkeypatch.setattr("core.tools.recipe.gpus", lambda: Gpus("cuda", ("A card",), has))
    spec = recipe(device)
    assert spec.updates == {"cuda": 12, "cpu": 3}[device] * 107  # of 512 of the 55,000 images
    precision = "bf16" if device == "cuda" and has else "fp32"
    assert (spec.data, spec.device, spec.precision) == ("fashion-mnist", device, precision)
    assert len(set(spec.momenta().tolist())) == 1 and spec.ema**spec.updates < 0.002
    built = build(replace(spec, device="cpu"), (1, 28, 28), 10, CPU)
    width = 32 if device == "cuda" else 8
    kernels = [tuple(part.weight.shape) for part in built.modules() if isinstance(part, nn.Conv2d)]
    pairs = [(1 / width, 1), (1, 2), (2, 2), (2, 2), (2, 4), (4, 8), (8, 8), (8, 8)]
    assert kernels == [(after * width, round(before * width), 3, 3) for before, after in pairs]
    assert built(torch.zeros(2, 1, 28, 28)).shape == (2, 10)


def test_a_tiny_recipe_learns_and_tells_it(monkeypatch) -> None:
    monkeypatch.setattr("core.nets.learner.load", lambda setup: images(n=90, side=28))
    small = {"text": network(2).replace("fc10", "fc3"), "validation": 10, "batch": 20, "updates": 40}
    tiny = replace(recipe("cpu"), **small, settings=(("high", 0.1),), ema=0.8)
    *epochs, took, end = follow(tiny)
    assert [line.split()[:2] for line in epochs] == [["epoch", str(number)] for number in range(1, 11)]
    first, last = (float(line.split("validation loss ")[1].split()[0]) for line in (epochs[0], epochs[-1]))
    assert last < 0.75 * min(first, np.log(3))
    assert took.startswith("40 updates in ") and float(end.removeprefix("test accuracy ").rstrip("%")) >= 90
