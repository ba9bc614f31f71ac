"""Links that unfold a section or an exercise, and links that name something else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import opening, shell

NewApp = Callable[..., AppTest]
LABS = shell.labs()
LAB = LABS["transfer"]


def opened(new_app: NewApp, **query: str | list[str]) -> AppTest:
    app = new_app(**query)
    app.switch_page("pages/transfer.py").run()
    assert not app.exception, app.exception
    return app


def unfolded(app: AppTest) -> list[str]:
    keys = [opening.practice_key(LAB), *(opening.section_key(LAB, k) for k in range(len(LAB.sections)))]
    return [key for key in keys if key in app.session_state and app.session_state[key]]


@pytest.mark.parametrize("name", LABS)
def test_every_section_and_exercise_has_a_name_of_its_own(name: str) -> None:
    lab = LABS[name]
    names = [*(section.name for section in lab.sections), *(t.key.partition(".")[2] for t in lab.exercises)]
    assert all(names) and len({*names, opening.PRACTICE}) == len(names) + 1


def test_a_link_opens_a_section(new_app: NewApp) -> None:
    app = opened(new_app, open="layer-table")
    assert unfolded(app) == ["transfer:section1"]
    assert app.query_params["open"] == "layer-table"
    app.session_state["transfer:section1"] = False
    app.run()
    assert unfolded(app) == []  # once a visit


@pytest.mark.parametrize(("name", "number"), [("vgg19", 0), ("vgg19-7", 7), ("cut-123456", 123_456)])
def test_a_link_opens_an_exercise(new_app: NewApp, name: str, number: int) -> None:
    app = opened(new_app, open=name, cut="3")
    (template,) = (t for t in LAB.exercises if t.key == f"transfer.{name.partition('-')[0]}")
    assert unfolded(app) == ["transfer:practice"]
    assert template.variant(number).text in [block.value for block in app.markdown]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "x" * 10_000,
        "<script>",
        "$x$ **b** `c`",
        "\x00",
        "vgg19-",
        "vgg19-1234567",
        "vgg19-٣",
        "__class__",
        "section1",
    ],
)
def test_a_name_that_is_none_gets_a_sentence(new_app: NewApp, name: str) -> None:
    app = opened(new_app, open=name)
    assert unfolded(app) == []
    (note,) = app.info
    assert "this page has no such section or exercise." in note.value
    assert len(note.value) < 400


def test_two_names_get_a_sentence(new_app: NewApp) -> None:
    app = opened(new_app, open=["vgg19", "cut"])
    assert unfolded(app) == []
    assert "it can open only one of them." in app.info[0].value
