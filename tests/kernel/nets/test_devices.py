"""Apple's GPU pretended on the processor, what torch is asked, and what is told of speed and memory."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from core.nets import devices, learner, meter, optimizer, runs
from core.nets.devices import RandomState
from core.nets.meter import Meter
from core.nets.range_test import RangeTestRun
from core.nets.steps import Steps
from core.nets.training import TrainingRun
from core.training.experiments import RangeTest, Setup, Training
from tests.kernel.nets.small import CNN, MLP, Context, finished, images

CPU = torch.device("cpu")


class Apple(TorchDispatchMode):
    """Refuses what Apple's GPU does not have: double precision, and functions that are fused for others."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func.overloadpacket.__name__
        if "fused" in name:
            raise RuntimeError(f"{name} is not there on MPS")
        found = func(*args, **(kwargs or {}))
        if isinstance(found, torch.Tensor) and found.dtype == torch.float64:
            raise TypeError("Cannot convert a MPS Tensor to float64 dtype")
        return found


@pytest.fixture
def apple(monkeypatch):
    """Let specifications for Apple's GPU run on the processor."""
    monkeypatch.setattr(learner, "prepare", lambda setup: CPU)
    monkeypatch.setattr(optimizer, "FUSED", ())


@pytest.mark.parametrize(
    "more", [{}, {"optimizer": "adam", "weight_decay": 1e-3}, {"nesterov": True}, {"momentum": 0.0}], ids=str
)
def test_a_training_on_apples_gpu_has_the_numbers_of_the_processor(apple, monkeypatch, more) -> None:
    settings = {"text": CNN, "batch": 16, "updates": 9, "validation": 12, "settings": (("high", 0.02),), "ema": 0.9}
    with monkeypatch.context() as patch:
        patch.setattr(optimizer, "FUSED", ("cpu",))
        expected = finished(TrainingRun(Training(**settings | more), images()))
    run, found = TrainingRun(Training(**settings | more | {"device": "mps"}), images()), []
    with Apple():
        while not run._learner.done:
            found.append(run._learner.advance()[:, 0])
    assert not run._learner.steps._on_gpu
    losses = np.concatenate([each["losses"] for each in expected if "losses" in each])
    np.testing.assert_allclose(np.concatenate(found), losses, rtol=1e-4)


def test_an_evaluation_adds_up_on_the_processor(apple, monkeypatch) -> None:
    """Double precision is used after the numbers have left the device."""
    run = RangeTestRun(RangeTest(text=MLP, device="mps", batch=16, steps=20), images())
    moved = []
    plain = torch.Tensor.cpu
    monkeypatch.setattr(torch.Tensor, "cpu", lambda self: moved.append(self.dtype) or plain(self))
    run._learner.steps.evaluate(run._learner.data)
    assert moved == [torch.float32]


@pytest.mark.parametrize("kind", ["cuda", "mps"])
def test_a_run_has_its_own_random_state_on_its_device_too(monkeypatch, kind) -> None:
    state, plain = {"now": torch.tensor([7], dtype=torch.uint8)}, torch.Generator
    fake = SimpleNamespace(get_rng_state=lambda: state["now"], set_rng_state=lambda new: state.update(now=new))
    monkeypatch.setattr(torch, kind, fake)
    monkeypatch.setattr(torch, "Generator", lambda device=None: plain())
    random = RandomState(3, SimpleNamespace(type=kind))
    begun = random.states[1]
    with random.in_use():
        assert torch.equal(state["now"], begun)
        state["now"] = torch.tensor([9], dtype=torch.uint8)
    assert state["now"].tolist() == [7] and random.states[1].tolist() == [9]


def test_apples_gpu_is_found_and_refuses_bfloat16(monkeypatch) -> None:
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(torch.mps, "recommended_max_memory", lambda: 10**10)
    monkeypatch.setattr(devices, "_tried", lambda device: "")
    monkeypatch.setattr(devices, "driver", dict)
    answer = json.loads(json.dumps(devices.ask()))
    assert answer["device"] == "mps" and answer["gpus"][0]["memory"] == 10**10
    assert devices.prepare(Setup(text=MLP, device="mps")).type == "mps"
    with pytest.raises(ValueError, match=r"^Apple's GPU does not train in bfloat16 here; choose float32\.$"):
        devices.prepare(Setup(text=MLP, device="mps", precision="bf16"))


