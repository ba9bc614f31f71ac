"""A typed true function on the pages that draw data from one: the same numbers, its script, its link, its refusals."""

import re
from pathlib import Path
from typing import Any

import pytest

from core.kit.lab import Lab
from core.kit.refusal import reason
from tests.states import LABS
from tests.test_pages import compare_script

PAGES = [lab for lab in LABS if any(control.name == "formula" for control in lab.controls)]
each_page = pytest.mark.parametrize("lab", PAGES, ids=lambda lab: lab.name)
OWN = {"truth": "own", "formula": "sin(2*x)/x", "low": 0.5}


def shown(lab: Lab, **change: Any) -> list[str]:
    """Return the readouts on screen."""
    values = lab.fresh | change
    picture = lab.draw(lab.result(values), values)
    return [picture.text(readout, picture.axis.nearest(lab.stand(values))) for readout in picture.readouts]


def test_these_pages_take_one() -> None:
    assert {lab.name for lab in PAGES} == {"bias_variance", "model_selection", "regularization"}


@each_page
def test_a_known_function_typed_gives_the_same_numbers(lab: Lab) -> None:
    assert shown(lab, truth="own", formula="5/(1 + (x - 5)^2)") == shown(lab, truth="runge")
    assert shown(lab, truth="own", formula="x") != shown(lab, truth="runge")


@each_page
def test_the_script_prints_the_same_numbers(lab: Lab, tmp_path: Path) -> None:
    values = lab.fresh | OWN
    assert "return np.sin(2 * x) / x" in lab.export_script(values)
    compare_script(lab, values, tmp_path)


@each_page
def test_a_link_holds_it(lab: Lab) -> None:
    values = lab.fresh | OWN
    link = lab.link(values)
    assert link["formula"] == "sin(2*x)/x"
    assert lab.read_link({name: [text] for name, text in link.items()}) == (values, [])


@each_page
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"low": 0.0}, "Your function has no finite value at x = 0; change it or the range of x."),
        ({"formula": "__import__('os').system('ls')"}, "Unexpected “'” at 12; write the function like sin(2*x)/3."),
        ({"formula": "2*sni(x)"}, "Unknown name “sni” at 3; did you mean sin?"),
    ],
)
def test_what_has_no_numbers_is_a_sentence(lab: Lab, change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(words)) as error:
        lab.result(lab.fresh | OWN | change)
    assert reason(error.value)


@each_page
def test_it_is_shown_only_where_it_matters(lab: Lab) -> None:
    control = next(control for control in lab.controls if control.name == "formula")
    assert control.shown(lab.fresh | OWN) and not control.shown(lab.fresh)
