"""The page of exercises: sheets by link, verdicts, ways to continue, and links that make no sense."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.exercises.sheets import LONGEST
from pages.ui import shell
from pages.ui.ledger import KEPT, MASTERED, Ledger
from pages.ui.sheet import templates

NewApp = Callable[..., AppTest]
CONVOLUTION = "cnn_cost.convolution"


def practice(new_app: NewApp, **query: str) -> AppTest:
    app = new_app(**query)
    app.switch_page("pages/practice.py")
    app.run()
    assert not app.exception, app.exception
    return app


def said(app: AppTest) -> str:
    return "\n".join(block.value for block in (*app.markdown, *app.info, *app.caption))


def answer(app: AppTest, place: int, text: str) -> None:
    app.text_input[place].set_value(text).run()
    assert not app.exception, app.exception


def test_a_wrong_answer_is_named_and_two_of_them_open_a_way_on(new_app: NewApp) -> None:
    drawn = templates()[CONVOLUTION].variant(7)
    app = practice(new_app, pick=f"{CONVOLUTION}-7")
    parameters = drawn.questions[1]
    forgotten = next(slip for slip in parameters.slips if slip.name == "bias_forgotten")
    answer(app, 1, str(forgotten.value))
    assert "Not quite: Each filter has a bias." in said(app)
    assert not any(button.label == "Worked steps" for button in app.button)
    answer(app, 1, "1")
    (steps,) = [button for button in app.button if button.label == "Worked steps"]
    steps.click().run()
    assert parameters.steps[-1] in said(app)
    answer(app, 1, f"{parameters.truth:,}")
    assert "Correct." in said(app)
    assert "1 of 3 correct" in said(app)


def test_hints_come_one_by_one(new_app: NewApp) -> None:
    drawn = templates()[CONVOLUTION].variant(7)
    app = practice(new_app, pick=drawn.key)
    for taken in range(len(drawn.hints)):
        assert drawn.hints[taken] not in said(app)
        next(button for button in app.button if button.label == "Hint").click().run()
        assert drawn.hints[taken] in said(app)
    assert not any(button.label == "Hint" for button in app.button)


def test_answers_outlive_another_sheet(new_app: NewApp) -> None:
    drawn = templates()[CONVOLUTION].variant(7)
    app = practice(new_app, pick=drawn.key)
    answer(app, 0, str(drawn.questions[0].truth))
    app.query_params["pick"] = "cnn_cost.dense-0"
    app.run()
    app.query_params["pick"] = drawn.key
    app.run()
    assert app.text_input[0].value == str(drawn.questions[0].truth)
    assert "1 of 3 correct" in said(app)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"topic": "<script>"}, "a topic that is not known"),
        ({"n": "0"}, f"a number from 1 to {LONGEST}"),
        ({"n": "1e9"}, f"a number from 1 to {LONGEST}"),
        ({"seed": "-1"}, "“seed” in the link"),
        ({"seed": "٣"}, "“seed” in the link"),
        ({"done": "yes"}, "“done” in the link"),
        ({"pick": "gone.away-1"}, "1 of the exercises in the link is not known"),
        ({"pick": "~".join([f"{CONVOLUTION}-1"] * 1000)}, f"at most {LONGEST}"),
        ({"pick": "\x00~~~"}, "not known here"),
        ({"pick": f"{CONVOLUTION}-9999999"}, "not known here"),
    ],
)
def test_links_that_make_no_sense_get_a_sentence(new_app: NewApp, query: dict[str, str], words: str) -> None:
    assert words in said(practice(new_app, **query))


@pytest.mark.parametrize("text", ["9" * 80, "1e999", "9^9^9", "٣", "<b>", "$x$", "=cmd()"])
def test_hostile_answers_get_a_sentence(new_app: NewApp, text: str) -> None:
    app = practice(new_app, pick=f"{CONVOLUTION}-7")
    answer(app, 0, text)
    assert "0 of 3 correct" in said(app)


def test_the_ledger_forgets_the_oldest_and_knows_mastery() -> None:
    book, template = Ledger(), templates()["cnn_cost.dense"]

    def solve(number: int) -> None:
        drawn = template.variant(number)
        for question in drawn.questions:
            book.answer(drawn, question, str(question.truth))

    for number in range(MASTERED):
        assert not book.mastered(template.key)
        solve(number)
    assert book.mastered(template.key)
    drawn = template.variant(50)
    book.answer(drawn, drawn.questions[0], "1")
    assert not book.mastered(template.key)
    for number in range(100, 100 + KEPT + 5):
        book.entry(template.variant(number))
    assert len(book.entries) == KEPT


def test_progress_travels_in_the_link_on_request(new_app: NewApp) -> None:
    drawn = templates()[CONVOLUTION].variant(7)
    query = f"?pick={drawn.key}~cnn_cost.dense-3"
    app = practice(new_app, pick=query.removeprefix("?pick="))
    assert "○○ 0 of 2 solved" in said(app)
    for place, question in enumerate(drawn.questions):
        answer(app, place, question.kind.write(question.truth))
    app.run()
    assert "●○ 1 of 2 solved" in said(app)
    assert app.code[0].value == query
    app.checkbox(key="practice:progress").check().run()
    assert app.code[0].value == f"{query}&done=10"
    again = practice(new_app, pick=query.removeprefix("?pick="), done="011111")
    assert "○● 1 of 2 solved" in said(again)
    next(
        button for button in again.button if button.key.startswith("practice1") and button.label == "Another one"
    ).click()
    again.run()
    assert again.query_params["done"] == "001111"


def test_a_session_is_reported_with_its_predictions(new_app: NewApp) -> None:
    app = new_app(predict="1")
    app.switch_page("pages/staleness.py").run()
    lab = shell.labs()["staleness"]
    result = lab.result(lab.fresh)
    first, equal = lab.questions(result)[:2]
    assert app.button(key="staleness:commit").disabled is False
    app.button(key="staleness:commit").click().run()  # 0, which is a known mistake of the second question alone
    next(slider for slider in app.slider if slider.label == "Staleness").set_value(4).run()
    assert app.button(key="staleness:commit").disabled  # a reason is needed too
    why = equal.why(result)
    app.radio(key="staleness:why").set_value(why.truth).run()
    app.button(key="staleness:commit").click().run()
    assert not app.exception
    assert f"Your reason: {why.truth}" in said(app)
    lines = app.session_state["ledger"].lines()
    assert [line.question.label for line in lines] == [first.ask(result), equal.ask(result), why.label]
    assert [line.answer for line in lines] == ["0", "4", why.truth]
    assert [line.question.judge(line.answer).slips for line in lines][1:] == [("counts_own",), ()]
    app.session_state["practice:report"] = True
    app.switch_page("pages/practice.py").run()
    assert "3 answers, " in said(app)
    assert not app.exception


def test_a_lab_has_its_own_exercises_one_at_a_time(new_app: NewApp) -> None:
    app = new_app(net="lenet5")
    app.session_state["cnn_cost:practice"] = True
    app.switch_page("pages/cnn_cost.py").run()
    assert not app.exception, app.exception
    first = templates()[CONVOLUTION].variant(0)
    assert first.text in said(app)
    next(button for button in app.button if button.label == "Another one").click().run()
    app.run()
    assert templates()[CONVOLUTION].variant(1).text in said(app)
