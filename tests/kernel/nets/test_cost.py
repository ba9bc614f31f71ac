"""Traced costs against what torchvision publishes and what torch's own counter finds."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision import models

from core.nets.cost import smallest_size, trace, trace_model
from core.nets.models import build, names, native_size, size_step
from core.networks.table import totals

# Every way of building something: plain, grouped, gated, dense, auxiliary heads, attention by windows and over all.
SAMPLE = [
    "AlexNet",
    "GoogLeNet",
    "ShuffleNet_V2_X0_5",
    "RegNet_Y_400MF",
    "ViT_B_32",
    "Swin_V2_T",
    "Inception_V3",
    "MNASNet0_5",
]
ENTRIES = [entry for name in names() for entry in models.get_model_weights(name)]


def of(entry):
    """Name of the model of a weight entry."""
    return next(name for name in names() if entry in models.get_model_weights(name))


def options(entry):
    # GoogLeNet's entry counts without the auxiliary classifiers, that of Inception with them.
    return {"aux_logits": False} if of(entry) == "googlenet" else {}


def sampled(entry):
    return type(entry).__name__ in {f"{name}_Weights" for name in SAMPLE} and entry is type(entry).DEFAULT


@pytest.mark.parametrize(
    "entry", [pytest.param(e, marks=[] if sampled(e) else [pytest.mark.nightly], id=str(e)) for e in ENTRIES]
)
def test_published_macs_and_parameters(entry) -> None:
    name, size = of(entry), entry.transforms().crop_size[0]
    model = build(name, size, **options(entry))
    table = trace(model, shape=(3, size, size), memory=False)
    sums = totals(table)
    assert round(sums.macs / 1e9, 3) == entry.meta["_ops"]
    assert sums.params + sum(count for _, count in table.unused) == entry.meta["num_params"]
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.empty(1, 3, size, size, device="meta"))
    assert counter.get_total_flops() == sums.flops
    owned = {call.name: call.params for call in table.calls if not call.shared}
    assert sum(owned.values()) <= sums.params


def test_all_entries_are_there() -> None:
    assert len(names()) == 80 and len(ENTRIES) == 115
    assert sum(map(sampled, ENTRIES)) == len(SAMPLE)


def test_googlenet_and_its_auxiliary_classifiers() -> None:
    table = trace_model(net="googlenet")
    assert totals(table).params == 6_624_904 and dict(table.unused) == {"aux1": 3_188_968, "aux2": 3_191_016}
    more = [call for call in table.calls if call.training_only]
    assert {call.name.split(".")[0] for call in more} == {"aux1", "aux2"}
    assert sum(call.params for call in more) == 6_379_984
    assert table.calls[-1].training_only and not table.inference[-1].training_only


class Reused(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(10, 10)

    def forward(self, x):
        return self.layer(self.layer(self.layer(x.mean(dim=(2, 3)))))


def test_a_layer_that_is_called_three_times() -> None:
    with torch.device("meta"):
        table = trace(Reused().eval(), shape=(10, 4, 4))
    rows = [call for call in table.calls if call.kind == "Linear"]
    assert [call.shared for call in rows] == [False, True, True] and {call.name for call in rows} == {"layer"}
    assert (totals(table).macs, totals(table).params) == (300, 110)


class Functional(nn.Module):
    """Everything by functions instead of layers, in place and as operators."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(6, 2, 3, 3))
        self.bias = nn.Parameter(torch.empty(6))
        self.scale = nn.Parameter(torch.empty(6, 1, 1))
        self.inner = nn.Identity()

    def forward(self, x):
        y = torch.conv2d(x, self.weight, self.bias, stride=2, padding="valid", groups=2)
        y = nn.functional.relu_(self.scale * y)
        y = torch.cat([y, self.inner(y)], 1)
        y += y.sigmoid()
        y = nn.functional.avg_pool2d(y, 2, ceil_mode=True)
        y = nn.functional.max_pool2d(y, kernel_size=(2, 1), stride=1, padding=0)
        return y.view(x.shape[0], -1) @ torch.ones(12 * 3 * 4, 5, device="meta")


def test_functions_are_rows_of_their_own() -> None:
    with torch.device("meta"):
        model = Functional().eval()
    table = trace(model, shape=(4, 16, 16))
    assert [(c.name, c.kind, c.role, c.output_shape) for c in table.calls] == [
        ("conv2d", "Conv2d", "convolution", (6, 7, 7)),
        ("multiply", "Multiply", "join", (6, 7, 7)),
        ("relu", "ReLU", "activation", (6, 7, 7)),
        ("inner", "Identity", "other", (6, 7, 7)),
        ("concat", "Concat", "join", (12, 7, 7)),
        ("sigmoid", "Sigmoid", "activation", (12, 7, 7)),
        ("add", "Add", "join", (12, 7, 7)),
        ("avgpool2d", "AvgPool2d", "pool", (12, 4, 4)),
        ("maxpool2d", "MaxPool2d", "pool", (12, 3, 4)),
        ("flatten", "Flatten", "other", (144,)),
        ("matmul", "MatMul", "attention", (5,)),
    ]
    conv, product = table.calls[:2]
    assert (conv.weights, conv.biases, conv.macs, conv.window.groups) == (108, 6, 49 * 108, 2)
    assert (product.weights, product.biases) == (6, 0)
    assert table.calls[-1].macs == 144 * 5 and totals(table).params == 120


