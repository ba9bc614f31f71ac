"""The line about the runs of a page: what each state says, and what its buttons request."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from weakref import WeakSet

import pytest
from streamlit.testing.v1 import AppTest

from core import jobs
from core.jobs.runner import FULL, LOST
from core.jobs.watch import DIED
from core.kit.controls import defaults
from core.labs.lr_range.lab import LAB
from core.training.history import past_runs
from core.training.runs import Seen
from pages.ui import frame, run_list, runs, state
from pages.ui.run_list import exported
from pages.ui.state import Shown, State

Open = Callable[..., AppTest]
RECORDS = ({"step": 0, "rates": [1e-5, 1e-4], "losses": [2.5, 2.4], "accuracies": [0.1, 0.2]},)
GOING = Seen("f" * 32, "running", ("now",), 0.25, 12.4, records=RECORDS)


@pytest.fixture
def open_it(new_app: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open the page with runs in a given state."""
    monkeypatch.setenv("LECTERN_TRAINING", "on")

    def start(*seen: Seen, **query: str) -> AppTest:
        if seen:
            for module in ("pages.ui.runs", "core.labs.lr_range.compute.explore"):
                monkeypatch.setattr(f"{module}.look", lambda spec: seen[spec.seed % len(seen)])
        app = new_app(**query)
        app.switch_page("pages/lr_range.py")
        app.run()
        assert not app.exception, app.exception
        return app

    return start


def words(app: AppTest) -> str:
    return " ".join(caption.value for caption in app.caption)


def buttons(app: AppTest) -> set[str]:
    return {button.label for button in app.button if ":run:" in (button.key or "")}


def press(app: AppTest, name: str) -> None:
    app.button(f"lr_range:run:{name}").click().run()
    assert not app.exception, app.exception


def test_a_recorded_run_is_called_so_and_can_be_repeated(open_it: Open) -> None:
    app = open_it()
    assert "**Recorded run**" in words(app)
    assert buttons(app) == {"Train live"}


