"""Pictures: what they refuse, what travels to the browser, and the colors of both themes."""

from __future__ import annotations

import itertools
import json
import re
import zlib
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from plotly.offline import get_plotlyjs_version

from core.draw import live, page, style
from core.draw.packing import deflated, pack
from core.draw.rules import Recurrence
from core.draw.still import still

X = np.linspace(0.0, 1.0, 5)
AXIS = live.Axis("degree", "Degree", (1.0, 2.0, 4.0), ("1", "2", "4"))
BASIS = np.vander(X, 3, increasing=True).T
BLOCK = np.arange(15.0).reshape(3, 5)
FIBONACCI = Recurrence(8, 1, 13)
TRACKS = (
    live.Track(np.array([1.0, 2.0, 4.0])),
    live.Track(np.array([1.0, 2.0, 4.0]), np.array([0.0, 1.0, np.nan]), "second"),
)


def figure(traces: int = 1, **trace: Any) -> live.Figure:
    one = {"type": "scatter", "x": X, "y": X, "name": "line"} | trace
    return live.Figure(data=[one] * traces, layout=style.layout(title="A title", x="x", y="y"))


def strand_panel(scale: float = 1.0) -> live.Panel:
    coefs = [scale * np.arange(2.0 * p).reshape(2, p) for p in (1, 2, 3)]
    x = live.strands(np.tile(X, (2, 1)))
    return live.Panel(figure(x=x, y=None), "Two strands", (live.Frames(0, coefs, basis=BASIS),))


