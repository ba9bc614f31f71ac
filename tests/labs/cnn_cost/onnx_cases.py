"""Small ONNX files with their right numbers of parameters, buffers and MACs, counted by hand from the shapes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT64, INT32, INT8, UINT8 = (
    TensorProto.FLOAT,
    TensorProto.INT64,
    TensorProto.INT32,
    TensorProto.INT8,
    TensorProto.UINT8,
)
DTYPES = {FLOAT: np.float32, INT64: np.int64, INT32: np.int32, INT8: np.int8, UINT8: np.uint8}
MICROSOFT = "com.microsoft"
IMAGE = (1, 3, 8, 8)
node = helper.make_node


def weight(name: str, *shape: int, kind: int = FLOAT) -> onnx.TensorProto:
    """A tensor of random numbers."""
    numbers = np.random.default_rng(len(name) + sum(shape)).normal(0, 1, shape)
    return numpy_helper.from_array((numbers * (1 if kind == FLOAT else 50)).astype(DTYPES[kind]), name)


def full(name: str, value: float, *shape: int, kind: int = FLOAT) -> onnx.TensorProto:
    """A tensor of equal numbers; without a shape a single one."""
    return numpy_helper.from_array(np.full(shape, value, DTYPES[kind]), name)


def numbers(name: str, *values: float, kind: int = INT64) -> onnx.TensorProto:
    """A row of numbers."""
    return numpy_helper.from_array(np.array(values, DTYPES[kind]), name)


def build(
    nodes: Sequence[onnx.NodeProto],
    tensors: Sequence[onnx.TensorProto] = (),
    *,
    image: Sequence[Any] = IMAGE,
    before: Sequence[onnx.ValueInfoProto] = (),
    functions: Sequence[onnx.FunctionProto] = (),
    opset: int = 17,
    constants: bool = False,
    kind: int = FLOAT,
) -> bytes:
    """A file with one input x; the last output of the last operation is that of the network.

    With `constants` the tensors stand in Constant operations.
    """
    if constants:
        nodes = [*(node("Constant", [], [t.name], value=t) for t in tensors), *nodes]
        tensors = ()
    inputs = [*before, helper.make_tensor_value_info("x", kind, list(image))]
    outputs = [helper.make_tensor_value_info(nodes[-1].output[0], FLOAT, None)]
    graph = helper.make_graph(list(nodes), "net", inputs, outputs, list(tensors))
    imports = [helper.make_opsetid("", opset), helper.make_opsetid(MICROSOFT, 1), helper.make_opsetid("own", 1)]
    return helper.make_model(graph, opset_imports=imports, ir_version=8, functions=list(functions)).SerializeToString()


CONV = node("Conv", ["x", "w"], ["c"], name="conv")
CONV_BIAS = node("Conv", ["x", "w", "b"], ["c"], name="conv")
W, B = weight("w", 4, 3, 3, 3), weight("b", 4)  # 108 and 4 parameters; 108 * 36 = 3888 MACs on (1, 3, 8, 8)
ROWS = [node("Reshape", ["x", "s"], ["r"])]


def rows(*shape: int) -> onnx.TensorProto:
    return numbers("s", *shape)


def qdq() -> bytes:
    quantized = [
        node("QuantizeLinear", ["x", "xs", "xz"], ["xq"]),
        node("DequantizeLinear", ["xq", "xs", "xz"], ["xd"]),
        node("DequantizeLinear", ["wq", "ws", "wz"], ["wd"], axis=0),
        node("DequantizeLinear", ["bq", "bs"], ["bd"]),
        node("Conv", ["xd", "wd", "bd"], ["c"]),
        node("QuantizeLinear", ["c", "xs", "xz"], ["cq"]),
        node("DequantizeLinear", ["cq", "xs", "xz"], ["cd"]),
    ]
    return build(
        quantized,
        [
            full("xs", 0.1),
            full("xz", 0, kind=INT8),
            weight("wq", 4, 3, 3, 3, kind=INT8),
            weight("ws", 4),
            full("wz", 0, 4, kind=INT8),
            weight("bq", 4, kind=INT32),
            full("bs", 0.01),
        ],
    )


def qlinear() -> bytes:
    steps = [
        node("QuantizeLinear", ["x", "s1", "z"], ["q"]),
        node("QLinearConv", ["q", "s1", "z", "w", "s1", "z", "s1", "z", "b"], ["c"]),
        node("DequantizeLinear", ["c", "s1", "z"], ["y"]),
    ]
    return build(
        steps,
        [full("s1", 0.1), full("z", 0, kind=INT8), weight("w", 4, 3, 3, 3, kind=INT8), weight("b", 4, kind=INT32)],
    )


def dynamic(scale: Sequence[int] = ()) -> bytes:
    steps = [
        node("DynamicQuantizeLinear", ["x"], ["q", "qs", "qz"]),
        node("ConvInteger", ["q", "w", "qz", "wz"], ["i"]),
        node("Cast", ["i"], ["f"], to=FLOAT),
        node("Mul", ["qs", "ws"], ["both"]),
        node("Mul", ["f", "both"], ["y"]),
    ]
    return build(
        steps,
        [
            weight("w", 4, 3, 3, 3, kind=UINT8),
            full("wz", 0, kind=UINT8),
            weight("ws", *scale) if scale else full("ws", 0.02),
        ],
    )


def norm(*, renamed: bool, fresh: bool = True) -> bytes:
    one = full("one", 1, 4) if fresh else weight("one", 4)
    names = ["one", "zero", "mean", "var"] if renamed else ["one", "zero", "zero", "one"]
    before = [node("Identity", ["zero"], ["mean"]), node("Identity", ["one"], ["var"])] if renamed else []
    return build([*before, CONV, node("BatchNormalization", ["c", *names], ["y"])], [W, one, full("zero", 0, 4)])


def twice_normed() -> bytes:
    """Two layers fresh from their initialization, whose equal constants the exporter keeps once."""
    names = ["one", "zero", "zero", "one"]
    steps = [
        CONV,
        node("BatchNormalization", ["c", *names], ["n"]),
        node("Conv", ["n", "w2"], ["d"]),
        node("BatchNormalization", ["d", *names], ["y"]),
    ]
    return build(steps, [W, weight("w2", 4, 4, 1, 1), full("one", 1, 4), full("zero", 0, 4)])


def function() -> bytes:
    body = [node("Conv", ["a", "k"], ["m"]), node("Relu", ["m"], ["o"])]
    block = helper.make_function("own", "Block", ["a", "k"], ["o"], body, [helper.make_opsetid("", 17)])
    return build([node("Block", ["x", "w"], ["y"], domain="own")], [W], functions=[block])


def pooled(*middle: onnx.NodeProto, tensors: Sequence[onnx.TensorProto] = ()) -> bytes:
    """A convolution, and operations from its output c to y."""
    return build([CONV, *middle], [W, *tensors])


def flattened() -> bytes:
    """As old exporters write x.view(x.size(0), -1)."""
    steps = [
        CONV,
        node("Shape", ["c"], ["sh"]),
        node("Gather", ["sh", "zero"], ["n"]),
        node("Unsqueeze", ["n", "axis"], ["u"]),
        node("Concat", ["u", "rest"], ["to"], axis=0),
        node("Reshape", ["c", "to"], ["f"]),
        node("Gemm", ["f", "fw"], ["y"], transB=1),
    ]
    return build(
        steps, [W, full("zero", 0, kind=INT64), numbers("axis", 0), numbers("rest", -1), weight("fw", 10, 144)]
    )


def doubled() -> bytes:
    """Sizes computed from the map: Resize to twice its height and width."""
    steps = [
        CONV,
        node("Shape", ["c"], ["sh"]),
        node("Slice", ["sh", "from", "to"], ["hw"]),
        node("Slice", ["sh", "none", "from"], ["nc"]),
        node("Mul", ["hw", "two"], ["big"]),
        node("Concat", ["nc", "big"], ["sizes"], axis=0),
        node("Resize", ["c", "", "", "sizes"], ["y"], mode="nearest"),
    ]
    return build(steps, [W, numbers("none", 0), numbers("from", 2), numbers("to", 4), numbers("two", 2)])


def info(name: str, *shape: Any, kind: int = FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, list(shape))


def lstm(directions: int = 1, kind: str = "LSTM", gates: int = 4) -> bytes:
    way = "bidirectional" if directions == 2 else "forward"
    steps = [*ROWS, node(kind, ["r", "w", "r1", "b"], ["y"], hidden_size=16, direction=way)]
    return build(
        steps,
        [
            rows(8, 1, 24),
            weight("w", directions, 16 * gates, 24),
            weight("r1", directions, 16 * gates, 16),
            weight("b", directions, 32 * gates),
        ],
    )


def sliced_lstm() -> bytes:
    """A matrix in pieces that are put together in another order, as torch writes the gates."""
    cut = [node("Slice", ["w", f"n{k}", f"n{k + 1}", "axis"], [f"p{k}"]) for k in range(4)]
    steps = [
        *ROWS,
        *cut,
        node("Concat", ["p0", "p3", "p1", "p2"], ["g"], axis=0),
        node("Unsqueeze", ["g", "axis"], ["g1"]),
        node("LSTM", ["r", "g1", "r1", "b"], ["y"], hidden_size=16),
    ]
    return build(
        steps,
        [
            rows(8, 1, 24),
            numbers("axis", 0),
            weight("w", 64, 24),
            weight("r1", 1, 64, 16),
            weight("b", 1, 128),
            *(numbers(f"n{k}", 16 * k) for k in range(5)),
        ],
    )


def branches(condition: bool | None) -> bytes:
    """An If with a convolution in each branch, of 4 and of 2 filters."""
    out = [helper.make_tensor_value_info("o", FLOAT, None)]
    then = helper.make_graph([node("Conv", ["x", "w"], ["o"])], "then", [], out)
    other = helper.make_graph([node("Conv", ["x", "v"], ["o"])], "other", [], out)
    before = [] if condition is not None else [info("flag", kind=TensorProto.BOOL)]
    tensors = [W, weight("v", 2, 3, 3, 3)]
    if condition is not None:
        tensors.append(numpy_helper.from_array(np.array(condition), "flag"))
    return build([node("If", ["flag"], ["y"], then_branch=then, else_branch=other)], tensors, before=before)


# name -> (file, parameters, buffers, MACs)
CASES: dict[str, tuple[Callable[[], bytes], int, int, int]] = {
    "plain": (lambda: build([CONV_BIAS], [W, B]), 112, 0, 3888),
    # K1 weights in operations instead of initializers
    "constant nodes": (lambda: build([CONV_BIAS], [W, B], constants=True), 112, 0, 3888),
    "constant of shape": (
        lambda: build([node("ConstantOfShape", ["s"], ["w"]), CONV], [numbers("s", 4, 3, 3, 3)]),
        108,
        0,
        3888,
    ),
    "constant floats": (
        lambda: build([node("Constant", [], ["b"], value_floats=[1.5, 2.25, 3.1, 4.7]), CONV_BIAS], [W]),
        112,
        0,
        3888,
    ),
    "transposed weight": (
        lambda: build(
            [*ROWS, node("Transpose", ["w5"], ["t"]), node("MatMul", ["r", "t"], ["y"])],
            [rows(8, 24), weight("w5", 5, 24)],
        ),
        120,
        0,
        960,
    ),
    "weight norm": (
        lambda: build([node("Mul", ["v", "g"], ["w"]), CONV], [weight("v", 4, 3, 3, 3), weight("g", 4, 1, 1, 1)]),
        112,
        0,
        3888,
    ),
    # K2 quantized
    "qdq": (qdq, 112, 0, 3888),
    "qlinear": (qlinear, 112, 0, 3888),
    "dynamic": (dynamic, 108, 0, 3888),
    "dynamic, a scale for each filter": (lambda: dynamic((4, 1, 1)), 108, 0, 3888),
    "matmul integer": (
        lambda: build(
            [
                *ROWS,
                node("DynamicQuantizeLinear", ["r"], ["q", "qs", "qz"]),
                node("MatMulInteger", ["q", "w8", "qz"], ["i"]),
                node("Cast", ["i"], ["f"], to=FLOAT),
                node("Mul", ["f", "qs"], ["m"]),
                node("Add", ["m", "b"], ["y"]),
            ],
            [rows(8, 24), weight("w8", 24, 5, kind=INT8), weight("b", 5)],
        ),
        125,
        0,
        960,
    ),
    "qlinear matmul": (
        lambda: build(
            [
                *ROWS,
                node("QuantizeLinear", ["r", "s1", "z"], ["q"]),
                node("QLinearMatMul", ["q", "s1", "z", "w8", "s1", "z", "s1", "z"], ["y"]),
            ],
            [rows(8, 24), full("s1", 0.1), full("z", 0, kind=INT8), weight("w8", 24, 5, kind=INT8)],
        ),
        120,
        0,
        960,
    ),
    "qgemm": (
        lambda: build(
            [
                *ROWS,
                node("QuantizeLinear", ["r", "s1", "z"], ["q"]),
                node("QGemm", ["q", "s1", "z", "w8", "s1", "z", "b8"], ["y"], domain=MICROSOFT, transB=1),
            ],
            [
                rows(8, 24),
                full("s1", 0.1),
                full("z", 0, kind=INT8),
                weight("w8", 5, 24, kind=INT8),
                weight("b8", 5, kind=INT32),
            ],
        ),
        125,
        0,
        960,
    ),
    # K3 operations that were not counted
    "einsum": (
        lambda: build([*ROWS, node("Einsum", ["r", "w5"], ["y"], equation="ij,jk")], [rows(24, 8), weight("w5", 8, 5)]),
        40,
        0,
        960,
    ),
    "einsum on maps": (
        lambda: build([node("Einsum", ["x", "w5"], ["y"], equation="bchw,cd->bdhw")], [weight("w5", 3, 5)]),
        15,
        0,
        960,
    ),
    "einsum with dots": (
        lambda: build([node("Einsum", ["x", "w5"], ["y"], equation="...w,wd->...d")], [weight("w5", 8, 5)]),
        40,
        0,
        960,
    ),
    "lstm": (lstm, 2688, 0, 20480),
    "bidirectional lstm": (lambda: lstm(2), 5376, 0, 40960),
    "gru": (lambda: lstm(1, "GRU", 3), 2016, 0, 15360),
    "rnn": (lambda: lstm(1, "RNN", 1), 672, 0, 5120),
    "local function": (function, 108, 0, 3888),
    "fused conv": (
        lambda: build([node("FusedConv", ["x", "w"], ["y"], domain=MICROSOFT, activation="Relu")], [W]),
        108,
        0,
        3888,
    ),
    "fused gelu": (
        lambda: build(
            [CONV, node("Gelu", ["c"], ["g"], domain=MICROSOFT), node("Conv", ["g", "w2"], ["y"])],
            [W, weight("w2", 5, 4, 1, 1)],
        ),
        128,
        0,
        4608,
    ),
    "fused matmul": (
        lambda: build(
            [*ROWS, node("FusedMatMul", ["r", "w5"], ["y"], domain=MICROSOFT, transA=1)],
            [rows(24, 8), weight("w5", 24, 5)],
        ),
        120,
        0,
        960,
    ),
    "bias gelu": (
        lambda: build(
            [*ROWS, node("MatMul", ["r", "w5"], ["m"]), node("BiasGelu", ["m", "b"], ["y"], domain=MICROSOFT)],
            [rows(8, 24), weight("w5", 24, 5), weight("b", 5)],
        ),
        125,
        0,
        960,
    ),
    "attention": (
        lambda: build(
            [node("Reshape", ["x", "s"], ["q"]), node("Attention", ["q", "q", "q"], ["y"])],
            [rows(1, 2, 8, 12)],
            opset=23,
        ),
        0,
        0,
        2 * 8 * 8 * 24,
    ),
    "transposed convolution": (
        lambda: build([node("ConvTranspose", ["x", "w5", "b"], ["y"], strides=[2, 2])], [weight("w5", 3, 4, 2, 2), B]),
        52,
        0,
        192 * 16,
    ),
    # K4 every orientation of a product
    "constant on the left": (
        lambda: build([*ROWS, node("MatMul", ["w10", "r"], ["y"])], [rows(24, 8), weight("w10", 10, 24)]),
        240,
        0,
        1920,
    ),
    "gemm transA": (
        lambda: build([*ROWS, node("Gemm", ["r", "w5"], ["y"], transA=1)], [rows(24, 8), weight("w5", 24, 5)]),
        120,
        0,
        960,
    ),
    "gemm, constant on the left": (
        lambda: build(
            [*ROWS, node("Gemm", ["w10", "r", "b"], ["y"], transA=1, transB=1)],
            [rows(8, 24), weight("w10", 24, 10), weight("b", 8)],
        ),
        248,
        0,
        1920,
    ),
    "product of two maps": (
        lambda: build([node("Transpose", ["x"], ["t"], perm=[0, 1, 3, 2]), node("MatMul", ["x", "t"], ["y"])]),
        0,
        0,
        3 * 8 * 8 * 8,
    ),
    # K5 a weight in pieces, used twice, under another name
    "slices": (
        lambda: build(
            [
                node("Slice", ["w6", "n0", "n3", "n0"], ["a"]),
                node("Slice", ["w6", "n3", "n6", "n0"], ["e"]),
                node("Concat", ["e", "a"], ["w"], axis=0),
                node("Conv", ["x", "w"], ["y"]),
            ],
            [weight("w6", 6, 5, 3, 3), numbers("n0", 0), numbers("n3", 3), numbers("n6", 6)],
            image=(1, 5, 8, 8),
        ),
        270,
        0,
        270 * 36,
    ),
    "sliced lstm": (sliced_lstm, 2688, 0, 20480),
    "split": (
        lambda: build(
            [
                node("Split", ["w6"], ["a", "e"], axis=0),
                node("Conv", ["x", "a"], ["c"]),
                node("Conv", ["x", "e"], ["d"]),
                node("Add", ["c", "d"], ["y"]),
            ],
            [weight("w6", 8, 3, 3, 3)],
        ),
        216,
        0,
        7776,
    ),
    "shared": (
        lambda: build(
            [CONV, node("Conv", ["x", "w"], ["d"]), node("Add", ["c", "d"], ["y"])], [full("w", 0, 4, 3, 3, 3)]
        ),
        108,
        0,
        7776,
    ),
    "shared with its bias": (
        lambda: build(
            [CONV_BIAS, node("Conv", ["x", "w", "b"], ["d"]), node("Add", ["c", "d"], ["y"])], [W, full("b", 0, 4)]
        ),
        112,
        0,
        7776,
    ),
    "renamed": (lambda: build([node("Identity", ["v"], ["w"]), CONV], [weight("v", 4, 3, 3, 3)]), 108, 0, 3888),
    "equal biases kept once": (
        lambda: build(
            [CONV_BIAS, node("Conv", ["c", "w2", "b"], ["y"])], [W, full("b", 0, 4), weight("w2", 4, 4, 1, 1)]
        ),
        108 + 4 + 16 + 4,
        0,
        3888 + 576,
    ),
    "a table of words": (
        lambda: build(
            [node("Gather", ["w5", "x"], ["g"]), node("MatMul", ["g", "w2"], ["y"])],
            [weight("w5", 20, 6), weight("w2", 6, 2)],
            image=(1, 7),
            kind=INT64,
        ),
        132,
        0,
        7 * 6 * 2,
    ),
    "tied to the table of words": (
        lambda: build(
            [node("Gather", ["w5", "x"], ["g"]), node("Transpose", ["w5"], ["t"]), node("MatMul", ["g", "t"], ["y"])],
            [weight("w5", 20, 6)],
            image=(1, 7),
            kind=INT64,
        ),
        120,
        0,
        7 * 6 * 20,
    ),
    # K6 batch norm
    "norm, renamed": (lambda: norm(renamed=True), 116, 8, 3888),
    "norm, shared": (lambda: norm(renamed=False), 116, 8, 3888),
    "two norms, shared": (twice_normed, 108 + 8 + 16 + 8, 16, 3888 + 16 * 36),
    "norm in constants": (
        lambda: build(
            [CONV, node("BatchNormalization", ["c", "g", "h", "m", "v"], ["y"])],
            [W, *(weight(name, 4) for name in "ghmv")],
            constants=True,
        ),
        116,
        8,
        3888,
    ),
    # K8 shapes that can be known
    "batch of -1": (lambda: build([CONV], [W], image=(-1, 3, 8, 8)), 108, 0, 3888),
    "a batch of 2": (lambda: build([CONV], [W], image=(2, 3, 8, 8)), 108, 0, 3888),
    "the image comes second": (lambda: build([CONV], [W], before=[info("im_shape", 1, 2)]), 108, 0, 3888),
    "view(x.size(0), -1)": (flattened, 1548, 0, 5328),
    "sizes from the map": (doubled, 108, 0, 3888),
    "an empty roi": (
        lambda: pooled(
            node("Resize", ["c", "roi", "sc"], ["y"], mode="nearest"),
            tensors=[numpy_helper.from_array(np.zeros(0, np.float32), "roi"), full("sc", 2, 4)],
        ),
        108,
        0,
        3888,
    ),
    # K9 channels last
    "channels last": (
        lambda: build(
            [node("Transpose", ["x"], ["t"], perm=[0, 3, 1, 2]), node("Conv", ["t", "w"], ["y"])],
            [W],
            image=(1, 8, 8, 3),
        ),
        108,
        0,
        3888,
    ),
    "channels last, scaled": (
        lambda: build(
            [
                node("Sub", ["x", "mean"], ["m"]),
                node("Div", ["m", "std"], ["d"]),
                node("Transpose", ["d"], ["t"], perm=[0, 3, 1, 2]),
                node("Conv", ["t", "w"], ["y"]),
            ],
            [W, weight("mean", 3), weight("std", 3)],
            image=(1, 8, 8, 3),
        ),
        108,
        0,
        3888,
    ),
    # K10 numbers that are no parameters
    "resize scales": (
        lambda: pooled(node("Resize", ["c", "", "sc"], ["y"]), tensors=[numbers("sc", 1, 1, 2, 2, kind=FLOAT)]),
        108,
        0,
        3888,
    ),
    "clip": (
        lambda: pooled(node("Clip", ["c", "lo", "hi"], ["y"]), tensors=[full("lo", 0), full("hi", 6)]),
        108,
        0,
        3888,
    ),
    "factors": (
        lambda: pooled(
            node("Mul", ["c", "k"], ["m"]),
            node("Div", ["m", "d"], ["e"]),
            node("Pow", ["e", "two"], ["y"]),
            tensors=[full("k", 0.1767767), full("d", 255, 1), full("two", 2)],
        ),
        108,
        0,
        3888,
    ),
    "pad": (
        lambda: build(
            [node("Pad", ["x", "p", "v"], ["q"]), node("Conv", ["q", "w"], ["y"])],
            [W, numbers("p", 0, 0, 0, 0, 0, 0, 0, 0), full("v", 0.5)],
        ),
        108,
        0,
        3888,
    ),
    "a mask": (
        lambda: build(
            [*ROWS, node("MatMul", ["r", "w5"], ["m"]), node("Add", ["m", "mask"], ["y"])],
            [
                rows(8, 8, 3),
                weight("w5", 3, 8),
                numpy_helper.from_array(np.triu(np.full((8, 8), -1e9, np.float32), 1), "mask"),
            ],
        ),
        24,
        0,
        1536,
    ),
    "the scale of the image": (
        lambda: build(
            [node("Mul", ["x", "std"], ["m"]), node("Add", ["m", "mean"], ["a"]), node("Conv", ["a", "w"], ["y"])],
            [W, weight("std", 1, 3, 1, 1), weight("mean", 1, 3, 1, 1)],
        ),
        108,
        0,
        3888,
    ),
    "a position for each place": (
        lambda: build([CONV, node("Add", ["c", "pos"], ["y"])], [W, weight("pos", 1, 4, 6, 6)]),
        252,
        0,
        3888,
    ),
    "a factor for each channel": (
        lambda: build([CONV, node("Mul", ["c", "gamma"], ["y"])], [W, full("gamma", 1e-6, 4, 1, 1)]),
        112,
        0,
        3888,
    ),
    # K11 rows and lines
    "a row of numbers": (
        lambda: build(
            [node("Gemm", ["x", "w5", "b"], ["y"], transB=1)], [weight("w5", 5, 24), weight("b", 5)], image=(1, 24)
        ),
        125,
        0,
        120,
    ),
    "a line": (
        lambda: build(
            [node("Conv", ["x", "w5", "b"], ["y"], pads=[1, 1])], [weight("w5", 4, 3, 3), B], image=(1, 3, 100)
        ),
        40,
        0,
        3600,
    ),
    "a volume": (
        lambda: build([node("Conv", ["x", "w5"], ["y"])], [weight("w5", 4, 2, 3, 3, 3)], image=(1, 2, 5, 6, 7)),
        216,
        0,
        216 * 3 * 4 * 5,
    ),
    "steps of a sequence": (
        lambda: build(
            [node("MatMul", ["x", "w5"], ["m"]), node("Add", ["m", "b"], ["y"])],
            [weight("w5", 24, 1), weight("b", 1)],
            image=(1, 10, 24),
        ),
        25,
        0,
        240,
    ),
    "open rows": (
        lambda: build([node("Gemm", ["x", "w5"], ["y"])], [weight("w5", 24, 5)], image=("batch", 24)),
        120,
        0,
        120,
    ),
    "a branch that is known": (lambda: branches(False), 54, 0, 54 * 36),
    # A product whose left side is scaled by the root of a size, as the newer exporter writes attention.
    "attention scaled by a size": (
        lambda: build(
            [
                node("MatMul", ["x", "w5"], ["q"]),
                node("Shape", ["q"], ["all"]),
                node("Gather", ["all", "last"], ["d"]),
                node("CastLike", ["d", "q"], ["real"]),
                node("Sqrt", ["real"], ["root"]),
                node("Div", ["q", "root"], ["scaled"]),
                node("Transpose", ["q"], ["t"], perm=[0, 2, 1]),
                node("MatMul", ["scaled", "t"], ["y"]),
            ],
            [weight("w5", 24, 16), numbers("last", 2)],
            image=(1, 10, 24),
        ),
        24 * 16,
        0,
        10 * 24 * 16 + 10 * 10 * 16,
    ),
}
