"""Formulas with numbers in them are worked out again, and wrong answers are traced to their slips."""

from __future__ import annotations

import ast
import math
import operator
import re

import pytest

from core.labs.cnn_cost.compute.formulas import formulas
from core.labs.cnn_cost.compute.models import model_table
from core.labs.cnn_cost.compute.slips import COLUMNS, activations_in_all, another, cell, parameters_in_all, truth
from core.networks.presets import preset_table
from core.networks.typed import layer_table

OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
FUNCTIONS = {"floor": math.floor, "ceil": math.ceil}


def worked_out(text):
    """Value of a formula as written for readers."""

    def value(node):
        if isinstance(node, ast.BinOp):
            return OPERATORS[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.Call):
            return FUNCTIONS[node.func.id](value(node.args[0]))
        return node.value

    plain = text.replace(",", "").replace("×", "*").replace("−", "-")
    return value(ast.parse(plain, mode="eval").body)


def checked(formula, cell):
    """Both sides of a formula against the number in the cell."""
    left, *right = formula.split(" (")[0].split(" = ") if " (a last" in formula else formula.split(" = ")
    assert worked_out(left) == cell
    if right:
        assert worked_out(right[0].split(" (")[0]) == cell


TABLES = {
    "typed": layer_table(
        text="conv3x5-9/2 p1 d2 g3, pool3/2, dwconv4@same, bn, conv1-6, fc10, relu, fc4 bias=0", size=40
    ),
    **{net: model_table(net=net) for net in ("googlenet", "resnet18", "mobilenet_v2", "vit_b_32", "inception_v3")},
}


@pytest.mark.parametrize("net", TABLES)
def test_formulas_give_the_cells(net) -> None:
    for call in TABLES[net].inference:
        found = formulas(call)
        checked(found["activations"], call.activations)
        checked(found["macs"], call.macs)
        checked(formulas(call, flops=True)["macs"], 2 * call.macs)
        checked(found["params"], call.params)
        checked(formulas(call, bias=False)["params"], call.weights)
        if call.window is not None:
            sides = found["output"].replace("height ", "").replace("width ", "").split("; ")
            for axis, side in enumerate(sides):
                if "must begin" not in side:
                    checked(side, call.output_shape[axis + 1])
            if call.field.size is not None:
                for axis, side in enumerate(re.sub("height |width ", "", found["field"]).split("; ")):
                    checked(side, call.field.size[axis])
        assert found["bytes"] == f"{call.activations:,} numbers × 4 bytes = {4 * call.activations:,}"


def test_formulas_by_word() -> None:
    calls = layer_table(text="conv3-64 p1, bn, gap, fc10", size=224).calls
    conv, norm, gap, fc = (formulas(call) for call in calls)
    assert conv == {
        "output": "floor((224 + 2 − 3) / 1) + 1 = 224",
        "params": "3 × 3 × 3 × 64 + 64 = 1,792",
        "activations": "64 × 224 × 224 = 3,211,264",
        "macs": "224 × 224 × 3 × 3 × 3 × 64 = 86,704,128",
        "bytes": "3,211,264 numbers × 4 bytes = 12,845,056",
        "field": "1 + (3 − 1) × 1 = 3",
        "saved": "602,112 for each image",
    }
    assert formulas(calls[0], bias=False)["params"] == "3 × 3 × 3 × 64 = 1,728"
    assert formulas(calls[0], flops=True)["macs"] == "2 × 224 × 224 × 3 × 3 × 3 × 64 = 173,408,256"
    assert formulas(calls[0], precision="bf16")["bytes"] == "3,211,264 numbers × 2 bytes = 6,422,528"
    assert formulas(calls[0], precision="bf16")["saved"] == "301,056 for each image"
    assert norm["params"] == "2 × 64 = 128" and norm["saved"] == "12,845,056 for each image and 512 once"
    assert gap["field"] == "all that the map before saw" and gap["output"] == "64 × 1 × 1"
    assert fc["params"] == "64 × 10 + 10 = 650" and fc["macs"] == "10 × 64 = 640"
    ceiled = formulas(layer_table(text="pool2/3 p1 ceil=1", size=4).calls[0])["output"]
    assert ceiled == "ceil((4 + 2 − 2) / 3) + 1 = 2 (a last window must begin inside)"
    wide = formulas(layer_table(text="conv1x3-2", size=9).calls[0])
    assert wide["output"] == "height floor((9 + 0 − 1) / 1) + 1 = 9; width floor((9 + 0 − 3) / 1) + 1 = 7"
    assert wide["field"] == "height 1 + (1 − 1) × 1 = 1; width 1 + (3 − 1) × 1 = 3"
    unknown = [call for call in model_table(net="swin_t").calls if call.field.reach == "unknown"]
    assert formulas(unknown[0])["field"] == "no box of one size"


