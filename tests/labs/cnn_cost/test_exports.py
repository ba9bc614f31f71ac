"""Networks exported by torch and read again: parameters, buffers and MACs are torch's own, through every exporter."""

from __future__ import annotations

import copy
import io
import json
import logging
import warnings
import zipfile

import pytest
import torch
import torchvision
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from core.labs.cnn_cost.compute.uploads import read_network, sized
from core.nets.typed import module
from core.networks.presets import PRESETS
from core.networks.table import totals

pytestmark = pytest.mark.usefixtures("readers_here")
# The newer exporter needs onnxscript, which the app does not; it takes some seconds for each network.


class Reader(nn.Module):
    """Reads a line of text: a convolution, an LSTM in both directions, a linear layer."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.lstm = nn.LSTM(256, 16, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(32, 10)

    def forward(self, x):
        return self.fc(self.lstm(self.conv(x).permute(0, 3, 1, 2).flatten(2))[0])


class Einsum(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.randn(3, 5))

    def forward(self, x):
        return torch.einsum("bchw,cd->bdhw", x, self.w)


class Left(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.randn(5, 3))

    def forward(self, x):
        return self.w @ x.flatten(2)


class UNet(nn.Module):
    """One step down and up again."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 16, 3, padding=1)
        self.up, self.c = nn.Upsample(scale_factor=2, mode="bilinear"), nn.Conv2d(24, 8, 3, padding=1)

    def forward(self, x):
        a = self.a(x).relu()
        return self.c(torch.cat([a, self.up(self.b(nn.functional.max_pool2d(a, 2)))], 1))


