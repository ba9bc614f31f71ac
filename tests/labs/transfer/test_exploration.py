"""Both sides of a cut against published numbers and sums by hand; what a step keeps of a frozen network."""

from __future__ import annotations

from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import jobs
from core.jobs.kinds import KINDS
from core.labs.transfer.compute import runs as transfer_runs
from core.labs.transfer.compute.explore import tables, transfer
from core.labs.transfer.compute.runs import IMAGES, SEEDS, arms, specs_of
from core.labs.transfer.controls import CUT
from core.networks.typed import layer_table
from core.training.runs import KIND_OF, SPEC_OF, look
from core.training.transfer_experiment import RAW, SCRATCH, TransferTraining
from core.training.transfer_networks import BASES, network_text


def test_the_homework_by_hand() -> None:
    """VGG19 without its top has 20,024,384 parameters; the frozen ones again, convolution by convolution."""
    found = transfer()
    widths = [3, 64, 64, 128, 128, 256, 256, 256]
    assert found.frozen[10] == sum(9 * a * b + b for a, b in zip(widths, widths[1:], strict=False)) == 1_735_488
    assert found.layers[10].name == "block3_conv4"
    assert found.trainable[10] == 18_288_896 + 5130
    assert found.head_params == 512 * 10 + 10 == found.trainable[found.head]
    assert found.params == 20_024_384 + 5130
    assert found.features == 512


def test_resnet18_has_the_published_number_of_parameters() -> None:
    """11,689,512 with 1000 classes (torchvision's table of models)."""
    assert transfer(net="resnet18", classes=1000, size=224).params == 11_689_512


@given(
    st.sampled_from(list(BASES)),
    st.sampled_from([32, 64, 96]),
    st.sampled_from([2, 10, 1000]),
    st.sampled_from([0, 64, 256]),
)
def test_sums_and_formulas_agree_at_every_cut(net, size, classes, hidden) -> None:
    found = transfer(net=net, size=size, classes=classes, hidden=hidden)
    assert found.counted == found.trainable
    assert {a + b for a, b in zip(found.frozen, found.trainable, strict=True)} == {found.params}
    assert list(found.frozen) == sorted(found.frozen)
    assert list(found.kept_each) == sorted(found.kept_each, reverse=True)
    assert found.head <= CUT.values[-1]
    head = found.features * (hidden or classes) + (hidden or classes) + (hidden * classes + classes if hidden else 0)
    assert found.head_params == head
    names = {layer.name for layer in found.layers}
    assert len(names) == len(found.layers)


def test_a_step_keeps_what_lies_behind_the_cut() -> None:
    """LeNet for 32 x 32, by hand: inputs of layers, results of ReLU, and 8 bytes for the place of each maximum."""
    found = transfer(net="lenet", batch=3)
    inputs = [prod(shape) for shape in ((1, 32, 32), (6, 16, 16), (576,), (120,), (84,))]
    relus = [prod(shape) for shape in ((6, 32, 32), (16, 12, 12), (120,), (84,))]
    places = [prod((6, 16, 16)), prod((16, 6, 6))]
    everything = 4 * (inputs[0] + relus[0] + inputs[1] + relus[1] + inputs[2] + relus[2] + relus[3]) + 8 * sum(places)
    assert found.memory(0, "SGD").kept == found.memory(1, "SGD").kept == 3 * everything
    from_second = 4 * (inputs[1] + relus[1] + inputs[2] + relus[2] + relus[3]) + 8 * places[1]
    assert found.memory(3, "SGD").kept == found.memory(2, "SGD").kept == 3 * from_second
    assert found.memory(found.head, "SGD").kept == 3 * 4 * inputs[4]
    weights = 4 * found.params
    assert found.memory(found.head, "Adam").total == weights + 4 * 3 * 850 + 3 * 4 * 84


def test_a_shortcut_keeps_its_input_although_the_branch_beside_it_is_frozen() -> None:
    """Frozen: the first convolution of the branch with the cut behind it; the projection still needs its own input."""
    text = "conv3-4@same bias=0, {+ conv3-8/2 p1, conv3-8@same | conv1-8/2}, gap, fc2"
    table = layer_table(text=text, size=8, channels=1, frozen=2)  # the stem and the first of the branch
    each = sum(call.saved[1] for call in table.calls)
    # Inputs of the second convolution, of the projection and of the linear layer; average pooling keeps nothing.
    assert each == 4 * (8 * 4 * 4 + 4 * 8 * 8 + 8)
    assert layer_table(text=text, size=8, channels=1, frozen=1) != table


