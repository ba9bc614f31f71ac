"""Pictures and words of the Inception page against the homework's numbers and against counting by hand."""

from __future__ import annotations

import itertools
import re
from fractions import Fraction
from functools import partial
from math import floor
from typing import Any

import numpy as np
import pytest

from core.draw.packing import pack
from core.labs.inception.compute.explore import WIDTHS
from core.labs.inception.compute.factorised import build
from core.labs.inception.controls import HOMEWORK, MODULES
from core.labs.inception.lab import LAB
from core.labs.inception.panels.designs import meets
from core.labs.inception.panels.fields import reaches
from core.labs.inception.panels.widths import si
from core.labs.inception.picture import thumbnail
from core.labs.inception.questions import PREDICTIONS
from tests.pictures import drawn_state, framed, readouts, section, trace

SMALL, LARGE = HOMEWORK
AT = WIDTHS.index(32)

drawn = partial(drawn_state, LAB)


def test_readouts_of_the_homework() -> None:
    _, _, picture = drawn(**HOMEWORK[SMALL])
    assert readouts(picture, AT) == {
        "MACs, naive": "1,115,684,864",
        "MACs, reduced": "397,410,304",
        "saved (factor)": "64.4% (2.81)",
        "parameters (naive)": "388,096 (1,089,536)",
        "depth (naive)": "480 (672)",
    }
    (check,) = [one.check for one in picture.readouts if one.check]
    assert check.texts[AT] == "397,410,304" and all(check.agrees)
    _, _, twice = drawn(**HOMEWORK[SMALL], unit="flop")
    assert readouts(twice, AT)["FLOPs, reduced"] == "794,820,608"
    _, _, pooled = drawn(**HOMEWORK[LARGE])
    assert readouts(pooled, WIDTHS.index(64))["operations, reduced"] == "8,866,758,656"


def test_sentences_say_up_to_where_a_reduction_pays() -> None:
    _, _, picture = drawn(**HOMEWORK[SMALL])
    words = picture.sentences[AT]
    # of the branch: 25 * 256 * 96 multiplications a position, or 256 * 32 + 25 * 32 * 96
    assert f"saves {100 * (1 - (256 * 32 + 25 * 32 * 96) / (25 * 256 * 96)):.1f}% of the 5 × 5" in words
    assert "the module saves 64.4%" in words
    assert "up to r = 231, before the 3 × 3 up to 222." in words
    assert 231 * (256 + 25 * 96) < 25 * 256 * 96 < 232 * (256 + 25 * 96)
    assert 222 * (256 + 9 * 192) < 9 * 256 * 192 < 223 * (256 + 9 * 192)
    assert picture.sentences[0].startswith("Without a 1 × 1 the 5 × 5 sees all 256 channels; the module saves 15.8")
    later = picture.sentences[WIDTHS.index(256)]
    assert f"adds {100 * (256 * (256 + 25 * 96) / (25 * 256 * 96) - 1):.1f}" in later


def test_bars_are_the_costs_of_the_branches() -> None:
    _, _, picture = drawn(**HOMEWORK[SMALL])
    naive = trace(picture, 1, "naive")
    np.testing.assert_array_equal(naive["y"], np.float32([33_554_432, 452_984_832, 629_145_600, 0]))
    kept = framed(picture, 1, "reduced", "y", AT), framed(picture, 1, "its 1×1 before 3×3, 5×5", "y", AT)
    np.testing.assert_array_equal(kept[0], [33_554_432, 226_492_416, 78_643_200, 16_777_216])
    np.testing.assert_array_equal(kept[1], [0, 33_554_432, 8_388_608, 0])
    np.testing.assert_array_equal(framed(picture, 1, "reduced, in words", "customdata", AT), sum(kept))
    words = trace(picture, 1, "naive, in words")
    assert words["text"] == ["33.6M", "453M", "629M", "0"]
    weights = framed(picture, 3, "reduced", "y", 0)
    np.testing.assert_array_equal(weights, [32_768, 221_184, 614_400, 16_384])
    _, _, pooled = drawn(**HOMEWORK[LARGE])
    comparisons = trace(pooled, 1, "comparisons of the pool")
    assert comparisons["y"][[3, 7]].tolist() == [75_497_472] * 2
    assert "comparisons of the pool" not in {one["name"] for one in pooled.panels[3].figure["data"]}