def read(packed: bytes) -> tuple[dict[str, Any], np.ndarray]:
    length = int.from_bytes(packed[:4], "little")
    return json.loads(packed[4 : 4 + length]), np.frombuffer(packed[4 + length :], dtype="<f4")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: live.Frames(0, []), "`values` must hold at least one array; got none."),
        (lambda: live.Frames(0, [np.ones((2, 2))]), "`values` without a basis must be"),
        (lambda: live.Frames(0, [np.ones(2)], basis=BASIS), "`values` with a basis must be"),
        (lambda: live.Frames(0, [np.ones((2, 1)), np.ones((3, 1))], basis=BASIS), "all with the same curves"),
        (lambda: live.Frames(0, [np.ones((2, 4))], basis=BASIS), "`basis` must have at least 4 rows; got 3."),
        (
            lambda: live.Frames(0, np.ones((3, 3)), rule=FIBONACCI),
            "`values` of this rule must be (steps, any, 3); got (3, 3).",
        ),
        (lambda: live.Panel(figure(), " "), "`alt` must describe"),
        (lambda: live.Panel(figure(), "A", column=3), "`column` must be 0, 1 or 2; got 3."),
        (
            lambda: live.Picture((live.Panel(figure(), "A", tracks=(live.Track(X),)),), AXIS),
            "`x` of a track must hold 3",
        ),
        (
            lambda: live.Picture((live.Panel(figure(), "A", tracks=(live.Track(X[:3], X),)),), AXIS),
            "`y` of a track must hold 3 numbers; got 5.",
        ),
        (
            lambda: live.Picture((live.Panel(figure(), "A", absent=("a", "b")),), AXIS),
            "`absent` must hold 1 or 3 texts; got 2.",
        ),
        (lambda: live.Panel(figure(), "A", (live.Frames(1, [X]),)), "`trace` must be in [0, 0]; got 1."),
        (lambda: live.Panel(figure(), "A", (live.Frames(-1, [X]),)), "`trace` must be in [0, 0]; got -1."),
        (lambda: live.Axis("a", "A", (), ()), "`values` must rise"),
        (lambda: live.Axis("a", "A", (1.0, 1.0), ("1", "1")), "`values` must rise and hold"),
        (lambda: live.Axis("a", "A", (1.0, 2.0), ("1",)), "`texts` must hold 2 texts; got 1."),
        (lambda: live.Readout("r", ("1",), "no role"), "`role` must be one of"),
        (lambda: live.Picture((), AXIS, (live.Readout("r", ("1", "2")),)), "`r` must hold 1 or 3 texts; got 2."),
        (lambda: live.Picture((), AXIS, sentences=("a", "b")), "`sentences` must hold 1 or 3 texts; got 2."),
        (
            lambda: live.Picture((live.Panel(figure(), "A", (live.Frames(0, [X, X]),)),), AXIS),
            "`values` must hold 3 arrays; got 2.",
        ),
        (
            lambda: pack(live.Picture((live.Panel(figure(), "A", (live.Frames(0, [np.ones((2, 2))], basis=BASIS),)),))),
            "2 times 5 numbers and a gap; got 5 numbers.",
        ),
    ],
)
def test_what_does_not_fit_is_refused(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        make()


def test_strands_put_a_gap_after_each_curve() -> None:
    np.testing.assert_array_equal(live.strands(np.array([[1, 2], [3, 4]])), [1, 2, np.nan, 3, 4, np.nan])


def test_frames_with_a_basis_multiply_out() -> None:
    drawn = strand_panel().frames[0].at(2).reshape(2, -1)
    np.testing.assert_allclose(drawn[:, :-1], [X + 2 * X**2, 3 + 4 * X + 5 * X**2])
    assert np.isnan(drawn[:, -1]).all()


def test_a_recurrence_is_worked_out_from_three_numbers() -> None:
    values = np.array([[[1.0, 1.0, -1.0]], [[-2.0, -2.0, 0.0]], [[0.5, 1.0, 0.25]]])
    frames = live.Frames(0, values, rule=FIBONACCI)
    np.testing.assert_array_equal(frames.at(0), [1, 1, 2, 3, 5, 8, 13, 13])  # 21 is cut off
    np.testing.assert_array_equal(frames.at(1), [1, 1, 4, 1, 13, 1, 13, 1])
    free = Recurrence(5, -999, 999)
    np.testing.assert_array_equal(live.Frames(0, values, rule=free).at(2), [1 / 2**k for k in range(5)])
    together = live.Frames(0, np.array([[[3.0, 3.0, 0.0], [4.0, 4.0, 0.0]]]), rule=free).at(0)
    np.testing.assert_allclose(together, [((9**k + 16**k) / 2) ** 0.5 for k in range(5)])


def test_a_packed_recurrence_says_what_it_is() -> None:
    frames = live.Frames(0, np.arange(18.0).reshape(3, 2, 3), rule=FIBONACCI)
    header, blob = read(pack(live.Picture((live.Panel(figure(), "A", (frames,)),), AXIS)))
    (packed,) = header["panels"][0]["frames"]
    assert packed["rule"] == {"name": "recurrence", "length": 8, "low": 1, "high": 13}
    offset, length = packed["values"]
    np.testing.assert_array_equal(blob[offset : offset + length], np.arange(18))
    assert packed["steps"] == 3


@pytest.mark.parametrize(("value", "index"), [(-9, 0), (1.4, 0), (1.6, 1), (2.9, 1), (3.1, 2), (99, 2)])
def test_the_nearest_value_of_an_axis(value: float, index: int) -> None:
    assert AXIS.nearest(value) == index


def plane() -> live.Plane:
    return live.Plane("spot", AXIS, live.Axis("y", "Y", (10.0, 20.0), ("10", "20")), (2.0, 20.0))


def test_a_plane_is_stepped_through_row_by_row() -> None:
    assert plane().values == ((1, 10), (2, 10), (4, 10), (1, 20), (2, 20), (4, 20))
    assert [plane().nearest(place) for place in plane().values] == [0, 1, 2, 3, 4, 5]
    assert plane().nearest((2.9, 14.9)) == 1 and plane().nearest((99, 99)) == 5
    moving = live.Panel(figure(), "A.", (live.Frames(0, np.arange(30.0).reshape(6, 5)),))
    (third,) = still(live.Picture((moving,), plane()), 3)
    np.testing.assert_array_equal(third.data[0].y, np.arange(15, 20))
    with pytest.raises(ValueError, match="`values` must hold 6 arrays; got 5"):
        live.Picture((live.Panel(figure(), "A.", (live.Frames(0, np.zeros((5, 5))),)),), plane())
    header, _ = read(pack(live.Picture((moving,), plane())))
    assert [axis["label"] for axis in header["axes"]] == ["Degree", "Y"]
    assert header["axes"][1]["values"] == [10, 20]


def test_x_can_have_a_basis_too() -> None:
    ring = np.array([[1.0, 1.0, 1.0], [1.0, 0.0, -1.0]])
    frames = [live.Frames(0, np.array([[[k, 2.0 * k]] for k in range(3)]), attr, ring) for attr in ("x", "y")]
    picture = live.Picture((live.Panel({"data": [{"type": "scatter"}], "layout": {}}, "A.", tuple(frames)),), AXIS)
    (drawn,) = still(picture, 2)
    np.testing.assert_array_equal(drawn.data[0].x, [6, 2, -2, np.nan])
    header, blob = read(pack(picture))
    x, y = header["panels"][0]["frames"]
    assert x["attr"] == "x" and x["values"] == y["values"] and x["basis"] == y["basis"]  # stored once
    assert (x["steps"], x["curves"], x["points"]) == (3, 1, 3)
    start, count = x["values"]
    np.testing.assert_array_equal(blob[start : start + count], [0, 0, 1, 2, 2, 4])
    assert "x" not in header["panels"][0]["data"][0]


def test_texts_that_come_again_travel_once() -> None:
    texts = tuple("a text of some length, with ² in it" if k % 2 else "another one" for k in range(50))
    many = live.Axis("a", "A", tuple(map(float, range(50))), tuple(map(str, range(50))))
    header, blob = read(pack(live.Picture((), many, (live.Readout("r", texts),), tuple(str(k) for k in range(50)))))
    packed = header["readouts"][0]["texts"]
    start, count = packed["at"]["f32"]
    assert tuple(packed["of"][int(which)] for which in blob[start : start + count]) == texts
    assert len(packed["of"]) == 2 and header["sentences"] == [str(k) for k in range(50)]


def test_still_figures_are_copies_at_one_value() -> None:
    moving = live.Panel(figure(2), "A", (live.Frames(1, [X, 2 * X, 3 * X]),))
    picture = live.Picture((moving, strand_panel()), AXIS)
    first, second = still(picture, 1)
    np.testing.assert_allclose(first.data[1].y, 2 * X)
    np.testing.assert_allclose(first.data[0].y, X)
    np.testing.assert_allclose(second.data[0].y[:5], X)
    np.testing.assert_allclose(moving.figure["data"][1]["y"], X)


def test_still_figures_show_the_handles_that_have_a_place() -> None:
    picture = live.Picture((live.Panel(figure(), "A", tracks=TRACKS),), AXIS)
    (middle,), (last,) = still(picture, 1), still(picture, 2)
    assert (middle.layout.shapes[0].x0, middle.layout.shapes[0].x1) == (2.0, 2.0)
    assert (middle.data[1].x, middle.data[1].y) == ((2.0,), (1.0,))
    assert middle.data[1].marker.color == style.color("second")
    assert len(last.data) == 1
    assert last.layout.shapes[0].x0 == 4.0


def test_what_is_large_travels_deflated() -> None:
    small, large = bytes([8, 0, 0, 0]) * 14_000, bytes([8, 0, 0, 0]) * 16_000
    assert deflated(small) is small
    sent = deflated(large)
    assert sent[:4] == bytes(4) and len(sent) < 1000
    assert zlib.decompress(sent[4:]) == large


def test_a_packed_picture_holds_everything_once() -> None:
    check = live.Check(("one", "two", "three"), (True, False, True), "how")
    readout = live.Readout("bias²", ("1", "2", "3"), "bias", "help", None, ("1 = 1", "2 = 2", "3 = 3"), check, True)
    moving = live.Panel(
        figure(2), "A", (live.Frames(1, [X, 2 * X, 3 * X]), live.Frames(1, BLOCK, "x")), TRACKS, ("gone",), 1, 300, True
    )
    picture = live.Picture((strand_panel(), moving), AXIS, (readout,), ("one", "two", "three"), (), ("[bias|few]",))
    packed = pack(picture, start=2.0, epoch=5)
    assert int.from_bytes(packed[:4], "little") % 4 == 0
    header, blob = read(packed)
    part = lambda ref: blob[ref[0] : ref[0] + ref[1]]  # noqa: E731
    assert header["state"] == {"start": 2.0, "epoch": 5}
    assert header["axes"] == [{"label": "Degree", "values": [1.0, 2.0, 4.0], "texts": ["1", "2", "4"]}]
    assert header["sentences"] == ["one", "two", "three"]
    assert header["summaries"] == ["[bias|few]"]
    assert header["roles"]["bias"] == "#0072B2"
    assert picture.words(1) == ("two",) and picture.summary(1) == "few"
    assert header["readouts"] == [
        {"label": "bias²", "texts": ["1", "2", "3"], "color": "#0072B2", "dash": "solid", "help": "help", "along": None}
        | {"formula": ["1 = 1", "2 = 2", "3 = 3"], "headline": True}
        | {"check": {"how": "how", "texts": ["one", "two", "three"], "agrees": [True, False, True]}}
    ]
    assert header["dark"]["#0072B2"] == style.PALETTE["bias"][1]
    strand, other = header["panels"]
    assert [other[name] for name in ("alt", "absent", "column", "height", "folded")] == ["A", ["gone"], 1, 300, True]
    line, dot = other["tracks"]
    assert line["y"] is None
    np.testing.assert_array_equal(part(line["x"]["f32"]), [1, 2, 4])
    np.testing.assert_array_equal(part(dot["y"]["f32"]), [0, 1, np.nan])
    assert dot["color"] == style.color("second")
    assert other["layout"]["xaxis"]["title"]["text"] == "x"
    assert other["layout"]["template"] == {}
    assert "y" not in other["data"][1]
    np.testing.assert_allclose(part(other["data"][0]["y"]["f32"]), X)
    assert other["data"][0]["x"] == strand["data"][0]["x"]  # one grid for all
    assert "x" not in other["data"][1]
    frames, block = other["frames"]
    assert (frames["trace"], frames["attr"]) == (1, "y")
    assert (block["trace"], block["attr"], block["steps"]) == (1, "x", 3)
    np.testing.assert_array_equal(part(block["values"]).reshape(3, 5), BLOCK)
    np.testing.assert_allclose([part(ref) for ref in frames["values"]], [X, 2 * X, 3 * X], rtol=1e-7)
    (frames,) = strand["frames"]
    assert (frames["curves"], frames["points"]) == (2, 5)
    np.testing.assert_allclose(part(frames["basis"]).reshape(3, 5), BASIS, rtol=1e-7)
    np.testing.assert_array_equal(part(frames["values"][2]), np.arange(6))


def test_what_json_cannot_say_still_travels() -> None:
    odd = figure(y=[1.0, np.nan, np.inf], x=["a", "b", "c"], customdata=[[1, 2], [3, 4], [5, 6]])
    header, _ = read(pack(live.Picture((live.Panel(odd, "A"),))))
    assert header["panels"][0]["data"][0]["y"] == [1.0, None, None]
    assert header["panels"][0]["data"][0]["x"] == ["a", "b", "c"]


def test_a_digest_changes_with_the_panel_and_with_nothing_else() -> None:
    def digests(*panels: live.Panel) -> list[str]:
        return [panel["digest"] for panel in read(pack(live.Picture(panels, AXIS)))[0]["panels"]]

    still = live.Panel(figure(), "A")
    assert digests(strand_panel(), still) == digests(still, strand_panel())[::-1]
    assert digests(strand_panel(1.0)) != digests(strand_panel(1.001))
    assert digests(still) != digests(live.Panel(figure(), "B"))
    assert digests(still) != digests(live.Panel(figure(y=2 * X), "A"))
    frames = (live.Frames(0, [X, 2 * X, 3 * X]),)
    built_elsewhere = live.Panel(figure(y=3 * X), "A", frames)
    assert digests(live.Panel(figure(), "A", frames)) == digests(built_elsewhere)


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def contrast(a: str, b: str) -> float:
    """Contrast ratio of WCAG 2.1."""
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_the_formula_of_contrast_is_the_one_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.478, abs=1e-3)  # the well-known near miss of 4.5


