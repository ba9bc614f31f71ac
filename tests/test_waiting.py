"""A page that waits for work: progress, Cancel, and the last good picture meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from streamlit.testing.v1 import AppTest


@dataclass
class Work:
    """A stand-in for a task of the helper process."""

    title: str = "Fitting a model"
    seconds: float = 3.2
    done: bool = False
    waited: int = 0
    cancelled: bool = False

    def wait(self, seconds: float) -> None:
        self.waited += 1

    def cancel(self) -> None:
        self.cancelled = self.done = True


WORK: dict[float, Work] = {}


def tasks(separation: float) -> list[Work]:
    return [WORK[separation]] if separation in WORK else []


@pytest.fixture
def page(new_app: Callable[..., AppTest]) -> Callable[..., AppTest]:
    WORK.clear()

    def open_it(**query: str) -> AppTest:
        app = new_app("tests/waiting_app.py", source="gauss", n_cases="100", **query)
        app.run()
        assert not app.exception
        return app

    return open_it


def shown(app: AppTest) -> bool:
    return bool(app.get("bidi_component"))


def words(app: AppTest) -> str:
    return " ".join(text.value for text in app.markdown)


def test_progress_is_shown_until_the_work_is_done(page: Callable[..., AppTest]) -> None:
    WORK[2.0] = Work()
    app = page(separation="2")
    assert not shown(app)
    assert "Fitting a model: 3 s" in words(app)
    assert WORK[2.0].waited == 1
    WORK[2.0].done = True
    app.run()
    assert shown(app)
    assert "Fitting" not in words(app)


def test_the_last_picture_stays_while_other_work_is_done(page: Callable[..., AppTest]) -> None:
    app = page()
    assert shown(app)
    WORK[2.0] = Work()
    app.select_slider("ranking_curves.separation").set_value(2.0).run()
    assert shown(app)
    assert "Fitting a model" in words(app)


def test_cancel_stops_the_work_and_can_be_taken_back(page: Callable[..., AppTest]) -> None:
    work = WORK[2.0] = Work()
    app = page(separation="2")
    app.button("ranking_curves:cancel").click().run()
    assert work.cancelled
    assert "Stopped." in app.info[0].value
    assert not shown(app)
    WORK[2.0] = Work(done=True)
    app.run()
    assert "Stopped." in app.info[0].value  # nothing starts again by itself
    app.button("ranking_curves:go_on").click().run()
    assert shown(app)
    assert not app.info


def test_other_settings_are_not_stopped(page: Callable[..., AppTest]) -> None:
    WORK[2.0] = Work()
    app = page(separation="2")
    app.button("ranking_curves:cancel").click().run()
    app.run()  # the whole page, as a browser has it
    app.select_slider("ranking_curves.separation").set_value(3.0).run()
    assert shown(app)
    assert not app.info
