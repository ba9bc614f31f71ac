"""Words, boxes and exercises of the page about shapes and cost against published numbers and hand-made ones."""

from __future__ import annotations

import json
import math
import re
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import pytest

from core.draw.live import Picture
from core.draw.packing import deflated, pack
from core.kit.lab import Exercise, Table
from core.kit.words import size_text
from core.labs.cnn_cost.compute.rows import stops
from core.labs.cnn_cost.compute.uploads import read_network
from core.labs.cnn_cost.lab import LAB
from core.labs.cnn_cost.panels.compare import along
from core.labs.cnn_cost.panels.layers import NO_BOX, log_range, short
from core.labs.cnn_cost.panels.memory import memory_of, memory_panel
from core.labs.cnn_cost.picture import thumbnail
from core.labs.cnn_cost.sections import SECTIONS
from core.labs.cnn_cost.words import PREDICTIONS, _share
from core.labs.convolution.lab import LAB as convolution
from core.networks.presets import PRESETS
from tests.pictures import drawn_state
from tests.pictures import section as section_of
from tests.whole import check_picture

drawn = partial(drawn_state, LAB)


def read(picture: Picture, layer: int) -> dict[str, str]:
    assert picture.axis is not None
    index = picture.axis.nearest(layer)
    return {r.label: r.texts[min(index, len(r.texts) - 1)] for r in picture.readouts}


@pytest.mark.parametrize("net", ["tv_resnet152", "tv_densenet201", "tv_efficientnet_b7"])
@pytest.mark.parametrize("every", [False, True])
def test_a_deep_network_is_a_small_message(net: str, every: bool) -> None:
    _, _, picture = drawn(net=net, every=every)
    assert len(deflated(pack(picture))) <= 60_000


def table_of(number: int, **change: Any) -> tuple[Table, list[Any]]:
    values, result, _ = drawn(**change)
    blocks = list(SECTIONS[number].blocks(result, values))
    (found,) = [block for block in blocks if isinstance(block, Table)]
    return found, blocks


def test_readouts_of_vgg16() -> None:
    _, _, picture = drawn()
    words = read(picture, 9)
    assert words["output"] == "256×56×56"
    assert words["parameters"] == "590,080"  # 9 · 256 · 256 + 256
    assert words["MACs"] == "1,849,688,064"  # 56² · 9 · 256²
    assert words["sees"] == "40×40"  # two pools before: 1 + 2·2 + 1 + 2·2·2 + 2 + 3·2·4
    assert (words["all parameters"], words["all MACs"]) == ("138,357,544", "15,470,264,320")
    assert words["all activations"] == "15,237,608"
    for net in ("vgg16", "tv_vgg16"):
        (check,) = [one.check for one in drawn(net=net)[2].readouts if one.check]
        assert check.texts == ("138,357,544 parameters, 15,470,264,320 MACs",) and check.agrees == (True,)
    start = read(picture, 0)
    assert (start["output"], start["parameters"], start["sees"]) == ("3×224×224", "0", "1×1")


def test_conventions_change_the_readouts() -> None:
    _, _, picture = drawn(net="vgg19", bias=False, unit="flops", input_row=False, pool_rows=False)
    words = read(picture, 1)
    assert words["all parameters"] == "143,652,544"
    assert words["all FLOPs"] == "39,264,124,928"
    assert words["parameters"] == "1,728"
    pooled = 64 * 112**2 + 128 * 56**2 + 256 * 28**2 + 512 * 14**2 + 512 * 7**2
    assert words["all activations"] == f"{16_542_184 - 150_528 - pooled:,}"


def test_a_sentence_says_the_formulas() -> None:
    _, _, picture = drawn(net="alexnet")
    assert picture.sentences[1] == (
        "Conv2d: floor((224 + 4 − 11) / 4) + 1 = 55; parameters 11 × 11 × 3 × 64 + 64 = 23,296; 0.0381% of all so "
        "far; MACs 55 × 55 × 11 × 11 × 3 × 64 = 70,276,800."
    )
    assert picture.sentences[-1].count("100% of all so far") == 1
    assert picture.sentences[0].startswith("AlexNet. An image of 224 × 224 with 3 channels.")
    _, _, early = drawn(net="alexnet", size=48)
    assert all(text.startswith("Kernel (3x3) larger than input (2x2)") for text in early.sentences)
    (cross,) = early.panels[0].figure["layout"]["annotations"]
    assert cross["x"] == 8 < early.panels[0].figure["layout"]["xaxis"]["range"][1]
    assert picture.panels[0].figure["layout"]["annotations"] == []