def test_each_step_names_all_bars() -> None:
    """A stack of bars of which a step moves some alone loses the others."""
    for change in ({}, {"pooled": True}, {"view": "designs"}):
        for panel in drawn(**change)[2].panels:
            bars = {k for k, one in enumerate(panel.figure["data"]) if one["type"] == "bar"}
            assert not bars or bars <= {frames.trace for frames in panel.frames}


def test_the_diagram_has_the_shapes_and_grows_with_the_reduction() -> None:
    _, _, picture = drawn(**HOMEWORK[SMALL])
    panel = picture.panels[0]
    shapes = trace(picture, 0, "shapes")
    depths = framed(picture, 0, "shapes", "customdata", AT)
    texts = [re.sub(r"%\{.*?\}", f"{d:.0f}", t) for t, d in zip(shapes["texttemplate"], depths, strict=True)]
    plain = [re.sub("<.*?>", "", text) for text in texts]
    assert plain[:7] == [f"32×32×{depth}" for depth in (32, 128, 256, 128, 192, 96, 64)]
    assert plain[7:] == ["input 32×32×256, fed to every branch", "output 32×32×480", "naive output 32×32×672"]
    lengths = np.array([np.ptp(framed(picture, 0, "reduced", "x", k)) for k in range(len(WIDTHS))])
    inside = np.array(WIDTHS) <= 256
    np.testing.assert_allclose(lengths[inside] / lengths[AT], np.array(WIDTHS)[inside] / 32)
    np.testing.assert_allclose(lengths[WIDTHS.index(256)], 0.92)
    handle = panel.tracks[0].x
    assert np.isfinite(handle).tolist() == inside.tolist()
    ends = [framed(picture, 0, "reduced", "x", k).max() for k in np.flatnonzero(inside)]
    np.testing.assert_allclose(handle[inside], ends)
    output = trace(picture, 0, "output")
    widths = [np.ptp(part[:5]) for part in np.split(output["x"], 4)]  # five corners and a gap
    np.testing.assert_allclose(np.array(widths) / 0.92 * 256, [128, 192, 96, 64])
    assert "128 + 192 + 96 + 64 = 480" in panel.alt
    for name in ("shapes", "layers"):  # without a reduction its name and its shape are gone, and a wire is there
        assert np.isnan(framed(picture, 0, name, "y", 0)[0]) and np.isfinite(framed(picture, 0, name, "y", 1)[0])
    assert np.isfinite(framed(picture, 0, "from map to map", "y", 0)[:2]).all()
    assert np.isnan(framed(picture, 0, "from map to map", "y", 1)[:2]).all()
    _, _, bare = drawn(r3=0, pool_proj=0)
    layers = trace(bare, 0, "layers")
    assert layers["text"].count("<b>1×1</b>") == 2  # that of the swept reduction, and the first branch


def test_the_lines_of_the_saving() -> None:
    _, _, picture = drawn(**HOMEWORK[SMALL])
    panel = picture.panels[2]
    branch = trace(picture, 2, "5×5 branch")
    limit = 25 * 256 * 96 / (256 + 25 * 96)
    np.testing.assert_allclose(branch["y"], 100 * (1 - np.array(WIDTHS[1:]) / limit))
    mark = trace(picture, 2, "break-even")
    np.testing.assert_allclose([mark["x"][0], mark["y"][0]], [limit, 0])
    line, on_branch, on_module = panel.tracks
    assert line.y is None and line.x.tolist() == list(WIDTHS)
    assert on_branch.y[0] == 0 and on_module.y[AT] == pytest.approx(100 * (1 - 397_410_304 / 1_115_684_864))
    assert "231.3" in panel.alt and "222.97" not in panel.alt and "223.0" in panel.alt
    low, high = panel.figure["layout"]["yaxis"]["range"]
    seen = panel.figure["layout"]["xaxis"]["range"][1]
    y = on_module.y[np.isfinite(on_module.x)]
    assert (y >= low).all() and (y <= high).all() and seen > limit
    assert panel.absent[0].endswith(".")
    _, _, costly = drawn(channels=16, r3=512, w3=16, w5=16)
    assert costly.panels[2].figure["layout"]["yaxis"]["range"][0] == -150


MODULE_PRESETS = [preset.label for preset in LAB.presets if preset.values.get("view") != "designs"]


