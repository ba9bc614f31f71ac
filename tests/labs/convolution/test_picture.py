"""Pictures and words of the page on convolution against SciPy, Pillow and the published solution."""

from __future__ import annotations

import base64
import io
import re
from functools import partial
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.signal import correlate2d

from core.draw import style
from core.draw.live import Picture
from core.draw.packing import pack
from core.kit.lab import Clickable
from core.labs.convolution import sections as story
from core.labs.convolution.controls import DOT, HOMEWORK, ONES, SQUARE, STEPS
from core.labs.convolution.lab import LAB
from core.labs.convolution.panels.grids import fits, plain
from core.labs.convolution.panels.pixels import grey, image, png, signed
from core.labs.convolution.picture import thumbnail
from core.labs.convolution.sections import lenet, maps
from core.labs.convolution.words import PREDICTIONS
from core.networks.lenet import ORIGINAL
from tests.pictures import drawn_state

drawn = partial(drawn_state, LAB)


def frames_of(picture: Picture, panel: int, name: str) -> dict[str, Any]:
    """Frames of a trace by attribute."""
    names = [trace["name"] for trace in picture.panels[panel].figure["data"]]
    at = names.index(name)
    return {f.attr: np.asarray(f.values) for f in picture.panels[panel].frames if f.trace == at}


# --- pixels


def read(address: str) -> Any:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(address.removeprefix("data:image/png;base64,")))))


@pytest.mark.parametrize("shape", [(1, 1), (3, 7), (49, 9), (256, 300)])
def test_another_reader_sees_the_same_pixels(shape: tuple[int, int]) -> None:
    colours = np.random.default_rng(0).integers(0, 256, (*shape, 4), dtype=np.uint8)
    seen = read(png(colours))
    down, across = seen.shape[0] // shape[0], seen.shape[1] // shape[1]
    assert min(down, across) >= 2 and min(seen.shape[:2]) >= 240
    assert np.array_equal(seen, colours.repeat(down, axis=0).repeat(across, axis=1))


def luminance(rgb: Any) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in np.asarray(rgb, float) / 255]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def under(panel: Any, x: float, y: float, page: Any) -> Any:
    """Color of a page behind a place of a panel, with all images there laid on it."""
    found = np.asarray(page, float)
    for one in panel.figure["layout"].get("images", ()):
        colours = read(one["source"])
        column = int((x - one["x"]) / one["sizex"] * colours.shape[1])
        row = int((y - one["y"]) / one["sizey"] * colours.shape[0])
        if 0 <= row < colours.shape[0] and 0 <= column < colours.shape[1]:
            *rgb, alpha = colours[row, column] / [1, 1, 1, 255]
            found = alpha * np.array(rgb) + (1 - alpha) * found
    return found


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize("view", ["matrix", "im2col", "transposed"])
def test_numbers_in_cells_have_the_contrast_of_wcag(view: str, theme: int) -> None:
    """At least 4.5 to 1, at the faintest and the strongest cell."""
    _, _, picture = drawn(view=view, padding=1, image="9 -9 1\n0 9 -1\n9 -9 9", kernel="1 -1\n0 2")
    (page,) = np.array([[int(style.PALETTE["paper"][theme][i : i + 2], 16) for i in (1, 3, 5)]])
    partners = {light: (light, dark) for light, dark in style.PALETTE.values()}
    tried = set()
    for panel in picture.panels:
        for trace in panel.figure["data"]:
            if "text" not in trace.get("mode", ""):
                continue
            colours = np.broadcast_to(trace["textfont"]["color"], len(trace["x"]))
            for x, y, light in zip(trace["x"], trace["y"], colours, strict=True):
                pen = [int(partners[str(light)][theme][i : i + 2], 16) for i in (1, 3, 5)]
                dark, bright = sorted((luminance(pen), luminance(under(panel, x, y, page))))
                assert (bright + 0.05) / (dark + 0.05) >= 4.5, (trace["name"], x, y)
            tried.add(trace["name"].split(",")[0])
    assert {"products", "padding" if view != "transposed" else "products"} <= tried