def test_blank_cells_are_blank_everywhere() -> None:
    _, _, picture = drawn(net="homework_256", bias=False, blank="params")
    assert {read(picture, k)["parameters"] for k in range(1, 9)} == {"?"}
    assert read(picture, 3)["all parameters"] == "?" and read(picture, 3)["output"] == "128×61×61"
    assert "401,408" not in " ".join(picture.sentences)
    table, _ = table_of(0, net="homework_256", bias=False, blank="params")
    assert set(table.columns["parameters"]) == {"?"} and "bytes" not in table.columns
    assert table.explain is not None
    assert table.explain(2, "parameters") == "This cell is hidden: fill it in below."
    assert "61" in table.explain(2, "output")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("1,728", "Correct. 3 × 3 × 3 × 64 = 1,728."),
        ("1 728", "Correct."),
        ("1792", "Not quite: Biases (64) are not counted here."),
        ("27", "That is one filter; there are 64."),
        ("576", "A filter is as deep as its input: 3."),
        ("1729", "Check your steps"),
    ],
)
def test_slips_of_a_blank_cell_are_named(typed: str, words: str) -> None:
    _, blocks = table_of(0, net="vgg19", bias=False, blank="params")
    (exercise,) = [block for block in blocks if isinstance(block, Exercise)]
    verdict = exercise.questions[0].judge(typed)
    assert words in verdict.words
    assert verdict.right == words.startswith("Correct.")


@pytest.mark.parametrize("column", ["side", "activations", "params", "macs"])
def test_what_is_to_be_filled_in_stands_neither_in_the_pictures_nor_in_the_files(column: str) -> None:
    values, result, picture = drawn(net="homework_256", bias=False, blank=column)
    numbers = {"side": "output", "activations": "activations", "params": "weights", "macs": "MACs"}
    full = LAB.tables(LAB.result(values | {"blank": "none"}), values)["layers.csv"]
    blank = LAB.tables(result, values)["layers.csv"]
    hidden = [place + 1 for place, _ in result.blanks]
    for name in full:
        same = [k for k in range(len(full[name])) if name != numbers[column] or k not in hidden]
        assert [str(blank[name][k]) for k in same] == [str(full[name][k]) for k in same]
    if column != "side":  # a side of 1 behind the maps stays
        assert {blank[numbers[column]][k] for k in hidden} == {"?"}
        bars, own = (
            [sum(len(one["x"]) for one in panel.figure["data"] if one["type"] == "bar") for panel in shown.panels]
            for shown in (picture, drawn(net="homework_256", bias=False)[2])
        )
        assert sum(count < before for count, before in zip(bars, own, strict=True)) == 1
        assert any("hidden" in panel.alt for panel in picture.panels)
    else:
        assert [blank["output"][k] for k in hidden[:6]] == [
            "128 ? ?",
            "64 ? ?",
            "128 ? ?",
            "128 ? ?",
            "64 ? ?",
            "128 ? ?",
        ]


def test_notes_keep_what_gives_nothing_away() -> None:
    telling = "as wide as the flattened map"
    for change, there in (({}, True), ({"blank": "activations"}, False), ({"blank": "macs"}, True)):
        _, blocks = table_of(0, net="homework_256", bias=False, **change)
        assert any(isinstance(block, str) and telling in block for block in blocks) == there, change
    _, blocks = table_of(0, net="lenet5", blank="params")
    notes = "".join(block for block in blocks if isinstance(block, str))
    assert "61,706" not in notes and "The published one has 60,000." in notes
    assert "61,706" not in drawn(net="lenet5", blank="params")[2].sentences[0]


def test_blank_cells_hide_the_sums_everywhere() -> None:
    values, result, _ = drawn(net="homework_256", blank="params")
    shown = [block for section in SECTIONS[1:3] for block in section.blocks(result, values)]
    assert [isinstance(block, str) and "Leave blank" in block for block in shown] == [True, True]


