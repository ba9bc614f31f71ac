"""Files of visitors: what they hold is counted, and what is hostile, damaged or unknown is refused with a sentence."""

from __future__ import annotations

import io
import json
import pickle  # to make what must be refused
import zipfile
from math import prod

import onnx
import pytest

from core.labs.cnn_cost.compute import uploads
from core.labs.cnn_cost.compute.uploads import read_network
from core.networks.files import onnx_file
from core.networks.files.graph import Graph, Node, checked_shape, graph_table
from core.networks.files.pt2 import MAX_MODEL_JSON
from core.networks.receptive_field import Window
from core.networks.table import totals

pytestmark = pytest.mark.usefixtures("readers_here")


def safetensors(tensors, *, data=None, header=None):
    """A file with tensors {name: (dtype, shape, bytes)}."""
    entries, end = {"__metadata__": {"format": "pt"}}, 0
    for name, (dtype, shape, size) in tensors.items():
        entries[name] = {"dtype": dtype, "shape": shape, "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(entries).encode() if header is None else header
    return len(text).to_bytes(8, "little") + text + bytes(end if data is None else data)


SMALL = {
    "conv.weight": ("F32", [8, 3, 5, 5], 2400),
    "conv.bias": ("F32", [8], 32),
    "bn.weight": ("F32", [8], 32),
    "bn.bias": ("F32", [8], 32),
    "bn.running_mean": ("F32", [8], 32),
    "bn.running_var": ("F32", [8], 32),
    "bn.num_batches_tracked": ("I64", [], 8),
    "fc.weight": ("BF16", [10, 8], 160),
    "fc.bias": ("BF16", [10], 20),
    "cls": ("F16", [1, 1, 8], 16),
}


def test_safetensors() -> None:
    network = read_network("my net.safetensors", safetensors(SMALL))
    table = network.table
    assert (table.source, table.title, str(network)) == (
        "safetensors",
        "my net.safetensors",
        "my net.safetensors: 4 rows",
    )
    rows = {call.name: (call.kind, call.weights, call.biases, call.buffers) for call in table.calls}
    assert rows == {
        "conv": ("Conv2d", 600, 8, 0),
        "bn": ("BatchNorm2d", 16, 0, 16),
        "fc": ("Linear", 80, 10, 0),
        "parameters": ("Parameters", 8, 0, 0),
    }
    assert table.calls[0].window == Window((5, 5)) and table.calls[0].activations == 0
    sums = totals(table, input_row=False)
    assert (sums.params, sums.buffers, sums.macs, sums.activations) == (722, 16, 0, 0)
    assert network == read_network("my net.safetensors", safetensors(SMALL))
    assert network.notes and len(network.digest) == 64


@pytest.mark.parametrize(
    ("tensors", "params"),
    [
        ({"w": ("F8_E8M0", [2, 3], 6), "v": ("F8_E4M3FNUZ", [4], 4), "u": ("F8_E5M2FNUZ", [4], 4)}, 14),
        ({"w": ("C64", [2, 3], 48)}, 6),
        ({"w": ("F4", [2, 8], 8), "v": ("F6_E2M3", [4], 3), "u": ("F6_E3M2", [8], 6)}, 28),
        ({"emb.weight": ("F32", [5, 4], 80), "emb.position_ids": ("I64", [1, 5], 40)}, 20),
        (
            {
                "h.0.attn.bias": ("F32", [1, 1, 8, 8], 256),
                "h.0.attn.masked_bias": ("F32", [], 4),
                "h.0.attn.c_attn.weight": ("F32", [4, 12], 192),
                "h.0.attn.c_attn.bias": ("F32", [12], 48),
            },
            60,
        ),
        ({"rotary.inv_freq": ("F32", [8], 32), "q.weight": ("F16", [4, 4], 32)}, 16),
        (
            {
                "q.weight": ("F8_E4M3", [4, 4], 16),
                "q.weight_scale_inv": ("F32", [1, 1], 4),
                "q.input_scale": ("F32", [], 4),
            },
            16,
        ),
        # GPTQ: eight numbers of 4 bits in each whole number; one group of 32 rows.
        (
            {
                "q.qweight": ("I32", [4, 6], 96),
                "q.g_idx": ("I32", [32], 128),
                "q.scales": ("F16", [1, 6], 12),
                "q.qzeros": ("I32", [1, 1], 4),
                "q.bias": ("F16", [6], 12),
            },
            32 * 6 + 6,
        ),
        ({"q.weight": ("I8", [4, 6], 24), "q.weight_scale": ("F32", [4], 16)}, 24),
        (
            {
                "q.weight": ("U8", [12, 1], 12),
                "q.weight.absmax": ("F32", [1], 4),
                "q.weight.quant_map": ("F32", [16], 64),
                "q.weight.quant_state.bitsandbytes__nf4": ("U8", [9], 9),
            },
            24,
        ),
        ({"mask": ("BOOL", [4, 4], 16), "w": ("F32", [3], 12)}, 3),
    ],
)
def test_what_of_the_tensors_is_trained(tensors, params) -> None:
    assert totals(read_network("x.safetensors", safetensors(tensors)).table).params == params


@pytest.mark.parametrize("suffix", ["onnx", "safetensors", "pt", "pt2", "txt"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1234\nsize 97781\n", "only a pointer of Git LFS"),
        (b"<!DOCTYPE html>\n<html><body>404</body></html>", "a web page"),
        (b"\n <html lang='en'>", "a web page"),
        (b"\x1f\x8b\x08\x00rest", "compressed with gzip"),
        (b"GGUF\x03\x00\x00\x00", "a GGUF file"),
        (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    ],
)
def test_files_that_are_something_else_than_their_names_say(content, words, suffix) -> None:
    with pytest.raises(ValueError, match=rf"^“model\.{suffix}” is {words}.*\.$"):
        read_network(f"model.{suffix}", content)


def test_files_of_settings_are_named() -> None:
    index = b'{"metadata": {"total_size": 1}, "weight_map": {"a.weight": "model-00001-of-00002.safetensors"}}'
    with pytest.raises(ValueError, match=r"^“model\.safetensors\.index\.json” is the index of weights"):
        read_network("model.safetensors.index.json", index)
    with pytest.raises(ValueError, match=r"^“config\.json” holds settings, and no network with its shapes\."):
        read_network("config.json", b'{"learning_rate": 0.1}')


GOOD = {"a": ("F32", [2], 8), "b": ("U8", [3], 3)}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is cut off: its header is longer than the file."),
        (b"\x08\x00\x00", "The file is cut off"),
        ((2**63).to_bytes(8, "little") + b"{}", "The file is cut off"),
        ((6_000_000).to_bytes(8, "little") + bytes(6_000_000), "The header of the file has 6,000,000 bytes; at most"),
        (safetensors(GOOD, data=10), "The tensors of the file leave gaps, overlap, or end elsewhere than the file."),
        (safetensors(GOOD, data=12), "The tensors of the file leave gaps"),
        (safetensors({}, header=b"[]"), "The header of the file is not that of a safetensors file."),
        (safetensors({}, header=b'{"a": 1}'), "The header of the file is not"),
        (safetensors({}, header=b"nonsense"), "The header of the file is not"),
        (safetensors({}, header=b"[" * 100_000), "The header of the file is not"),
        (safetensors({}, header=b'{"a":' * 100_000), "The header of the file is not"),
        (safetensors({}, header=b"{}"), "The file has 0 tensors; it must have 1 to 50,000."),
        (safetensors({"a": ("F32", [3], 8)}), "The header of the file is not"),
        (safetensors({"a": ("F99", [2], 8)}), "The file has numbers of the type F99, which is not known here."),
        (safetensors({"a": ([], [2], 8)}), "The header of the file is not"),
        (safetensors({"a": ("F32", [-2], -8)}, data=0), "The header of the file is not"),
        (safetensors({"a": ("F32", [True], 4)}), "The header of the file is not"),
        (safetensors({"a": ("F32", [2.0], 8)}), "The header of the file is not"),
        (safetensors({"a": ("F32", [1] * 9, 4)}), "The header of the file is not"),
        (safetensors({"a": ("F32", [2**63], 2**65)}, data=0), "The header of the file is not"),
        (
            safetensors(
                {},
                header=b'{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},'
                b'"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}',
                data=1,
            ),
            "The header of the file is not",
        ),
        (
            safetensors(
                {},
                header=b'{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},'
                b'"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}',
                data=3,
            ),
            "The tensors of the file leave gaps, overlap",
        ),
    ],
)
def test_damaged_safetensors(content, message) -> None:
    with pytest.raises(ValueError, match=r"\.$") as caught:
        read_network("x.safetensors", content)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("suffix", ["h5", "py", "H5", "npz", "tflite", "joblib", "gguf"])