def test_colours_say_sign_and_size() -> None:
    values = np.array([[-2.0, -1.0, 0.0, 1.0, 2.0]])
    found = signed(values)
    assert found[0, :2, :3].tolist() == [[0xB8, 0x7A, 0x00]] * 2  # ochre
    assert found[0, 3:, :3].tolist() == [[0x00, 0x72, 0xB2]] * 2  # blue
    assert found[0, :, 3].tolist() == found[0, ::-1, 3].tolist()
    assert found[0, 2, 3] == 0 < found[0, 3, 3] < found[0, 4, 3] < 255
    under = signed(values, np.array([[1.0, 0, 1, 0, 1]]))
    assert under[0, 1, 3] == under[0, 3, 3] == 0 < under[0, 2, 3]
    assert signed(np.zeros((1, 2)))[..., 3].tolist() == [[0, 0]]
    assert grey(np.array([[0.0, 1.0, 2.0, np.nan]]), 2.0).tolist() == [
        [[0, 0, 0, 255], [128, 128, 128, 255], [255, 255, 255, 255], [0, 0, 0, 0]]
    ]
    assert grey(np.zeros((1, 1)), 0.0)[0, 0].tolist() == [0, 0, 0, 255]


def test_an_image_lies_under_its_cells() -> None:
    found = image(np.zeros((2, 4, 4), np.uint8), 1, 1)
    assert (found["x"], found["y"], found["sizex"], found["sizey"]) == (0.5, 0.5, 4, 2)
    wide = image(np.zeros((1, 4, 4), np.uint8), 1, -1, 4, 2)
    assert (wide["x"], wide["y"], wide["sizex"], wide["sizey"]) == (0.5, -2, 4, 2)


# --- the picture


@pytest.mark.parametrize("operation", ["correlation", "convolution"])
def test_products_stand_under_the_kernel(operation: str) -> None:
    _, _, picture = drawn(image=HOMEWORK, operation=operation, padding=1, stride=2)
    taps = frames_of(picture, 0, "products")
    x = np.pad(np.tile([20.0, 15, 10, 5], (4, 1)), 1)
    w = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    w = w if operation == "correlation" else w[::-1, ::-1]
    corners = [(0, 0), (0, 2), (2, 0), (2, 2)]
    for k, (top, left) in enumerate(corners):
        assert taps["customdata"][k].tolist() == (x[top : top + 3, left : left + 3] * w).ravel().tolist()
        assert taps["x"][k].tolist() == [left + j for _ in range(3) for j in range(3)]
        assert np.round(taps["y"][k] - 0.2).tolist() == [top + i for i in range(3) for _ in range(3)]
        assert frames_of(picture, 0, "here")["x"][k].tolist() == [
            left - 0.5,
            left + 2.5,
            left + 2.5,
            left - 0.5,
            left - 0.5,
        ]
        track = picture.panels[0].tracks[0]
        assert (track.x[k], track.y[k]) == (left - 0.5, top - 0.5)  # type: ignore[index]
    assert picture.axis is not None
    assert picture.axis.texts == tuple(f"row {r}, column {c}" for r in (1, 2) for c in (1, 2))


def test_the_row_that_is_lit_and_the_pixels_that_it_takes() -> None:
    _, _, picture = drawn(image=HOMEWORK)
    lit, taken = frames_of(picture, 2, "here"), frames_of(picture, 2, "pixels under the kernel")
    for k, first in enumerate([1, 2, 5, 6]):
        assert np.nanmin(lit["y"][k]) == k + 0.5 and np.nanmax(lit["y"][k]) == k + 1.5
        assert taken["x"][k].tolist() == [first + 4 * i + j for i in range(3) for j in range(3)]
    texts = [trace["text"] for trace in picture.panels[2].figure["data"] if trace["name"].startswith("matrix, row")]
    assert " ".join(texts[0]) == "−1 0 1 0 −2 0 2 0 −1 0 1 0 0 0 0 0"
    _, _, padded = drawn(image=HOMEWORK, padding=1)
    first = frames_of(padded, 2, "pixels under the kernel")["x"][0]
    assert first[np.isfinite(first)].tolist() == [1, 2, 5, 6]


@pytest.mark.parametrize("view", ["im2col", "transposed"])
def test_other_views_light_a_column(view: str) -> None:
    _, result, picture = drawn(image=HOMEWORK, view=view, order="column")
    lit = frames_of(picture, 2, "here")
    assert [np.nanmin(row) for row in lit["x"]] == [0.5, 1.5, 2.5, 3.5]
    matrix = np.array(
        [t["customdata"] for t in picture.panels[2].figure["data"] if t["name"].startswith("matrix, row")]
    )
    vectors = {t["name"]: t["customdata"] for t in picture.panels[2].figure["data"] if t["name"] in ("vec(y)", "w")}
    if view == "im2col":
        assert (vectors["w"] @ matrix).tolist() == vectors["vec(y)"].tolist() == [-40] * 4
    else:
        assert np.array_equal(matrix @ vectors["vec(y)"], result.sliding.transposed.T.ravel())
        assert "Wᵀ" in picture.panels[0].figure["layout"]["xaxis"]["title"]["text"]
        added = frames_of(picture, 0, "products")["customdata"]
        assert added[0].tolist() == [40, 0, -40, 80, 0, -80, 40, 0, -40]