HOMEWORK = {call.name: call for call in preset_table(net="homework_256").calls}
NO_PADDING = {call.name: call for call in preset_table(net="homework_386").calls}
PERCEPTRON = preset_table(net="mlp").calls[0]
LAST = preset_table(net="lenet5").calls[-1]  # 84 x 10 weights and 10 biases
CEILED = layer_table(text="pool3/2 ceil=1", size=112).calls[0]
GROUPED = layer_table(text="conv3-12@same g=4", size=9, channels=8).calls[0]
LENET = {call.name: call for call in preset_table(net="lenet5").calls}
LARGER = {call.name: call for call in preset_table(net="lenet5", size=48).calls}


def judged(call, column, answer, bias=True):
    return cell("?", call, column=column, bias=bias).judge(str(answer))


@pytest.mark.parametrize(
    ("call", "column", "answer", "slip"),
    [
        (HOMEWORK["3"], "side", 61, ""),
        (HOMEWORK["4"], "side", 31, "ceil_for_floor"),
        (HOMEWORK["2"], "side", 130, "stride_before_padding"),
        (HOMEWORK["1"], "side", 254, "padding_forgotten"),
        (HOMEWORK["1"], "side", 255, "no_plus_1"),
        (HOMEWORK["2"], "side", 256, "stride_forgotten"),
        (HOMEWORK["2"], "side", 127, "no_plus_1"),
        (NO_PADDING["1"], "side", 383, "no_plus_1"),
        (HOMEWORK["2"], "params", 25 * 128 * 64, "bias_forgotten"),
        (HOMEWORK["2"], "params", 25 * 64 * 64 + 64, "wrong_depth"),
        (HOMEWORK["2"], "params", 25 * 64 + 64, "kernel_depth_forgotten"),
        (HOMEWORK["2"], "params", 25 * 128 + 1, "one_filter"),
        (HOMEWORK["2"], "params", 128 * 64 + 64, "one_tap"),
        (HOMEWORK["2"], "params", 25 * 128 * 64 * 128 * 128, "operations"),
        (HOMEWORK["4"], "params", 4 * 128, "parameters_of_a_pool"),
        (HOMEWORK["4"], "params", 4, "parameters_of_a_pool"),
        (NO_PADDING["6"], "params", 5_549_064_192, "channels_again"),
        (PERCEPTRON, "params", 60_000, "zero_dropped"),
        (LENET["1"], "params", 150, "bias_forgotten"),
        (HOMEWORK["2"], "activations", 128 * 128, "one_map"),
        (HOMEWORK["2"], "activations", 128 * 128 * 128, "depth_of_the_input"),
        (HOMEWORK["2"], "activations", 64 * 256 * 256, "size_of_the_input"),
        (HOMEWORK["2"], "macs", 2 * 25 * 128 * 64 * 128 * 128, "FLOPs"),
        (HOMEWORK["2"], "macs", (25 * 128 + 1) * 64 * 128 * 128, "bias_counted"),
        (HOMEWORK["2"], "macs", 25 * 128 * 64, "parameters"),
        (HOMEWORK["2"], "macs", 25 * 64 * 64 * 128 * 128, "wrong_depth"),
        (HOMEWORK["2"], "macs", 25 * 128 * 64 * 256 * 256, "size_of_the_input"),
        (HOMEWORK["4"], "macs", 4 * 128 * 30 * 30, "comparisons"),
        (HOMEWORK["2"], "macs", 17, ""),
        # Here rounding up is right and nothing is padded: 55 is no forgotten padding.
        (CEILED, "side", 55, "floor_for_ceil"),
        (CEILED, "side", 54, "no_plus_1"),
        (LENET["3"], "params", 25 * 60 + 16, "table_of_1998"),
        (LARGER["5"], "side", 1, "flattened"),
        (LARGER["5"], "activations", 120, "flattened"),
        (LARGER["5"], "params", 16 * 9 * 9 * 120 + 120, "flattened"),
        (LAST, "params", 3 * 840 + 10, "channels_again"),
        (LAST, "params", 84 + 10, "zero_dropped"),
    ],
)
def test_slips_are_recognised(call, column, answer, slip) -> None:
    bias = call not in (PERCEPTRON, *NO_PADDING.values())
    found = judged(call, column, answer, bias)
    assert found.right == (slip == "" and answer == 61)
    assert found.slips[:1] == ((slip,) if slip else ())
    assert found.words.endswith(".")


