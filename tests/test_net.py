"""Unforeseen errors: a page stays a page, the reader reads a sentence, and the log has the rest."""

from __future__ import annotations

import ast
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.kit.lab import Section
from core.kit.words import verbatim
from pages import momentum
from pages.ui import frame, net, state
from tests.conftest import ROOT

NewApp = Callable[..., AppTest]
FAULT = "index 7 is out of bounds for axis 0 with size 7"


def fault(*_: Any, **__: Any) -> Any:
    raise IndexError(FAULT)


def refuse(*_: Any, **__: Any) -> Any:
    raise ValueError("`lr` must be *small*.")


def opened(new_app: NewApp, **query: str) -> AppTest:
    app = new_app(**query)
    app.switch_page("pages/momentum.py")
    return app.run()


def told(app: AppTest) -> list[str]:
    assert not app.exception
    return [warning.value for warning in app.warning]


def change_lab(monkeypatch: pytest.MonkeyPatch, **parts: Any) -> None:
    """Let the pages show their labs with other parts."""
    show = frame.show
    monkeypatch.setattr(frame, "show", lambda lab: show(replace(lab, **parts)))


def test_a_picture_that_breaks_leaves_the_last_one_and_a_way_back(
    new_app: NewApp, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    draw = momentum.LAB.picture
    monkeypatch.setattr(frame.Lab, "draw", lambda self, result, _: fault() if result.kappa == 1000 else draw(result))
    with caplog.at_level(logging.ERROR, "lectern"):
        app = opened(new_app, kappa="1000")
    assert told(app) == [net.SORRY]
    assert app.get("bidi_component")  # that of the last state that works
    assert FAULT in caplog.text and "Traceback" in caplog.text
    app.button("momentum:picture:net").click().run()
    app.run()
    assert not told(app) and not app.query_params


def test_a_picture_that_never_works_leaves_the_rest_of_the_page(
    new_app: NewApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_lab(monkeypatch, picture=fault)
    app = opened(new_app)
    assert told(app) == [net.SORRY]
    assert app.title[0].value == momentum.LAB.question


@pytest.mark.parametrize("name", ["head_of", "_controls", "below"])
def test_a_page_that_breaks_is_a_sentence(new_app: NewApp, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(frame, name, fault)
    assert told(opened(new_app)) == [net.SORRY]


def test_a_section_that_refuses_or_breaks_leaves_the_others(new_app: NewApp, monkeypatch: pytest.MonkeyPatch) -> None:
    sections = (
        Section("Refuses", refuse),
        Section("Breaks", lambda *_: ("Before.", fault())),
        Section("Works", lambda *_: ("Here it is.",)),
    )
    change_lab(monkeypatch, sections=sections)
    app = opened(new_app)
    for index in range(3):
        app.session_state[f"momentum:section{index}"] = True
    app.run()
    label = next(control.label for control in momentum.LAB.controls if control.name == "lr")
    assert told(app) == [f"“{label}” must be \\*small\\*.", net.SORRY]
    assert any(words.value == "Here it is." for words in app.markdown)


def test_an_export_that_breaks_is_a_sentence(new_app: NewApp, monkeypatch: pytest.MonkeyPatch) -> None:
    change_lab(monkeypatch, tables=fault)
    app = opened(new_app)
    app.session_state["momentum:export"] = True
    assert told(app.run()) == [net.SORRY]


def test_a_callback_that_breaks_or_refuses_is_told_once(new_app: NewApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(new_app)
    with monkeypatch.context() as patch:
        patch.setattr(state.State, "replace", fault)
        app.button("momentum:reset").click().run()
    assert told(app) == [net.SORRY]
    assert app.get("bidi_component")
    assert not told(app.run())
    with monkeypatch.context() as patch:
        patch.setattr(state.State, "replace", refuse)
        app.button("momentum:reset").click().run()
    assert told(app) == ["“lr” must be \\*small\\*."]


def test_the_home_page_too(new_app: NewApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(momentum.LAB.__class__, "preset_values", fault)
    app = new_app().run()
    assert told(app) == [net.SORRY]


def test_every_callback_and_every_fragment_is_caught() -> None:
    """Callbacks run before the page, or without it; without care, their errors would replace it."""
    for path in (ROOT / "pages").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
                continue
            if not (isinstance(call.func.value, ast.Name) and call.func.value.id == "st"):
                continue
            for keyword in call.keywords:
                if keyword.arg in ("on_click", "on_change") and not isinstance(keyword.value, ast.Constant):
                    assert ast.unparse(keyword.value).startswith(("net.safely(", "safely(")), (path.name, call.lineno)
            if call.func.attr == "fragment" and call.args:
                (name,) = re.findall(r"^(?:net.guarded\()?(\w+)\)?$", ast.unparse(call.args[0]))
                guarded = f"net.guarded({name})", f"@net.guarded\ndef {name}("
                assert any(words in path.read_text("utf-8") for words in guarded), (path.name, call.lineno)


def test_a_line_of_a_typed_text_stands_above_its_sentence_as_code() -> None:
    pointed = "```text\n*covn3*\n ^\n```\n"
    assert net._shown(f"{pointed}Line 1: *covn* is\nunknown.") == f"{pointed}Line 1: \\*covn\\* is unknown."


@pytest.mark.parametrize("words", ["```text\na\n^\nb.", "```text\n`a`\n^\n```\nb.", "x\n```text\na\n^\n```\nb."])
def test_no_other_text_becomes_code(words: str) -> None:
    assert net._shown(words) == verbatim(words)