def test_readouts_and_sentences() -> None:
    _, _, picture = drawn(image=HOMEWORK)
    texts = {readout.label: readout.texts for readout in picture.readouts}
    assert texts["sum under the window"] == picture.readouts[0].check.texts == ("−40",) * 4
    assert all(picture.readouts[0].check.agrees)
    assert texts["output"] == ("2 × 2",)
    assert texts["W"] == ("4 × 16",) and texts["always zero in W"] == ("44%",)
    assert picture.sentences[0] == ("20·(−1) + 10·1 + 20·(−2) + 10·2 + 20·(−1) + 10·1 = −40; 3 of 9 products are 0.")
    _, _, columns = drawn(image=STEPS, view="im2col")
    texts = {readout.label: readout.texts for readout in columns.readouts}
    assert texts["columns"] == ("9 × 9",) and texts["numbers stored for each pixel"] == ("3.24",)
    _, _, back = drawn(image=ONES, kernel=SQUARE, stride=2, view="transposed")
    assert "between 1 and 4" in back.sentences[0] and "0 of its 49 values" in back.sentences[0]
    _, _, border = drawn(image=DOT, kernel=SQUARE, padding=1, view="transposed")
    assert "5 of them in the padding" in border.sentences[0]


def test_sentences_add_up() -> None:
    _, result, picture = drawn(kernel="1 -2.5\n3 0.125")
    for text, value in zip(picture.sentences, result.sums, strict=True):
        if "=" in text:
            left, right = text.replace("−", "-").split(";")[0].removesuffix(".").split(" = ")
            terms = [term.replace("(", "").replace(")", "").split("·") for term in left.split(" + ")]
            assert sum(float(a) * float(b) for a, b in terms) == float(right) == value
        else:
            assert value == 0
    _, _, large = drawn(kernel="\n".join(["1 2 3 4"] * 4), image=STEPS)
    assert large.sentences[0] == "16 products that are not 0 have the sum 420."


def test_numbers_are_written_exactly_or_not_at_all() -> None:
    assert [plain(v) for v in (0.1, -2.5, 1e6, 123.456789, -0.0000001)] == ["0.1", "−2.5", "1000000", "123.456789", "0"]
    assert fits(["−40"], 16) and not fits(["−40"], 17)
    _, _, wide = drawn(image="\n".join(["-123.456 " * 8] * 8), padding=4)
    modes = {trace["mode"] for trace in wide.panels[0].figure["data"] if trace["name"].startswith("x, row")}
    assert modes == {"markers"}
    assert not any(trace["name"].startswith("matrix") for trace in wide.panels[2].figure["data"])


def test_the_largest_picture_is_not_too_large() -> None:
    rows = "\n".join(["12 5 99 -7 8 100 250 3"] * 8)
    for view in ("matrix", "im2col", "transposed"):
        _, _, picture = drawn(image=rows, kernel="\n".join(["1 2 3 4 5"] * 5), padding=4, view=view)
        assert len(pack(picture)) < 90_000


# --- questions


def test_questions_have_the_computed_answers() -> None:
    sign, value, kind = PREDICTIONS
    _, result, _ = drawn(image=HOMEWORK)
    assert (sign.truth(result), value.truth(result), kind.truth(result)) == ("negative", -40, "toeplitz")
    assert "rotated by 180° it would be 40." in sign.verdict("positive", "negative", result)
    assert "rotated by 180°" in value.verdict(40, -40, result)
    assert "Off by 50" in value.verdict(10, -40, result)
    assert value.verdict(-40, -40, result).startswith("The row of W")
    assert "circulant" in kind.verdict("circulant", "toeplitz", result)
    _, turned, _ = drawn(image=HOMEWORK, operation="convolution", stride=2)
    assert (sign.truth(turned), kind.truth(turned)) == ("positive", "toeplitz")
    assert "one kernel position" in kind.verdict("neither", "toeplitz", turned)
    assert "".join(map(str, story.formulas(turned, {"pos": 0}))).count("single position") == 2
    assert "Without rotating the kernel it would be −40." in sign.verdict("positive", "positive", turned)
    _, apart, _ = drawn(image=STEPS, stride=2)
    assert kind.truth(apart) == "neither" and "stride 2" in kind.verdict("toeplitz", "neither", apart)
    for change in ({"kernel": "3"}, {"kernel": "0 0 0\n0 5 0\n0 0 0", "padding": 1}):
        _, identity, _ = drawn(image=STEPS, **change)
        assert identity.scalar and "also circulant" in kind.verdict("circulant", kind.truth(identity), identity)
        assert "multiple of the identity" in "".join(story.formulas(identity, {"pos": 0}))
    assert not result.scalar and not drawn(image=STEPS, kernel="0 0 0\n0 5 0\n0 0 0")[1].scalar
    _, nothing, _ = drawn(kernel="0")
    assert sign.truth(nothing) == "zero"


