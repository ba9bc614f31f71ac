"""Typed networks in two ways: by formulas without torch, and built and traced. Every number of every row agrees."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import torch
import torchvision
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from core.nets.cost import trace
from core.nets.typed import _LAYERS as LAYERS_OF_TORCH
from core.nets.typed import Multiply, module
from core.networks.grammar import Layer, Repeat
from core.networks.layers import KINDS
from core.networks.parser import parse
from core.networks.presets import PRESETS, preset_table
from core.networks.table import totals
from core.networks.typed import ShapeError, layer_table

MAYBE = lambda *texts: st.sampled_from(["", *texts])  # noqa: E731
CONVOLUTIONS = st.builds(
    "conv{}{}-{}{}{}{}".format,
    st.integers(1, 5),
    MAYBE("x1", "x3"),
    st.sampled_from([2, 4]),
    MAYBE("/2", " s3"),
    MAYBE("@same", " p1", " p2 d2", " d=2", "@same d=2"),
    MAYBE(" bias=0", " g2", " bias=1"),
)
DEPTHWISE = st.builds("dwconv{}{}{}".format, st.integers(1, 4), MAYBE("-4", "-8"), MAYBE("@same", " p1", "/2"))
POOLS = st.builds(
    "{}{}{}{}{}{}".format,
    st.sampled_from(["pool", "maxpool", "avgpool"]),
    st.integers(1, 3),
    MAYBE("x2"),
    MAYBE("/1", "/2", "/3"),
    MAYBE(" ceil=1"),
    MAYBE(" p1", "@same"),
)
OTHERS = st.sampled_from(
    [
        "gap",
        "relu",
        "tanh",
        "sigmoid",
        "softmax",
        "bn",
        "bn scale=0",
        "lrn",
        "lrn3",
        "dropout",
        "flatten",
        "id",
        "fc4",
        "fc7",
    ]
)
LAYERS = st.one_of(CONVOLUTIONS, CONVOLUTIONS, DEPTHWISE, POOLS, OTHERS, OTHERS)


def groups(inner):
    branches = st.lists(st.lists(inner, min_size=1, max_size=2).map(", ".join), min_size=2, max_size=3).map(" | ".join)
    return st.one_of(
        st.builds("{}x({})".format, st.integers(1, 3), st.lists(inner, min_size=1, max_size=3).map(", ".join)),
        st.builds("{{{}{}}}".format, st.sampled_from(["", "+ "]), branches),
    )


WILD = st.lists(st.recursive(LAYERS, groups, max_leaves=5), min_size=1, max_size=4).map(", ".join)

# Nearly all of these are refused for nothing: what flattens stands at the end, branches keep the size of the map.
SLIDING = st.one_of(
    st.builds(
        "conv{}-{}{}{}".format,
        st.sampled_from(["1", "2", "3", "1x3", "3x1"]),
        st.sampled_from([2, 4]),
        MAYBE("/2", "@same", " p1", " p2 d2"),
        MAYBE(" bias=0", " g2", " bias=1"),
    ),
    st.builds("dwconv{}{}".format, st.integers(1, 3), MAYBE("-4 bias=0", "@same", "/2")),
    st.sampled_from(
        ["deconv4-4/2 p1", "deconv3-4/2 p1 op1", "deconv2x3-4/2x1 p0x1 d1x2", "up2", "up1x2", "pad1", "pad0x2"]
    ),
    st.sampled_from(["conv4-4, pixelshuffle2", "adaptavg4", "adaptmax3", "adaptavg1x2", "conv3-4/2x1 p0x1 d1x2"]),
    st.sampled_from(
        ["pool2", "pool3/2 p1 ceil=1", "avgpool2/1", "avgpool3@same/1", "maxpool2x3/1 p1", "pool3/3 ceil=1"]
    ),
)
KEEPING = st.sampled_from(
    [
        *("conv3-4@same", "conv2-4@same bias=0", "conv3-2@same d=2", "conv1x3-4@same g2", "dwconv3@same"),
        *("deconv3-4 p1", "conv3x1-4 p1x0", "prelu", "leakyrelu", "relu6", "elu", "selu", "gelu", "silu", "mish"),
        *("hardswish", "hardsigmoid", "softplus", "logsoftmax", "ln", "gn2", "inorm", "inorm scale=1", "dropout0.2"),
        *("channelshuffle2", "{* id | gap, conv1-2, relu, conv1-4, sigmoid}", "{/ id | conv3-2@same}"),
        *("{* conv1-4 | relu, conv1-1}", "{* id | gap, fc2, silu, fc4, hardsigmoid}"),
        *("pool3/1@same", "avgpool3/1@same", "relu", "tanh", "sigmoid", "bn", "bn scale=0", "lrn3", "dropout", "id"),
    ]
)
BRANCH = st.lists(KEEPING, min_size=1, max_size=3).map(", ".join)
JOINS = st.one_of(
    st.lists(BRANCH, min_size=2, max_size=3).map(lambda ends: f"{{{' | '.join(ends)}}}"),
    st.lists(BRANCH, min_size=2, max_size=3).map(lambda ends: f"{{+ {' | '.join(f'{end}, conv1-4' for end in ends)}}}"),
    st.builds("{}x({})".format, st.integers(1, 3), BRANCH),
)
ENDS = MAYBE("gap", "flatten", "fc7", "gap, fc4", "fc4, relu, fc7 bias=0", "flatten, softmax")
FITTING = st.builds(
    lambda layers, end: ", ".join([*layers, *([end] if end else [])]),
    st.lists(st.one_of(SLIDING, KEEPING, JOINS), min_size=1, max_size=4),
    ENDS,
)
REASONS = re.compile(
    r"Kernel \(\d+x\d+\) larger than (padded )?input \(|This branch gives \(|same needs an odd kernel for pooling|"
    r"Padding \d+ is more than half|\w+ needs a map, but its input here is flat|g=\d+ does not divide |"
    r"\d+ channels cannot be divided "
)


def assert_same_rows(typed, traced) -> None:
    for one, other in zip(typed.calls, traced.calls, strict=True):
        # A traced concatenation does not explain why it has no receptive field.
        note = one.note if one.role == "join" else other.note
        assert one == replace(other, text=one.text, note=note)
    assert typed.image_saved == traced.image_saved
    assert typed.blocks.keys() == traced.blocks.keys()
    assert typed.input_shape == traced.input_shape


def run(items, value, bias):
    """Pass a tensor through torch's own layers; what does not fit is found by torch. A sum needs equal shapes."""
    for item in items:
        if isinstance(item, Layer):
            layer = LAYERS_OF_TORCH[item.kind](item, tuple(value.shape[1:]), bool(item.option("bias", bias)))
            value = layer.eval()(value)
        elif isinstance(item, Repeat):
            for _ in range(item.count):
                value = run(item.items, value, bias)
        else:
            starts = [value] * len(item.branches)
            if item.how == "split":
                if value.shape[1] % len(starts):
                    raise RuntimeError("Torch would make the last part smaller.")
                starts = value.chunk(len(starts), 1)
            ends = [run(branch, start, bias) for branch, start in zip(item.branches, starts, strict=True)]
            if item.how == "mul":
                value = Multiply()(ends)
                continue
            if item.how == "add" and len({end.shape for end in ends}) > 1:
                raise RuntimeError("The sizes of tensors must match.")
            value = sum(ends) if item.how == "add" else torch.cat(ends, 1)
    return value