def test_colours_that_no_other_panel_names_are_named_with_the_activations() -> None:
    _, _, picture = drawn(net="lenet5", every=True)
    maps = next(panel.figure for panel in picture.panels if "activations" in str(panel.figure["layout"]["yaxis"]))
    assert maps["layout"]["showlegend"]
    assert {trace["name"] for trace in maps["data"] if trace.get("showlegend", True)} == {"pooling", "image"}


def test_questions_for_blank_cells_and_their_sums() -> None:
    _, blocks = table_of(0, blank="activations", net="vgg19", bias=False)
    asked = blocks[-1].questions
    assert asked[-1].label == "Sum of all activations, with pooling, with the image"
    assert asked[-1].judge("16542184").right
    assert asked[0].judge("3,200,000").state == "coarse" and asked[0].judge("3211264").right
    assert asked[0].judge("3.2M").state == "coarse" and asked[0].judge("3.21M").right
    _, blocks = table_of(0, net="mlp", blank="params")
    assert [question.label[:8] for question in blocks[-1].questions] == ["1. fc500", "2. fc750", "3. fc25:", "Sum of a"]
    assert blocks[-1].questions[-1].label == "Sum of all parameters"


@pytest.mark.parametrize(
    ("typed", "right", "words"),
    [
        ("61", True, "= 61"),
        ("61x61", True, ""),
        ("(128, 61, 61)", True, ""),
        ("61 × 61 × 128", True, ""),
        ("64@61x61", False, "the depth is the number of filters"),
        ("62×62", False, "round down"),
        ("61x62", False, "Not quite."),
        ("60, 60", False, "n − 1 gaps"),
    ],
)
def test_a_side_may_be_typed_as_the_shape(typed: str, right: bool, words: str) -> None:
    _, blocks = table_of(0, net="homework_256", blank="side")
    verdict = blocks[-1].questions[2].judge(typed)  # conv7-128/2: (128 - 7) / 2 and rounded down
    assert verdict.right == right and words in verdict.words


def test_the_field_is_drawn_where_it_is() -> None:
    _, _, picture = drawn(net="text", text="input20x12-1, conv3-4, pool2, gap", layer=2)
    field = picture.panels[4]
    x, y = field.frames[2], field.frames[3]
    # after conv3 the map is 18 x 10: its unit (8, 4) sees rows 8 to 10 and columns 4 to 6
    assert x.at(1).tolist() == [3.5, 3.5, 6.5, 6.5, 3.5] and sorted(set(y.at(1))) == [7.5, 10.5]
    # after pool2 it is 9 x 5: unit (4, 2) sees rows 8 to 11 and columns 4 to 7
    assert sorted(set(x.at(2))) == [3.5, 7.5] and sorted(set(y.at(2))) == [7.5, 11.5]
    # its neighbor to the right begins two columns further
    assert sorted(set(field.frames[0].at(2))) == [5.5, 9.5] and sorted(set(field.frames[1].at(2))) == [7.5, 11.5]
    # and everything is seen in the end
    assert sorted(set(x.at(3))) == [-0.5, 11.5] and sorted(set(y.at(3))) == [-0.5, 19.5]
    assert set(field.frames[0].at(3)) == {NO_BOX[0]}


def test_a_field_beyond_the_image_is_drawn_at_the_edge_of_the_picture() -> None:
    _, _, picture = drawn(net="text", text="input8x8-1, 5x(conv5-1@same)")
    low, high = picture.panels[4].figure["layout"]["xaxis"]["range"]
    edges = set(picture.panels[4].frames[2].at(5))
    assert low < min(edges) < -0.5 and 7.5 < max(edges) < high
    assert "from conv5-1 on it is wider than the image of 8 pixels" in picture.panels[4].alt
    depth = picture.panels[5].figure["data"]
    assert depth[0]["y"].tolist() == [1, 5, 9, 13, 17, 21] and depth[1]["y"].tolist() == [1] * 6


