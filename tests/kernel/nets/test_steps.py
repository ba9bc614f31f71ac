"""Steps against a plain loop, micro-batches against whole batches, and what a step must not change."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from core.nets import devices
from core.nets.architectures import build
from core.nets.data import Order, Resident
from core.nets.devices import prepare
from core.nets.steps import Steps
from core.training.experiments import Setup
from tests.kernel.nets.small import CNN, MLP, images, plain_loop, random_states

CPU = torch.device("cpu")
BATCHES = [16] * 9
RATES = np.linspace(0.01, 0.2, 9)
MOMENTA = np.linspace(0.9, 0.6, 9)


class Doubles(Resident):
    """The same images in double precision."""

    def batch(self, index, moves=None):
        pixels, labels = super().batch(index, moves)
        return pixels.double(), labels


def stepper(setup, found=None, kind=Resident, double=False):
    found = images() if found is None else found
    network = build(setup, found.shape, len(found.classes), CPU)
    return Steps(network.double() if double else network, kind(found.train_images, found.train_labels, CPU), setup)


def order(batches=BATCHES, seed=0):
    made = Order(60, list(batches), seed)
    return [made[step] for step in range(len(batches))]


@pytest.mark.parametrize("text", [MLP, CNN])
@pytest.mark.parametrize(
    ("options", "optimizer"),
    [
        ({}, lambda p: torch.optim.SGD(p, momentum=0.9, foreach=False)),
        ({"momentum": 0.0}, lambda p: torch.optim.SGD(p, foreach=False)),
        (
            {"nesterov": True, "weight_decay": 0.01},
            lambda p: torch.optim.SGD(p, momentum=0.9, nesterov=True, weight_decay=0.01, foreach=False),
        ),
        ({"optimizer": "adam"}, lambda p: torch.optim.Adam(p, betas=(0.9, 0.999), foreach=False)),
    ],
)
def test_steps_are_those_of_a_plain_loop(text, options, optimizer) -> None:
    setup, found = Setup(text=text, batch=16, seed=3, **options), images()
    own = stepper(setup, found)
    other = build(setup, found.shape, 3, CPU)
    expected = plain_loop(other, optimizer(other.parameters()), found, [index for index, _ in order()], RATES / 10)
    seen = own.run(order(), (RATES / 10).tolist(), [setup.momentum] * 9)
    np.testing.assert_allclose(seen, expected, rtol=2e-4, atol=2e-5)
    for mine, theirs in zip(own.network.state_dict().values(), other.state_dict().values(), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-3, atol=1e-4)


def test_momentum_that_changes_from_step_to_step() -> None:
    setup, found = Setup(text=MLP, batch=16, seed=3), images()
    own, other = stepper(setup, found), build(setup, found.shape, 3, CPU)
    sgd = torch.optim.SGD(other.parameters(), momentum=0.9, foreach=False)
    expected = plain_loop(other, sgd, found, [index for index, _ in order()], RATES, MOMENTA)
    seen = own.run(order(), RATES.tolist(), MOMENTA.tolist())
    np.testing.assert_allclose(seen, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("part", [1, 7, 8, 15, 16, 99])
def test_micro_batches_without_batch_norm_change_nothing_but_rounding(part) -> None:
    text = "conv3-4@same, relu, pool2, conv3-6, relu, gap, fc3"
    whole = stepper(Setup(text=text, batch=16), kind=Doubles, double=True)
    parts = stepper(Setup(text=text, batch=16, micro_batch=part), kind=Doubles, double=True)
    for steps in (whole, parts):
        steps.run(order(), RATES.tolist(), [0.9] * 9)
    for mine, theirs in zip(whole.network.parameters(), parts.network.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-11, atol=1e-13)
    assert whole.note == ""
    if part < 16:
        assert parts.note == (
            f"Each batch of 16 runs as micro-batches of {part}. Their gradients sum to those of the full batch."
        )


def test_micro_batches_with_batch_norm_are_another_function_and_say_so() -> None:
    whole = stepper(Setup(text=CNN, batch=16), kind=Doubles, double=True)
    parts = stepper(Setup(text=CNN, batch=16, micro_batch=5), kind=Doubles, double=True)
    for steps in (whole, parts):
        steps.run(order()[:1], [0.1], [0.9])
    pairs = zip(whole.network.parameters(), parts.network.parameters(), strict=True)
    assert any((mine - theirs).abs().max() > 1e-4 for mine, theirs in pairs)
    assert "results differ from a full batch." in parts.note


def test_a_batch_that_does_not_fit_is_halved_until_it_does_and_leaves_no_trace() -> None:
    setup = Setup(text=f"dropout, {CNN}", batch=16)
    steps = stepper(setup)
    before = steps.tensors()
    sizes = []

    def limited(module, inputs):
        sizes.append(len(inputs[0]))
        if sizes[-1] > 5:
            raise torch.OutOfMemoryError("CUDA out of memory.")

    steps.network.register_forward_pre_hook(limited)
    steps.fit(lambda: steps.step(*order()[0]))
    assert sizes[:3] == [16, 8, 4] and steps.micro_batch == 4
    for name, tensor in steps.tensors().items():
        assert torch.equal(tensor, before[name]), name
    assert all(parameter.grad is None for parameter in steps.network.parameters())


def test_a_network_too_large_for_one_image_is_refused() -> None:
    steps = stepper(Setup(text=MLP, batch=4))

    def never(module, inputs):
        raise torch.OutOfMemoryError("CUDA out of memory.")

    steps.network.register_forward_pre_hook(never)
    with pytest.raises(ValueError, match="even for one image at a time"):
        steps.fit(lambda: steps.step(*order()[0]))


def test_a_state_brings_another_network_to_the_same_place() -> None:
    setup = Setup(text=f"dropout, {CNN}", batch=16, seed=1)
    first, second = stepper(setup), stepper(setup)
    first.run(order()[:4], RATES[:4].tolist(), [0.9] * 4)
    second.load(first.tensors())
    for steps in (first, second):
        steps.run(order()[4:], RATES[4:].tolist(), [0.9] * 5)
    ours, theirs = first.tensors(), second.tensors()
    assert {name.split(".")[0] for name in ours} == {"network", "optimizer", "random"}
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert not any(name.startswith("optimizer") for name in stepper(Setup(text=MLP, momentum=0.0)).tensors())
    with pytest.raises(ValueError, match="another network, optimizer or device"):
        stepper(Setup(text=MLP, batch=16)).load(ours)


def test_dropout_draws_from_the_run_alone() -> None:
    setup = Setup(text=f"dropout, {MLP}", batch=16, seed=1)
    steps, other = stepper(setup), stepper(setup)
    before = random_states()
    steps.run(order(), RATES.tolist(), [0.9] * 9)
    assert random_states() == before
    for index in range(9):  # another visitor draws between the steps
        torch.rand(3)
        other.run(order()[index : index + 1], [RATES[index]], [0.9])
    assert all(torch.equal(a, b) for a, b in zip(steps.tensors().values(), other.tensors().values(), strict=True))
    assert stepper(Setup(text=MLP, seed=2)).random.states[0].tolist() != steps.random.states[0].tolist()


def test_evaluation_counts_every_image_once_and_changes_nothing(monkeypatch) -> None:
    monkeypatch.setattr(Resident, "at_once", 7)  # 20 = 7 + 7 + 6
    found = images()
    steps = stepper(Setup(text=f"dropout, {CNN}", batch=16), found)
    steps.run(order(), RATES.tolist(), [0.9] * 9)
    before = steps.tensors()
    test = Resident(found.test_images, found.test_labels, CPU, steps._data)
    loss, accuracy = steps.evaluate(test)
    steps.network.eval()
    pixels, labels = test.batch(torch.arange(20))
    with torch.no_grad():
        outputs = steps.network(pixels)
    assert loss == pytest.approx(F.cross_entropy(outputs, labels).item(), rel=1e-5)
    assert accuracy == (outputs.argmax(1) == labels).double().mean().item()
    assert all(torch.equal(tensor, before[name]) for name, tensor in steps.tensors().items())


def test_the_device_and_precision_must_be_there(monkeypatch) -> None:
    for name in ("cuda", "mps"):
        with pytest.raises(ValueError, match=r"^No GPU was found on this machine\. Choose the CPU, and a smaller"):
            prepare(Setup(text=MLP, device=name))
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
    with pytest.raises(ValueError, match="This processor does not train in bfloat16 here; choose float32"):
        prepare(Setup(text=MLP, precision="bf16"))
    found = devices.devices()
    assert (found.gpu, found.memory, found.bf16) == ("", 0, ()) and found.torch == torch.__version__
    assert prepare(Setup(text=MLP)).type == "cpu" and torch.get_num_threads() == 1


def test_half_precision_stays_near() -> None:
    setup = Setup(text=MLP, batch=16, precision="bf16")
    plain, half = stepper(Setup(text=MLP, batch=16)), stepper(setup)
    exact, near = (steps.run(order(), (RATES / 10).tolist(), [0.9] * 9)[:, 0] for steps in (plain, half))
    assert not torch.equal(exact, near)
    torch.testing.assert_close(near, exact, rtol=0.05, atol=0.05)
    assert all(parameter.dtype == torch.float32 for parameter in half.network.parameters())
    assert isinstance(half.network, nn.Module)
