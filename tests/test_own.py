"""A visitor's own lecture on the page: collected, put in order, and told from its link."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from core.draw.live import Picture
from core.kit.own import MOST, OwnStep, pack, unpack
from pages.ui import shell
from pages.ui.lectures import LECTURES
from pages.ui.own import NAME

NewApp = Callable[..., AppTest]


def open_at(new_app: NewApp, lab: str, **query: str) -> AppTest:
    app = new_app(**query)
    app.switch_page(f"pages/{lab}.py").run()
    assert not app.exception, app.exception
    return app


def click(app: AppTest, key: str) -> None:
    app.button(key).click().run()
    assert not app.exception, app.exception


def said(app: AppTest) -> str:
    return "\n".join(block.value for block in (*app.markdown, *app.info))


def test_no_story_has_the_name_of_ones_own() -> None:
    assert NAME not in {story.name for lab in shell.labs().values() for story in lab.stories}
    assert NAME not in {lecture.name for lecture in LECTURES}


def test_a_lecture_is_told_from_its_link_over_pages(new_app: NewApp) -> None:
    steps = (
        OwnStep("momentum", "lr=2.1&momentum=0", "It <b>diverges</b> ![here](https://example.org/x.png)."),
        OwnStep("momentum", "kappa=9", "A wider valley."),
    )
    app = open_at(new_app, "momentum", own=pack(steps), story="own.1")
    assert app.query_params["lr"] == ["2.1"] or app.query_params["lr"] == "2.1"
    assert "1/2" in [caption.value for caption in app.caption]
    assert "![here]" not in said(app)  # words of others are words
    assert "diverges" in said(app)
    click(app, "momentum:story:Next")
    assert "A wider valley." in said(app)
    assert "own" in app.query_params
    click(app, "momentum:story:leave")
    assert "own" not in app.query_params
    assert "story" not in app.query_params


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ("", "missing"),
        ("%%%", "damaged"),
        ("A" * 3000, "too long"),
        (pack([OwnStep("alchemy", "", "Gold.")]), "alchemy"),
    ],
)
def test_what_is_no_lecture_gets_a_sentence_and_the_page(new_app: NewApp, own: str, words: str) -> None:
    app = open_at(new_app, "momentum", own=own, story="own.1")
    assert words in said(app)
    assert app.title[0].value == shell.labs()["momentum"].question


def test_a_state_of_a_hostile_link_is_read_like_any_link(new_app: NewApp) -> None:
    steps = (OwnStep("momentum", "lr=nan&kappa=1e999&gone=1&momentum=" + "9" * 60, "Here."),)
    app = open_at(new_app, "momentum", own=pack(steps), story="own.1")
    assert "Here." in said(app)


def test_a_step_of_ones_own_names_its_panels_and_controls(new_app: NewApp, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Picture] = []
    monkeypatch.setattr("pages.ui.frame.live_chart", lambda picture, **_: seen.append(picture))
    steps = (
        OwnStep("momentum", "lr=2.1&momentum=0", "One plot.", (2,), ("method",)),
        OwnStep("momentum", "lr=2.1&momentum=0", "Plots that are not there.", (2, 19), ("gone",)),
        OwnStep("momentum", "lr=2.1&momentum=0", "None of them is there.", (19,)),
    )
    app = open_at(new_app, "momentum", own=pack(steps), story="own.1")
    assert [panel.folded for panel in seen[-1].panels] == [True, True, False, True, True]
    assert [box.key for box in app.selectbox] == ["momentum.method"]
    click(app, "momentum:story:Next")
    assert [panel.folded for panel in seen[-1].panels] == [True, True, False, True, True]
    click(app, "momentum:story:Next")
    assert not all(panel.folded for panel in seen[-1].panels)


def _dialog() -> None:
    """Draw the content of the dialog on a page of its own: AppTest does not show dialogs."""
    from pages.ui import own, shell, state

    lab = shell.labs()["momentum"]
    record = state.of(lab)
    record.good |= {"lr": 2.1, "momentum": 0.0}
    record.drawn = True
    own._collect(lab, record)


def test_steps_are_collected_and_put_in_order() -> None:
    app = AppTest.from_function(_dialog).run()
    app.text_input("own:words").set_value("It diverges.")
    click(app, "own:Add this step")
    assert app.text_input("own:words").value == ""
    click(app, "own:Add this step")
    first = app.session_state["own:steps"][0]
    assert (first.query, first.words) == ("lr=2.1&momentum=0", "It diverges.")
    assert (first.panels, first.controls) == ((), ())  # as on the page
    app.multiselect("own:panels:momentum").set_value([0, 2])
    app.multiselect("own:controls:momentum").set_value(["kappa"])
    click(app, "own:Add this step")
    assert app.session_state["own:steps"].pop() == OwnStep("momentum", first.query, "", (0, 2), ("kappa",))
    click(app, "own:Move up 1")
    assert [step.words for step in app.session_state["own:steps"]] == ["", "It diverges."]
    assert app.button("own:Move up 0").disabled
    assert app.button("own:Move down 1").disabled
    address = parse_qs(urlsplit(app.code[0].value).query)
    assert unpack(address["own"][0]) == tuple(app.session_state["own:steps"])
    assert address["story"] == ["own.1"]
    click(app, "own:Remove 0")
    assert [step.words for step in app.session_state["own:steps"]] == ["It diverges."]
    for _ in range(MOST - 1):
        click(app, "own:Add this step")
    assert app.button("own:Add this step").disabled


def test_the_home_page_says_how_a_lecture_is_collected_and_shows_it(new_app: NewApp) -> None:
    app = new_app()
    app.run()
    assert app.button("home:own").label == "A lecture of your own"

    def home() -> None:
        from pages.ui import own

        own._collected()

    app = AppTest.from_function(home).run()
    assert "Open a lab" in said(app)
    app.session_state["own:steps"] = [OwnStep("momentum", "", "Here.")]
    app.run()
    assert "Here." in said(app)
    address = urlsplit(app.code[0].value)
    assert address.path == "/momentum"
    assert unpack(parse_qs(address.query)["own"][0])[0].words == "Here."