# --- sections


def test_formulas_hold_the_numbers() -> None:
    values, result, _ = drawn(image=HOMEWORK, stride=2, padding=1, pos=3)
    text = "\n".join(story.formulas(result, values))
    y = correlate2d(np.pad(np.tile([20, 15, 10, 5], (4, 1)), 1), [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], mode="valid")
    assert f"y_{{2,2}} = {y[2, 2]}" in text and "⌊(4 + 2·1 − 3)/2⌋ + 1 = 2" in text
    assert "2(r-1)+i" in text and "not Toeplitz" in text and "checkerboard" in text
    values, result, _ = drawn(image=STEPS, kernel="1 1\n1 1", operation="convolution", stride=2)
    text = "\n".join(story.formulas(result, values))
    assert "k_h + 1 - i" in text and "between 0 and 1" in text and "checkerboard" not in text
    values, result, _ = drawn(kernel="2")
    assert "Here every pixel gets one copy." in "\n".join(story.formulas(result, values))


def test_a_click_on_the_table_sets_a_connection() -> None:
    values, result, _ = drawn()
    table = next(block for block in lenet.connections(result, values) if isinstance(block, Clickable))
    changed = table.take((0.3, 4.8), values)
    assert changed == {"c3": "0125" + ORIGINAL.removeprefix("012")}
    again, more, _ = drawn(**changed)
    assert table.take((-0.4, 5.4), again) == {"c3": ORIGINAL}
    for beside in ((-0.6, 0), (15.6, 0), (3, -0.6), (3, 6)):
        assert table.take(beside, values) == {}
    words = "".join(block for block in lenet.connections(more, again) if isinstance(block, str))
    assert "25 · 61 + 16 = 1,541" in words and "Counted again, map by map: 1,541" in words
    assert "| 1998 | 60 | 1,516 | 151,600 |" in words and "| full | 96 | 2,416 | 241,600 |" in words
    assert "| 64 | 13 | 9 | 81 · 48,120 = 3,897,720 |" in words
    marks = table.picture.panels[0].figure["data"][1]
    assert len(marks["x"]) == 60 and sorted(set(marks["y"])) == [0, 1, 2, 3, 4, 5]


def test_clicks_choose_an_image_and_a_map() -> None:
    assert maps.choose_image((0.2, 0.1), {}) == {"garment": "T-shirt"}
    assert maps.choose_image((4.4, 0.9), {}) == {"garment": "ankle boot"}
    assert maps.choose_image((2, 1.55), {}) == maps.choose_image((-0.6, 0), {}) == {}
    assert maps.choose_map((3, 20), {}) == {"feature": 1} and maps.choose_map((100, 60), {}) == {"feature": 8}
    assert maps.choose_map((-3, 20), {}) == maps.choose_map((3, 90), {}) == maps.choose_map((120, 20), {}) == {}


def test_the_chosen_map_is_written_place_by_place() -> None:
    values, result, _ = drawn(garment="trousers", feature=3)
    picture = maps.maps(result, values)[-1]
    assert isinstance(picture, Picture) and picture.axis is not None
    seen = result.maps
    expected = correlate2d(seen.image, seen.net.conv1[2, 0], mode="valid") + seen.net.bias1[2]
    written = [float(text.replace("−", "-")) for text in picture.readouts[0].texts]
    np.testing.assert_allclose(written, expected.ravel(), atol=6e-4)
    shown = [float(text.replace("−", "-")) for text in picture.readouts[2].texts]
    np.testing.assert_allclose(shown, np.maximum(expected, 0).ravel(), atol=6e-4)
    assert picture.axis.start == int(np.argmax(expected))
    text = "".join(block for block in maps.maps(result, values) if isinstance(block, str))
    assert re.search(r"It says: trousers \d+", text) and "5,386" in text


def test_thumbnail_is_the_matrix() -> None:
    assert thumbnail().startswith("<svg") and thumbnail().count("<rect") == 16 * 6 + 2


