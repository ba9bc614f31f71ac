"""Templates, variants, and sheets, on one small template."""

import random
from dataclasses import dataclass, replace

import pytest

from core.exercises.questions import Slip, count, number
from core.exercises.sheets import LONGEST, pick, picked, sheet
from core.exercises.templates import Refused, Template


@dataclass(frozen=True)
class Product:
    a: int
    b: int


def draw(chance: random.Random) -> Product:
    found = Product(chance.randint(2, 30), chance.randint(2, 30))
    if found.a == found.b:
        raise Refused("A square hides which factor is which.")
    return found


def template(key: str, draw=draw, published: Product | None = None) -> Template[Product]:
    return Template(
        key=key,
        title="A product",
        topic="Arithmetic",
        minutes=1,
        draw=draw,
        published=published,
        text=lambda p: f"What is {p.a} · {p.b}?",
        ask=lambda p: [count("Product", p.a * p.b, [Slip("sum", p.a + p.b, "That is the sum.")])],
        state=lambda p: {"a": p.a, "b": p.b},
        hints=lambda p: ["Multiply."],
        lesson="Factors commute.",
    )


ONE, OTHER = template("toy.one", published=Product(6, 7)), template("toy.other")
ALL = {one.key: one for one in (ONE, OTHER)}


def test_a_variant_is_the_same_each_time_and_variant_0_is_the_published_one():
    assert ONE.variant(0).questions[0].truth == 42
    assert ONE.variant(7).parameters == ONE.variant(7).parameters != ONE.variant(8).parameters
    assert OTHER.variant(0).parameters != OTHER.variant(7).parameters
    assert ONE.variant(7).key == "toy.one-7"
    with pytest.raises(ValueError, match="from 0 to 999,999"):
        ONE.variant(-1)


def test_a_draw_that_cannot_be_told_apart_is_drawn_again():
    def unlucky(chance: random.Random) -> Product:
        return Product(2, chance.choice([2, 3]))  # 2 + 2 is 2 · 2

    assert {template("toy.x", unlucky).variant(k).questions[0].truth for k in range(20)} <= {4, 6}


def test_a_draw_whose_mistake_is_too_near_is_drawn_again():
    def near(p: Product):
        return [number("Ratio", p.a / p.b, [Slip("near", p.a / p.b + 1e-9 * (p.a > 2), "A hair off.")])]

    ask = replace(template("toy.x", lambda chance: Product(chance.choice([2, 3]), 7)), ask=near)
    assert {ask.variant(k).parameters for k in range(20)} == {Product(2, 7)}

    def refuses(chance: random.Random) -> Product:
        raise Refused("Never.")

    with pytest.raises(ValueError, match="try another one"):
        template("toy.x", refuses).variant(1)


def test_a_sheet_is_drawn_by_seed_and_repeats_a_template_last():
    drawn = sheet([ONE, OTHER], n=5, seed=42)
    assert drawn == sheet([ONE, OTHER], n=5, seed=42) != sheet([ONE, OTHER], n=5, seed=43)
    assert [one.template.key for one in drawn[:4]] == ["toy.one", "toy.other"] * 2
    with pytest.raises(ValueError, match="1 to 30"):
        sheet([ONE], n=31, seed=1)
    with pytest.raises(ValueError, match="another topic"):
        sheet([], n=1, seed=1)


def test_picks_travel_in_a_link_and_the_unknown_is_said():
    drawn = [ONE.variant(7), OTHER.variant(3)]
    assert picked(pick(drawn), ALL) == (drawn, [])
    found, notes = picked("toy.one-7~gone.away-1~toy.one-x~" + "\x00" * 5, ALL)
    assert found == [ONE.variant(7)]
    assert notes == ["3 of the exercises in the link are not known here."]
    found, notes = picked("~".join(["toy.one-1"] * 1000), ALL)
    assert len(found) == LONGEST
    assert "at most 30" in notes[0]