def agrees(text, size, bias) -> bool:
    """Compare a network with torch, and one that is refused with what torch says; whether it was compared."""
    refusal = ""
    try:
        typed = layer_table(text=text, size=size, channels=4, bias=bias)
    except ShapeError as error:
        refusal = error.problem
    if refusal:
        assert REASONS.match(refusal), refusal
        if not refusal.startswith("same"):  # torch would pad such a pool on one side
            with torch.device("meta"), pytest.raises((RuntimeError, ValueError)):
                run(parse(text=text), torch.zeros(1, 4, size, size), bias)
        return False
    assert_same_rows(typed, trace(module(text=text, size=size, channels=4, bias=bias), shape=(4, size, size)))
    return True


def test_formulas_agree_with_the_traced_network() -> None:
    compared = []

    @settings(suppress_health_check=[HealthCheck.too_slow])
    @given(FITTING, st.sampled_from([9, 16, 21]), st.booleans())
    def check(text, size, bias) -> None:
        compared.append(agrees(text, size, bias))

    check()
    assert sum(compared) >= 0.7 * len(compared) > 0


@given(WILD, st.sampled_from([9, 16, 21]), st.booleans())
def test_what_is_refused_is_refused_by_torch_too(text, size, bias) -> None:
    agrees(text, size, bias)


