"""Sums under every convention, training memory, blocks, and the precomputed rows, against published numbers."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from core.labs.cnn_cost.compute.blocks import blocks, walk
from core.labs.cnn_cost.compute.models import FILE, decoded, encoded, made_with, model_table, native_sizes
from core.networks.memory import OPTIMIZERS, training_memory
from core.networks.presets import preset_table
from core.networks.table import MAX_BATCH, ROLES, Call, LayerTable, totals
from core.networks.typed import layer_table

MB = 1e6

# MACs and parameters at 1 x 3 x 224 x 224.
MODELS = {
    "vgg16": (15_470_264_320, 138_357_544),
    "vgg19": (19_632_062_464, 143_667_240),
    "alexnet": (714_188_480, 61_100_840),
    "googlenet": (1_498_376_192, 6_624_904),
    "resnet18": (1_814_073_344, 11_689_512),
    "resnet152": (11_513_626_624, 60_192_808),
    "vit_b_16": (17_563_828_224, 86_567_656),
}


def test_conventions_of_vgg16() -> None:
    table = preset_table(net="vgg16")
    image, conv, pool, fc = 150_528, 13_547_520, 1_530_368, 9_192
    assert totals(table).activations == image + conv + pool + fc == 15_237_608
    assert totals(table, input_row=False).activations == conv + pool + fc
    assert totals(table, pool_rows=False).activations == image + conv + fc
    assert totals(table).params - totals(table, bias=False).params == 13_416
    sums = totals(table, batch=3, precision="bf16", bias=False)
    assert (sums.params, sums.param_bytes) == (138_344_128, 2 * 138_344_128)
    assert (sums.activations, sums.activation_bytes) == (3 * 15_237_608, 6 * 15_237_608)
    assert (sums.macs, sums.flops) == (3 * 15_470_264_320, 6 * 15_470_264_320)
    assert totals(table).param_bytes == 4 * 138_357_544
    assert sums.by_role == {
        "convolution": (14_710_464, 3 * conv, 3 * (15_470_264_320 - 123_633_664)),
        "linear": (123_633_664, 3 * fc, 3 * 123_633_664),
        "pool": (0, 3 * pool, 0),
    }
    # Biases of conv and fc, and 2 x 2 comparisons for each output of the pools.
    assert totals(table).other_ops == conv + fc + 4 * pool
    assert totals(table, batch=5).other_ops == 5 * (conv + fc + 4 * pool)


def test_vgg19_without_biases() -> None:
    sums = totals(preset_table(net="vgg19", bias=False))
    assert sums.by_role["convolution"][0] == 20_018_880
    assert sums.by_role["linear"][0] == 123_633_664
    assert sums.other_ops == 4 * sum(64 * 2**k * (112 // 2**k) ** 2 for k in range(4)) + 4 * 512 * 7 * 7


def test_operations_that_are_no_macs() -> None:
    text = "conv1-2 bias=0, relu, bn, pool3/1, avgpool2, {+ id | tanh}, {id | id}, gap, flatten, softmax, dropout"
    other = [call.other_ops for call in layer_table(text=text, size=6, channels=1).calls]
    maps, small = 2 * 36, 2 * 4
    # conv, relu, bn, pool, avgpool, id, tanh, add, id, id, concat, gap, flatten, softmax, dropout
    assert other == [0, maps, 2 * maps, 9 * 2 * 16, 4 * small, 0, small, small, 0, 0, 0, 4 * 4, 0, 4, 0]


def test_a_second_call_counts_its_operations_but_not_its_parameters() -> None:
    call = Call(
        name="a", kind="Linear", role="linear", input_shape=(10,), output_shape=(10,), weights=100, biases=10, macs=100
    )
    again = Call(**{field.name: getattr(call, field.name) for field in fields(Call)} | {"shared": True})
    table = LayerTable(title="", input_shape=(10, 1, 1), calls=(call, again, again), blocks={}, source="")
    assert (totals(table).macs, totals(table).params) == (300, 110)
    assert totals(table).by_role == {"linear": (110, 30, 300)}
    assert training_memory(table, batch=1, optimizer="SGD").weights == 440
    assert [block.params for block in walk(blocks(table, collapse=False))] == [110, 110, 0, 0]


@pytest.mark.parametrize("net", MODELS)
def test_published_counts_of_precomputed_models(net) -> None:
    macs, params = MODELS[net]
    assert (totals(model_table(net=net)).macs, totals(model_table(net=net)).params) == (macs, params)


def test_every_precomputed_model_is_whole() -> None:
    sizes = native_sizes()
    assert len(sizes) == 80 and {sizes[net] for net in ("resnet18", "vgg16")} == {224}
    assert (sizes["inception_v3"], sizes["vit_h_14"], sizes["efficientnet_b7"]) == (299, 518, 600)
    assert made_with().startswith("torch 2.")
    calls = 0
    for net, size in sizes.items():
        table = model_table(net=net)
        calls += len(table.calls)
        assert table.input_shape == (3, size, size) and table.source == "precomputed" and table.title == net
        assert table.calls[-1].activations in (1000, 768 * 1000) and 1 <= table.smallest <= size
        assert {call.role for call in table.calls} <= set(ROLES) and table.image_saved
        assert all(call.macs >= 0 and call.kind and call.name for call in table.calls)
    assert calls > 20_000
    assert FILE.stat().st_size < 300_000


def test_what_the_precomputed_rows_tell() -> None:
    alexnet, googlenet = model_table(net="alexnet"), model_table(net="googlenet")
    assert alexnet.smallest == 63 and model_table(net="vgg16").smallest == 32
    assert sum(count for _, count in googlenet.unused) == 6_379_984
    assert [name for name, _ in googlenet.unused] == ["aux1", "aux2"]
    # torchvision's GoogLeNet has 3 x 3 where the paper has 5 x 5.
    names = {call.name: call for call in googlenet.calls}
    assert names["inception3a.branch3.1.conv"].window.kernel == (3, 3)
    assert {call.name.split(".")[0] for call in googlenet.calls if call.training_only} == {"aux1", "aux2"}
    fields_ = {
        net: [c.field for c in model_table(net=net).inference if c.field.size][-1] for net in MODELS | {"resnet50": 0}
    }
    assert fields_["resnet50"].size == (427, 427) and fields_["resnet152"].size == (1451, 1451)
    gated = [c.field for c in model_table(net="efficientnet_b0").calls if c.field.size][-1]
    assert gated.size == (851, 851) and gated.gated and not fields_["resnet50"].gated
    assert {call.field.reach for call in model_table(net="swin_t").calls} == {"box", "unknown", "whole"}
    # ResNet-50 strides in its 3 x 3 convolution (version 1.5).
    resnet = {call.name: call for call in model_table(net="resnet50").calls}
    assert resnet["layer2.0.conv2"].window.stride == (2, 2) and resnet["layer2.0.conv1"].window.stride == (1, 1)
    assert resnet["bn1"].buffers == 128 and totals(model_table(net="resnet18")).buffers == 9_600


def test_unknown_model() -> None:
    with pytest.raises(ValueError, match=r"^`net` must be one of alexnet, .*; got resnet17\.$"):
        model_table(net="resnet17")


def test_rows_survive_writing_and_reading() -> None:
    table = layer_table(text="2x{conv4-3@same | pool3/1 p1, bn}, gap, fc5", size=9)
    again = decoded(json.loads(json.dumps(encoded(table))))
    for name in ("title", "input_shape", "unused", "blocks", "smallest", "image_saved"):
        assert getattr(again, name) == getattr(table, name)
    for call, other in zip(again.calls, table.calls, strict=True):
        assert all(getattr(call, f.name) == getattr(other, f.name) for f in fields(Call) if f.name != "text")


def test_default_rows_need_no_torch() -> None:
    code = (
        "import sys, pkgutil, importlib, core.networks, core.labs.cnn_cost, core.labs.inception\n"
        "for package in (core.networks, core.labs.cnn_cost, core.labs.inception):\n"
        "    for module in pkgutil.walk_packages(package.__path__, f'{package.__name__}.'):\n"
        "        if not module.name.endswith('.script'):\n"
        "            importlib.import_module(module.name)\n"
        "from core.labs.cnn_cost.compute.models import model_table\n"
        "from core.networks.presets import preset_table\n"
        "from core.networks.memory import training_memory\n"
        "training_memory(model_table(net='resnet152')), training_memory(preset_table(net='vgg19'))\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('torch', 'torchvision', 'onnx', 'sklearn')])\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[3])
    assert (run.stdout, run.stderr) == ("[]\n", "")


def test_training_memory_of_resnet18() -> None:
    memory = training_memory(model_table(net="resnet18"), batch=2, optimizer="Adam")
    params = 11_689_512
    assert memory.saved == 44_398_080
    assert (memory.weights, memory.gradients, memory.optimizer) == (4 * params, 4 * params, 8 * params)
    assert memory.image == 0  # the first convolution keeps it, so that it is part of what is saved
    assert memory.total == 16 * params + 44_398_080
    assert memory.steps[0] == ("input", 0) and memory.steps[-1] == ("conv1", 0)
    assert max(size for _, size in memory.steps) == memory.saved
    growing = [size for _, size in memory.steps[: len(memory.steps) // 2 + 1]]
    assert growing == sorted(growing) and [size for _, size in memory.steps] == growing + growing[-2::-1]


def test_parts_of_the_memory_by_optimizer_and_precision() -> None:
    table = preset_table(net="resnet18")
    params = 11_689_512
    assert [training_memory(table, optimizer=name).optimizer // params for name in OPTIMIZERS] == [0, 4, 8]
    assert all(training_memory(table, optimizer=name).optimizer % params == 0 for name in OPTIMIZERS)
    half = training_memory(table, batch=2, optimizer="Adam", precision="bf16")
    # 16 bytes a parameter, as in the ZeRO paper.
    assert half.weights + half.gradients + half.optimizer == 16 * params
    # Half of everything but the statistics (2 x 4,800 numbers) and the positions of maxima (8 bytes each).
    positions = 8 * 2 * 64 * 56 * 56
    statistics = 4 * 2 * 4_800
    assert half.saved == (44_398_080 - positions - statistics) // 2 + positions + statistics


def test_saved_bytes_of_known_models() -> None:
    saved = {net: training_memory(model_table(net=net), batch=1 + (net != "vit_b_16")).saved for net in MODELS}
    assert saved["resnet18"] / 2 / MB == pytest.approx(22.2, abs=0.05)
    assert training_memory(model_table(net="resnet152"), batch=8).saved / MB == pytest.approx(1420.0, abs=0.05)


def test_the_tensor_that_stopped_a_homework() -> None:
    table = preset_table(net="small_inception_homework")
    branch = max((c for c in table.calls if c.output_shape == (96, 13, 13)), key=lambda call: call.activations)
    assert branch.activations * 8192 * 4 / 2**20 == pytest.approx(507.0)
    memory = training_memory(table, batch=8192)
    assert memory.largest_call == "1" and memory.largest == 96 * 26 * 26 * 8192 * 4


def test_an_image_that_no_layer_keeps_is_counted_by_itself() -> None:
    memory = training_memory(layer_table(text="pool2, fc3", size=8), batch=4, precision="bf16")
    assert memory.image == 3 * 64 * 4 * 2 == memory.steps[0][1]
    assert memory.saved == 3 * 16 * 4 * 2
    assert memory.total == memory.weights + memory.gradients + memory.optimizer + memory.saved + memory.image


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"batch": 0}, r"^`batch` must be in \[1, 1,000,000\]; got 0\.$"),
        ({"batch": MAX_BATCH + 1}, r"^`batch` must be in \[1, 1,000,000\]; got 1000001\.$"),
        ({"precision": "fp8"}, r"^`precision` must be one of fp32, bf16; got fp8\.$"),
        ({"optimizer": "magic"}, r"^`optimizer` must be one of SGD, SGD with momentum, Adam; got magic\.$"),
    ],
)
def test_impossible_settings(given, message) -> None:
    table = layer_table(text="fc3", size=2)
    with pytest.raises(ValueError, match=message):
        training_memory(table, **given)
    if "optimizer" not in given:
        with pytest.raises(ValueError, match=message):
            totals(table, **given)


def test_batch_norm_of_a_single_value() -> None:
    for text in ("gap, bn", "fc3, bn"):
        table = layer_table(text=text, size=4)
        with pytest.raises(ValueError, match=r"^`batch` must be at least 2: 2 normalizes over the batch"):
            training_memory(table, batch=1)
        assert training_memory(table, batch=2).saved
    assert training_memory(layer_table(text="bn", size=4), batch=1).saved


def test_blocks_of_resnet152() -> None:
    table = model_table(net="resnet152")
    tree = blocks(table)
    stages = {block.path: block for block in tree.children}
    found = {path: [(b.kind, b.count) for b in stages[path].children] for path in stages if path.startswith("layer")}
    assert found == {
        f"layer{k}": [("Bottleneck", 1), ("Bottleneck", n - 1)] for k, n in ((1, 3), (2, 8), (3, 36), (4, 3))
    }
    assert (tree.kind, tree.params, tree.macs) == ("ResNet", 60_192_808, 11_513_626_624)
    repeated = stages["layer3"].children[1]
    assert repeated.params == 35 * sum(child.params for child in repeated.children)
    assert repeated.last - repeated.first == 35 * (repeated.children[-1].last - repeated.first)


@pytest.mark.parametrize("net", ["resnet18", "googlenet", "swin_t", "vit_b_32", "densenet121"])
def test_every_block_is_the_sum_of_its_parts(net) -> None:
    table = model_table(net=net)
    full = blocks(table, collapse=False)
    for block in walk(full):
        assert block.count == 1
        rows = table.inference[block.first : block.last]
        assert block.macs == sum(call.macs for call in rows)
        assert block.activations == sum(call.activations for call in rows)
        assert block.params == sum(call.params for call in rows if not call.shared)
        if block.children:
            assert [child.first for child in block.children[1:]] == [child.last for child in block.children[:-1]]
            assert (block.first, block.last) == (block.children[0].first, block.children[-1].last)
    leaves = [block for block in walk(full) if not block.children]
    assert [(leaf.path, leaf.kind) for leaf in leaves] == [(call.name, call.kind) for call in table.inference]


def test_notes_stand_once() -> None:
    table = layer_table(text="2x conv3-4 p1, conv2-4@same", size=1)
    assert table.notes == ("The 3x3 kernel sees mostly padding: its input is 1x1.",) + table.notes[1:]
    assert len(table.notes) == 2
