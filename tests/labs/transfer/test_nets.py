"""Freezing in torch: what is frozen stays bit for bit, features from a cache are those of the base, counts agree."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torchvision import models

from core.labs.transfer.compute.explore import transfer
from core.nets.data import Order, Resident
from core.nets.frozen import Frozen
from core.nets.steps import Steps
from core.nets.transfer import _Study, halves, run_transfer
from core.nets.transfer import transfer as study
from core.nets.typed import module
from core.networks.memory import OPTIMIZERS
from core.training.transfer_experiment import RAW, SCRATCH, TransferTraining
from tests.kernel.nets.small import Context, images, normalised

TEXT = "conv3-4@same bias=0, bn, relu, pool2, conv3-6 bias=0, bn, relu, gap, fc3"
HEAD = 8  # calls before the last layer of TEXT
SPEC = TransferTraining(text=TEXT, batch=20, updates=6, source_updates=4, every=3, momentum=0.9)


def network(text=TEXT, size=8, channels=1, seed=0):
    """A typed network with weights, as new."""
    torch.manual_seed(seed)
    return module(text=text, size=size, channels=channels, device="cpu").train()


def resident(found):
    return Resident(found.train_images, found.train_labels, torch.device("cpu"))


def trained(part, data, updates=6, spec=SPEC, rate=0.05):
    """The losses of some steps."""
    order = Order(len(data), [spec.batch] * updates, 0)
    return Steps(part, data, spec).run([order[k] for k in range(updates)], [rate] * updates, [0.9] * updates)


# --- the cache ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_cached_features_train_the_head_as_the_frozen_base_does(optimizer) -> None:
    found = images()
    spec = SPEC.from_json(SPEC.as_json() | {"optimizer": optimizer})
    data, base = resident(found), network()
    trained(base, data)  # so that the statistics of batch normalization are not those of a new network
    once, each = Frozen(deepcopy(base), HEAD), Frozen(deepcopy(base), HEAD)
    features = once.features(data)
    with torch.no_grad():
        by_torch = nn.Sequential(*list(deepcopy(base).eval().children())[:HEAD])(normalised(found, "train"))
    np.testing.assert_allclose(features.pixels.flatten(1), by_torch.flatten(1), atol=1e-6)
    losses = trained(once.head(), features, spec=spec), trained(each, data, spec=spec)
    np.testing.assert_allclose(losses[0], losses[1], atol=1e-6)
    np.testing.assert_allclose(once.head()[-1].weight.detach(), each.head()[-1].weight.detach(), atol=1e-6)
    assert not torch.equal(each.head()[-1].weight, base.get_submodule("9").weight)


def test_features_refuse_images_that_are_moved() -> None:
    features = Frozen(network(), HEAD).features(resident(images()))
    with pytest.raises(ValueError, match="do not know how images were moved"):
        features.batch(torch.arange(2), torch.zeros(2, 3, dtype=torch.int64))


@pytest.mark.parametrize("net", ["vgg19", "resnet18"])
def test_the_large_networks_run_once_and_their_heads_agree(net) -> None:
    found = transfer(net=net, classes=3)
    part = Frozen(network(found.text, 32, 3), found.layers[found.head].calls)
    data = resident(images(n=6, side=32, channels=3))
    index = torch.tensor([4, 1])
    with torch.no_grad():
        head, _ = part.features(data).batch(index)
        np.testing.assert_allclose(part.head()(head), part(data.batch(index)[0]), atol=1e-6)
    assert head.flatten(1).shape == (2, found.features)
    assert sum(parameter.numel() for parameter in part.parameters()) == found.head_params


# --- what is frozen ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("calls", [0, 1, 4, 5, HEAD])
def test_frozen_parameters_and_statistics_stay_bit_for_bit(calls) -> None:
    data, part = resident(images()), Frozen(network(), calls)
    names = [name for name, each in part.network.named_modules() if next(each.children(), None) is None]
    before = {name: tensor.clone() for name, tensor in part.network.state_dict().items()}
    steps = Steps(part, data, SPEC)
    order = Order(len(data), [20] * 4, 0)
    steps.run([order[k] for k in range(2)], [0.05] * 2, [0.9] * 2)
    steps.evaluate(data)  # it sets the mode to evaluation and back
    steps.run([order[k] for k in range(2, 4)], [0.05] * 2, [0.9] * 2)
    frozen = set(names[:calls])
    for name, tensor in part.network.state_dict().items():
        same = torch.equal(tensor, before[name])
        assert same == (name.rpartition(".")[0] in frozen), name


def test_in_training_mode_the_statistics_of_a_frozen_part_move() -> None:
    """The page warns of this: no optimizer changes these numbers, and yet the features change."""
    data, part = resident(images()), Frozen(network(), HEAD)
    before, features = part.network.get_submodule("2").running_mean.clone(), part.features(data).pixels
    nn.Module.train(part, True)  # as if nobody had thought of it
    part.network(data.batch(torch.arange(20))[0])
    assert not torch.equal(part.network.get_submodule("2").running_mean, before)
    assert not torch.allclose(part.features(data).pixels, features, atol=1e-3)


# --- counts and memory against torch -------------------------------------------------------------------------


def children_of(net, model):
    """Modules of torchvision in the order of the page's layers, from number 1 on; lists of those counted as one."""
    if net == "vgg19":
        return [[part] for part in model.features if isinstance(part, nn.Conv2d | nn.MaxPool2d)]
    found = [[model.conv1, model.bn1], [model.maxpool]]
    for stage in (model.layer1, model.layer2, model.layer3, model.layer4):
        for block in stage:
            found += [[block.conv1, block.bn1], [block.conv2, block.bn2]]
            found += [[block.downsample]] if block.downsample is not None else []
    return found


