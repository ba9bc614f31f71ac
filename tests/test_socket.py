"""A live picture, by the message that a page sends, against the picture of the page's own script: byte for byte."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from streamlit.testing.v1 import AppTest

from core.draw.packing import deflated, pack
from core.kit.controls import Choice, Control, Places, Scale, Seed, Several, Toggle
from core.kit.lab import Lab
from core.kit.links import to_link
from pages.ui import frame
from pages.ui.server import live
from tests.states import LABS, NIGHTLY

STATES = 500  # in all, at night
SOME = 2  # of each page, at each push


@pytest.fixture(scope="module")
def chart() -> Iterator[dict[str, Any]]:
    """Return what the pages' scripts show in place of a chart: the last picture, and what it is sent with."""
    shown: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(live._open, "route", True)
        patch.setattr(frame, "live_chart", lambda picture, **sent: shown.update(picture=picture, **sent))
        patch.setattr(Lab, "completed_by", lambda self, result, values: [])  # it would change a picture at any moment
        yield shown


def any_value(control: Control, dice: random.Random) -> Any:
    """Draw a value of a control."""
    if isinstance(control, Seed):
        return dice.randint(0, control.high)
    if isinstance(control, Several):
        return tuple(sorted(dice.sample(list(control.options), dice.randint(0, control.limit))))
    if isinstance(control, Places):
        return ((dice.choice(control.across), dice.choice(control.up)),)
    return dice.choice(control.values)  # type: ignore[attr-defined]


@pytest.mark.parametrize("number", range(-(-STATES // len(LABS)) if NIGHTLY else SOME))
@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
def test_a_drag_ends_at_the_picture_that_the_script_draws(
    new_app: Callable[..., AppTest], chart: dict[str, Any], lab: Lab, number: int
) -> None:
    dice = random.Random(f"{lab.name} {number}")
    movable = [c for c in lab.controls if c.name in lab.drawn_from and isinstance(c, Scale | Choice | Toggle)]
    values = lab.fresh | {c.name: any_value(c, dice) for c in dice.sample(lab.controls, dice.randint(0, 4))}
    if lab.name == "ranking_curves":
        values |= {"source": "gauss", "n_cases": 1000, "resamples": 100}  # others wait for the helper process
    control = dice.choice(movable)
    place = dice.randrange(len(control.values))
    app = new_app(**to_link(lab.all_controls, values))
    app.switch_page(f"pages/{lab.name}.py").run()
    assert not app.exception, app.exception
    sent, record = dict(chart), app.session_state[f"lab:{lab.name}"]
    if sent["source"] is None:
        assert len(urlencode(to_link(lab.controls, values))) > live.LONGEST - live.OTHER - 100
        return
    start = sent["start"]
    stand = list(start) if lab.second else [start]
    live._DRAGS._held.clear()
    answer = live.draw(
        json.dumps({**sent["source"], "control": control.name, "place": place, "stand": stand, "known": []})
    )
    record.set(control.name, control.values[place])
    app.run()
    assert not app.exception, app.exception
    if record.refusal or lab.tasks(record.values):
        assert answer == b""
        return
    picture = chart["picture"]
    assert answer == deflated(pack(picture, at=picture.axis.nearest(start)))
