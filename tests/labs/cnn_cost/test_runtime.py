"""Exports of forty networks of torchvision and of typed ones, by both exporters, against torch and onnxruntime."""

from __future__ import annotations

import copy
import io
import math
from collections import Counter

import numpy as np
import onnx
import pytest
import torch
from onnx import inliner
from torch.fx.experimental.optimization import fuse

from core.labs.cnn_cost.compute.uploads import read_network
from core.networks.table import totals
from tests.labs.cnn_cost.test_exports import MODELS, TYPED, counted, network, onnx_file, quiet

pytestmark = [pytest.mark.nightly, pytest.mark.usefixtures("readers_here")]


def products(content, shape):
    """(operation, output shape without the batch, MACs) of all products, from the shapes of a run by onnxruntime."""
    import onnxruntime

    model = inliner.inline_local_functions(onnx.load_from_string(content))
    named = {one.name: one for one in model.graph.initializer}
    nodes = [node for node in model.graph.node if node.op_type in ("Conv", "Gemm", "MatMul", "Einsum")]
    wanted = list(dict.fromkeys(name for node in nodes for name in (*node.input, node.output[0]) if name))
    given = {one.name for one in (*model.graph.input, *model.graph.output)} | set(named)
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in wanted if name not in given)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
    names = [one.name for one in session.get_outputs()]
    image = session.get_inputs()[0].name
    values = session.run(names, {image: np.zeros((1, *shape), np.float32)})
    shapes = {name: tuple(one.dims) for name, one in named.items()} | {image: (1, *shape)}
    shapes |= {name: value.shape for name, value in zip(names, values, strict=True)}
    found = Counter()
    for node in nodes:
        left, right = (shapes[name] for name in node.input[:2])
        out = shapes[node.output[0]]
        own = {one.name: onnx.helper.get_attribute_value(one) for one in node.attribute}
        if node.op_type == "Conv":
            each = math.prod(right[1:])
        elif node.op_type == "Einsum":
            inputs, _, output = own["equation"].decode().replace(" ", "").partition("->")
            sizes = dict(zip(inputs.replace(",", ""), left + right, strict=True))
            each = math.prod(size for letter, size in sizes.items() if letter not in output)
        else:
            each = left[0] if own.get("transA") else left[-1]
        found[out[1:] if out[0] == 1 else out, math.prod(out) * each] += 1
    return found


def rows(table):
    """The same from the rows of the table."""
    return Counter((call.output_shape, call.macs) for call in table.inference if call.macs)


def told(content):
    table = read_network("net.onnx", content).table
    assert table.uncounted == ()
    sums = totals(table)
    return table, (sums.params + sum(count for _, count in table.unused), sums.buffers, sums.macs)


@pytest.mark.parametrize("newer", [False, True], ids=["older", "newer"])
@pytest.mark.parametrize("name", [*TYPED, *MODELS])
def test_both_exporters_agree_with_torch_and_with_a_run(name, newer) -> None:
    model, shape = network(name)
    content = onnx_file(model, shape, newer=newer)
    table, numbers = told(content)
    assert numbers == counted(model, shape)
    assert rows(table) == products(content, shape)


@pytest.mark.parametrize("name", [name for name in MODELS if name not in ("swin_t", "swin_v2_t", "maxvit_t")])
def test_the_older_exporter_with_its_norms_merged(name) -> None:
    """Its files as most people write them: torch.fx merges the same norms.

    Of networks with relative positions these files hold other tables: larger ones, computed from those of the network.
    """
    model, shape = network(name)
    stream = io.BytesIO()
    quiet(lambda: torch.onnx.export(model, (torch.randn(1, *shape),), stream, dynamo=False))
    _, numbers = told(stream.getvalue())
    assert numbers == counted(fuse(copy.deepcopy(model)), shape)