def test_other_files_are_refused_with_a_way_out(suffix) -> None:
    with pytest.raises(
        ValueError, match=rf"^A file that ends in \.{suffix.lower()} .*torch\.onnx\.export.*safetensors"
    ):
        read_network(f"model.{suffix}", b"anything")


@pytest.mark.parametrize("name", ["model", "model.txt", "model.zip", ".onnx.gz", "a" * 500])
def test_unknown_files_are_refused(name) -> None:
    with pytest.raises(ValueError, match="is no ONNX, PT2, safetensors or torch.save file. Export"):
        read_network(name, b"anything")


class Trap:
    """The harm that a hostile pickle would do."""

    fired = False

    def __reduce__(self):
        return setattr, (Trap, "fired", True)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("name", ["model.onnx", "model.pt2", "model.safetensors"])
def test_pickles_are_never_opened_whatever_their_name(name, protocol) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        read_network(name, pickle.dumps(Trap(), protocol))
    assert not Trap.fired


def tensor(name):
    return {"as_tensor": {"name": name}}


def sizes(*shape):
    return {"sizes": [{"as_int": size} for size in shape]}


def node(target, inputs, output, stack=""):
    return {
        "target": f"torch.ops.aten.{target}",
        "inputs": [{"name": name, "arg": argument} for name, argument in inputs.items()],
        "outputs": [tensor(output)],
        "metadata": {"nn_module_stack": f"L__self__,,Net;L__self__{stack},{stack},Layer"} if stack else {},
    }


