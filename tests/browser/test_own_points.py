"""A visitor's own points in a real browser: sliders stay live."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from core.kit.controls import Scale
from core.regression.points import POINTS
from tests.browser.test_live_sliders import are_live
from tests.states import LABS

OpenPage = Callable[..., Page]


@pytest.mark.nightly
@pytest.mark.parametrize(("name", "slider"), [("regularization", "degree"), ("bias_variance", "max_degree")])
def test_sliders_are_live(app_url: str, open_page: OpenPage, name: str, slider: str) -> None:
    lab = next(lab for lab in LABS if lab.name == name)
    control = next(control for control in lab.controls if control.name == slider)
    assert isinstance(control, Scale)
    are_live(app_url, open_page, lab, {"truth": POINTS}, [control])