@pytest.mark.parametrize("width", [300, 400])
@pytest.mark.parametrize("label", [*MODULE_PRESETS, ""])
def test_words_in_the_picture_of_the_saving_lie_on_no_line(label: str, width: int) -> None:
    """Boxes of the words on a figure of that width and 220 pixels of height, against both lines and each other."""
    values = next((dict(preset.values) for preset in LAB.presets if preset.label == label), {})
    _, _, picture = drawn(**values)
    panel = picture.panels[2]
    (left, right), (bottom, top) = (panel.figure["layout"][axis]["range"] for axis in ("xaxis", "yaxis"))
    limit = float(trace(picture, 2, "break-even")["x"][0])
    texts = [one for one in panel.figure["data"] if one.get("mode") == "text"]
    boxes = []
    for one in texts:
        (x,), (y,), (words,), (side,) = (one[name] for name in ("x", "y", "text", "textposition"))
        parts = words.split("<br>")
        wide, high = 6.2 * max(map(len, parts)), 15 * len(parts)
        at, up = (x - left) / (right - left) * width, (y - bottom) / (top - bottom) * 220
        at, up = (at - wide if side.endswith("left") else at), (up - high if side.startswith("bottom") else up)
        assert at >= 0 and at + wide <= width and up >= 0 and up + high <= 220, words
        boxes.append((at, at + wide, up, up + high))
    assert len(boxes) == 3 and f"r ≥ {floor(limit) + 1})" in texts[-1]["text"][0]
    handle = panel.tracks[0].x[WIDTHS.index(values.get("reduce", 32))]
    assert not any(a < (handle - left) / (right - left) * width < b for a, b, _, high in boxes if high < 40)
    for name in ("5×5 branch", "whole module"):
        (drawn_line,) = [one for one in panel.figure["data"] if one["name"] == name]
        x = np.linspace(left, right, 500)
        y = (np.interp(x, drawn_line["x"], drawn_line["y"]) - bottom) / (top - bottom) * 220
        x = (x - left) / (right - left) * width
        for a, b, low, high in boxes:
            assert not ((a < x) & (x < b) & (low < y) & (y < high)).any(), (name, a, low)
    for one, other in itertools.combinations(boxes, 2):
        assert one[1] <= other[0] or other[1] <= one[0] or one[3] <= other[2] or other[3] <= one[2]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (96, "96"), (999, "999"), (1000, "1.00k"), (2048, "2.05k"), (85_000, "85.0k"), (614_400, "614k")]
    + [(999_499, "999k"), (999_500, "1.00M"), (9_996_000, "10.0M"), (99_960_000, "100M"), (1_207_959_552, "1.21G")],
)
def test_counts_are_written_as_figures_write_them(value: int, text: str) -> None:
    assert si(value) == text