def program():
    """A small network as torch.export writes it."""
    return {
        "graph_module": {
            "graph": {
                "nodes": [
                    node(
                        "conv2d.default",
                        {
                            "input": tensor("x"),
                            "weight": tensor("w"),
                            "bias": tensor("b"),
                            "stride": {"as_ints": [2, 2]},
                            "padding": {"as_ints": [1, 1]},
                            "dilation": {"as_ints": [1, 1]},
                            "groups": {"as_int": 1},
                        },
                        "conv",
                        "stem.conv",
                    ),
                    node("relu_.default", {"self": tensor("conv")}, "relu", "stem.act"),
                    node(
                        "max_pool2d.default",
                        {
                            "self": tensor("relu"),
                            "kernel_size": {"as_ints": [3, 3]},
                            "stride": {"as_ints": [2, 2]},
                            "ceil_mode": {"as_bool": True},
                        },
                        "pool",
                    ),
                    node("flatten.using_ints", {"self": tensor("pool"), "start_dim": {"as_int": 1}}, "flat"),
                    node(
                        "linear.default",
                        {"input": tensor("flat"), "weight": tensor("fw"), "bias": {"as_none": True}},
                        "out",
                    ),
                ],
                "tensor_values": {
                    "x": sizes(2, 3, 16, 16),
                    "w": sizes(8, 3, 3, 3),
                    "b": sizes(8),
                    "conv": sizes(2, 8, 8, 8),
                    "relu": sizes(2, 8, 8, 8),
                    "pool": sizes(2, 8, 4, 4),
                    "flat": sizes(2, 128),
                    "fw": sizes(5, 128),
                    "out": sizes(2, 5),
                },
            },
            "signature": {
                "input_specs": [
                    {"parameter": {"arg": {"name": name}, "parameter_name": name}} for name in ("w", "b", "fw")
                ]
                + [{"user_input": {"arg": tensor("x")}}],
            },
        }
    }


def pt2(content=None, name="model/models/model.json", extra=()):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, json.dumps(program()) if content is None else content)
        for entry in extra:
            archive.writestr(entry, "x")
    return stream.getvalue()


