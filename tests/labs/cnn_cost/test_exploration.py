"""Results of the lab on shapes and cost: rows, second counts, blank cells, files, networks that end early."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from math import prod

import numpy as np
import pytest

from core.kit.controls import defaults
from core.labs.cnn_cost.compute import traced
from core.labs.cnn_cost.compute.explore import SOME, awaited, blanks, cost, tables
from core.labs.cnn_cost.compute.models import encoded, model_table, native_sizes
from core.labs.cnn_cost.compute.rows import LONGEST, MOST_STOPS, columns, label, recount, shown, stops
from core.labs.cnn_cost.compute.slips import COLUMNS
from core.labs.cnn_cost.compute.traced import Traced
from core.labs.cnn_cost.compute.uploads import read_network
from core.labs.cnn_cost.controls import CONTROLS, EXAMPLE, KNOWN, NETWORKS
from core.networks.presets import PRESETS, preset_table
from core.networks.table import totals
from core.networks.typed import layer_table

SETTINGS = {
    name: value
    for name, value in defaults(CONTROLS).items()
    if name in ("net", "text", "upload", "size", "channels", "beside", "blank", "seed")
}


def made(**change):
    return cost(**SETTINGS | change)


def safetensors():
    header = {
        "conv.weight": {"dtype": "F32", "shape": [8, 3, 5, 5], "data_offsets": [0, 2400]},
        "conv.bias": {"dtype": "F32", "shape": [8], "data_offsets": [2400, 2432]},
        "fc.weight": {"dtype": "F32", "shape": [10, 20], "data_offsets": [2432, 3232]},
    }
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + bytes(3232)


def test_every_network_can_be_chosen() -> None:
    assert set(KNOWN) == {*PRESETS, *(f"tv_{name}" for name in native_sizes())}
    assert set(NETWORKS) - set(KNOWN) == {"text", "upload"}


@pytest.mark.parametrize("net", ["vgg16", "resnet18", "tv_resnet50", "tv_densenet121", "tv_vit_b_16", "googlenet"])
def test_collapsed_rows_stand_for_every_call(net) -> None:
    result = made(net=net)
    calls = result.table.inference
    rows = result.rows(every=True, collapse=True)
    assert sum(row.count for row in rows) == len(calls)
    assert [row.place for row in rows] == sorted({row.place for row in rows})
    for row in rows:
        first, last = calls[row.first], calls[row.place]
        assert row.call is last
        assert (first.kind, first.params, first.macs, first.output_shape) == (
            last.kind,
            last.params,
            last.macs,
            last.output_shape,
        )
    for quantity in ("params", "macs", "activations"):
        one_by_one = sum(getattr(call, quantity) for call in calls if not call.shared)
        assert sum(row.count * getattr(row.call, quantity) for row in rows if not row.call.shared) == one_by_one


def test_what_textbooks_list() -> None:
    rows = made(net="resnet18").rows(every=False, collapse=False)
    assert [row.label for row in rows[:3]] == ["conv7-64/2", "pool3/2", "conv3-64"]
    assert len(rows) == 20 + 1 + 1 + 1  # convolutions with three projections, max and global pooling, fc
    assert {row.call.role for row in rows} == {"convolution", "pool", "linear"}
    alone = shown(layer_table(text="relu, bn"), every=False, collapse=False)
    assert [row.call.kind for row in alone] == ["ReLU", "BatchNorm2d"]


def test_long_networks_have_limits() -> None:
    rows = shown(layer_table(text="10x(200x(id))", size=4), every=True, collapse=False)
    assert len(rows) == LONGEST == 2000
    places = stops(rows)
    assert places[:2] == (0, 1) and places[-1] == 2000 and len(places) == MOST_STOPS + 1
    assert stops(rows[:3]) == (0, 1, 2, 3) and stops(()) == (0,)


def test_names_of_rows_are_short() -> None:
    calls = layer_table(text="conv7x5-64/2 p3 bias=0, conv3-8@same, {+ id | id}", size=32).calls
    assert [label(call) for call in calls] == ["conv7x5-64/2", "conv3-8", "id", "id", "add"]
    assert max(len(label(call)) for call in model_table(net="inception_v3").calls) == 22
    place = replace(model_table(net="alexnet").calls[0], name="4", kind="Conv2d", text="")
    assert label(place) == "4 Conv2d"  # of a Sequential, whose layers have no names


@pytest.mark.parametrize("net", [*PRESETS, *(f"tv_{name}" for name in list(native_sizes())[::9])])
def test_shapes_alone_give_the_same_sums(net) -> None:
    """Traced rows know their parameters from the tensors, so that this is a second way to them."""
    table = made(net=net).table
    assert recount(table) == (totals(table).params, totals(table).macs)


def test_a_wrong_count_would_be_seen() -> None:
    table = layer_table(text="conv3-8 p1, fc5", size=6)
    params, macs = recount(table)
    assert (params, macs) == (27 * 8 + 8 + 288 * 5 + 5, 27 * 8 * 36 + 288 * 5)
    wrong = replace(table, calls=(replace(table.calls[0], weights=1, macs=1), table.calls[1]))
    assert recount(wrong) == (params, macs) != (totals(wrong).params, totals(wrong).macs)
    larger = replace(table, calls=(replace(table.calls[0], output_shape=(8, 7, 6), macs=27 * 8 * 42), table.calls[1]))
    assert recount(larger)[1] == macs != totals(larger).macs  # a wrong size of the output is seen too


def test_a_network_that_ends_early_keeps_its_rows() -> None:
    result = made(net="text", text="conv5-8, pool2\nconv9-4, fc10", size=16)
    assert [call.text for call in result.table.calls] == ["conv5-8", "pool2"]
    assert result.problem == (
        "Line 2, column 1: Kernel (9x9) larger than input (6x6); input here is (8, 6, 6). "
        "The smallest square input that works is 22x22."
    )
    assert made(net="text", text="conv5-8, pool2\nconv9-4, fc10", size=28).problem == ""
    alexnet = made(net="alexnet", size=48)
    assert "The smallest square input that works is 63x63." in alexnet.problem and "column" not in alexnet.problem


def test_a_text_that_cannot_be_read_is_pointed_at() -> None:
    with pytest.raises(ValueError, match="did you mean conv") as caught:
        made(net="text", text="pool2,\n conv3-8, covn3")
    fence, source, caret, close, sentence = str(caught.value).split("\n")
    assert (fence, close) == ("```text", "```")
    assert source[caret.index("^") :] == "covn3"
    assert sentence.startswith("Line 2, column 11: Unknown layer")
    with pytest.raises(ValueError, match="Line 1") as caught:
        made(net="text", text="```")
    assert "`" not in str(caught.value).splitlines()[1]


def test_a_typed_network_has_its_own_image_or_that_of_the_controls() -> None:
    assert made(net="text", text="conv1-1").table.input_shape == (3, 224, 224)
    assert made(net="text", text="conv1-1", size=8, channels=5).table.input_shape == (5, 8, 8)
    assert made(net="text", text="input9x7-2, conv1-1", size=8, channels=5).table.input_shape == (2, 9, 7)
    assert made(net="text", text=EXAMPLE).problem == ""
    assert made(net="lenet5").table.input_shape == (1, 32, 32)
    assert made(net="lenet5", size=64).table.input_shape == (1, 64, 64)


def test_files() -> None:
    with pytest.raises(ValueError, match="There is no file yet"):
        made(net="upload")
    upload = read_network("w.safetensors", safetensors())
    result = made(net="upload", upload=upload)
    assert totals(result.table).params == 600 + 8 + 200
    assert [row.label for row in result.rows(every=False, collapse=False)] == ["conv", "fc"]
    assert "no operations" in result.notes[0]


def test_blank_cells() -> None:
    table = preset_table(net="vgg19")
    assert blanks(table, blank="none", seed=0) == ()
    some = blanks(table, blank="some", seed=3)
    assert len(some) == SOME == len(set(some)) and list(some) == sorted(some, key=lambda c: (c[0], COLUMNS.index(c[1])))
    assert some == blanks(table, blank="some", seed=3) != blanks(table, blank="some", seed=4)
    assert blanks(table, blank="params", seed=0) == tuple((place, "params") for place in range(24))
    resnet = preset_table(net="resnet18")
    places = [place for place, _ in blanks(resnet, blank="macs", seed=0)]
    assert {resnet.inference[place].role for place in places} <= {"convolution", "pool", "linear"}
    assert blanks(layer_table(text="relu"), blank="some", seed=0) == ()
    assert len(blanks(layer_table(text="fc1", size=1), blank="some", seed=0)) == 4


def test_only_a_model_at_another_size_waits(monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(
        "core.labs.cnn_cost.compute.explore.tracing", lambda net, size: asked.append((net, size)) or "work"
    )
    for net, size in (("vgg16", 64), ("text", 64), ("tv_resnet18", 0), ("tv_resnet18", 224), ("tv_inception_v3", 299)):
        assert awaited(**SETTINGS | {"net": net, "size": size}) == ()
    assert awaited(**SETTINGS | {"net": "tv_inception_v3", "size": 224}) == ("work",)
    assert asked == [("inception_v3", 224)]


def test_the_answer_of_the_helper_process() -> None:
    native = model_table(net="alexnet")
    found = Traced.from_message({"table": json.loads(json.dumps(encoded(native))), "not_trainable": "No."}).table
    assert (found.calls, found.source, found.not_trainable, found.smallest) == (native.calls, "traced", "No.", 63)
    assert Traced(found).nbytes > 10_000


def test_a_trace_by_the_helper_process() -> None:
    task = traced.tracing("squeezenet1_1", 96)
    table = task.result().table
    assert table.input_shape == (3, 96, 96)
    assert totals(table).params == 1_235_496  # as at any size
    wide = traced.tracing("vit_b_16", 100)
    with pytest.raises(ValueError, match="multiple of 16"):
        wide.result()


def test_without_torch_a_sentence_says_so(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "core.nets.cost", None)
    with pytest.raises(ValueError, match="torch and torchvision, which are not installed here"):
        traced.trace(net="resnet18", size=64)


@pytest.mark.parametrize("net", ["resnet18", "tv_googlenet", "tv_vit_b_32"])
def test_tables_hold_every_row(net) -> None:
    result = made(net=net)
    found = tables(result, {"every": False, "collapse": False, "precision": "fp32"})
    own = found["layers.csv"]
    assert all(len(column) == 1 + len(result.table.calls) for column in own.values())
    marked = np.flatnonzero(own["slider"] >= 0)
    rows = result.rows(every=False, collapse=False)
    assert own["slider"][marked].tolist() == list(range(len(rows) + 1))
    assert [own["name"][k] for k in marked[1:]] == [row.call.name for row in rows]
    seen = own["training only"] == 0
    assert own["MACs"][seen].sum() == totals(result.table).macs
    shapes = [prod(map(int, text.split())) for text in own["output"][1:]]
    assert shapes == own["activations"][1:].tolist()
    assert len(found["layers_2.csv"]["name"]) == 1 + len(result.other.calls)


def test_the_image_is_kept_by_the_first_layer_or_stands_for_itself() -> None:
    kept = columns(layer_table(text="conv3-8", size=8), "fp32")["kept per image (bytes)"]
    assert kept.tolist() == [0, 3 * 64 * 4]
    free = columns(layer_table(text="relu, gap", size=8), "bf16")["kept per image (bytes)"]
    assert free[0] == 3 * 64 * 2
