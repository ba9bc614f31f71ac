"""ONNX files as exporters and quantizers write them: each count is the one that follows from the shapes by hand."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import helper

from core.labs.cnn_cost.compute.uploads import read_network, sized
from core.networks.files import onnx_wire
from core.networks.files.products import einsum
from core.networks.table import totals
from tests.labs.cnn_cost.onnx_cases import (
    CASES,
    CONV,
    CONV_BIAS,
    FLOAT,
    INT64,
    MICROSOFT,
    B,
    W,
    branches,
    build,
    full,
    info,
    node,
    numbers,
    rows,
    weight,
)

pytestmark = pytest.mark.usefixtures("readers_here")


def counted(content):
    table = read_network("net.onnx", content).table
    sums = totals(table)
    return sums.params, sums.buffers, sums.macs


@pytest.mark.parametrize("name", CASES)
def test_right_numbers(name) -> None:
    make, *wanted = CASES[name]
    content = make()
    assert counted(content) == tuple(wanted)
    assert read_network("net.onnx", content).table.uncounted == ()


def test_large_tensors_are_skipped() -> None:
    """A file of 4 MB leaves some hundred bytes; what is told of its numbers stays."""
    content = build(
        [
            node("Conv", ["x", "w"], ["c"]),
            node("BatchNormalization", ["c", "g", "z", "z", "g"], ["n"]),
            node("Conv", ["n", "v"], ["d"]),
            node("Add", ["d", "grid"], ["y"]),
        ],
        [
            weight("w", 8000, 3, 3, 3),
            full("g", 1, 8000),
            full("z", 0, 8000),
            weight("v", 5, 8000, 1, 1),
            numbers("grid", *range(1, 7000), kind=FLOAT),
        ],
    )
    left = onnx_wire.slim(content)
    assert len(content) > 900_000 and len(left) < 2_000
    assert onnx_wire.slim(left) == left
    kept = {tensor.name: tensor.doc_string for tensor in onnx.load_model_from_string(left).graph.initializer}
    assert kept == {"w": "", "v": "", "g": onnx_wire.FILLER, "z": onnx_wire.FILLER, "grid": onnx_wire.FIXED}


def test_an_image_with_channels_last_is_an_image() -> None:
    table = read_network("net.onnx", CASES["channels last"][0]()).table
    assert table.input_shape == (3, 8, 8)
    assert table.calls[0].field.size == (3, 3)
    scaled = read_network("net.onnx", CASES["channels last, scaled"][0]()).table
    assert [call.output_shape for call in scaled.calls] == [(3, 8, 8), (3, 8, 8), (4, 6, 6)]


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("a row of numbers", (24, 1, 1)),
        ("a line", (3, 1, 100)),
        ("steps of a sequence", (24, 1, 10)),
        ("a volume", (10, 6, 7)),
    ],
)
def test_inputs_that_are_no_images(name, shape) -> None:
    assert read_network("net.onnx", CASES[name][0]()).table.input_shape == shape


def test_a_line_has_windows_of_height_one() -> None:
    call = read_network("net.onnx", CASES["a line"][0]()).table.calls[0]
    assert (call.kind, call.input_shape, call.output_shape) == ("Conv1d", (3, 1, 100), (4, 1, 100))
    assert call.window.kernel == (1, 3) and call.window.padding == (0, 0, 1, 1) and call.field.size == (1, 3)


OPEN = build([CONV_BIAS], [W, B], image=("n", "c", "h", "w"))


@pytest.mark.parametrize(
    ("given", "macs", "shape"),
    [
        ({"side": 0, "height": 0, "channels": 3}, 108 * 222 * 222, (3, 224, 224)),
        ({"side": 8, "height": 0, "channels": 3}, 3888, (3, 8, 8)),
        ({"side": 20, "height": 8, "channels": 3}, 108 * 6 * 18, (3, 8, 20)),
    ],
)
def test_sizes_that_a_file_leaves_open_are_chosen(given, macs, shape) -> None:
    network = read_network("net.onnx", OPEN)
    assert network.table.opened == ("channels", "height", "width")
    assert "leaves the size of its input open" in network.table.notes[0]
    table = sized(network, **given)
    assert (totals(table).macs, table.input_shape) == (macs, shape)


def test_a_size_that_does_not_fit_is_answered() -> None:
    with pytest.raises(ValueError, match=r"^conv \(Conv\) cannot take the shapes .*another size of the input\.$"):
        sized(read_network("net.onnx", OPEN), side=8, height=0, channels=4)


def test_the_first_size_that_fits_is_shown() -> None:
    """A network that reads lines of text wants a height of 48 though its file leaves it open."""
    content = build(
        [
            node("Conv", ["x", "w"], ["c"], strides=[8, 8]),
            node("Reshape", ["c", "s"], ["r"]),
            node("MatMul", ["r", "v"], ["y"]),
        ],
        [weight("w", 4, 3, 8, 8), numbers("s", 1, 24, 40), weight("v", 40, 2)],
        image=(1, 3, "h", "w"),
    )
    assert read_network("net.onnx", content).table.input_shape == (3, 48, 320)


def test_what_is_not_counted_is_said() -> None:
    steps = [CONV, node("Wavelet", ["c", "v"], ["y"], domain="mine")]
    table = read_network("net.onnx", build(steps, [W, weight("v", 7)])).table
    assert table.uncounted == ("Wavelet",) and totals(table).params == 115 and totals(table).macs == 3888
    assert table.calls[1].note == "What Wavelet multiplies is not counted."
    assert table.notes[0].endswith("MACs are at least those shown.")


def test_a_loop_names_what_it_holds() -> None:
    bool_ = onnx.TensorProto.BOOL
    body = helper.make_graph(
        [node("Identity", ["go"], ["on"]), node("MatMul", ["state", "w5"], ["next"])],
        "body",
        [info("i", kind=INT64), info("go", kind=bool_), info("state")],
        [info("on", kind=bool_), info("next")],
    )
    steps = [node("Reshape", ["x", "s"], ["r"]), node("Loop", ["times", "", "r"], ["y"], body=body)]
    table = read_network(
        "net.onnx", build(steps, [rows(8, 24), full("times", 3, kind=INT64), weight("w5", 24, 24)])
    ).table
    assert table.uncounted == ("Loop",) and totals(table).params == 576


def test_branches_that_depend_on_the_input() -> None:
    """The branch that multiplies more is shown, the other one named."""
    table = read_network("net.onnx", branches(None)).table
    assert totals(table).macs == 3888 and table.unused == (("the other branch of “If”", 54),)
    assert any("depends on the input" in note for note in table.notes)


def test_a_batch_is_divided_out() -> None:
    table = read_network("net.onnx", CASES["a batch of 2"][0]()).table
    assert table.input_shape == (3, 8, 8) and table.calls[0].output_shape == (4, 6, 6)


def laughs(levels=12, width=10):
    """Functions of functions, each with ten of the one before: 10 to the 12th operations in some kilobytes."""
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    functions = [helper.make_function("own", "F0", ["a"], ["b"], [node("Relu", ["a"], ["b"])], opsets)]
    for level in range(1, levels):
        names = ["a", *(f"t{k}" for k in range(width - 1)), "b"]
        body = [node(f"F{level - 1}", [names[k]], [names[k + 1]], domain="own") for k in range(width)]
        functions.append(helper.make_function("own", f"F{level}", ["a"], ["b"], body, opsets))
    return build([node(f"F{levels - 1}", ["x"], ["y"], domain="own")], functions=functions)


def endless():
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    block = helper.make_function("own", "F", ["a"], ["b"], [node("F", ["a"], ["b"], domain="own")], opsets)
    return build([node("F", ["x"], ["y"], domain="own")], functions=[block])


def deep(levels=200):
    """Graphs in graphs."""
    inner = helper.make_graph([node("Relu", ["x"], ["o"])], "g", [], [info("o")])
    for _ in range(levels):
        inner = helper.make_graph(
            [node("If", ["flag"], ["o"], then_branch=inner, else_branch=inner)], "g", [], [info("o")]
        )
        if len(inner.SerializeToString()) > 200_000:
            break
    return build([node("If", ["flag"], ["y"], then_branch=inner, else_branch=inner)], before=[info("flag", kind=9)])


def unreal():
    """A tensor that claims to be enormous, as the shape of another."""
    return build([node("ConstantOfShape", ["s"], ["w"]), CONV], [numbers("s", 2**40, 2**40, 3, 3)])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (laughs(), "The file has 100,000,000,000 operations with those of its functions; at most 20,000 are possible."),
        (endless(), "A function in the file calls itself."),
        (build([node("Relu", ["x"], ["y"])] * 20_001), "The file has 20,001 operations; at most 20,000 are possible."),
        (b"\x0a\xff\xff\xff\xff\x0f", "The file is damaged or no ONNX file."),
        (b"", "The file is damaged or no ONNX file."),
        (
            build([CONV], [weight("w", 4, 4, 3, 3)]),
            "conv (Conv) cannot take the shapes (1, 3, 8, 8) and (4, 4, 3, 3): the file is damaged.",
        ),
        (build([CONV], [W], image=(1, 3, 2**62, 2**62)), ""),
        (unreal(), ""),
    ],
)
def test_hostile_files(content, message) -> None:
    """A sentence, or at least a table: nothing else, and at once."""
    try:
        table = read_network("net.onnx", content).table
    except ValueError as error:
        assert str(error).endswith(".") and str(error).startswith(message)  # noqa: PT017
    else:
        assert not message and table.calls


def test_graphs_in_graphs_end() -> None:
    try:
        assert read_network("net.onnx", deep()).table.calls
    except ValueError as error:
        assert str(error).endswith(".")  # noqa: PT017


@pytest.mark.parametrize(
    ("equation", "shapes", "macs"),
    [
        ("ij,jk->ik", [(2, 3), (3, 5)], 30),
        ("ij,jk", [(2, 3), (3, 5)], 30),
        ("bij,bjk->bik", [(4, 2, 3), (4, 3, 5)], 120),
        ("...ij,jk->...ik", [(4, 6, 2, 3), (3, 5)], 24 * 30),
        ("i,j->ij", [(3,), (5,)], 15),
        ("ij,jk,kl->il", [(2, 3), (3, 5), (5, 7)], 30 + 70),
        ("bhqd,bhkd->bhqk", [(1, 2, 3, 4), (1, 2, 5, 4)], 2 * 3 * 5 * 4),
        ("ij->ji", [(2, 3)], 0),
        ("ii->i", [(3, 3)], 0),
    ],
)
def test_einstein_sums(equation, shapes, macs) -> None:
    assert einsum(equation, shapes) == macs


@pytest.mark.parametrize(("equation", "shapes"), [("ij,jk->ik", [(2, 3)]), ("ij->ji", [(2, 3, 4)])])
def test_einstein_sums_that_do_not_fit(equation, shapes) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        einsum(equation, shapes)


@pytest.mark.parametrize("value", [0.2, 3, 6, 255, 1 / 6, 15**-0.5, 2**0.5, 0.044715, 64**-0.25, 1e-5, 128**-0.5, 0.8])
def test_numbers_that_somebody_wrote_down(value) -> None:
    assert not onnx_wire.learned(np.float32(value).reshape(1))


@pytest.mark.parametrize("value", [1.0398124, 4.7667994, 0.71550876, -0.8769183, 2.480741])
def test_numbers_that_were_learned(value) -> None:
    assert onnx_wire.learned(np.float32(value).reshape(1))


def test_learned_numbers_count() -> None:
    """A factor and a shift of one number each, as in the blocks of PP-LCNet."""
    steps = [CONV, node("Mul", ["c", "k"], ["m"]), node("Add", ["m", "d"], ["y"])]
    assert counted(build(steps, [W, full("k", 1.0398124, 1), full("d", -0.2130087, 1)])) == (110, 0, 3888)


def test_domains_of_onnxruntime_are_known() -> None:
    """As its optimizer writes a transformer: attention with its projection, a skip with its norm."""
    steps = [
        node("Reshape", ["x", "s"], ["r"]),
        node("Attention", ["r", "w", "b"], ["a"], domain=MICROSOFT, num_heads=2),
        node("SkipLayerNormalization", ["a", "r", "g", "h"], ["n"], domain=MICROSOFT),
        node("MatMul", ["n", "v"], ["y"]),
    ]
    tensors = [
        rows(1, 8, 24),
        weight("w", 24, 72),
        weight("b", 72),
        weight("g", 24),
        weight("h", 24),
        weight("v", 24, 2),
    ]
    projection, scores = 8 * 24 * 72, 2 * 8 * 8 * 24
    assert counted(build(steps, tensors)) == (24 * 72 + 72 + 48 + 48, 0, projection + scores + 8 * 48)