def test_pt2() -> None:
    table = read_network("net.pt2", pt2(extra=["model/data/sample_inputs/model.pt"])).table
    assert (table.source, table.input_shape, table.unused) == ("pt2", (3, 16, 16), ())
    assert [(c.name, c.kind, c.output_shape) for c in table.calls] == [
        ("stem.conv", "Conv2d", (8, 8, 8)),
        ("stem.act", "ReLU", (8, 8, 8)),
        ("pool", "MaxPool2d", (8, 4, 4)),
        ("flat", "Flatten", (128,)),
        ("out", "Linear", (5,)),
    ]
    conv, _, pool, _, linear = table.calls
    assert (conv.weights, conv.biases, conv.macs) == (216, 8, 216 * 64)
    assert conv.window == Window((3, 3), (2, 2), (1, 1, 1, 1))
    assert pool.window == Window((3, 3), (2, 2), ceil=True) and pool.field.size == (7, 7)
    assert (linear.weights, linear.biases, linear.macs, linear.field.reach) == (640, 0, 640, "whole")


def changed(path, value):
    """The program with one entry replaced."""
    whole = program()
    inner = whole
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return json.dumps(whole)


GRAPH = ("graph_module", "graph")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04", "The file is damaged or not a PT2 file."),
        (b"no zip", "The file is damaged or not a PT2 file."),
        (pt2()[:-40], "The file is damaged or not a PT2 file."),
        (pt2(name="data.pkl"), "The file holds no network as torch.export writes it. Export the network"),
        (pt2(extra=["b/models/model.json"]), "The file holds no network as torch.export writes it."),
        (pt2("{"), "The description of the network in the file is damaged."),
        (pt2("[" * 100_000), "The description of the network in the file is damaged."),
        (pt2("9" * 5000), "The description of the network in the file is damaged."),
        (pt2("[]"), "The file does not describe a network as torch.export writes it."),
        (pt2(changed((*GRAPH, "nodes"), 5)), "The file does not describe a network"),
        (pt2(changed((*GRAPH, "nodes"), ["conv"])), "The file does not describe a network"),
        (pt2(changed((*GRAPH, "tensor_values"), {})), "The file does not describe a network"),
        (pt2(changed(("graph_module", "signature"), {"input_specs": []})), "The file does not describe a network"),
        (
            pt2(changed((*GRAPH, "tensor_values", "x"), sizes(1, 0, 16, 16))),
            "The shape of “x” is not made of at most 8",
        ),
        (pt2(changed((*GRAPH, "tensor_values", "x"), sizes(*[1] * 9))), "The shape of “x” is not made of at most 8"),
        (
            pt2(changed((*GRAPH, "tensor_values", "x"), sizes(1, 3, 2**63, 1))),
            "The shape of “x” is not made of at most 8",
        ),
        (
            pt2(changed((*GRAPH, "tensor_values", "x"), {"sizes": [{"as_expr": "s0"}]})),
            "The file does not describe a network",
        ),
        (
            pt2(changed((*GRAPH, "nodes"), program()["graph_module"]["graph"]["nodes"] * 5000)),
            "The file has 25,000 operations",
        ),
    ],
)
def test_damaged_pt2(content, message) -> None:
    with pytest.raises(ValueError, match=r"\.$") as caught:
        read_network("net.pt2", content)
    assert str(caught.value).startswith(message)


def test_zip_bombs_are_not_unpacked() -> None:
    with pytest.raises(ValueError, match=r"^The description of the network is larger than 30,000,000 bytes\.$"):
        read_network("net.pt2", pt2(b" " * (MAX_MODEL_JSON + 1)))


def graph(nodes, shapes, **more):
    held = {name: shapes[name] for name in more.pop("held", ())}
    return Graph(
        image="x",
        input_shape=shapes["x"][1:],
        nodes=nodes,
        shapes=shapes,
        owners={name: (name,) for name in held},
        sizes={name: prod(shape) for name, shape in held.items()},
        **more,
    )