class Windows(nn.Module):
    """A layer that mixes positions in other ways than a sliding window or all with all."""

    def __init__(self, how):
        super().__init__()
        self.how = how

    def forward(self, x):
        tokens = x.flatten(2)
        if self.how == "matmul":
            return tokens @ tokens.transpose(1, 2)
        if self.how == "einsum":
            return torch.einsum("b c i, b d i -> b c d", tokens, tokens)
        return torch.roll(x, 1, 2) if self.how == "roll" else nn.functional.pad(x, (1, 1, 1, 1, 1, 1))


@pytest.mark.parametrize(("how", "macs"), [("matmul", 4 * 4 * 64), ("einsum", 4 * 4 * 64), ("roll", 0), ("pad", 0)])
def test_fields_that_are_no_boxes(how, macs) -> None:
    last = trace(Windows(how), shape=(4, 8, 8), memory=False).calls[-1]
    assert (last.field.reach, last.macs) == ("unknown", macs)


def test_nothing_is_left_behind_in_the_model() -> None:
    model = build("resnet18", 64)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    trace(model, shape=(3, 64, 64))
    with pytest.raises(ValueError, match=r"^conv1 \(Conv2d\) cannot take its input"):
        trace(model, shape=(3, 0, 0))
    assert not model.training
    for module in model.modules():
        assert not module._forward_hooks and not module._forward_pre_hooks
    assert before.keys() == model.state_dict().keys() and all(p.grad is None for p in model.parameters())
    assert not torch.overrides._get_current_function_mode_stack()


class Asks(nn.Module):
    def forward(self, x):
        return x if x.sum() > 0 else -x


def test_what_depends_on_values_cannot_be_traced() -> None:
    with pytest.raises(ValueError, match=r"^the network \(Asks\) cannot take its input \(3, 8, 8\): .*meta.*\.$"):
        trace(Asks(), shape=(3, 8, 8), memory=False)


@pytest.mark.parametrize(
    ("net", "size", "message"),
    [
        ("alexnet", 32, r"^features\.12 \(MaxPool2d\) cannot take its input \(256, 1, 1\): .* works is 63x63\.$"),
        ("vgg16", 16, r"^features\.30 \(MaxPool2d\) cannot take its input \(512, 1, 1\): .* works is 32x32\.$"),
        ("inception_v3", 64, r"^Mixed_7a\.branch3x3_2\.conv \(Conv2d\) cannot take its input .* works is 75x75\.$"),
        ("vit_b_16", 200, r"^`size` must be a multiple of 16 for vit_b_16; got 200, and 192 is near\.$"),
        ("vit_b_16", 3, r"^`size` must be a multiple of 16 for vit_b_16; got 3, and 16 is near\.$"),
        ("maxvit_t", 256, r"^`size` must be a multiple of 224 for maxvit_t; got 256, and 224 is near\.$"),
        ("alexnet", 0, r"^`size` must be in \[1, 4,096\]; got 0\.$"),
        ("alexnet", 4097, r"^`size` must be in \[1, 4,096\]; got 4,097\.$"),
        ("resnet17", 224, r"^There is no model “resnet17”; did you mean resnet1"),
        ("__class__", 224, r"^There is no model “__class__”; there are alexnet, "),
    ],
)
def test_what_a_model_cannot_take(net, size, message) -> None:
    with pytest.raises(ValueError, match=message):
        trace_model(net=net, size=size)


def test_other_channels_than_expected() -> None:
    with pytest.raises(ValueError, match=r"^features\.0 \(Conv2d\) expects 3 channels; got 1\.$"):
        trace(build("vgg11", 64), shape=(1, 64, 64))


def test_what_torch_does_silently_is_noted() -> None:
    assert "The 1x1 map is enlarged to 7x7: pooling repeats its values." in trace_model(net="vgg16", size=33).notes
    notes = trace_model(net="resnet18", size=1, memory=False).notes
    assert "The 7x7 kernel sees mostly padding: its input is 1x1." in notes
    assert trace_model(net="resnet18", memory=False).notes == ()


@pytest.mark.parametrize("net", ["alexnet", "squeezenet1_0", "googlenet"])
def test_smallest_sizes_by_trying(net) -> None:
    found = smallest_size(net)
    assert trace_model(net=net, size=found, memory=False).calls
    for size in range(max(1, found - 6), found):
        with pytest.raises(RuntimeError), torch.no_grad():
            build(net, size)(torch.empty(1, 3, size, size, device="meta"))


@pytest.mark.parametrize("net", ["vit_b_32", "maxvit_t"])
def test_models_that_are_made_for_a_size(net) -> None:
    assert smallest_size(net) == size_step(net) == native_size(net) // (7 if net == "vit_b_32" else 1)
    assert trace_model(net="vit_b_32", size=32, memory=False).input_shape == (3, 32, 32)


def test_sizes_far_beyond_memory_are_traced() -> None:
    table = trace_model(net="vgg11", size=4096)
    assert totals(table).macs > 2e12 and sum(call.saved[1] for call in table.calls) > 10e9