class Normed(nn.Module):
    """Norms that exporters take apart, with numbers as training leaves them."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 8, 3), nn.PReLU(8), nn.GroupNorm(2, 8), nn.InstanceNorm2d(8, affine=True), nn.Hardswish()
        )
        self.last = nn.LayerNorm([8, 30, 30])
        for parameter in self.parameters():
            nn.init.normal_(parameter, 1.0)

    def forward(self, x):
        return self.last(self.body(x))


class Positions(nn.Module):
    """Adds what an MLP makes of fixed coordinates, concatenates others, and leaves out a part of a bias."""

    def __init__(self):
        super().__init__()
        steps = torch.linspace(-1, 1, 9)
        grid = torch.stack(torch.meshgrid(steps, steps, indexing="ij"), -1)
        self.register_buffer("table", grid.sign() * (grid.abs() * 8 + 1).log2() / 3)
        self.register_buffer("beside", grid.permute(2, 0, 1)[None].contiguous())
        self.mlp = nn.Sequential(nn.Linear(2, 24), nn.ReLU(), nn.Linear(24, 5, bias=False))
        self.conv, self.fc = nn.Conv2d(5, 5, 1), nn.Linear(5, 6)
        self.token = nn.Parameter(torch.randn(1, 5, 1, 9))

    def forward(self, x):
        y = self.conv(torch.cat([x, self.beside], 1)) + self.mlp(self.table).sigmoid().permute(2, 0, 1)
        bias = self.fc.bias.clone()
        bias[2:4] = 0
        return nn.functional.linear(torch.cat([self.token, y], 2).permute(0, 2, 3, 1), self.fc.weight, bias)


def generator():
    return nn.Sequential(
        nn.ConvTranspose2d(100, 64, 4, 1, 0, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.ConvTranspose2d(64, 32, 4, 2, 1, bias=False),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 3, 4, 2, 1, bias=False),
        nn.Tanh(),
    )


OWN = {
    "reader": (Reader, (3, 32, 32)),
    "einsum": (Einsum, (3, 32, 32)),
    "left": (Left, (3, 32, 32)),
    "unet": (UNet, (3, 32, 32)),
    "positions": (Positions, (3, 9, 9)),
    "normed": (Normed, (3, 32, 32)),
    "generator": (generator, (100, 1, 1)),
    "perceptron": (lambda: nn.Sequential(nn.Linear(20, 30), nn.Tanh(), nn.Linear(30, 5)), (20,)),
    "line": (
        lambda: nn.Sequential(nn.Conv1d(3, 8, 5), nn.ReLU(), nn.MaxPool1d(2), nn.Flatten(), nn.Linear(384, 4)),
        (3, 100),
    ),
    "gru": (lambda: nn.GRU(10, 7, 2, batch_first=True), (9, 10)),
    "transformer": (lambda: nn.TransformerEncoderLayer(16, 2, 32, batch_first=True), (9, 16)),
}
TYPED = ("lenet5", "resnet18_cifar", "small_inception_homework", "linear_bn")
_NAMES = (
    "convnext_tiny densenet121 densenet161 densenet169 densenet201 efficientnet_b0 efficientnet_b1 "
    "efficientnet_b2 efficientnet_b3 efficientnet_v2_s mnasnet0_5 mnasnet0_75 mnasnet1_0 mnasnet1_3 mobilenet_v2 "
    "mobilenet_v3_large mobilenet_v3_small regnet_x_1_6gf regnet_x_3_2gf regnet_x_400mf regnet_x_800mf "
    "regnet_y_1_6gf regnet_y_400mf regnet_y_800mf resnet18 resnet34 resnet50 resnet101 resnext50_32x4d "
    "shufflenet_v2_x0_5 shufflenet_v2_x1_0 shufflenet_v2_x1_5 shufflenet_v2_x2_0 squeezenet1_0 squeezenet1_1 "
    "swin_t swin_v2_t regnet_y_3_2gf maxvit_t regnet_x_8gf"
)
MODELS = _NAMES.split()


def counted(model, shape):
    """Parameters, running statistics, and MACs of a batch of one, as torch counts them."""
    params = sum(parameter.numel() for parameter in model.parameters())
    buffers = sum(buffer.numel() for name, buffer in model.named_buffers() if "running" in name)
    with FlopCounterMode(display=False) as counter:
        copy.deepcopy(model).to("meta")(torch.empty(1, *shape, device="meta"))
    return params, buffers, counter.get_total_flops() // 2


def quiet(export):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)
        try:
            return export()
        finally:
            logging.disable(logging.NOTSET)


def pt2(model, shape, **more):
    stream = io.BytesIO()
    given = (torch.zeros(more.pop("batch", 1), *shape),)
    quiet(lambda: torch.export.save(torch.export.export(model, given, **more), stream))
    return stream.getvalue()


def onnx_file(model, shape, *, newer):
    stream = io.BytesIO()
    older = {"do_constant_folding": False, "training": torch.onnx.TrainingMode.PRESERVE}  # norms are not merged
    more = {"optimize": False, "external_data": False, "verbose": False} if newer else older
    quiet(lambda: torch.onnx.export(model, (torch.randn(1, *shape),), stream, dynamo=newer, **more))
    return stream.getvalue()


def read(name, content):
    table = read_network(name, content).table
    sums = totals(table)
    assert table.uncounted == ()
    return sums.params + sum(count for _, count in table.unused), sums.buffers, sums.macs


def network(name):
    torch.manual_seed(0)
    if name in OWN:
        make, shape = OWN[name]
        return make().eval(), shape
    if name in TYPED:
        preset = PRESETS[name]
        given = {key: getattr(preset, key) for key in ("text", "size", "channels", "bias")}
        return module(**given, device="cpu").eval(), (preset.channels, preset.size, preset.size)
    return getattr(torchvision.models, name)(weights=None).eval(), (3, 224, 224)


ALWAYS = ("einsum", "left", "unet", "line", "gru", "lenet5", "linear_bn")


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[] if n in ALWAYS else [pytest.mark.nightly]) for n in (*OWN, *TYPED, *MODELS)]
)
def test_pt2_agrees_with_torch(name) -> None:
    model, shape = network(name)
    assert read("net.pt2", pt2(model, shape)) == counted(model, shape)


OLDER = ("einsum", "left", "unet", "positions", "normed", "generator", "perceptron", "line", "gru", "reader", "lenet5")


@pytest.mark.parametrize("name", OLDER)
def test_the_older_exporter_agrees_with_torch(name) -> None:
    model, shape = network(name)
    assert read("net.onnx", onnx_file(model, shape, newer=False)) == counted(model, shape)


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[] if n == "positions" else [pytest.mark.nightly]) for n in OWN]
)
def test_the_newer_exporter_agrees_with_torch(name) -> None:
    model, shape = network(name)
    assert read("net.onnx", onnx_file(model, shape, newer=True)) == counted(model, shape)


def test_open_sizes_of_a_pt2_file() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5)).eval()
    dim = torch.export.Dim
    open_ = {0: dim("b"), 2: dim("h", min=8, max=512), 3: dim("w", min=8, max=512)}
    content = pt2(model, (3, 32, 32), batch=2, dynamic_shapes=(open_,))
    found = read_network("net.pt2", content)
    assert found.table.input_shape == (3, 224, 224) and found.table.opened == ("height", "width")
    for side in (8, 40, 512):
        table = sized(found, side=side, height=0, channels=0)
        assert totals(table).macs == counted(model, (3, side, side))[2]
    assert sized(found, side=2000, height=0, channels=0).input_shape == (3, 512, 512)


def test_an_open_batch_is_one_image() -> None:
    model, shape = network("perceptron")
    content = pt2(model, shape, batch=2, dynamic_shapes=({0: torch.export.Dim("batch")},))
    found = read_network("net.pt2", content).table
    assert found.opened == () and found.input_shape == (20, 1, 1)
    assert (totals(found).params, totals(found).macs) == counted(model, shape)[::2]


def test_the_layout_of_torch_2_6() -> None:
    """The same description at the top of the archive, under its older name; a .pt file may hold one as well."""
    model, shape = network("unet")
    with zipfile.ZipFile(io.BytesIO(pt2(model, shape))) as archive:
        text = archive.read(next(name for name in archive.namelist() if name.endswith("models/model.json")))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("serialized_exported_program.json", text)
        archive.writestr("serialized_state_dict.pt", b"")
        archive.writestr("version", "8.8")
    for name in ("old.pt2", "old.pt"):
        assert read(name, stream.getvalue()) == counted(model, shape)


def saved(value, **more):
    stream = io.BytesIO()
    torch.save(value, stream, **more)
    return stream.getvalue()


class Whole(nn.Module):
    """A network that is saved as a whole, with its class."""

    def __init__(self):
        super().__init__()
        self.conv, self.norm, self.fc = nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.Linear(8, 5)
        self.scale = nn.Parameter(torch.ones(8))


def state_dicts():
    net = Whole()
    state = net.state_dict()
    optimizer = torch.optim.Adam(net.parameters())
    return {
        "state dict": saved(state),
        "older": saved(state, _use_new_zipfile_serialization=False),
        "whole": saved(net),
        "checkpoint": saved({"epoch": 3, "model_state_dict": state, "optimizer": optimizer.state_dict(), "loss": 0.5}),
        "lightning": saved(
            {"state_dict": {f"model.{k}": v for k, v in state.items()}, "hyper_parameters": {"lr": 1e-3}}
        ),
        "half": saved({k: v.half() if v.is_floating_point() else v for k, v in state.items()}),
        "bfloat16": saved({k: v.bfloat16() if v.is_floating_point() else v for k, v in state.items()}),
        "protocol 4": saved(state, pickle_protocol=4),
        "script": scripted(net),
    }


def scripted(net):
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.trace(nn.Sequential(net.conv, net.norm), torch.zeros(1, 3, 8, 8)), stream)
    return stream.getvalue()


@pytest.mark.parametrize("name", [*state_dicts()])
def test_files_of_torch_save_are_read_as_data(name) -> None:
    table = read_network(f"{name}.pth", state_dicts()[name]).table
    sums = totals(table, input_row=False)
    assert table.source == "state_dict" and sums.buffers == 16
    assert sums.params == (240 if name == "script" else 224 + 16 + 45 + 8)
    assert {call.kind for call in table.calls} >= {"Conv2d", "BatchNorm2d"}


def test_shared_tensors_count_once() -> None:
    shared = torch.randn(10, 4)
    assert totals(read_network("a.pt", saved({"in.weight": shared, "out.weight": shared})).table).params == 40


class Trap:
    fired = False

    def __reduce__(self):
        return setattr, (Trap, "fired", True)


@pytest.mark.parametrize("more", [{}, {"_use_new_zipfile_serialization": False}])
def test_a_hostile_file_of_torch_save_is_not_run(more) -> None:
    content = saved({"weight": torch.ones(2, 3), "other": Trap()}, **more)
    assert totals(read_network("a.pt", content).table).params == 6
    assert not Trap.fired


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is damaged, or not written by torch.save."),
        (b"PK\x03\x04", "The file is damaged, or not written by torch.save."),
        (b"\x80\x02]q\x00.", "The file is a Python pickle, but not one of torch.save."),
        (saved([1, 2, 3]), "The file holds 0 tensors by name"),
        (saved({"a": {"b": 1}}), "The file holds 0 tensors by name"),
        (saved({"w": torch.ones(3)})[:200], "The file is damaged, or not written by torch.save."),
    ],
)
def test_other_files_than_those_of_torch_save(content, message) -> None:
    with pytest.raises(ValueError, match=r"\.$") as caught:
        read_network("a.pt", content)
    assert str(caught.value).startswith(message)


def test_json_in_a_pt2_file_is_not_trusted() -> None:
    """Sizes of half a kilobyte of formula are computed as data, and anything else is no size."""
    model, shape = network("unet")
    with zipfile.ZipFile(io.BytesIO(pt2(model, shape))) as archive:
        name = next(name for name in archive.namelist() if name.endswith("models/model.json"))
        program = json.loads(archive.read(name))
    sizes = program["graph_module"]["graph"]["tensor_values"]["conv2d_1"]["sizes"]
    for formula in ("__import__('os').getcwd()", "9**9**9**9", "(" * 5000, "Symbol('s0')", "1//0", "x" * 9000):
        sizes[2] = {"as_expr": {"expr_str": formula, "hint": None}}
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("m/models/model.json", json.dumps(program))
        table = read_network("net.pt2", stream.getvalue()).table
        assert table.uncounted and any(call.output_shape == () for call in table.calls)