def test_nothing_is_trained_without_a_click(open_it: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(runs, "begin", lambda spec, owner: asked.append(spec))
    app = open_it(seed="31", seeds="2")
    assert "Not trained yet with these settings. 400 updates in 2 runs" in words(app)
    assert not asked
    press(app, "train")
    assert [spec.seed for spec in asked] == [31, 32]


def test_some_seeds_have_a_run(open_it: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(runs, "begin", lambda spec, owner: asked.append(spec))
    app = open_it(Seen("a", "done", ("a",), 1.0, 3.0, records=RECORDS), Seen("b"), seeds="2")
    assert "1 of 2 runs are available." in words(app)
    press(app, "train")
    assert [spec.seed for spec in asked] == [1]


def test_a_run_that_goes_on_is_drawn_and_can_be_stopped(open_it: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_it(GOING)
    assert app.get("bidi_component")
    assert runs.SHARED in words(app)
    assert buttons(app) == {"Pause", "Cancel"}
    for name, function in (("Pause", "pause"), ("stop", "cancel")):
        asked: list[str] = []
        monkeypatch.setattr(jobs, function, asked.append)
        press(app, name)
        assert asked == [GOING.id]


@pytest.mark.parametrize(("kind", "words"), [("running", "Training, 12 s"), ("stopping", "Stopping, 12 s")])
def test_a_click_on_cancel_is_seen_before_the_run_has_stopped(open_it: Open, kind: str, words: str) -> None:
    (progress,) = open_it(replace(GOING, state=kind)).get("progress")
    assert progress.proto.text == words


def fragments(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Count how often each fragment of a page that is drawn then runs by itself, by the name of its function."""
    found: dict[str, Any] = {}
    original = frame.st.fragment

    def noted(function: Any, **options: Any) -> Any:
        found[function.__name__] = options.get("run_every")
        return original(function, **options)

    monkeypatch.setattr(frame.st, "fragment", noted)
    return found


def test_the_page_redraws_itself_only_while_a_run_goes_on(open_it: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(state._OPEN, LAB.name, WeakSet())  # those of other tests would slow the pace
    found = fragments(monkeypatch)
    open_it(seed="31")
    assert (found["_show_stage"], found["_watch"]) == (None, frame.WATCH_S)
    found.clear()
    open_it(GOING)
    assert found["_show_stage"] == frame.EVERY_S and "_watch" not in found


def test_many_sessions_draw_themselves_more_seldom(open_it: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [State({}, {}) for _ in range(3)]  # sessions that are open
    others = WeakSet(kept)
    monkeypatch.setitem(state._OPEN, LAB.name, others)
    found = fragments(monkeypatch)
    open_it(seed="31")
    assert len(others) > 3 and found["_watch"] == frame.WATCH_S
    kept += [State({}, {}) for _ in range(200)]
    others.update(kept)
    open_it(seed="31")
    ten = pytest.approx(200 * frame.SHARE_S, rel=0.05)  # those of this test may still be open, too
    assert found["_watch"] == ten
    open_it(GOING)
    assert found["_show_stage"] == ten
    kept.clear()
    gc.collect()
    assert frame.pace(LAB.name, frame.EVERY_S) < 1


@pytest.mark.parametrize(
    ("change", "again"), [({}, 0), ({"stamp": ("later",)}, 1), ({"state": "done"}, 1), ({"message": "Full."}, 1)]
)
def test_an_open_page_is_drawn_again_when_something_about_its_runs_differs(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], again: int
) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr(frame.st, "rerun", lambda: drawn.append(None))
    monkeypatch.setattr(frame.state, "write_link", lambda lab, record: None)
    monkeypatch.setattr(runs, "look", lambda spec: GOING)
    values = defaults(LAB.all_controls)
    record = State(values, values, shown=Shown(runs=runs.looks(LAB.trainings(LAB.result(values), values))))
    monkeypatch.setattr(runs, "look", lambda spec: replace(GOING, **change))
    frame._watch(LAB, record)
    assert len(drawn) == again


@pytest.mark.parametrize(
    ("state", "message", "said"),
    [
        ("failed", FULL, FULL),
        ("failed", LOST, LOST),
        ("interrupted", DIED, DIED),
        ("cancelled", "", "The run was canceled; partial results are shown."),
        ("paused", "", "The run was paused; partial results are shown."),
    ],
)
def test_whatever_stops_a_run_is_a_sentence(
    open_it: Open, monkeypatch: pytest.MonkeyPatch, state: str, message: str, said: str
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(jobs, "restart", lambda job, owner: asked.append(job))
    app = open_it(replace(GOING, state=state, message=message))
    assert said in words(app)
    assert buttons(app) == {"Resume", "Start over"}
    assert app.get("bidi_component")
    press(app, "Start over")
    assert asked == [GOING.id]


def test_a_refusal_is_shown_and_changes_nothing(open_it: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(spec: Any, owner: str) -> None:
        raise ValueError("There is no room for a further run; wait until one has ended.")

    monkeypatch.setattr(runs, "begin", full)
    app = open_it(seed="31")
    press(app, "train")
    assert "There is no room for a further run" in words(app)


def test_where_training_is_switched_off_there_is_no_button(open_it: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_it()
    monkeypatch.setenv("LECTERN_TRAINING", "off")
    app.run()
    assert not buttons(app)
    assert "Training is disabled on this server" in words(app)
    assert "repeats it" not in words(app)
    stopped = open_it(replace(GOING, state="cancelled"))
    monkeypatch.setenv("LECTERN_TRAINING", "off")
    stopped.run()
    assert not buttons(stopped)


def test_what_is_exported_reads_back() -> None:
    run = next(each for each in past_runs() if each.name == "mlp-0")
    made = {name: make() for name, make in run_list._files(run).items()}
    assert set(made) == {"CSV", "JSON", "PY"}
    again = jobs.load(made["JSON"])
    assert again == exported(run)
    assert made["CSV"].count("\n") == 1 + 162
    compile(made["PY"], "run.py", "exec")
    assert made["PY"].startswith("# MLP, 128: ramp")
    assert repr(again.specification["text"]) in made["PY"]


@pytest.mark.parametrize(
    ("before", "now", "replayed"),
    [
        ({"a": 0.0}, {"a": 1.0}, True),
        ({"a": 0.4}, {"a": 1.0}, True),
        ({"a": 0.5}, {"a": 1.0}, False),  # one half was seen
        ({"a": 1.0, "b": 0.0}, {"a": 1.0, "b": 1.0}, False),  # one of two runs
        ({"b": 0.0}, {"a": 1.0}, False),  # other settings
        ({}, {"a": 1.0}, False),
        ({}, {}, False),
    ],
)
def test_what_is_trained_too_fast_to_be_followed_is_replayed(before, now, replayed) -> None:
    assert runs.hurried(before, now) is replayed