QUIET = {"grid", "axis", "paper"}
LINES = [role for role, (light, _) in style.PALETTE.items() if light.startswith("#") and role not in QUIET]


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize("role", LINES)
def test_each_line_stands_out_from_its_page(role: str, theme: int) -> None:
    page = style.PALETTE["paper"][theme]
    least = 4.5 if role in {"text", "muted", "accent"} else 3.0
    assert contrast(style.PALETTE[role][theme], page) >= least


def test_the_swap_to_dark_is_unambiguous() -> None:
    lights = dict(style.PALETTE.values())
    for light, night in style.PALETTE.values():
        assert lights[light] == night
    for one, other in itertools.permutations(lights, 2):
        assert not other.startswith(one)
    assert not set(lights) & set(lights.values())


def test_dark_figures_change_their_colours_and_nothing_else() -> None:
    label = f'<span style="color:{style.color("bias")}">bias</span>'
    light = go.Figure(**figure(line=style.line("bias"), text=label, customdata=np.arange(10.0).reshape(5, 2)))
    night = style.dark(light)
    assert night.data[0].line.color == style.PALETTE["bias"][1]
    assert night.data[0].text == label.replace(*style.PALETTE["bias"])
    assert night.layout.font.color == style.PALETTE["text"][1]
    np.testing.assert_array_equal(night.data[0].y, X)
    np.testing.assert_array_equal(night.data[0].customdata, np.arange(10.0).reshape(5, 2))
    assert light.data[0].line.color == style.PALETTE["bias"][0]