def test_bars_stand_at_their_rows() -> None:
    _, _, picture = drawn(net="lenet5")
    params, maps, work = (panel.figure["data"] for panel in picture.panels[:3])
    found = {trace["name"]: dict(zip(trace["x"].tolist(), trace["y"].tolist(), strict=True)) for trace in params[:-1]}
    assert found == {"convolution": {1: 156, 3: 2416, 5: 48_120}, "fully connected": {6: 10_164, 7: 850}}
    image = next(trace for trace in maps if trace["name"] == "image")
    assert image["y"].tolist() == [1024] and image["x"].tolist() == [0]
    assert sum(float(trace["y"].sum()) for trace in work[:-1]) == 416_520
    frames = picture.panels[0].frames
    assert frames[0].at(3).tolist() == [2.52, 2.52, 3.48, 3.48, 2.52] and frames[1].at(3)[1] == 2416
    assert set(frames[0].at(2)) == {NO_BOX[0]}  # pooling has no parameters
    assert "2 without any have no bar" in picture.panels[0].alt
    assert "fc84" not in picture.panels[2].alt and "conv5-16 (row 3) with 240,000" in picture.panels[2].alt


def test_memory_over_a_step() -> None:
    _, result, picture = drawn(net="lenet5", batch=1, optimizer="Adam")
    model, kept = picture.panels[3].figure["data"]
    assert model["y"][0] == pytest.approx(61_706 * 16 / 1e6, rel=1e-6)
    assert kept["y"][0] == model["y"][0] and kept["y"].argmax() in range(7, 9)
    assert picture.panels[3].tracks[0].x.tolist() == list(range(8))
    memory = memory_of(result.table, 1, "Adam", "fp32")
    assert not isinstance(memory, str)
    assert read(picture, 1)["training, 1 image"] == size_text(memory.total)
    assert float(kept["y"].max()) == pytest.approx(memory.total / 1e6, rel=1e-6)
    assert [size_text(n) for n in (0, 999, 1500, 2.5e6, 4e9, 1.5e12)] == [
        "0 B",
        "999 B",
        "1.50 kB",
        "2.50 MB",
        "4.00 GB",
        "1.50 TB",
    ]


def test_what_cannot_be_trained_is_said() -> None:
    _, result, picture = drawn(net="resnet18", size=32, batch=1)
    assert "has one value per channel" in picture.panels[3].alt
    assert read(picture, 1)["training, 1 image"] == "–"
    panel = memory_panel(result.rows(every=False, collapse=False), result.table, "A reason.", 1)
    assert panel.figure["data"] == [] and panel.figure["layout"]["annotations"][0]["text"] == "A reason."


def test_a_file_of_weights_has_pictures_too() -> None:
    header = {"conv.weight": {"dtype": "F32", "shape": [2, 3, 5, 5], "data_offsets": [0, 600]}}
    text = json.dumps(header).encode()
    upload = read_network("w.safetensors", len(text).to_bytes(8, "little") + text + bytes(600))
    for view in ("costs", "blocks", "compare"):
        values, result, picture = drawn(net="upload", upload=upload, view=view)
        check_picture(picture)
        words = read(picture, 1)
        assert (words["output"], words["parameters"], words["MACs"], words["sees"]) == ("–", "150", "–", "–")
        assert (words["all MACs"], words["all activations"], words["all parameters"]) == ("–", "–", "150")
        assert words["training, 32 images"] == "–"
        assert picture.sentences[1] == "Conv2d; parameters 150 = 150; 100% of all so far."
        for section in SECTIONS:
            assert list(section.blocks(result, values))
    tables = [block for section in SECTIONS[:3] for block in section.blocks(result, values) if isinstance(block, Table)]
    assert list(tables[0].columns) == ["row", "layer", "kind", "times", "parameters"]
    assert set(tables[1].columns["what"]) == {"parameters", "buffers (not trained)"}
    no_memory = "A file does not say which activations training stores."
    assert tables[2].columns["w.safetensors"] == ["–", "1", "150", "–", "–", no_memory]


def test_blocks_are_as_high_as_their_maps() -> None:
    _, _, picture = drawn(net="vgg16", view="blocks")
    x, y = picture.panels[0].frames
    sides = [float(np.ptp(y.at(k))) for k in range(22)]
    assert sides[0] == 224 and sides[3] == 112 and sides[18] == 7
    assert sides[19] == pytest.approx(0.02 * 224)
    widths = [float(np.ptp(x.at(k))) for k in (1, 4, 7, 11)]
    assert np.diff(widths) == pytest.approx([0.5] * 3)  # 64, 128, 256, 512