def offsets(stack: str) -> list[tuple[int, int, int, int]]:
    """Return what a unit sees after each layer, going from cell to cell; padding as in PyTorch, the odd cell behind."""
    seen, found = {(0, 0)}, []
    for layer in build(stack=stack).layers:
        height, width = layer.kernel
        taps = [(i - (height - 1) // 2, j - (width - 1) // 2) for i in range(height) for j in range(width)]
        seen = {(i + di, j + dj) for i, j in seen for di, dj in taps}
        rows, columns = zip(*seen, strict=True)
        found.append((min(columns), max(columns), min(rows), max(rows)))
    return found


@pytest.mark.parametrize(
    "stack", ["7x7", "1x7, 7x1", "4x4, 4x4", "3x3, 3x3, 3x3", "1x1/2, 3x3/2, 1x1", "2x5, 4x1, 3x6"]
)
def test_fields_are_what_the_cells_say(stack: str) -> None:
    boxes = [(left - 0.5, right + 0.5, -down - 0.5, -up + 0.5) for left, right, up, down in offsets(stack)]
    assert reaches(build(stack=stack)) == boxes


def test_fields_grow_layer_by_layer() -> None:
    values, result, _ = drawn(view="designs", stack="4x5, 4x3")
    _, picture = section(LAB, "receptive field grows", result, values)
    assert picture.axis.values == tuple(range(10))  # the three bottlenecks have nine layers
    across, up = picture.panels[0].frames
    for step, wide, high in ((0, [1] * 6, [1] * 6), (1, [7, 7, 4, 3, 1, 5], [7, 1, 4, 3, 1, 4]), (9, [7] * 6, [7] * 6)):
        for frames, sizes in ((across, wide), (up, high)):
            boxes = np.split(frames.at(step), 6)
            assert [np.ptp(box[:5]) for box in boxes] == sizes
    words = (
        "After 1 layer – one 7×7: 7×7; 1×7 and 7×1: 1×7; two 4×4: 4×4; three 3×3: 3×3; three bottlenecks: 1×1; "
        "yours: 4×5."
    )
    assert picture.sentences[1] == words
    values, result, _ = drawn(stack="unreadable")
    assert "yours" not in section(LAB, "receptive field grows", result, values)[1].sentences[1]


def test_designs_have_their_published_weights() -> None:
    _, _, picture = drawn(view="designs", channels=64, size=56)
    assert readouts(picture, AT) == {
        "three bottlenecks": "9.75\N{NO-BREAK SPACE}C²",
        "their parameters": "39,936",
        "their MACs": f"{39_936 * 56 * 56:,}",
        "by formula (off by 0)": "39,936",
        "one 7 × 7": "200,704",
        "saved": "80.1%",
        "yours": "34\N{NO-BREAK SPACE}C²",
    }
    np.testing.assert_array_equal(framed(picture, 1, "in words", "y", AT), [49, 14, 32, 27, 9.75, 34])
    assert framed(picture, 1, "bottlenecks of width r", "y", 0).tolist() == [27]
    assert "less than all other designs" in picture.sentences[AT]
    assert "less than one 7×7 and two 4×4;" in picture.sentences[WIDTHS.index(60)]
    assert "more than all other designs" in picture.sentences[WIDTHS.index(80)]
    assert "three 3×3: 27" in picture.sentences[0]
    alt = picture.panels[0].alt
    assert "1×7 → 7×7" in alt and "3 → 5 → 7" in alt and "which is 7×7" in alt
    _, _, biased = drawn(view="designs", channels=64, bias=True)
    assert readouts(biased, AT)["their parameters"] == f"{39_936 + 3 * (32 + 32 + 64):,}"


def test_bottlenecks_meet_the_others_where_their_weights_are_equal() -> None:
    for weights in (14, 27, 49):
        part = meets(weights)
        assert 3 * (2 * part + 9 * part**2) == pytest.approx(weights)


def test_a_stack_that_does_not_see_7_x_7_is_not_accepted() -> None:
    _, _, picture = drawn(view="designs", stack="1x1/2, 3x3/2, 1x1")
    assert readouts(picture, 0)["yours"] == "not accepted: 3.25\N{NO-BREAK SPACE}C²"
    assert "it sees 3 × 3, not 7 × 7; it lacks 4 rows and 4 columns." in picture.sentences[AT]
    assert "which lacks 4 rows and 4 columns" in picture.panels[0].alt
    words = trace(picture, 1, "in words")
    assert words["texttemplate"][-1] == "(3.25)"
    _, _, even = drawn(view="designs", stack="2x2, 6x6")
    assert "An even kernel (2x2)" in even.sentences[AT] and "sees 7 × 7 and weighs 40" in even.sentences[AT]
    _, _, long = drawn(view="designs", stack=", ".join(["3x3"] * 9))
    assert "3 → 5 → 7 → … → 17 → 19" in long.panels[0].alt


def test_a_stack_that_cannot_be_read_stops_only_the_designs() -> None:
    drawn(stack="three by three")
    with pytest.raises(ValueError, match="^`stack` must be kernels such as 3x3"):
        drawn(stack="three by three", view="designs")


def test_questions_have_the_homeworks_answers() -> None:
    _, result, _ = drawn(**HOMEWORK[SMALL])  # there one channel in eight is kept before the 5 x 5
    saved, deep, blocks = PREDICTIONS
    assert (saved.truth(result), deep.truth(result), blocks.truth(result)) == (64, 480, "3")
    left = saved.verdict(36, 64, result)
    assert left.startswith("That is the fraction remaining, not saved. ")
    assert "397,410,304 of 1,115,684,864" in left and "64.4" in left
    assert saved.verdict(64, 64, result).startswith("397,410,304 of")
    assert deep.verdict(416, 480, result).startswith("The pool is a branch too, with 64 channels.")
    assert deep.verdict(672, 480, result).startswith("After pooling, a 1×1 reduces 256 channels to 64.")
    assert deep.verdict(640, 480, result).startswith("The reductions (128 and 32) are internal;")
    assert "128 + 192 + 96 + 64 = 480 deep; in the naive module, 672" in deep.verdict(480, 480, result)
    assert blocks.verdict("1", "3", result).endswith("1: 3 × 3, 3.25 C²; 3: 7 × 7, 9.75 C².")
    assert blocks.verdict("5", "3", result).endswith("3: 7 × 7, 9.75 C²; 5: 11 × 11, 16.25 C².")
    _, costly, _ = drawn(channels=16, r3=512, w3=16)
    assert saved.truth(costly) == -50


def test_formulas_hold_the_numbers_on_screen() -> None:
    values, result, _ = drawn(**HOMEWORK[SMALL])
    table, limit, again = section(LAB, "Formulas", result, values)
    assert "32² · 5² · 32 · 96 = 78,643,200 | 5² · 32 · 96 = 76,800" in table
    assert "**397,410,304** | **388,096**" in table
    assert "231.33" in limit and "222.97" in limit
    assert "397,410,304 multiply-accumulates (off by 0) and 388,096 parameters (off by 0)" in again
    values, result, _ = drawn(**HOMEWORK[LARGE], unit="flop", bias=True)
    table, *_ = section(LAB, "Formulas", result, values)
    assert "128² · 9 · 512 = 75,497,472 comparisons" in table
    assert "2 · 128² · 5² · 64 · 64 = 3,355,443,200 | 5² · 64 · 64 + 64 = 102,464" in table
    values, result, _ = drawn(view="designs", channels=64, size=56)
    table, _, again = section(LAB, "Formulas", result, values)
    assert "| 1 + 3 + 3 = 7 | 1 + 3 + 3 = 7 | 16 + 16 = 32" in table
    assert "| 1 + 0 + 6 = 7 | 1 + 6 + 0 = 7 | 7 + 7 = 14" in table
    assert "3 (2 · 32 · 64 + 9 · 32²) = 39,936 = 9.75" in table
    assert "(off by 0)" in again and "receptive field 7 × 7" in again


def test_slips_are_listed_with_the_numbers_that_circulate() -> None:
    values, result, _ = drawn(**HOMEWORK[LARGE])
    words = "\n".join(section(LAB, "wrong answers", result, values))
    for number in ("3,355,443,200", "10,544,480,256", "37,119,590,400"):
        assert re.search(rf"{number}: .*The 5×5 was given the 128 filters of the 3×3; it has 64.", words)
    values, result, _ = drawn(**HOMEWORK[SMALL])
    assert "35.6%: That is the fraction remaining" in "\n".join(section(LAB, "wrong answers", result, values))


def test_googlenet_module_by_module() -> None:
    values, result, _ = drawn()
    head, picture, table = section(LAB, "GoogLeNet", result, values)
    assert list(MODULES) == picture.panels[0].figure["layout"]["xaxis"]["ticktext"]
    # operations by hand: 5b of Szegedy et al. 2015, table 1
    naive = 49 * (832 * 384 + 9 * 832 * 384 + 25 * 832 * 128)
    own = 49 * (832 * (384 + 192 + 48 + 128) + 9 * 192 * 384 + 25 * 48 * 128)
    data = picture.panels[0].figure["data"]
    assert (data[0]["y"][-1], data[1]["y"][-1]) == (np.float32(naive), np.float32(own))
    assert f"| 5b | 7×7×832 | 1024 (1728) | {naive:,} | {own:,} |" in table
    assert f"{float(100 * (1 - Fraction(own, naive))):.1f}%" in table
    sums = [
        sum(int(n.replace(",", "")) for n in re.findall(pattern, table))
        for pattern in (
            r"\) \| ([\d,]+) \|",
            r"\) \| [\d,]+ \| ([\d,]+) \|",
        )
    ]
    assert f"save {100 * (1 - sums[1] / sums[0]):.1f}%" in head


@pytest.mark.parametrize("preset", LAB.presets, ids=lambda preset: preset.label)
def test_a_picture_is_small_enough_to_travel(preset: Any) -> None:
    values = LAB.preset_values(preset)
    assert len(pack(LAB.draw(LAB.result(values), values))) < 60_000


def test_the_thumbnail_is_a_drawing() -> None:
    assert thumbnail().startswith("<svg") and "1 × 1 before it" in thumbnail()