@pytest.mark.parametrize("net", ["vgg19", "resnet18"])
def test_counts_are_those_of_torchvision_for_every_cut(net) -> None:
    with torch.device("meta"):
        model = getattr(models, net)()
        head = nn.Linear(512, 10)
    found = transfer(net=net)
    layers = children_of(net, model)
    assert len(layers) == found.head - 2  # the input, and the average before the head
    for cut in found.cuts:
        for number, parts in enumerate(layers, start=1):
            for part in parts:
                part.requires_grad_(number >= cut)
        own = [p for parts in layers for part in parts for p in part.parameters()]
        wanted = sum(p.numel() for p in [*own, *head.parameters()] if p.requires_grad)
        assert found.trainable[cut] == wanted
        assert found.frozen[cut] == sum(p.numel() for p in own if not p.requires_grad)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("net", ["small_cnn", "lenet"])
def test_gradients_and_state_are_those_of_torch(net, name) -> None:
    """Bytes that a real optimizer of torch holds after a step; Adam's counters of steps apart."""
    found = transfer(net=net, batch=2)
    for cut in sorted({layer.calls: k for k, layer in enumerate(found.layers[: found.head + 1])}.values()):
        part = Frozen(network(found.text, found.image[1], found.image[0]), found.layers[cut].calls)
        make = {"SGD": torch.optim.SGD, "Adam": torch.optim.Adam}.get(name)
        parameters = list(part.parameters())
        optimizer = make(parameters, lr=0.1) if make else torch.optim.SGD(parameters, lr=0.1, momentum=0.9)
        part(torch.randn(2, *found.image)).sum().backward()
        optimizer.step()
        state = [t for each in optimizer.state.values() for t in each.values() if t is not None and t.dim()]
        memory = found.memory(cut, name)
        assert memory.optimizer == sum(tensor.nbytes for tensor in state)
        assert memory.gradients == sum(p.grad.nbytes for p in part.network.parameters() if p.grad is not None)
        assert memory.weights == sum(p.nbytes for p in part.network.parameters())


@pytest.mark.parametrize("net", ["vgg19", "resnet18", "small_cnn", "lenet"])
def test_kept_bytes_are_those_of_a_real_forward_pass_for_every_cut(net) -> None:
    found = transfer(net=net, batch=2)
    for cut in sorted({layer.calls: k for k, layer in enumerate(found.layers[: found.head + 1])}.values()):
        part = Frozen(network(found.text, found.image[1], found.image[0]), found.layers[cut].calls)
        own = {t.untyped_storage().data_ptr() for t in [*part.network.parameters(), *part.network.buffers()]}
        kept = {}

        def pack(tensor, own=own, kept=kept):
            storage = tensor.untyped_storage()
            if storage.data_ptr() not in own:
                kept[storage.data_ptr()] = tensor
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            part(torch.randn(2, *found.image))
        assert found.memory(cut, "Adam").kept == sum(t.untyped_storage().nbytes() for t in kept.values()), cut


# --- the run ----------------------------------------------------------------------------------------------