def test_the_icicle_divides_the_parameters() -> None:
    _, _, picture = drawn(net="vgg16", view="blocks")
    bars = picture.panels[1].figure["data"]
    assert [trace["width"][0] for trace in bars if trace["name"] == "grid"] == [100]
    linear = next(trace for trace in bars if trace["name"] == "linear")
    assert linear["width"] == pytest.approx([100 * n / 138_357_544 for n in (102_764_544, 16_781_312, 4_097_000)])
    handle = picture.panels[1].tracks[0].x
    assert handle[19] == pytest.approx(100 * (14_714_688 + 102_764_544 / 2) / 138_357_544) and np.isnan(handle[3])
    for net in ("tv_resnet152", "tv_densenet121", "resnet18"):
        for collapse in (False, True):
            _, _, deep = drawn(net=net, view="blocks", collapse=collapse)
            levels: dict[float, float] = {}
            for trace in deep.panels[1].figure["data"]:
                for base, width in zip(trace["base"], trace["width"], strict=True):
                    levels[base] = levels.get(base, 0) + width
            assert levels[0] == 100 and max(levels.values()) < 100.01 and levels[1] > 99


def test_two_networks_share_their_axes() -> None:
    _, _, picture = drawn(net="resnet18", view="compare", beside="resnet18_cifar")
    left, right = picture.panels[0], picture.panels[2]
    assert left.figure["layout"]["yaxis"]["range"] == right.figure["layout"]["yaxis"]["range"]
    assert left.figure["layout"]["title"]["text"] == "ResNet-18"
    assert right.figure["layout"]["title"]["text"] == "ResNet-18 for CIFAR-10"
    assert along((0, 1, 10, 20), 20, 40) == [0, 2, 20, 40] and along((0,), 0, 7) == [0]
    table, blocks = table_of(2, net="resnet18", beside="resnet18_cifar", view="compare")
    assert table.columns["ResNet-18 for CIFAR-10"][2] == "11,173,962"
    assert "ResNet-18 has 1.05 times the parameters and 3.27 times the MACs" in blocks[0]


def test_why_tables_differ() -> None:
    table, blocks = table_of(1, net="vgg19")
    numbers = dict(zip(table.columns["counting rule"], table.columns["number"], strict=True))
    assert numbers["with biases"] - numbers["without biases"] == 14_696
    assert numbers["each cell rounded to two digits before adding"] == 16_484_192
    assert numbers["image, convolutions, pooling, fully connected"] == 16_542_184
    _, blocks = table_of(1, net="googlenet")
    assert "7,005,832 parameters and 1,582,671,872 MACs" in blocks[2] and "6,624,904 and 1,498,376,192" in blocks[2]
    assert "−380,928 and −84,295,680" in blocks[2] and "issue 906" in blocks[2]
    _, blocks = table_of(1, net="lenet5")
    assert "60,000 parameters, against 61,706" in blocks[2] and "340,908 connections" in blocks[2]
    assert "| C3 | convolution | 16×10×10 | 1,516 | 151,600 |" in blocks[2]
    _, blocks = table_of(1, net="tv_googlenet")
    assert any("aux1" in block for block in blocks if isinstance(block, str))


def test_the_notation_gives_the_text_of_a_preset() -> None:
    values, result, _ = drawn(net="resnet18")
    assert PRESETS["resnet18"].text in SECTIONS[3].blocks(result, values)[1]
    values, result, _ = drawn(net="text", text="conv3-8 # `x`")
    assert "conv3-8 # 'x'" in SECTIONS[3].blocks(result, values)[1]


def test_questions() -> None:
    _, result, _ = drawn()
    assert [prediction.truth(result) for prediction in PREDICTIONS] == ["linear", "convolution"]
    words = PREDICTIONS[0].verdict("convolution", "linear", result)
    assert words == "Of 138,357,544 parameters: the fully connected layers 89.4%, the convolutions 10.6%."
    assert "the convolutions 99.2%" in PREDICTIONS[1].verdict("linear", "convolution", result)
    _, vit, _ = drawn(net="tv_vit_b_16")
    assert PREDICTIONS[0].truth(vit) in PREDICTIONS[0].guess.values


