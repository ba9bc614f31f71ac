"""Points set by clicks, on every page that takes a visitor's own points: what a click changes, and what it refuses."""

import re
from typing import Any

import numpy as np
import pytest

from core.draw.own_points import OWN_POINTS
from core.kit.lab import Clickable, Lab
from core.regression.points import CARS, POINTS, Points, clicked, read_text
from tests.states import LABS
from tests.whole import check_picture

PAGES = [lab for lab in LABS if OWN_POINTS in lab.sections]
each_page = pytest.mark.parametrize("lab", PAGES, ids=lambda lab: lab.name)


def clickable(lab: Lab, values: dict[str, Any]) -> Clickable:
    """Return the picture of the section."""
    section = next(section for section in lab.sections if section is OWN_POINTS)
    block = list(section.blocks(None, values))[-1]
    assert isinstance(block, Clickable)
    return block


def test_these_pages_take_points() -> None:
    assert {lab.name for lab in PAGES} == {"bias_variance", "model_selection", "regularization"}


@each_page
def test_a_click_adds_a_point_and_another_removes_it(lab: Lab) -> None:
    values = lab.fresh
    block = clickable(lab, values)
    check_picture(block.picture)
    after = values | block.take((15.02, 100.04), values)
    assert after["truth"] == POINTS
    old, new = (np.transpose(read_text(v["pasted"])).tolist() for v in (values, after))
    assert new == [*old, pytest.approx([15.02, 100.04], abs=0.1)]
    lab.draw(lab.result(after), after)
    link = lab.link(after)
    assert lab.read_link({name: [text] for name, text in link.items()}) == (after, [])
    back = after | clickable(lab, after).take((15.1, 99.9), after)
    assert np.transpose(read_text(back["pasted"])).tolist() == old


@each_page
def test_a_file_is_not_changed_by_clicks(lab: Lab) -> None:
    x = np.arange(5.0)
    values = lab.fresh | {"truth": POINTS, "upload": Points("some.csv", "0", x, x)}
    assert list(OWN_POINTS.blocks(None, values)) == [
        "A file replaces the typed points; remove it above to set points by clicks."
    ]


def test_a_header_comments_and_notations_stay() -> None:
    text = "time; size\n# mine\n1,5; 2\n\n2; 3,5\n3; 3\n4; 5"
    more = clicked(text, (3.5, 4.5), 3, 3)
    assert more == text + "\n3.500 4.500"
    assert clicked(more, (2.0, 3.5), 3, 3) == more.replace("2; 3,5\n", "")
    assert clicked(more, (3.5, 4.5), 3, 3) == text


@pytest.mark.parametrize("unit", [1e-5, 1.0, 1e7])
def test_a_point_is_where_it_was_clicked(unit: float) -> None:
    text = "\n".join(f"{k * unit} {k * k * unit}" for k in range(5))
    x, y = read_text(clicked(text, (2.5 * unit, 11.1 * unit), 5 * unit, 16 * unit))
    assert (x[-1], y[-1]) == (pytest.approx(2.5 * unit, abs=0.003 * unit), pytest.approx(11.1 * unit, abs=0.01 * unit))


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("1 1\n2 2\n3 3\n4 4", (4.0, 4.0), "There are 3 points; bring between 4 and 2,000."),
        ("1 1\n1 2\n2 3\n3 4", (3.0, 4.0), "There are 3 points; bring between 4 and 2,000."),
        ("1 1\n1 2\n2 3\n2 1\n3 4", (3.0, 4.0), "There are only two different x;"),
        ("1 1\n2 2\n3 3\n4 four", (4.0, 4.0), "“four” in line 4 is not a number; correct it or leave out the line."),
        (CARS + "\n#" + "-" * (19_998 - len(CARS)), (4.0, 100.0), "The points take more than 20,000 characters;"),
    ],
)
def test_a_click_that_leaves_nothing_to_fit_is_a_sentence(text: str, place: tuple[float, float], words: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(words)):
        clicked(text, place, 3, 3)