def test_halves_have_their_own_classes_and_equally_many_images_of_each() -> None:
    found = images(n=60, classes=6)
    source, target = halves(found, 9, seed=1)
    assert (source.classes, target.classes) == (tuple("abc"), tuple("def"))
    assert len(source.train_images) == 30
    assert np.bincount(target.train_labels).tolist() == [3, 3, 3]
    originals = {image.tobytes(): label for image, label in zip(found.train_images, found.train_labels, strict=True)}
    for image, label in zip(target.train_images, target.train_labels, strict=True):
        assert originals[image.tobytes()] == label + 3
    assert len({image.tobytes() for image in target.train_images}) == 9
    assert not np.array_equal(halves(found, 9, seed=2)[1].train_images, target.train_images)
    with pytest.raises(ValueError, match="at most 30"):
        halves(found, 33)


def test_a_run_has_every_arm_and_learns() -> None:
    spec = SPEC.from_json(
        SPEC.as_json() | {"images": 30, "updates": 40, "source_updates": 40, "every": 40, "head_rate": 0.1}
    )
    records = list(study(spec, images(n=120, classes=6)))
    assert spec.arms == (SCRATCH, RAW, 0, 4, HEAD)
    assert [(r["arm"], r["step"]) for r in records] == [
        (arm, step) for arm in ("source", "scratch", "raw", "frozen 0", "frozen 4", "frozen 8") for step in (0, 40)
    ]
    ends = {r["arm"]: r["test_loss"] for r in records if r["step"] == 40}
    starts = {r["arm"]: r["test_loss"] for r in records if r["step"] == 0}
    assert all(ends[arm] < starts[arm] for arm in ends)
    assert records == list(study(spec, images(n=120, classes=6)))


def test_the_job_reports_rises_and_goes_on_after_any_evaluation(tmp_path) -> None:
    text = "conv3-2, bn, relu, gap, fc5"
    spec = TransferTraining(text=text, images=25, updates=2, source_updates=3, every=1)
    whole = Context(tmp_path / "whole")
    result = run_transfer(spec.as_json(), None, whole)
    assert [each["step"] for each in whole.records] == [*range(4), *[0, 1, 2] * len(spec.arms)]
    assert whole.progress == sorted(whole.progress) and whole.progress[-1] == 1
    assert result == {"test_accuracy": {each["arm"]: each["test_accuracy"] for each in whole.records}}
    for told in range(1, len(whole.records) + 1):
        short, rest = (Context(tmp_path / f"{told}", stop) for stop in (told - 1, 10**9))
        assert run_transfer(spec.as_json(), None, short) is None
        assert run_transfer(spec.as_json(), short.folder, rest) == result
        assert (short.records, rest.records) == (whole.records[:told], whole.records[told:])
        assert short.progress + rest.progress == whole.progress


def test_the_multiplications_are_those_of_all_forward_passes(monkeypatch) -> None:
    """Counted where they are made, without the backward passes and without those of the head on kept features."""
    found = images(n=300, side=28, classes=10)
    rng = np.random.default_rng(0)
    tests = rng.integers(0, 256, (1000, 1, 28, 28), dtype=np.uint8)
    found = replace(found, test_images=tests, test_labels=(np.arange(1000) % 10).astype(np.uint8))
    spec = TransferTraining(text=TEXT.replace("fc3", "fc5"), images=50, updates=4, every=2, source_updates=6, batch=10)
    total = 0

    def count(part, _, given):
        nonlocal total
        if isinstance(part, nn.Conv2d | nn.Linear):
            total += given[0].numel() * len(given) * part.weight[0].numel()

    hook = nn.modules.module.register_module_forward_hook(count)
    try:
        for _ in study(spec, found):
            pass
    finally:
        hook.remove()
    monkeypatch.setattr("core.training.transfer_experiment.BACKWARD", 0)
    # Through the head alone, in two arms with three evaluations each, or to the features and then for nothing on.
    head = (2 * (3 * 500 + 4 * 10) + (50 + 500) + (50 + 500 + 500)) * 6 * 5
    assert spec.macs == total - head


def test_the_second_half_is_normalised_as_the_network_has_learnt_the_first() -> None:
    found = images(n=120, side=28, classes=6)  # brighter from class to class
    study_of = _Study(replace(SPEC, images=30), found)
    source = found.train_images[found.train_labels < 3].astype(float)
    for data in (study_of.data, study_of.test):
        (mean,), (deviation,) = data.scale
        assert (mean, deviation) == pytest.approx((source.mean(), source.std()))


def test_the_head_alone_has_a_rate_of_its_own() -> None:
    found = images(n=120, side=28, classes=6)
    slow, fast = (list(study(replace(SPEC, images=30, head_rate=rate), found)) for rate in (0.001, 0.1))
    differ = {one["arm"] for one, other in zip(slow, fast, strict=True) if one != other}
    assert differ == {"raw", f"frozen {HEAD}"}