def test_bad_numbers_are_refused() -> None:
    for wrong, message in (
        ({"net": "vgg"}, "`net` must be one of vgg19"),
        ({"classes": 1}, r"`classes` must be in \[2, 1,000\]; got 1"),
        ({"hidden": -1}, "`hidden` must be in"),
        ({"batch": 0}, "`batch` must be in"),
        ({"view": "runs", "base": "lenet"}, "`base` must be one of small_cnn, resnet18, vgg19"),
        ({"size": 16}, "The smallest square input that works is 32x32"),
    ):
        with pytest.raises(ValueError, match=message):
            transfer(**wrong)


def test_texts_of_networks_are_those_of_the_other_pages() -> None:
    from core.networks.presets import PRESETS
    from core.networks.trainable import network_text as whole

    assert network_text(net="resnet18", classes=1000, hidden=0) == PRESETS["resnet18"].text
    assert network_text(net="small_cnn", classes=10, hidden=0) == whole("small_cnn")
    assert network_text(net="lenet", classes=7, hidden=9).endswith("fc84, relu, fc9, relu, fc7")


# --- the runs ------------------------------------------------------------------------------------------------


def test_a_transfer_is_a_kind_of_run() -> None:
    assert KINDS[KIND_OF[TransferTraining]].function == "core.nets.transfer.run_transfer"
    assert SPEC_OF["transfer"] is TransferTraining
    spec = specs_of(25)[0]
    assert TransferTraining.from_json(spec.as_json()) == spec
    assert spec.text == network_text(net="small_cnn", classes=5, hidden=0)
    assert spec.steps == 400 + 6 * 300
    assert transfer(view="runs").arm_of == (0, 0, 4, 4, 8, 8, 12, 12)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"warm_up": 5}, "constant rate"),
        ({"label_smoothing": 0.1}, "neither `label_smoothing` nor `ema`"),
        ({"ema": 0.9}, "neither `label_smoothing` nor `ema`"),
        ({"every": 500}, "`every` must be in"),
        ({"every": 7}, "`every` must divide the 300"),
        ({"head_rate": 0.0}, "`head_rate`"),
    ],
)
def test_a_specification_that_makes_no_sense_is_refused(settings, message) -> None:
    with pytest.raises(ValueError, match=message):
        TransferTraining(**settings)


@pytest.mark.parametrize("images", IMAGES)
def test_every_number_of_images_has_recorded_runs(images) -> None:
    specs = specs_of(images)
    kept = {run.id: run for run in jobs.shipped()}
    found = arms(specs)
    assert len(specs) == SEEDS
    assert tuple(found) == specs[0].arms
    for place, spec in enumerate(specs):
        run = kept[look(spec).id]
        assert run.kind == "transfer" and run.machines and run.specification["images"] == images
        for frozen, arm in found.items():
            name = {SCRATCH: "scratch", RAW: "raw"}.get(frozen, f"frozen {frozen}")
            assert arm.accuracy[place, -1] == pytest.approx(run.result["test_accuracy"][name], rel=1e-6)
            assert arm.steps.tolist() == list(range(0, 301, 20))


def test_the_tables_hold_the_runs() -> None:
    result = transfer(view="runs", images=25)
    runs = tables(result, {})["runs.csv"]
    assert len(runs["seed"]) == SEEDS * 6 * 16
    assert set(runs["frozen calls"]) == {-2, -1, 0, 4, 8, 12}
    assert "runs.csv" not in tables(transfer(), {})


def test_a_run_that_goes_on_is_known_as_far_as_it_has_come(monkeypatch) -> None:
    """The first seed has ended from scratch and is in the middle of the next training; the others have not begun."""
    specs = specs_of(25)
    record = {"arm": "scratch", "frozen": SCRATCH, "step": 0, "test_accuracy": 0.2}
    going = {"arm": "frozen 0", "frozen": 0, "step": 0, "test_accuracy": 0.3}
    source = {"arm": "source", "frozen": 0, "step": 300, "test_accuracy": 0.9}
    seen = [
        source,
        record,
        record | {"step": 300, "test_accuracy": 0.7},
        going,
        going | {"step": 20, "test_accuracy": 0.5},
    ]
    nothing = look(specs[0]).__class__("none")
    first = nothing.__class__("some", records=tuple(seen))
    monkeypatch.setattr(transfer_runs, "look", lambda spec: first if spec is specs[0] else nothing)
    found = arms(specs)
    assert {frozen: (arm.ended, arm.accuracy.tolist()) for frozen, arm in found.items()} == {
        SCRATCH: (True, [[0.2, 0.7]]),
        0: (False, [[0.3, 0.5]]),
    }
    assert list(transfer_runs.ended(found)) == [SCRATCH]