EVERY = (
    *(f"conv3-8, {name}, conv1-4" for name in KINDS if not KINDS[name].needs_size and name not in ("fc", "flatten")),
    *("prelu4, conv1-4", "fc6, prelu6", "conv3-8, bn shift=0, relu", "bn scale=0 shift=0, conv1-2"),
    *("gmp, fc3", "prelu, fc3", "conv3-8, inorm scale=1, relu", "up2, conv3-4", "conv3-8, pixelshuffle2, conv1-4"),
    *("conv3-8, adaptavg3, conv1-4", "adaptmax4x2", "conv3-8, adaptavg12", "conv3-8, pad0x2, conv1-4", "gn2, conv1-3"),
    *("deconv4-8", "deconv4-8/2 p1", "deconv3-8/2 p1 op1", "deconv3x2-8/2x1 p1x0 d1x2", "deconv4-8/2 g4"),
    *("conv3-8/2x1 p0x1", "conv3-8 d1x2", "pool2/2x1", "pool3x2/1x2 p1x0", "fc8, ln, gelu, prelu, fc3"),
    *("{* conv1-4 | conv1-4 | conv1-1}, relu", "{* id | conv1-4}", "{* conv1-4, relu | id | gap}"),
    *("conv3-8, {/ id | conv3-4@same}, channelshuffle2", "{/ conv1-2 | id | relu | conv3-1@same}"),
    *("fc8, {* id | fc8, sigmoid}, fc2", "conv3-8, {* id | gap, fc2, relu, fc8, sigmoid}, conv3-4"),
    "conv3-8, {id | pool2, conv3-16@same, up2, conv3-8@same}, conv3-8@same",
)


@pytest.mark.parametrize("text", EVERY)
def test_every_layer_agrees_with_torch(text) -> None:
    assert agrees(text, 10, True)


@pytest.mark.parametrize("net", PRESETS)
def test_presets_agree_with_the_traced_network(net) -> None:
    given_ = {name: getattr(PRESETS[net], name) for name in ("text", "size", "channels", "bias")}
    built = module(**given_)
    assert_same_rows(layer_table(**given_), trace(built, shape=(given_["channels"], given_["size"], given_["size"])))


@pytest.mark.parametrize(
    ("net", "params"),
    [
        ("dcgan", 3_576_704),  # the generator of PyTorch's tutorial on DCGAN
        ("unet", 31_030_658),  # with 64 to 1,024 filters, one channel, and two classes
        ("se_resnet50", 28_088_024),  # seresnet50 of timm
    ],
)
def test_published_parameters(net, params) -> None:
    assert totals(preset_table(net=net)).params == params


@pytest.mark.parametrize(
    ("net", "name"),
    [
        ("efficientnet_b0", "efficientnet_b0"),
        ("mobilenet_v3_small", "mobilenet_v3_small"),
        ("shufflenet_v2", "shufflenet_v2_x1_0"),
    ],
)
def test_networks_with_gates_and_divided_channels_are_those_of_torchvision(net, name) -> None:
    with torch.device("meta"):
        theirs = getattr(torchvision.models, name)().eval()
        with FlopCounterMode(display=False) as counter:
            theirs(torch.zeros(1, 3, 224, 224))
    found = totals(preset_table(net=net))
    assert found.params == sum(parameter.numel() for parameter in theirs.parameters())
    assert found.macs == counter.get_total_flops() // 2
    assert found.buffers == sum(b.numel() for name, b in theirs.named_buffers() if "num_batches" not in name)


def test_an_input_layer_sets_the_size() -> None:
    text = "input6x9-2, conv3-4, fc5"
    built = module(text=text, device="cpu")
    assert built(torch.zeros(3, 2, 6, 9)).shape == (3, 5)
    assert_same_rows(layer_table(text=text), trace(module(text=text), shape=(2, 6, 9)))


def test_networks_on_the_processor_compute_what_the_text_says() -> None:
    built = module(text="{+ id | id, id | relu}, {id | avgpool1}, pool2, fc1 bias=0", size=2, channels=1, device="cpu")
    torch.nn.init.constant_(built.get_submodule("4").weight, 1.0)
    image = torch.tensor([[[[1.0, 2.0], [3.0, -4.0]]]])
    # Sums 3, 6, 9 and -8; the largest is 9, twice by the concatenation.
    assert built(image).item() == 18
    assert not built.training


def test_other_branches_do_not_see_what_a_relu_does() -> None:
    built = module(text="{relu | id}", size=1, channels=1, device="cpu")
    assert built(-torch.ones(1, 1, 1, 1)).flatten().tolist() == [0, -1]


def test_even_kernels_pad_below_and_to_the_right() -> None:
    built = module(text="conv2-1@same bias=0", size=2, channels=1, device="cpu")
    torch.nn.init.ones_(built.get_submodule("1").weight)
    assert built(torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])).flatten().tolist() == [10, 6, 7, 4]


def test_refused_texts_are_refused_here_too() -> None:
    with pytest.raises(ShapeError):
        module(text="pool9", size=8)