def test_graphs_with_shared_and_unused_parameters() -> None:
    maps = dict.fromkeys(["x", "a", "b"], (1, 2, 4, 4))
    shapes = {**maps, "w": (2, 2, 1, 1), "c": (1, 4, 4, 4), "t": (1, 2, 8, 8)}
    nodes = (
        Node("one", "Conv", ("x",), ("a",), Window((1, 1)), weights=("w",), macs=64),
        Node("two", "Conv", ("a",), ("b",), Window((1, 1)), weights=("w",), macs=64),
        Node("both", "Concat", ("a", "b"), ("c",)),
        Node("up", "ConvTranspose", ("b",), ("t",), weights=("w",), macs=64),
    )
    table = graph_table(graph(nodes, shapes, held=["w"], unused=(("not used", 7),)), title="", source="onnx")
    assert [(c.kind, c.shared, c.params) for c in table.calls] == [
        ("Conv2d", False, 4),
        ("Conv2d", True, 4),
        ("Concat", False, 0),
        ("ConvTranspose2d", True, 4),
    ]
    assert totals(table).params == 4 and table.unused == (("not used", 7),)
    assert table.calls[3].field.reach == "unknown"


def test_what_is_not_counted_is_named() -> None:
    shapes = {"x": (1, 2, 4, 4), "a": (1, 2, 4, 4), "w": (9,)}
    nodes = (
        Node("own", "Wavelet", ("x",), ("a",), weights=("w",), macs=None),
        Node("again", "Wavelet", ("a",), ("b",), macs=None),
    )
    table = graph_table(graph(nodes, shapes, held=["w"]), title="", source="onnx")
    assert table.uncounted == ("Wavelet ×2",) and totals(table).params == 9
    assert table.notes[0] == "Not counted: Wavelet ×2; MACs are at least those shown."
    assert table.calls[1].output_shape == ()


@pytest.mark.parametrize("shape", [[0], [-1], [1.0], [True], ["1"], [2**62 + 1], [1] * 9])
def test_shapes_from_files_are_checked(shape) -> None:
    with pytest.raises(ValueError, match=r"^The shape of “x” is not made of at most 8 whole numbers above 0\.$"):
        checked_shape("x", shape)
    assert checked_shape("x", [2**62]) == (2**62,) and checked_shape("x", []) == ()


def test_names_from_files_are_harmless() -> None:
    named = {'=HYPERLINK("x")\x00\n.weight': ("F32", [2, 2], 16), "a" * 500 + ".weight": ("F32", [2, 2], 16)}
    names = [call.name for call in read_network("x.safetensors", safetensors(named)).table.calls]
    assert names == ['HYPERLINK("x")', "a" * 120]


def test_onnx_without_its_package(monkeypatch) -> None:
    monkeypatch.setattr(onnx_file, "find_spec", lambda _: None)
    with pytest.raises(ValueError, match=r"^ONNX files need the Python package onnx, which is not installed"):
        read_network("net.onnx", b"anything")


def onnx_bytes(**changes):
    """A small network: conv with bias, batch norm, ReLU, average pool with SAME padding, flatten, Gemm."""
    helper, float_, int_ = onnx.helper, onnx.TensorProto.FLOAT, onnx.TensorProto.INT64

    def weights(name, *shape):
        count = 1
        for size in shape:
            count *= size
        return helper.make_tensor(name, float_, shape, bytes(4 * count), raw=True)

    nodes = [
        helper.make_node(
            "Conv", ["x", "w", "b"], ["c"], name="conv", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]
        ),
        helper.make_node("BatchNormalization", ["c", "g", "h", "m", "v"], ["n"]),
        helper.make_node("Relu", ["n"], ["r"]),
        helper.make_node("AveragePool", ["r"], ["p"], kernel_shape=[3, 2], strides=[2, 1], auto_pad="SAME_UPPER"),
        helper.make_node("Reshape", ["p", "shape"], ["f"]),
        helper.make_node("Gemm", ["f", "fw", "fb"], ["y"], transB=1),
    ]
    graph = helper.make_graph(
        changes.get("nodes", lambda nodes: nodes)(nodes),
        "net",
        [helper.make_tensor_value_info("x", float_, changes.get("image", ["batch", 3, 16, 16]))],
        [helper.make_tensor_value_info("y", float_, [1, 5])],
        [
            weights("w", 8, 3, 3, 3),
            *(weights(name, 8) for name in "bghmv"),
            weights("fw", 5, 256),
            weights("fb", 5),
            helper.make_tensor("shape", int_, [2], [1, 256]),
        ],
    )
    model = helper.make_model(graph)
    changes.get("model", lambda model: None)(model)
    return model.SerializeToString()