def pretend_card(monkeypatch, capability, kernels=("sm_80", "sm_90"), error=""):
    card = SimpleNamespace(name="Card", major=capability[0], minor=capability[1], total_memory=8 * 2**30)
    for name, value in (
        ("is_available", True),
        ("device_count", 1),
        ("get_device_properties", card),
        ("get_arch_list", list(kernels)),
        ("is_bf16_supported", capability[0] >= 8),
        ("get_device_name", "Card"),
    ):
        monkeypatch.setattr(torch.cuda, name, lambda *_, value=value, **__: value)
    monkeypatch.setattr(torch.cuda, "device", lambda place: torch.no_grad())
    monkeypatch.setattr(devices, "_tried", lambda device: error)
    monkeypatch.setattr(devices, "driver", lambda: {"gpus": ["Card"], "cuda": 13000})


def test_a_card_is_asked_for_before_a_run(monkeypatch) -> None:
    for name in ("benchmark", "allow_tf32"):
        monkeypatch.setattr(torch.backends.cudnn, name, getattr(torch.backends.cudnn, name))  # to be put back
    pretend_card(monkeypatch, (9, 0))
    assert devices.ask()["gpus"] == [
        {"name": "Card", "capability": [9, 0], "memory": 8 * 2**30, "bf16": True, "error": ""}
    ]
    assert devices.prepare(Setup(text=MLP, device="cuda", precision="bf16")).type == "cuda"
    pretend_card(monkeypatch, (7, 5), kernels=("sm_75",))
    with pytest.raises(ValueError, match=r"^The Card does not train in bfloat16 here; choose float32\.$"):
        devices.prepare(Setup(text=MLP, device="cuda", precision="bf16"))
    pretend_card(monkeypatch, (6, 1))
    with pytest.raises(ValueError, match=r"has no kernels for the Card \(compute capability 6\.1\).* Choose the CPU"):
        devices.prepare(Setup(text=MLP, device="cuda"))
    pretend_card(monkeypatch, (9, 0), error="CUDA error: device busy")
    with pytest.raises(ValueError, match=r"^PyTorch cannot use the Card: CUDA error: device busy\. Choose the CPU"):
        devices.prepare(Setup(text=MLP, device="cuda"))


def test_a_kernel_that_cannot_run_is_told(monkeypatch) -> None:
    def fail(*_, **__):
        raise RuntimeError("CUDA error: no kernel image is available\nmore")

    assert devices._tried(CPU) == ""
    monkeypatch.setattr(torch, "ones", fail)
    assert devices._tried(CPU) == "CUDA error: no kernel image is available"


# ---- speed


def test_a_run_tells_how_fast_it_computes(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(meter, "EVERY_S", 0.0)
    context = Context(tmp_path)
    runs.run_range_test(RangeTest(text="fc10", batch=32, steps=200).as_json(), None, context)
    assert context.notes
    last = context.notes[-1]
    assert (last["device"], last["precision"]) == ("cpu", "fp32") and last["images_s"] > 0
    assert 0 < last["memory"] < last["of"] and "limit" not in last


def test_speed_is_of_what_comes_after_the_first_look(monkeypatch) -> None:
    clock = iter([10.0, 10.5, 12.0, 12.4, 20.0])
    monkeypatch.setattr(meter, "perf_counter", lambda: next(clock))
    monkeypatch.setattr(meter, "largest_speed", lambda device, precision: 1e9)
    monkeypatch.setattr(Steps, "images", 1000)
    own = Meter(Setup(text="fc10"), (1, 28))
    assert own.note() is None
    Steps.images = 1600
    assert own.note() is None  # only half a second later
    note = own.note()
    assert note["images_s"] == 300  # 600 images in two seconds
    assert note["limit"] == pytest.approx(300 * 6 * 7840 / 1e9)  # 7,840 weights, two operations each, and the way back
    assert own.note() is None
    Steps.images = 4000
    assert own.note()["images_s"] == 300


def test_a_processor_has_no_largest_speed() -> None:
    assert meter.largest_speed(CPU, "fp32") == 0