@pytest.mark.parametrize(
    ("value", "top"),
    [(1.0, 1.0), (1.01, 1.25), (0.61, 0.63), (8.01, 10.0), (99.0, 100.0), (0.0002, 0.0002), (3e-9, 3.2e-9)],
)
def test_axes_end_at_round_numbers(value: float, top: float) -> None:
    assert style.ceiling(value) == pytest.approx(top, rel=1e-12)


def test_the_common_layout_can_be_refined() -> None:
    layout = style.layout(title="T", x="X", y="Y", xaxis={"range": [0, 1], "title": {"standoff": 3}})
    assert layout["xaxis"]["range"] == [0, 1]
    assert layout["xaxis"]["title"]["text"] == "X"
    assert layout["xaxis"]["title"]["standoff"] == 3
    assert layout["yaxis"]["title"]["text"] == "Y"
    assert layout["title"]["text"] == "T"
    assert layout["showlegend"] is False
    assert "range" not in style.layout()["xaxis"]


def test_plotly_js_is_the_one_of_plotly() -> None:
    assert page.PLOTLY_JS.is_file()
    head = page.PLOTLY_JS.read_text("utf-8")[:200]
    assert f"v{get_plotlyjs_version()}" in head
    assert "MIT License" in (page.STATIC / "plotly-LICENSE").read_text("utf-8")