def test_onnx() -> None:
    table = read_network("net.onnx", onnx_bytes()).table
    assert (table.source, table.input_shape) == ("onnx", (3, 16, 16))
    assert [(c.name, c.kind, c.output_shape) for c in table.calls] == [
        ("conv", "Conv2d", (8, 8, 8)),
        ("n", "BatchNorm2d", (8, 8, 8)),
        ("r", "ReLU", (8, 8, 8)),
        ("p", "AvgPool2d", (8, 4, 8)),
        ("y", "Linear", (5,)),
    ]
    assert [(c.weights, c.biases, c.buffers, c.macs) for c in table.calls] == [
        (216, 8, 0, 216 * 64),
        (16, 0, 16, 0),
        (0, 0, 0, 0),
        (0, 0, 0, 0),
        (1280, 5, 0, 1280),
    ]
    # Height 8 by steps of 2 with a kernel of 3 needs one row more, at the bottom; width one column.
    assert table.calls[3].window.padding == (0, 1, 0, 1)
    assert table.calls[0].field.size == (3, 3) and table.calls[3].field.size == (7, 5)
    assert table.calls[-1].field.reach == "whole" and totals(table).params == 216 + 8 + 16 + 1285


def external(model):
    onnx.external_data_helper.set_external_data(model.graph.initializer[0], location="/etc/passwd")
    model.graph.initializer[0].ClearField("raw_data")


def nested(nodes):
    inner = onnx.helper.make_graph([], "inner", [], [])
    return [*nodes, onnx.helper.make_node("If", ["cond"], ["z"], then_branch=inner, else_branch=inner)]


def hidden(nodes):
    """External data in a constant instead of an initializer."""
    value = onnx.helper.make_tensor("t", onnx.TensorProto.FLOAT, [1], [0.0])
    onnx.external_data_helper.set_external_data(value, location="../secret") if value.HasField("raw_data") else None
    value.data_location = onnx.TensorProto.EXTERNAL
    return [*nodes, onnx.helper.make_node("Constant", [], ["k"], value=value)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"nodes": lambda nodes: nodes * 4000}, "The file has 24,000 operations; at most 20,000 are possible."),
        (
            {"image": [1, 3, "h", "w"]},
            "Reshape (Reshape) cannot take the shapes (1, 8, 56, 112) and (2): the network needs another size of the",
        ),
        (
            {"image": [3, 16, 16]},
            "conv (Conv) cannot take the shapes (3, 16, 16) and (8, 3, 3, 3): the file is damaged.",
        ),
    ],
)
def test_onnx_files_that_are_refused(changes, message) -> None:
    with pytest.raises(ValueError, match=r"\.$") as caught:
        read_network("net.onnx", onnx_bytes(**changes))
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("changes", [{"model": external}, {"nodes": hidden}, {"nodes": nested}])
def test_weights_in_other_files_and_branches_do_not_matter(changes) -> None:
    """Only shapes are needed: no other file is ever opened."""
    assert totals(read_network("net.onnx", onnx_bytes(**changes)).table) == totals(
        read_network("net.onnx", onnx_bytes()).table
    )


def odd(model):
    """Numbers of attributes and sizes that nobody exports."""
    for attribute in model.graph.node[3].attribute:
        if attribute.name == "strides":
            attribute.ints[:] = [0]


def empty(model):
    model.graph.initializer[1].dims[:] = [0]


def test_odd_numbers_in_onnx_files() -> None:
    for change in (odd, empty):
        try:
            read_network("net.onnx", onnx_bytes(model=change))
        except ValueError as error:
            assert str(error).endswith(".")  # noqa: PT017  either a sentence or a table, and nothing else


def test_damaged_and_large_onnx(monkeypatch) -> None:
    content = onnx_bytes()
    for wrong in (b"", b"\xffnonsense" * 10, content[:-7]):
        with pytest.raises(
            ValueError, match=r"^The (file is damaged or no ONNX file|network in the file has no input)\.$"
        ):
            read_network("net.onnx", wrong)
    monkeypatch.setattr(uploads, "MAX_GRAPH", 10)
    with pytest.raises(ValueError, match=r"ONNX files of at most 10 are read\."):
        read_network("net.onnx", content)
