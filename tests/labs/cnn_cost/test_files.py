"""The shipped rows are those of a fresh trace, and files that torch writes are read as torch means them."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace

import pytest
import torch
from torch import nn

from core.labs.cnn_cost.compute.models import FILE, encoded, model_table, native_sizes
from core.labs.cnn_cost.compute.uploads import read_network
from core.nets.cost import smallest_size, trace, trace_model
from core.nets.models import build, names, native_size
from core.networks.table import totals
from core.tools import precompute

SAMPLE = ("resnet18", "googlenet", "vit_b_32", "squeezenet1_1")


@pytest.mark.parametrize("net", [pytest.param(n, marks=[] if n in SAMPLE else [pytest.mark.nightly]) for n in names()])
def test_shipped_rows_are_those_of_a_fresh_trace(net) -> None:
    assert model_table(net=net) == replace(trace_model(net=net), smallest=smallest_size(net), source="precomputed")
    assert native_sizes()[net] == native_size(net)


def test_the_file_is_written_by_the_script(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(precompute, "names", lambda: ("alexnet",))
    precompute.write(tmp_path / "rows.zip")
    with zipfile.ZipFile(tmp_path / "rows.zip") as archive, zipfile.ZipFile(FILE) as shipped:
        assert archive.namelist() == ["models.json", "alexnet.json"]
        assert archive.read("alexnet.json") == shipped.read("alexnet.json")
        index = json.loads(archive.read("models.json"))
        assert index["sizes"] == {"alexnet": 224} and index["made_with"].startswith(f"torch {torch.__version__[:4]}")
        assert set(shipped.namelist()) == {"models.json", *(f"{net}.json" for net in names())}
    assert json.loads(json.dumps(encoded(model_table(net="alexnet"))))["smallest"] == 63


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 8, 3, 2, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(inplace=True)
        )
        self.pool = nn.MaxPool2d(3, 2, 1, ceil_mode=True)
        self.side = nn.Conv2d(8, 8, 3, padding="same", groups=2)
        self.mean = nn.AvgPool2d(2)
        self.last = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(16, 5)

    def forward(self, x):
        x = self.pool(self.stem(x))
        x = torch.cat([x + self.side(x), x], 1)
        return self.fc(self.last(self.mean(x)).flatten(1))


def test_a_network_exported_by_torch() -> None:
    model, stream = Small().eval(), io.BytesIO()
    torch.export.save(torch.export.export(model, (torch.zeros(2, 3, 32, 32),)), stream)
    found = read_network("small.pt2", stream.getvalue()).table
    expected = trace(model.to("meta"), shape=(3, 32, 32), memory=False)
    assert found.input_shape == (3, 32, 32)
    for one, other in zip(found.calls, expected.calls, strict=True):
        assert (one.kind, one.role, one.window, one.field) == (other.kind, other.role, other.window, other.field)
        assert (one.input_shape, one.output_shape, one.macs) == (other.input_shape, other.output_shape, other.macs)
        assert (one.weights, one.biases, one.buffers) == (other.weights, other.biases, other.buffers)
    assert totals(found) == totals(expected)


def test_safetensors_of_resnet18() -> None:
    entries, end = {}, 0
    kinds = {torch.float32: ("F32", 4), torch.int64: ("I64", 8)}
    for name, tensor in build("resnet18", 224).state_dict().items():
        kind, size = kinds[tensor.dtype]
        entries[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [end, end + size * tensor.numel()]}
        end += size * tensor.numel()
    header = json.dumps(entries).encode()
    table = read_network("r.safetensors", len(header).to_bytes(8, "little") + header + bytes(end)).table
    sums = totals(table, input_row=False)
    assert len(entries) == 122 and len(table.calls) == 41
    # 9,620 numbers of buffers, 20 of which count batches.
    assert (sums.params, sums.buffers) == (11_689_512, 9_600)
    kinds_found = {call.name: call.kind for call in table.calls}
    traced = {c.name: c.kind for c in trace_model(net="resnet18", memory=False).calls if c.params}
    assert kinds_found == traced