def test_what_follows_one_direction_of_a_plane_is_found_at_every_step() -> None:
    across = live.Axis("a", "A", (1.0, 2.0, 4.0), ("1", "2", "4"))
    up = live.Axis("b", "B", (1.0, 2.0, 4.0, 8.0), ("1", "2", "4", "8"))
    quotients = tuple(f"{2.0**k:g}" for k in range(-2, 4))  # up / across, from 1/4 to 8
    words = [((1, 0), across.texts), ((0, 1), up.texts), ((-1, 1), quotients)]
    picture = live.Picture((), live.Plane("p", across, up, (1, 1)), remarks=tuple(live.Remark(t, a) for a, t in words))
    for index, (x, y) in enumerate(picture.axis.values):  # type: ignore[union-attr]
        assert picture.words(index) == (f"{x:g}", f"{y:g}", f"{y / x:g}")
    with pytest.raises(ValueError, match="must hold 1 or 6 texts; got 3"):
        live.Picture((), picture.axis, (live.Readout("ratio", across.texts, along=(-1, 1)),))


def test_texts_travel_once_and_are_never_empty():
    words = [["3 : 12", "pure"], ["pure", ""], ["3 : 12", "pure"]]
    one = live.Panel(figure(mode="text"), "Words that change", (live.Texts(0, words),))
    header, blob = read(pack(live.Picture((one,), AXIS)))
    (frames,) = header["panels"][0]["frames"]
    assert frames["of"] == ["3 : 12", "pure", "\N{NO-BREAK SPACE}"]
    places = [blob[offset : offset + count].tolist() for offset, count in frames["values"]]
    assert places == [[0, 1], [1, 2], [0, 1]]
    assert still(live.Picture((one,), AXIS), 1)[0].data[0].text == ("pure", "")
    digests = {
        read(pack(live.Picture((live.Panel(figure(mode="text"), "Words", (live.Texts(0, rows),)),), AXIS)))[0][
            "panels"
        ][0]["digest"]
        for rows in (words, words[::-1], [["a", "b"]] * 3)
    }
    assert len(digests) == 2
    with pytest.raises(ValueError, match="`values` must hold 3"):
        live.Picture((live.Panel(figure(mode="text"), "Words", (live.Texts(0, words[:2]),)),), AXIS)