# --- where things stand


def traces_of(picture: Picture, panel: int, name: str) -> list[dict[str, Any]]:
    return [trace for trace in picture.panels[panel].figure["data"] if trace["name"] == name]


def test_the_kernel_stands_beside_the_output_as_typed_and_as_turned() -> None:
    _, _, picture = drawn(image=DOT, kernel="1 2\n3 4\n5 6", operation="convolution")
    rows = [traces_of(picture, 1, f"w, row {k}") for k in (1, 2, 3)]
    turned, typed = zip(*rows, strict=True)
    assert [row["customdata"].tolist() for row in turned] == [[6, 5], [4, 3], [2, 1]]
    assert [row["customdata"].tolist() for row in typed] == [[1, 2], [3, 4], [5, 6]]
    assert {tuple(row["x"]) for row in turned} == {(-2, -1)} and {tuple(row["x"]) for row in typed} == {(-5, -4)}
    words = {note["text"]: note["x"] for note in picture.panels[1].figure["layout"]["annotations"]}
    assert words == {"output y": 0.5, "rotated by 180°": -2.5, "kernel w": -5.5}
    y = [traces_of(picture, 1, f"y, row {k}")[0] for k in (1, 2, 3)]
    assert [row["customdata"].tolist() for row in y] == [[0, 9, 18, 0], [0, 27, 36, 0], [0, 45, 54, 0]]
    assert ["meta" in row for row in (turned[0], typed[0], y[0])] == [True, True, False]  # without: in the data table
    track = picture.panels[1].tracks[0]
    assert list(zip(track.x, track.y, strict=True))[5] == (1.5, 1.5)  # type: ignore[arg-type]
    _, _, plain_one = drawn(image=DOT)
    words = [note["text"] for note in plain_one.panels[1].figure["layout"]["annotations"]]
    assert words == ["output y", "kernel w"]


@pytest.mark.parametrize(("order", "blocks", "word"), [("row", (3, 2), "row"), ("column", (4, 3), "col")])
def test_blocks_of_the_matrix_are_rows_or_columns(order: str, blocks: tuple[int, int], word: str) -> None:
    # 4 rows of 3 pixels; 3 rows of 2 outputs
    _, _, picture = drawn(image="1 2 3\n4 5 6\n7 8 9\n1 1 1", kernel="1 2\n3 4", order=order)
    mesh = traces_of(picture, 2, "cells")[0]
    verticals = {x for x, y in zip(mesh["x"], mesh["y"], strict=True) if y == 0.5 and np.isfinite(x)}
    assert verticals == {0.5 + blocks[0] * k for k in range(12 // blocks[0] + 1)}
    horizontals = {y for x, y in zip(mesh["x"], mesh["y"], strict=True) if x == 0.5 and np.isfinite(y)}
    assert horizontals == {0.5 + blocks[1] * k for k in range(6 // blocks[1] + 1)}
    axis = picture.panels[2].figure["layout"]["xaxis"]
    assert axis["tickvals"] == [1 + blocks[0] * k for k in range(12 // blocks[0])]
    assert axis["ticktext"][-1] == f"{word} {12 // blocks[0]}"
    image = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9], [1, 1, 1]])
    (vector,) = traces_of(picture, 2, "vec(x)")
    assert vector["customdata"].tolist() == image.flatten("C" if order == "row" else "F").tolist()
    assert vector["x"].tolist() == list(range(1, 13))
    (result,) = traces_of(picture, 2, "vec(y)")
    y = correlate2d(image, [[1, 2], [3, 4]], mode="valid")
    assert result["customdata"].tolist() == y.flatten("C" if order == "row" else "F").tolist()


def test_padding_is_written_as_zeros_around_the_image() -> None:
    _, _, picture = drawn(image="1 2\n3 4", kernel="1", padding=1)
    (zeros,) = traces_of(picture, 0, "padding")
    places = set(zip(zeros["x"].tolist(), np.round(zeros["y"] + 0.1).astype(int).tolist(), strict=True))
    assert places == {(x, y) for x in range(4) for y in range(4)} - {(1, 1), (1, 2), (2, 1), (2, 2)}
    assert set(zeros["text"]) == {"0"} and len(zeros["text"]) == 12
    _, _, back = drawn(image="1 2\n3 4", kernel="1", padding=1, view="transposed")
    assert not traces_of(back, 0, "padding") and traces_of(back, 0, "border of the image")
    _, _, bare = drawn(image="1 2\n3 4", kernel="1")
    assert not traces_of(bare, 0, "border of the image")
