"""On a public host only the session that began a run may change it; on a private one everybody may."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import jobs
from core.training.runs import Seen
from pages.ui import owner, runs

NewApp = Callable[..., AppTest]
RECORDS = ({"step": 0, "rates": [1e-5, 1e-4], "losses": [2.5, 2.4], "accuracies": [0.1, 0.2]},)
GOING = Seen("f" * 32, "running", ("now",), 0.25, 12.4, records=RECORDS, owner="somebody")
STOPPED = Seen("f" * 32, "paused", ("now",), 0.25, 12.4, records=RECORDS, owner="somebody")


@pytest.fixture
def open_it(new_app: NewApp, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    monkeypatch.setenv("LECTERN_TRAINING", "on")
    monkeypatch.setenv("LECTERN_HOST", "public")

    def start(seen: Seen, session: str = "") -> AppTest:
        for module in ("pages.ui.runs", "core.labs.lr_range.compute.explore"):
            monkeypatch.setattr(f"{module}.look", lambda spec: seen)
        app = new_app()
        if session:
            app.session_state["owner"] = session
        app.switch_page("pages/lr_range.py")
        app.run()
        assert not app.exception, app.exception
        return app

    return start


def buttons(app: AppTest) -> set[str]:
    return {button.label for button in app.button if ":run:" in (button.key or "")}


def words(app: AppTest) -> str:
    return " ".join(caption.value for caption in app.caption)


def test_a_run_of_somebody_else_can_be_watched_only(open_it: Callable[..., AppTest]) -> None:
    app = open_it(GOING)
    assert buttons(app) == set() and owner.THEIRS in words(app)
    assert app.get("progress") and app.get("bidi_component")
    assert buttons(open_it(STOPPED)) == {"Resume"}


def test_who_began_a_run_may_change_it(open_it: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch) -> None:
    assert buttons(open_it(GOING, "somebody")) == {"Pause", "Cancel"}
    app = open_it(STOPPED, "somebody")
    assert buttons(app) == {"Resume", "Start over"}
    asked: list[Any] = []
    monkeypatch.setattr(runs, "begin", lambda spec, owner: asked.append(owner))
    app.button("lr_range:run:train").click().run()
    assert asked == ["somebody"]


def test_on_a_private_host_runs_belong_to_all(open_it: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LECTERN_HOST", "private")
    assert owner.owner() == "" and owner.may_change("somebody")
    monkeypatch.setenv("LECTERN_HOST", "public")
    app = open_it(GOING)
    app.run()
    first = app.session_state["owner"]
    assert len(first) == 32 and first != open_it(GOING).session_state["owner"]


def test_a_run_is_looked_up_before_it_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, "owner", lambda: "me")
    monkeypatch.setattr(jobs, "run_info", lambda job: SimpleNamespace(owner=job))
    monkeypatch.setenv("LECTERN_HOST", "public")
    assert owner.may_change_run("me") and not owner.may_change_run("them") and not owner.may_change_run("")
    monkeypatch.setenv("LECTERN_HOST", "private")
    assert owner.may_change_run("them")

    def gone(job: str) -> None:
        raise ValueError("There is no such run.")

    monkeypatch.setattr(jobs, "run_info", gone)
    assert not owner.may_change_run("me")
