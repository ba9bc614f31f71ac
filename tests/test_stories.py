"""Every step of every story: its state is accepted, its words are short, and each number in them is recomputed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import roc_curve
from streamlit.testing.v1 import AppTest

from core.draw.guess import marked
from core.draw.live import Picture
from core.draw.staging import showing, without
from core.draw.still import still
from core.draw.style import color
from core.kit.controls import Seed, defaults
from core.kit.lab import Lab
from core.kit.links import from_link
from core.kit.mark import Mark, answered
from core.kit.story import LONGEST, Goal, Step, Story, read_place
from pages.ui import shell
from pages.ui.lectures import LECTURES
from tests.words import units_in

LABS = shell.labs()
STORIES = [pytest.param(lab, story, id=f"{name}.{story.name}") for name, lab in LABS.items() for story in lab.stories]
each_story = pytest.mark.parametrize(("lab", "story"), STORIES)
NewApp = Callable[..., AppTest]
# Numbers that no picture of the steps shows, each computed in a different way.
COMPUTED = {
    ("momentum", "start", 1151.0): math.log(10) / math.log(1001 / 999),  # steps per digit of plain descent, κ = 1000
    ("inception", "start", 60.8): 32 * 32 * (256 * 32 + 25 * 32 * 64) / 1e6,  # a 1×1 to 32, then 64 filters of 5×5
    ("inception", "start", 12.5): 100 * 32 / 256,
    ("cnn_cost", "field", 49.0): 7 * 7,
    ("descent", "real", 569.0): len(load_breast_cancer().target),
    ("staleness", "rate", 0.21): 2 * math.sin(math.pi / 30),  # the limit of gradients 7 updates old
    ("logistic", "start", 0.0125): 0.05 / 4,  # the largest slope of an S-curve is a quarter of its weight
    ("logistic", "start", 13.9): math.log(2) / 0.05,
    ("logistic", "wrong", 0.055): 2 * (1 / (1 + math.exp(-3.5))) ** 2 / (1 + math.exp(3.5)),  # dp²/dz = 2p · p(1 − p)
    ("logistic", "wrong", 0.296): 8 / 27,  # the largest value of 2p²(1 − p), at p = 2/3
}
SMALL = 12  # whole numbers up to this count things that the picture shows


def values_of(lab: Lab, story: Story, at: int) -> dict[str, Any]:
    values, notes = from_link(lab.all_controls, story.query(at))
    assert notes == [], (story.name, at, notes)
    return values


def settled(lab: Lab, values: dict[str, Any]) -> None:
    for task in lab.tasks(values):
        task.result()


@cache
def _shown(lab_name: str, link: tuple[tuple[str, Any], ...]) -> tuple[float, ...]:
    """Return all numbers that a state shows at any value of its main control."""
    lab, values = LABS[lab_name], dict(link)
    settled(lab, values)
    picture = lab.draw(lab.result(values), values)
    texts = [*picture.sentences, *picture.summaries, *(text for remark in picture.remarks for text in remark.texts)]
    for readout in picture.readouts:
        texts += [readout.label, *readout.texts, *readout.formula, *(readout.check.texts if readout.check else ())]
    for panel in picture.panels:
        texts.append(panel.alt)
        for trace in panel.figure["data"]:
            texts += [str(text) for text in (trace.get("text") if trace.get("text") is not None else ())]
            texts.append(str(trace.get("name", "")))
    if picture.axis is not None:
        texts += [text for axis in picture.axis.axes for text in axis.texts]
    numbers = {value for text in set(texts) for value, _ in units_in(re.sub("<[^>]*>", " ", text))}
    numbers |= {float(v) for v in values.values() if isinstance(v, int | float)}
    for columns in lab.tables(lab.result(values), values).values():
        for column in columns.values():
            if np.asarray(column).dtype.kind in "iuf":
                numbers |= set(np.asarray(column, float)[:20_000].tolist())
    return tuple(numbers)


def shown(lab: Lab, values: dict[str, Any]) -> tuple[float, ...]:
    return _shown(lab.name, tuple(sorted(values.items(), key=lambda item: item[0])))


@each_story
def test_steps_are_states_with_short_words(lab: Lab, story: Story) -> None:
    assert re.fullmatch("[a-z0-9_]+", story.name)
    assert read_place(f"{story.name}.1") == (story.name, 1)
    assert story.takeaway.endswith(".") or story.takeaway.endswith("?")
    for at, step in enumerate(story.steps, 1):
        values = values_of(lab, story, at)
        assert len(step.words) <= LONGEST, step.words
        settled(lab, values)
        assert lab.draw(lab.result(values), values).panels
        if step.ask is not None:
            right = step.ask.kind.write(step.ask.truth)
            assert step.ask.judge(right).right, (step.ask.label, right)
            for slip in step.ask.slips:
                assert step.ask.judge(step.ask.kind.write(slip.value)).state == "mistake"


@each_story
def test_numbers_in_the_words_are_on_screen(lab: Lab, story: Story) -> None:
    for at, step in enumerate(story.steps, 1):
        seen = set(shown(lab, values_of(lab, story, at)))
        if at > 1:
            seen |= set(shown(lab, values_of(lab, story, at - 1)))
        for goal in story.steps[at - 1].until:
            seen |= set(shown(lab, reached(lab, values_of(lab, story, at), goal)))
        texts = [step.words] + ([slip.words for slip in step.ask.slips] if step.ask else [])
        for text in texts:
            for value, unit in units_in(text):
                if value == int(value) and abs(value) <= SMALL:
                    continue
                near = 0.51 * unit + 1e-9
                found = any(
                    abs(abs(value) - abs(number) * scale) <= near
                    for number in seen
                    for scale in (1, 100, 0.01, 1e-3, 1e-6, 1e-9)
                )
                computed = COMPUTED.get((lab.name, story.name, value))
                found = found or (computed is not None and abs(value - computed) <= near)
                assert found, (lab.name, story.name, at, text, value)


def reached(lab: Lab, values: dict[str, Any], goal: Goal) -> dict[str, Any]:
    """Return the values with the control of a goal at the nearest value that meets it."""
    (control,) = (one for one in lab.controls if one.name == goal.control)
    assert control.shown(values), (goal.control, "is not shown")
    all_values = range(control.high + 1) if isinstance(control, Seed) else control.values  # type: ignore[attr-defined]
    index = list(all_values).index(values[goal.control])
    met = [k for k, value in enumerate(all_values) if goal.met(value)]
    nearest = all_values[min(met, key=lambda k: abs(k - index))]
    moved = values | {goal.control: nearest}
    settled(lab, moved)
    assert lab.settled(lab.draw(lab.result(moved), moved), moved) == moved, (goal.control, nearest, "is out of reach")
    return moved


def test_thresholds_that_are_called_the_cheapest_are() -> None:
    """Against the curve of scikit-learn: cost and the fraction predicted positive at every threshold it has."""
    lab = LABS["ranking_curves"]
    story = next(one for one in lab.stories if one.name == "cost")
    for at, step in enumerate(story.steps, 1):
        values = values_of(lab, story, at)
        settled(lab, values)
        cases = lab.tables(lab.result(values), values)["cases.csv"]
        fpr, tpr, _ = roc_curve(cases["positive"], cases["score 1"], drop_intermediate=False)
        share = values["prevalence"] or np.mean(cases["positive"])
        costs = values["cost_ratio"] * (1 - share) * fpr + share * (1 - tpr)
        percent = re.search(r"([\d.]+)% (are predicted )?positive", step.words)
        assert percent is not None, step.words
        said_so = np.abs(100 * (share * tpr + (1 - share) * fpr) - float(percent[1])) < 0.6
        assert costs[said_so].min() < 1.01 * costs.min(), step.words


@each_story
def test_what_a_step_asks_to_do_can_be_done_and_is_not_done_before(lab: Lab, story: Story) -> None:
    for at, step in enumerate(story.steps, 1):
        values = values_of(lab, story, at)
        assert {*story.controls(at)} <= {control.name for control in lab.controls}
        for goal in step.until:
            assert not goal.met(values[goal.control]), (at, goal.control, "is met at the start")
            reached(lab, values, goal)
        asks = re.search(r"\b(Drag|Try)\b", step.words)
        assert bool(step.until) == (asks is not None) or step.open, step.words


def drawn(lab: Lab, story: Story, at: int) -> Picture:
    values = values_of(lab, story, at)
    settled(lab, values)
    picture: Picture = lab.draw(lab.result(values), values)
    return picture


@each_story
def test_panels_that_a_step_names_exist_and_the_truth_lies_on_a_curve(lab: Lab, story: Story) -> None:
    for at, step in enumerate(story.steps, 1):
        assert not step.open or step.open in {section.name for section in lab.sections}
        if not (step.show or step.hide or step.mark or step.large is not None):
            continue
        picture = drawn(lab, story, at)
        panels = range(len(picture.panels))
        assert {*step.show, *filter(None, [step.large])} <= {*panels}
        assert any(not panel.folded for panel in showing(picture, step.show).panels)
        if step.hide:
            before = drawn(lab, story, max(at - 1, 1))
            assert step.ask is not None
            assert {*step.hide} <= {*range(len(before.panels))}
            left = without(showing(before, story.steps[max(at - 2, 0)].show), step.hide)
            assert len(left.panels) == len(before.panels) - len(step.hide)
            assert any(not panel.folded for panel in left.panels)
        if step.mark is not None:
            assert step.ask is not None
            _check_mark(lab, picture, step, values_of(lab, story, at))


def _check_mark(lab: Lab, picture: Picture, step: Step, values: dict[str, Any]) -> None:
    assert step.ask is not None
    assert step.mark is not None
    mark, kind = step.mark, step.ask.kind
    truth = answered(kind, kind.write(step.ask.truth))
    assert truth is not None
    for slip in step.ask.slips:
        guess = answered(kind, kind.write(slip.value))
        assert guess is not None
        assert guess != truth
        marked(picture, mark, guess, truth, False)
    check_place(lab, picture, mark, truth, values, step.ask.label)


def check_place(lab: Lab, picture: Picture, mark: Mark, truth: float, values: dict[str, Any], asked: str) -> None:
    """An answer lies within its axis and, where it is a point, on a curve or bar as the picture draws it."""
    index = 0 if picture.axis is None else picture.axis.nearest(lab.stand(values))
    figure = still(marked(picture, mark, truth, truth, True), index)[mark.panel]
    count = len(picture.panels[mark.panel].figure["data"])
    curves, own = figure.data[:count], figure.data[count]
    where = mark.place(truth)
    assert np.isclose(np.asarray(own[mark.axis], float), where).any(), (asked, "beyond its axis")
    if mark.at is not None:
        at = (where, mark.at) if mark.axis == "x" else (mark.at, where)
        assert min(_gap(figure, trace, at) for trace in curves) < 0.02, asked


def _gap(figure: go.Figure, trace: Any, place: tuple[float, float]) -> float:
    """Smallest distance of a trace from a place, in shares of the axes."""
    if trace.x is None or trace.y is None or not len(trace.x) or len(trace.x) != len(trace.y):
        return math.inf
    off = []
    for axis, values, at in ((figure.layout.xaxis, trace.x, place[0]), (figure.layout.yaxis, trace.y, place[1])):
        ends = np.asarray(values, float)
        between = np.linspace(ends[:-1], ends[1:], 21).T.ravel() if len(ends) > 1 else ends
        apart = np.log10(between) - np.log10(at) if axis.type == "log" else between - at
        off.append(apart / abs(axis.range[1] - axis.range[0]))
    gaps = np.hypot(*off)
    return float(np.nanmin(gaps)) if np.isfinite(gaps).any() else math.inf


@pytest.mark.parametrize("lab", LABS.values(), ids=LABS)
def test_predictions_have_their_place_in_the_picture(lab: Lab) -> None:
    states = [lab.fresh, defaults(lab.all_controls), *(lab.preset_values(preset) for preset in lab.presets[:3])]
    for values in states:
        settled(lab, values)
        result = lab.result(values)
        picture = lab.draw(result, values)
        for prediction in lab.questions(result):
            if not isinstance(prediction.question, str):
                _check_question(lab, prediction.ask(result), values)
            mark, truth = prediction.mark(result, values), prediction.truth(result)
            assert prediction.right(truth, result)
            assert not all(prediction.right(guess, result) for guess in prediction.guess.values)
            if mark is None:
                continue
            if mark.axis == "xy":
                shown = marked(picture, mark, truth, truth, True).panels[mark.panel].figure["data"][-1]
                assert (*np.ravel(shown["x"]), *np.ravel(shown["y"])) == pytest.approx(truth)
            else:
                check_place(lab, picture, mark, truth, values, prediction.ask(result))


def _check_question(lab: Lab, text: str, values: dict[str, Any]) -> None:
    """A question that changes with the state names numbers of its controls."""
    known = {float(value) for value in values.values() if isinstance(value, int | float)}
    known |= {"logistic": {40.0}, "inception": {values.get("channels", 0) // 8}, "bias_variance": {1.0}}.get(
        lab.name, set()
    )
    assert {abs(value) for value, _ in units_in(text)} <= known, text
    assert len(text.split()) <= 15, text


def test_lectures_are_made_of_steps_that_exist() -> None:
    names = {story.name for lab in LABS.values() for story in lab.stories}
    for lecture in LECTURES:
        assert lecture.name not in names
        for part in lecture.parts:
            (story,) = (one for one in LABS[part.lab].stories if one.name == part.story)
            assert 1 <= part.step <= len(story.steps)
            assert part.words.endswith((".", "?"))


def open_at(new_app: NewApp, lab: str, **query: str) -> AppTest:
    app = new_app(**query)
    app.switch_page(f"pages/{lab}.py").run()
    assert not app.exception, app.exception
    return app


def said(app: AppTest) -> str:
    return "\n".join(block.value for block in app.markdown)


def click(app: AppTest, key: str) -> None:
    app.button(key).click().run()
    assert not app.exception, app.exception


def test_a_story_is_told_step_by_step_and_a_question_waits(new_app: NewApp) -> None:
    lab = LABS["bias_variance"]
    story = lab.stories[0]
    app = open_at(new_app, lab.name)
    click(app, "bias_variance:start")
    assert story.steps[0].words in said(app)
    for step in story.steps[1:4]:
        click(app, "bias_variance:story:Next")
        assert step.words in said(app)
    click(app, "bias_variance:story:Next")
    last = story.steps[4]
    assert last.ask is not None
    assert last.ask.label in said(app)
    assert last.words not in said(app)
    assert app.query_params["degree"] == "15"  # the picture of the previous step is still there
    click(app, "bias_variance:story:Next")  # skipped
    assert last.words in said(app)
    assert story.takeaway in said(app)
    assert app.query_params["story"] == "start.5"
    click(app, "bias_variance:story:leave")
    assert "story" not in app.query_params


@pytest.mark.parametrize("text", ["start.99", "gone.1", "start", "start.-1", "<b>.1", "gen.3", "start.٣", "a" * 900])
def test_places_that_do_not_exist_show_the_page(new_app: NewApp, text: str) -> None:
    app = open_at(new_app, "momentum", story=text)
    assert not any((button.key or "").startswith("momentum:story") for button in app.button)


def test_a_link_to_a_step_alone_brings_its_state(new_app: NewApp) -> None:
    app = open_at(new_app, "regularization", story="lasso.1")
    assert app.query_params["truth"] == "cubic"
    assert LABS["regularization"].stories[1].steps[0].words in said(app)


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> list[Picture]:
    """The pictures that the page has shown."""
    seen: list[Picture] = []
    monkeypatch.setattr("pages.ui.frame.live_chart", lambda picture, **_: seen.append(picture))
    return seen


def marks_of(picture: Picture) -> dict[str, str]:
    """Colors of the answers in a picture, by their names."""
    traces = [trace for panel in picture.panels for trace in panel.figure["data"]]
    found = {trace["name"]: trace for trace in traces if str(trace.get("name")).startswith(("your guess", "correct"))}
    return {name: trace.get("line", trace.get("marker", {}))["color"] for name, trace in found.items()}


def test_a_guess_stands_beside_the_truth_once_the_answer_is_given(new_app: NewApp, pictures: list[Picture]) -> None:
    app = open_at(new_app, "bias_variance", story="start.4")
    assert len(pictures[-1].panels) == 3
    click(app, "bias_variance:story:Next")
    assert len(pictures[-1].panels) == 2  # the one with the expected error is not there
    assert pictures[-1].readouts == ()
    app.button_group("bias_variance:story:start.5").set_value("15").run()
    assert marks_of(pictures[-1]) == {"correct 8": color("right"), "your guess 15": color("wrong")}
    assert "0.421" in said(app)  # the reason


def test_a_step_unfolds_its_section(new_app: NewApp) -> None:
    app = open_at(new_app, "normalization", story="tiny.3")
    click(app, "normalization:story:Next")  # passes over the question
    assert not any(expander.proto.expanded for expander in app.expander)
    click(app, "normalization:story:Next")
    unfolded = [expander.label for expander in app.expander if expander.proto.expanded]
    assert len(unfolded) == 1
    assert unfolded[0].startswith("Small batches")


def shown_controls(app: AppTest, lab: Lab) -> list[str]:
    """Return the names of the controls that are drawn; of the folded ones none is."""
    named = {f"{lab.name}.{control.name}": control.name for control in lab.controls}
    kinds = (app.slider, app.select_slider, app.selectbox, app.toggle, app.number_input, app.text_input, app.text_area)
    return [named[one.key] for kind in kinds for one in kind if one.key in named]


def test_a_step_notices_that_all_it_asks_for_is_done(new_app: NewApp) -> None:
    app = open_at(new_app, "model_selection", story="start.4")
    assert "check_circle" not in said(app)
    app.number_input("model_selection.split_seed").set_value(1).run()
    assert "check_circle" not in said(app)
    app.number_input("model_selection.split_seed").set_value(3).run()
    assert ":green[:material/check_circle:] Ten folds" in said(app)
    assert app.button("model_selection:story:Next").proto.type == "primary"
    app.number_input("model_selection.split_seed").set_value(0).run()
    assert "check_circle" in said(app)  # it has been done
    click(app, "model_selection:story:Back")
    click(app, "model_selection:story:Next")
    assert "check_circle" not in said(app)


def test_two_things_to_do_are_remembered_one_by_one(new_app: NewApp) -> None:
    lab = LABS["regularization"]
    wanted = values_of(lab, lab.stories[0], 4)

    def go(app: AppTest, values: dict[str, Any]) -> None:
        for name, text in lab.link(values).items():
            app.query_params[name] = text
        app.run()
        assert not app.exception

    app = open_at(new_app, lab.name, story="start.4", **lab.link(wanted))
    for alpha in (1e4, 1e-10):
        assert "check_circle" not in said(app)
        go(app, wanted | {"alpha": alpha})
    assert "check_circle" in said(app)
    app = open_at(new_app, lab.name, story="start.4", **lab.link(wanted))
    for alpha in (1e4, 1e-10):  # what is done in another state does not count
        go(app, wanted | {"alpha": alpha, "degree": 3})
    assert "check_circle" not in said(app)


def test_a_story_unfolds_the_controls_that_it_changes(new_app: NewApp) -> None:
    lab = LABS["bias_variance"]
    story = next(one for one in lab.stories if one.name == "data")
    app = open_at(new_app, lab.name, story="data.1")
    assert set(shown_controls(app, lab)) == {*story.controls(1)} - {"degree"}
    click(app, "bias_variance:story:leave")
    assert {*lab.open[:3]} <= set(shown_controls(app, lab))


def test_work_for_the_next_step_is_begun_one_step_ahead(new_app: NewApp, monkeypatch: pytest.MonkeyPatch) -> None:
    lab, begun = LABS["ranking_curves"], []
    needs = lab.needs
    monkeypatch.setitem(lab.__dict__, "needs", lambda **values: begun.append(values["source"]) or needs(**values))
    app = open_at(new_app, lab.name, story="jud.7")
    assert "cancer" not in begun
    click(app, "ranking_curves:story:Next")  # its question is still open
    assert "cancer" in begun


def test_new_words_never_stand_over_the_picture_of_before(new_app: NewApp, pictures: list[Picture]) -> None:
    class Endless:
        done, title, seconds = False, "Fitting", 1.0

        def wait(self, timeout: float) -> bool:
            return False

    lab = LABS["ranking_curves"]
    app = open_at(new_app, lab.name, story="cost.3")
    seen = len(pictures)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(lab.__dict__, "needs", lambda **values: [Endless()])
        app.button(f"{lab.name}:story:Next").click().run()
        assert not app.exception
        assert len(pictures) == seen
        assert "Misses expensive again" in said(app)
    app.run()
    assert len(pictures) > seen > 0


def test_what_is_no_number_is_no_answer(new_app: NewApp, pictures: list[Picture]) -> None:
    app = open_at(new_app, "momentum", story="four.3")
    field = app.text_input("momentum:story:four.3")
    field.set_value("two and a half").run()
    assert marks_of(pictures[-1]) == {}
    assert app.text_input("momentum:story:four.3").value == "two and a half"
    assert any(":material/block:" in caption.value for caption in app.caption)
    app.text_input("momentum:story:four.3").set_value("2,5").run()
    assert marks_of(pictures[-1]) == {"your guess 2.5": color("right")}