def test_a_block_of_other_convolutions_is_recognised_in_the_sums() -> None:
    """VGG16 with four convolutions in its last three blocks is VGG19."""
    small, large = preset_table(net="vgg16"), preset_table(net="vgg19")
    small_sum, large_sum = (activations_in_all("?", table, input_row=True) for table in (small, large))
    found = small_sum.judge(str(large_sum.truth))
    assert found.slips == ("fourth_conv",) and found.words.endswith("as in VGG19.")
    assert large_sum.judge(str(small_sum.truth)).slips == ("third_conv",)
    own = [call.params for call in small.inference]
    (slip,) = another(small, own, 138_357_544)
    assert slip.value == 143_667_240  # torchvision's vgg19
    assert not list(another(preset_table(net="homework_256"), [0] * 8, 0))


def test_an_answer_with_a_power_is_right_to_its_digits() -> None:
    call = layer_table(text="conv3-64 p1", size=224).calls[0]  # 86,704,128 MACs
    assert judged(call, "macs", "86.7M").right
    assert judged(call, "macs", "86,700,000").state == "coarse"
    assert judged(call, "macs", "86.8M").state == "wrong"
    assert judged(call, "macs", "173e6").slips == ("FLOPs",)


def test_slips_that_give_the_same_number_are_all_told() -> None:
    found = judged(HOMEWORK["1"], "side", 255)  # (256 + 2 − 3) / 1, or (256 + 1 − 3) / 1 + 1
    assert found.slips == ("no_plus_1", "padding_once")
    assert found.words == (
        "Not quite: The formula ends with + 1: n positions have n − 1 gaps. Or: Padding is added on both sides."
    )


def test_a_slip_names_the_depth_of_a_group() -> None:
    for column, answer in (("params", 9 * 12 * 12 + 12), ("macs", 9 * 12 * 12 * 81)):
        found = judged(GROUPED, column, answer)
        assert found.slips[0] == "wrong_depth" and "A filter is as deep as its input, 2." in found.words


@pytest.mark.parametrize("column", COLUMNS)
def test_right_answers_are_right(column) -> None:
    for call in [*HOMEWORK.values(), *LENET.values(), *preset_table(net="resnet18").calls]:
        right = truth(call, column=column)
        verdict = judged(call, column, right)
        assert verdict.right and (column == "side" or f"{right:,}" in verdict.words or not right)
        assert not judged(call, column, right + 1).right


def test_truths_and_conventions() -> None:
    call = HOMEWORK["2"]
    assert truth(call, column="side") == 128 and truth(call, column="activations") == 64 * 128 * 128
    assert truth(call, column="params") == 25 * 128 * 64 + 64
    assert truth(call, column="params", bias=False) == 25 * 128 * 64
    assert judged(call, "params", 25 * 128 * 64 + 64, bias=False).slips == ("bias_counted",)
    assert truth(HOMEWORK["8"], column="side") == 1
    with pytest.raises(ValueError, match=r"^`column` must be one of side, activations, params, macs; got color\.$"):
        truth(call, column="color")


def test_the_sum_of_rounded_cells() -> None:
    table = preset_table(net="vgg19", bias=False)
    asked, without = (activations_in_all("?", table, input_row=row) for row in (True, False))
    assert asked.judge("16,484,192").slips == ("rounded_cells",)
    assert asked.truth == 16_542_184 and asked.judge("16,542,184").right
    assert asked.judge(str(16_542_184 - 150_528)).slips == ("input_row",)
    assert without.judge("16,542,184").slips == ("input_row",)
    assert without.judge(str(16_484_192 - 150_000)).slips == ("rounded_cells",)
    assert asked.judge("1").state == "wrong"
    assert activations_in_all("?", preset_table(net="vgg16"), input_row=True).judge("15237608").right


def test_the_sum_of_parameters() -> None:
    asked = parameters_in_all("?", preset_table(net="vgg16"), bias=True)
    assert asked.judge("138,357,544").right
    assert asked.judge("138,344,128").slips == ("bias_forgotten",) and "The 13,416 biases" in asked.slips[1].words
    assert asked.judge("143,667,240").slips == ("fourth_conv",)
    assert parameters_in_all("?", preset_table(net="mlp"), bias=False).judge("453,750").slips == ("zero_dropped",)