def test_axes_and_names() -> None:
    assert log_range([0, 5, 2000]) == [-0.1, 4] and log_range([]) == [-0.1, 1] and log_range([1000]) == [2.9, 4]
    assert short("conv3-512") == "conv3-512" and short("layer1.0.downsample.0") == "…wnsample.0"
    _, result, picture = drawn(net="tv_densenet201", every=True)
    assert picture.axis is not None and len(picture.axis.values) == len(stops(result.rows(every=True, collapse=False)))
    assert picture.axis.values[-1] == 711 and len(set(picture.axis.texts)) == len(picture.axis.texts)


def test_numbers_of_any_size_are_exact() -> None:
    net = {"net": "text", "text": "input4096x4096-3, 2x conv64-65536@same"}
    _, _, picture = drawn(**net)
    check_picture(picture)
    work = 2**24 * 2**12 * 2**32  # positions, taps, pairs of channels
    assert read(picture, 2)["MACs"] == f"{work:,}" and float(work) > 2**53
    assert read(picture, 2)["all MACs"] == f"{work + 2**24 * 2**12 * 3 * 2**16:,}"
    table, _ = table_of(0, **net)
    assert table.columns["MACs"][1] == work


def test_the_thumbnail_has_a_block_for_every_row() -> None:
    assert len(re.findall("<rect", thumbnail())) == 21


@pytest.mark.parametrize(
    ("part", "words"),
    [(0, "0%"), (1, "under 0.01%"), (99_499, "99%"), (99_500, "99.5%"), (99_999, "99.99%"), (100_000, "100%")],
)
def test_a_share_is_never_a_power_of_ten(part: int, words: str) -> None:
    assert _share(part, 100_000) == words


def test_the_layer_table_leaves_the_page_as_it_is_shown() -> None:
    """LeNet-5's published rows; hidden cells stay hidden."""
    values, result, _ = drawn(net="lenet5")
    shown = LAB.tables(result, values)["layer_table.csv"]
    assert shown["parameters"] == [156, 0, 2416, 0, 48120, 10164, 850]
    files = {name: write() for name, write in LAB.files(result, values).items()}
    assert "| 5 | conv5-120 | Conv2d | 1 | 120×1×1 | 120 | 48,120 | 48,000 | 32×32 |\n" in files["layer_table.md"]
    assert (
        r"5 & conv5-120 & Conv2d & 1 & 120$\times$1$\times$1 & 120 & 48,120 & 48,000 & 32$\times$32 \\"
        in (files["layer_table.tex"])
    )
    values, result, _ = drawn(net="lenet5", blank="params")
    assert "48,120" not in "".join(write() for write in LAB.files(result, values).values())


@pytest.mark.parametrize(
    ("net", "layer", "size"),
    [  # the shape of the weight in torch: outputs, inputs of the group, height, width
        ("vgg16", 2, (64, 64, 3, 3)),
        ("alexnet", 1, (64, 3, 11, 11)),
        ("tv_mobilenet_v2", 2, (32, 1, 3, 3)),
        ("resnet18", 1, (64, 3, 7, 7)),
        ("vgg16", 0, ()),  # the image
        ("vgg16", 3, ()),  # pooling
        ("vgg16", 19, ()),  # fully connected
    ],
)
def test_a_convolution_leads_to_one_of_its_sums(net: str, layer: int, size: tuple[int, ...]) -> None:
    values, result, _ = drawn_state(LAB, net=net, layer=layer, bias=False)
    found = [block for block in section_of(LAB, "Layer table with formulas", result, values) if isinstance(block, str)]
    words = next((block for block in found if block.startswith("One number")), "")
    if not size:
        assert not words
        return
    _, *rest = size
    row = result.rows(every=values["every"], collapse=values["collapse"])[layer - 1]
    assert row.call.weights == math.prod(size)
    assert f"adds up {rest[1]} × {rest[2]} × {rest[0]} products" in words
    link = re.search(r"\(convolution\?(.+)\)", words)
    assert (link is not None) == (rest[1] <= 5)
    if link:
        asked, notes = convolution.read_link(parse_qs(link[1]))
        assert not notes
        kernel = convolution.result(asked).sliding.kernel
        assert kernel.shape == (rest[1], rest[2]) and asked["stride"] == row.call.window.stride[0]
