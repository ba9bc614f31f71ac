"""Requests for a device and a precision, on machines with and without a GPU."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.jobs.gpus import CPU_BUILD, NONE, Gpus
from core.kit.controls import defaults
from core.kit.links import from_link, to_link
from core.kit.parameters import parameters
from core.labs.lr_range.compute.specs import specs_of
from core.labs.lr_range.controls import RUN
from core.labs.lr_range.lab import LAB as RANGE
from core.labs.lr_range.sections.runs import settings_of
from core.labs.schedules.lab import LAB as SCHEDULES
from core.labs.transfer.compute.runs import specs_of as transfer_specs
from core.labs.transfer.lab import LAB as TRANSFER
from core.training import devices, offers
from core.training.experiments import RangeTest, Training
from core.training.runs import identity_of, look

LABS = (RANGE, SCHEDULES, TRANSFER)
H200 = Gpus("cuda", ("NVIDIA H200",), True, 150 * 10**9, "580.65", "2.15.0", "")
T4 = Gpus("cuda", ("Tesla T4", "Tesla T4"), False, 16 * 10**9, "580.65", "2.15.0", "")
APPLE = Gpus("mps", ("Apple M3",), False, 16 * 10**9, "", "2.15.0", "")
UNUSED = Gpus(cause=CPU_BUILD.format(name="Tesla T4", index="cu130"))
PLAIN = RUN
SHOWN = {"what": "runs", "view": "runs"}  # states in which the pages train

On = Callable[[Gpus], None]


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> On:
    """Give a function that puts GPUs into the machine, or takes them out."""
    monkeypatch.setenv("LECTERN_TRAINING", "on")

    def put(found: Gpus) -> None:
        for module in (devices, offers):
            monkeypatch.setattr(module, "gpus", lambda: found)

    return put


@pytest.mark.parametrize(
    ("found", "wish", "real"),
    [
        (Gpus(), ("auto", "fp32"), ("cpu", "fp32")),
        (Gpus(), ("gpu", "bf16"), ("cpu", "fp32")),
        (H200, ("auto", "fp32"), ("cuda", "fp32")),
        (H200, ("auto", "bf16"), ("cuda", "bf16")),
        (H200, ("cpu", "bf16"), ("cpu", "fp32")),
        (T4, ("gpu", "bf16"), ("cuda", "fp32")),
        (APPLE, ("auto", "bf16"), ("mps", "fp32")),
        (UNUSED, ("gpu", "fp32"), ("cpu", "fp32")),
    ],
)
def test_a_wish_becomes_what_there_is(on: On, found: Gpus, wish: tuple[str, str], real: tuple[str, str]) -> None:
    on(found)
    assert devices.place(*wish) == real


@pytest.mark.parametrize(
    ("found", "wish", "said"),
    [
        (Gpus(), ("auto", "fp32"), ""),
        (Gpus(), ("cpu", "fp32"), ""),
        (Gpus(), ("gpu", "fp32"), f"{NONE} Training uses the CPU instead."),
        (UNUSED, ("auto", "fp32"), f"{UNUSED.cause} Training uses the CPU instead."),
        (UNUSED, ("cpu", "fp32"), ""),
        (H200, ("gpu", "bf16"), ""),
        (T4, ("auto", "bf16"), "The 2 × Tesla T4 does not train in bfloat16 here; training uses float32 instead."),
        (H200, ("cpu", "bf16"), "The CPU does not train in bfloat16 here; training uses float32 instead."),
    ],
)
def test_what_is_done_instead_is_a_sentence(on: On, found: Gpus, wish: tuple[str, str], said: str) -> None:
    on(found)
    assert devices.instead(*wish) == said


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
def test_every_page_that_trains_has_both_controls_and_trains_where_they_say(on: On, lab: Any) -> None:
    names = {control.name: control for control in lab.controls}
    assert names["device"].options == devices.DEVICE.options
    plain = defaults(lab.controls) | {name: value for name, value in SHOWN.items() if name in names}
    if lab is SCHEDULES:
        plain |= {"view": "one"}
    for found, change, real in (
        (Gpus(), {}, ("cpu", "fp32")),
        (H200, {"device": "gpu", "precision": "bf16"}, ("cuda", "bf16")),
        (H200, {}, ("cuda", "fp32")),
        (H200, {"device": "cpu"}, ("cpu", "fp32")),
    ):
        on(found)
        values = plain | change
        # Not `lab.result`, which remembers: the GPUs of a machine do not change while the app runs.
        result = lab.compute(**{name: values[name] for name in parameters(lab.compute)})
        specs = lab.trainings(result, values)
        assert specs and {(spec.device, spec.precision) for spec in specs} == {real}
        assert len({identity_of(spec) for spec in specs}) == len(specs)


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
def test_a_link_names_the_wish(on: On, lab: Any) -> None:
    values, notes = from_link(lab.controls, {"device": ["cuda"], "precision": ["bf16"]})
    assert not notes and (values["device"], values["precision"]) == ("gpu", "bf16")  # an older link means the same
    linked = {name: text for name, text in to_link(lab.controls, values).items() if name in ("device", "precision")}
    assert linked == {"device": "gpu", "precision": "bf16"}
    _, notes = from_link(lab.controls, {"device": ["abacus"]})
    assert len(notes) == 1


def test_recorded_numbers_are_shown_where_there_is_a_gpu_too(on: On) -> None:
    on(Gpus())
    (plain,) = specs_of(**PLAIN)
    on(H200)
    (spec,) = specs_of(**PLAIN)
    assert (spec.device, identity_of(spec)) != (plain.device, identity_of(plain))
    seen = look(spec)
    assert (seen.state, seen.id) == ("recorded", identity_of(spec))
    assert seen.records == look(plain).records
    for lab, change in ((SCHEDULES, {"what": "runs"}), (TRANSFER, {"view": "runs"})):
        values = defaults(lab.controls) | change
        result = lab.compute(**{name: values[name] for name in parameters(lab.compute)})
        specs = lab.trainings(result, values)
        assert {(each.device, look(each).state) for each in specs} == {("cuda", "recorded")}
        assert lab.picture(result, **{name: values[name] for name in parameters(lab.picture)[1:]}).panels


def test_a_past_run_opens_the_page_where_it_can_be_repeated(on: On) -> None:
    on(H200)
    (spec,) = specs_of(**PLAIN | {"precision": "bf16"})
    settings = settings_of(spec)
    assert settings is not None
    assert (settings["device"], settings["precision"]) == ("gpu", "bf16")
    on(Gpus())
    assert settings_of(spec) is None


def test_a_run_of_a_device_that_is_not_there_is_refused_by_its_cause(on: On) -> None:
    spec = RangeTest(text="fc10", device="cuda")
    for found, cause in ((Gpus(), NONE), (UNUSED, UNUSED.cause), (APPLE, NONE)):
        on(found)
        assert offers.refusal([spec]) == f"{cause} Choose the CPU, and a smaller network."
    on(H200)
    assert offers.refusal([spec]) == ""


def test_the_limit_of_a_small_host_holds_for_a_gpu_and_is_foreseen(on: On, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LECTERN_TRAINING", "small")
    on(H200)
    small, large = (Training(text="fc10", updates=updates, device="cuda") for updates in (100, 300_000))
    assert offers.refusal([small]) == ""
    assert offers.refusal([large]).startswith("This would take about 5 minutes on the NVIDIA H200; the limit is 30 s.")
    assert "on the NVIDIA H200 in bfloat16." in offers.offer([Training(text="fc10", device="cuda", precision="bf16")])


def test_transfer_takes_the_device_for_every_base(on: On) -> None:
    on(H200)
    for base in ("small_cnn", "resnet18"):
        assert {spec.device for spec in transfer_specs(25, base, 32, "auto", "fp32")} == {"cuda"}


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ({}, ""),
        ({"images_s": "x"}, ""),
        (
            {"device": "cpu", "precision": "fp32", "images_s": 1234.5},
            "On the CPU in float32: 1,234 images/s.",
        ),
        (
            {
                "device": "NVIDIA H200",
                "precision": "bf16",
                "images_s": 52_100.0,
                "memory": 3 * 2**29,
                "of": 139 * 2**30,
                "limit": 0.123,
            },
            "On the NVIDIA H200 in bfloat16: 52,100 images/s, 1.5 of 139 GiB, 12% of the speed of its matrix product.",
        ),
    ],
)
def test_speed_is_told_in_words(note: dict[str, Any], words: str) -> None:
    assert offers.speed_words(note) == words
