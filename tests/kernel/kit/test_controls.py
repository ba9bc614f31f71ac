"""Controls: parsing, formatting, links."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kit.brought import Fetch, Fetched, File
from core.kit.controls import Choice, Control, LogSlider, Places, Seed, Several, Slider, Text, Toggle
from core.kit.links import from_link, to_link

DEGREE = Slider(name="degree", label="Degree", help="h", default=3, low=1, high=20)
NOISE = Slider(name="noise", label="Noise", help="h", default=0.5, low=0, high=3, step=0.05, also=(math.sqrt(0.3),))
PENALTY = LogSlider(name="penalty", label="Penalty", help="h", default=1.0, low=1e-3, high=1e3, per_decade=2, zero=True)
COLOR = Choice(name="color", label="Colour", help="h", default="red", options={"red": "Red", "blue": "Blue"})
KEPT = Several(name="kept", label="Kept", help="h", default=(1, 3), options=range(1, 6), limit=3)
FLAG = Toggle(name="flag", label="Flag", help="h")
ALL = (DEGREE, NOISE, PENALTY, COLOR, KEPT, FLAG, Seed())


def test_whole_number_slider_has_whole_values() -> None:
    assert DEGREE.values == tuple(range(1, 21))
    assert all(type(value) is int for value in DEGREE.values)


def test_values_off_the_grid_are_reachable_exactly() -> None:
    assert math.sqrt(0.3) in NOISE.values
    assert NOISE.parse(NOISE.format(math.sqrt(0.3))) == math.sqrt(0.3)
    assert NOISE.values[:3] == (0, 0.05, 0.1)


def test_log_slider_has_zero_and_equal_ratios() -> None:
    values = PENALTY.values
    assert values[0] == 0 and values[1] == 1e-3 and values[-1] == 1e3 and len(values) == 14
    assert [b / a for a, b in zip(values[1:], values[2:], strict=False)] == pytest.approx([10**0.5] * 12, rel=1e-5)
    assert PENALTY.parse("0.9") == 1.0 and PENALTY.parse("-3") == 0.0


@pytest.mark.parametrize("control", [DEGREE, NOISE, PENALTY, COLOR, FLAG], ids=lambda c: c.name)
def test_every_value_survives_a_link(control: Slider | LogSlider | Choice | Toggle) -> None:
    for value in control.values:
        assert control.parse(control.format(value)) == value


def test_seed_and_several_survive_a_link() -> None:
    assert Seed().parse(Seed().format(99_999)) == 99_999
    for value in [(), (2,), (1, 3, 5)]:
        assert KEPT.parse(KEPT.format(value)) == value
    assert KEPT.parse("5.4.3.2.1.77") == (1, 2, 3)


@pytest.mark.parametrize("text", ["nan", "inf", "1e309", "1_0", "٣", "", " 3", "0x10", "3;4", "1" * 400, "--1", "1e"])
def test_what_is_no_number_is_refused(text: str) -> None:
    for control in (DEGREE, NOISE, PENALTY, Seed()):
        with pytest.raises(ValueError, match="is not a number"):
            control.parse(text)


@pytest.mark.parametrize(("text", "value"), [("0", 1), ("-5", 1), ("21", 20), ("1e300", 20), ("7.4", 7), ("7", 7)])
def test_numbers_out_of_range_go_to_the_nearest_value(text: str, value: int) -> None:
    assert DEGREE.parse(text) == value


def test_the_link_holds_only_what_differs() -> None:
    values = {c.name: c.default for c in ALL}
    assert to_link(ALL, values) == {}
    assert to_link(ALL, values | {"degree": 7, "flag": True, "kept": ()}) == {"degree": "7", "flag": "1", "kept": ""}


def test_a_link_is_not_told_that_the_nearest_value_is_the_one_it_asks_for() -> None:
    rate = LogSlider(
        name="rate", label="Rate", help="", default=1.0, low=0.01, high=1.0, per_decade=20, display=lambda v: f"{v:.2f}"
    )
    assert from_link([rate], {"rate": ["0.02"]}) == ({"rate": 0.0199526}, [])
    (note,) = from_link([rate], {"rate": ["0.3"]})[1]
    assert "showing 0.32." in note


def test_each_part_of_a_link_that_cannot_be_taken_gets_a_sentence() -> None:
    query = {"degree": ["99"], "color": ["green"], "unknown": ["1"], "flag": ["1", "0"], "noise": ["0.547723"]}
    values, notes = from_link(ALL, query)
    assert values == {c.name: c.default for c in ALL} | {"degree": 20, "noise": math.sqrt(0.3)}
    assert len(notes) == 4
    assert "99 in the link is not available; showing 20." in notes[0]
    assert "'green' is not one of red, blue" in notes[1]
    assert "more than once" in notes[2]
    assert "'unknown' in the link" in notes[3]


@pytest.mark.parametrize("text", ["7.0", "+7", "07", "70e-1"])
@pytest.mark.parametrize("control", [DEGREE, Seed()])
def test_another_spelling_of_a_number_needs_no_sentence(control: Control, text: str) -> None:
    assert from_link((control,), {control.name: [text]}) == ({control.name: 7}, [])


@given(st.dictionaries(st.text(max_size=12) | st.sampled_from([c.name for c in ALL]), st.lists(st.text(max_size=50))))
def test_no_link_can_do_harm(query: dict[str, list[str]]) -> None:
    values, _ = from_link(ALL, query)
    assert from_link(ALL, {key: [text] for key, text in to_link(ALL, values).items()}) == (values, [])


def test_log_slider_between_whole_numbers_has_whole_values() -> None:
    size = LogSlider(name="size", label="Size", help="h", default=1000, low=100, high=1_000_000, per_decade=1)
    assert size.values == (100, 1000, 10_000, 100_000, 1_000_000)
    assert all(type(value) is int for value in size.values)


def test_a_link_carries_no_file() -> None:
    file = File(name="file", label="File", help="h", read=lambda name, content: content)
    assert to_link((file, DEGREE), {"file": b"1", "degree": 4}) == {"degree": "4"}
    values, notes = from_link((file,), {"file": ["x"]})
    assert values == {"file": None}
    assert notes == ["Ignored the link's value for “File” (a link cannot contain a file); showing no file."]


def test_a_link_carries_the_name_of_what_is_fetched_but_asks_for_nothing() -> None:
    asked: list[str] = []
    fetch = Fetch(name="set", label="Set", help="h", begin=asked.append, button="Get it")
    values, notes = from_link((fetch,), {"set": ["iris"]})
    assert values == {"set": Fetched("iris")}
    assert not values["set"]
    assert Fetched("iris", "some work")
    assert to_link((fetch,), values) == {"set": "iris"}
    assert notes == asked == []
    for text in ("x" * 61, "a\x00b"):
        assert len(from_link((fetch,), {"set": [text]})[1]) == 1


def test_a_control_is_shown_where_it_means_something() -> None:
    folds = Slider(name="folds", label="Folds", help="h", default=5, low=2, high=9, when=("color", ("red",)))
    assert folds.shown({"color": "red"})
    assert not folds.shown({"color": "blue"})
    assert DEGREE.shown({})


SPOTS = Places(
    name="spots",
    label="Spots",
    help="h",
    default=((1.0, -1.5),),
    across=tuple(float(x) for x in range(11)),
    up=(-1.5, 0.0, 20.0),
    limit=3,
)


def test_places_survive_a_link() -> None:
    value = ((2.0, 0.0), (10.0, -1.5))
    assert SPOTS.format(value) == "2~0_10~-1.5"
    assert SPOTS.parse("2~0_10~-1.5") == value
    assert SPOTS.show(value) == "(2, 0), (10, -1.5)"
    assert SPOTS.parse("2.2~9_-7~1e9_3~0_4~0") == ((2.0, 0.0), (0.0, 20.0), (3.0, 0.0))  # to the nearest, three of them


@pytest.mark.parametrize("text", ["", "3", "1~2~3", "1~2_", "1~x", "nan~1", "1~", "~"])
def test_what_are_no_places_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="pairs of coordinates|not a number"):
        SPOTS.parse(text)


def test_a_click_adds_a_point_or_takes_one_into_the_hand() -> None:
    one = ((1.0, 0.0),)
    two = SPOTS.pointed(one, (4.2, 17.0))
    assert two == ((1.0, 0.0), (4.0, 20.0))
    assert SPOTS.pointed(two, (1.25, 0.5)) == ((4.0, 20.0), (1.0, 0.0))
    assert SPOTS.pointed(two, (1.35, 0.5)) == ((1.0, 0.0), (4.0, 20.0), (1.0, 0.0))  # too far: a point of its own
    three = SPOTS.pointed(two, (9.0, -1.0))
    assert len(three) == 3 and SPOTS.pointed(three, (6.0, -1.0)) == three


def test_a_text_is_cleaned_and_comes_back_from_its_link() -> None:
    text = Text(name="text", label="Text", help="h", default="a", limit=10, examples=("b",))
    assert text.values == ("a", "b")
    assert text.parse(" a,\r\nb\rc\x00\u200b\td ") == "a,\nb\nc\td"
    assert text.parse(text.format("a,\nb")) == "a,\nb"
    assert from_link((text,), {"text": ["  b\r\n"]}) == ({"text": "b"}, [])
    values, notes = from_link((text,), {"text": ["x" * 11]})
    assert values == {"text": "a"} and "11 characters; the limit is 10" in notes[0]
    assert text.show("x" * 60) == "x" * 60 and text.show("x" * 61) == "x" * 60 + " …"


def test_a_text_may_be_packed_for_its_link() -> None:
    def unpack(link: str) -> str:
        if not link.startswith("z."):
            raise ValueError("it is not packed")
        return link[2:]

    text = Text(name="text", label="Text", help="h", limit=10, pack="z.{}".format, unpack=unpack)
    assert to_link((text,), {"text": "abc"}) == {"text": "z.abc"}
    assert from_link((text,), {"text": ["z.abc"]}) == ({"text": "abc"}, [])
    assert "(it is not packed)" in from_link((text,), {"text": ["abc"]})[1][0]


def test_of_many_values_a_refusal_names_the_one_that_was_meant() -> None:
    net = Choice(
        name="net", label="Net", help="h", default="n0", options={f"n{k}": "" for k in range(30)} | {"vgg16": ""}
    )
    for text, words in (("vgg61", "did you mean vgg16?"), ("entirely else", "'entirely else' is not known")):
        with pytest.raises(ValueError, match="is not known") as caught:
            net.parse(text)
        assert words in str(caught.value) and len(str(caught.value)) < 60


def test_a_slider_with_whole_values_off_its_grid() -> None:
    size = Slider(name="size", label="Size", help="h", default=0, low=0, high=64, step=32, also=(1, 33), display=str)
    assert size.values == (0, 1, 32, 33, 64) and all(type(value) is int for value in size.values)
    assert size.parse("30") == 32
