"""Promises of every page. A new page is covered by being in the navigation."""

from __future__ import annotations

import csv
import gc
import io
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from core.draw.live import Picture
from core.kit.brought import File
from core.kit.controls import Places, Seed, Several, defaults
from core.kit.lab import Lab, Preset
from core.kit.parameters import parameters
from core.kit.prediction import Spot
from core.kit.results import nbytes
from pages.ui import export, shell
from pages.ui.lectures import LECTURES
from tests.conftest import PROFILE, ROOT
from tests.states import (
    LABS,
    as_read,
    check_rest,
    every_single_change,
    hostile,
    pairs_of_extremes,
    picture_or_reason,
    states,
)
from tests.whole import check_words

NewApp = Callable[..., AppTest]
each_lab = pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
each_preset = pytest.mark.parametrize(
    ("lab", "preset"), [pytest.param(lab, p, id=f"{lab.name}-{p.label}") for lab in LABS for p in lab.presets]
)
# A process for each takes its time: every third at a push, all at night.
every_third_preset = pytest.mark.parametrize(
    ("lab", "preset"),
    [
        pytest.param(lab, p, id=f"{lab.name}-{p.label}", marks=[pytest.mark.nightly] * bool(k % 3))
        for lab in LABS
        for k, p in enumerate(lab.presets)
    ],
)
# AppTest's names for the widgets of controls.
WIDGETS = ("slider", "select_slider", "selectbox", "button_group", "toggle", "number_input", "multiselect", "text_area")
# An app in its own process is slow; a push can afford a tenth of the examples of a pure function.
in_app = settings(
    max_examples=max(settings.default.max_examples // 10, 10),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def run(app: AppTest) -> AppTest:
    """Run the app, and again while it shows the progress of some work."""
    app.run()
    while any((button.key or "").endswith(":cancel") for button in app.button):
        app.run()
    assert not app.exception, app.exception
    return app


def open_lab(new_app: NewApp, lab: Lab, **query: str) -> AppTest:
    """Open a page as a deep link does."""
    app = new_app(**query)
    app.switch_page(f"pages/{lab.name}.py")
    return run(app)


def click(app: AppTest, key: str) -> None:
    app.button(key).click()
    run(app)


def controls_of(app: AppTest, lab: Lab) -> set[str]:
    """Return names of the page's controls that are on screen, whatever their kind."""
    keys = {widget.key for kind in WIDGETS for widget in app.get(kind)}
    return {control.name for control in lab.all_controls if f"{lab.name}.{control.name}" in keys}


def link_of(app: AppTest) -> dict[str, str]:
    return {key: texts if isinstance(texts, str) else texts[-1] for key, texts in app.query_params.items()}


# --- the declaration --------------------------------------------------------------------------------------


@each_lab
def test_names_are_one_name(lab: Lab) -> None:
    computed, drawn = parameters(lab.compute), parameters(lab.picture)[1:]
    names = [control.name for control in lab.controls if control.place != "section"]
    assert len({control.name for control in lab.controls}) == len(lab.controls)
    assert set(computed) | set(drawn) | set(lab.dragged) == set(names)
    assert not set(lab.dragged) & {*computed, *drawn}


@each_lab
def test_controls_explain_themselves(lab: Lab) -> None:
    for control in lab.all_controls:
        assert control.label and control.help.endswith("."), control.name
        if isinstance(control, File):
            continue
        assert control.parse(control.format(control.default)) == control.default
        if not isinstance(control, (Seed, Several, Places)):
            assert control.default in control.values  # type: ignore[attr-defined]
            assert all(control.show(value) for value in control.values)  # type: ignore[attr-defined]


@each_preset
def test_presets_are_states_with_a_picture(lab: Lab, preset: Preset) -> None:
    values = lab.preset_values(preset)
    assert set(values) == {c.name for c in lab.all_controls}
    for control in lab.all_controls:
        if not isinstance(control, File):
            assert control.parse(control.format(values[control.name])) == values[control.name], control.name
    assert isinstance(picture_or_reason(lab, values), Picture)
    # a preset that differs only in the view would be lit on a fresh visit
    assert lab.settings(values) != lab.settings(lab.fresh)
    assert preset.note.endswith((".", "?"))


# --- numbers and pictures ---------------------------------------------------------------------------------


@each_lab
def test_every_value_of_every_control_once(lab: Lab) -> None:
    outcomes = [picture_or_reason(lab, values) for values in every_single_change(lab)]
    assert sum(isinstance(outcome, Picture) for outcome in outcomes) > 0.85 * len(outcomes)


@each_lab
def test_all_that_a_result_holds_is_counted(lab: Lab) -> None:
    """Shared results are kept within a number of bytes: what drawing and sections cache counts, too."""
    values = defaults(lab.all_controls)
    result = lab.result(values)
    lab.draw(result, values)
    for section in lab.sections:
        section.blocks(result, values)
    assert held(result) <= nbytes(result) <= held(result) + 2_000_000


def held(result: Any) -> int:
    """Count the bytes of the arrays that the garbage collector reaches from a result without leaving it."""
    todo, seen, arrays = [result], set(), {}
    while todo:
        value = todo.pop()
        if id(value) in seen or isinstance(value, (type, ModuleType)) or callable(value):
            continue
        seen.add(id(value))
        if isinstance(value, np.ndarray):
            owner = value if value.base is None else value.base
            arrays[id(owner)] = value.nbytes if not isinstance(owner, np.ndarray) else owner.nbytes
        else:
            todo += gc.get_referents(value)
    return sum(arrays.values())


@each_lab
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_state_has_a_picture_or_a_reason(lab: Lab, data: st.DataObject) -> None:
    picture_or_reason(lab, data.draw(states(lab)))


@each_lab
@given(data=st.data())
@settings(max_examples=settings.default.max_examples // 2, suppress_health_check=list(HealthCheck))
def test_any_two_controls_can_be_at_their_ends(lab: Lab, data: st.DataObject) -> None:
    picture_or_reason(lab, data.draw(pairs_of_extremes(lab)))


@each_lab
def test_sections_have_words_and_pictures(lab: Lab) -> None:
    for preset in (None, *lab.presets):
        values = lab.preset_values(preset) if preset else defaults(lab.all_controls)
        check_rest(lab, values, preset is None)


@each_lab
def test_sections_tables_and_exports_of_any_state(lab: Lab) -> None:
    @given(states(lab) | pairs_of_extremes(lab))
    @settings(max_examples=max(settings.default.max_examples // 8, 6), suppress_health_check=list(HealthCheck))
    def check(values: dict[str, Any]) -> None:
        if isinstance(picture_or_reason(lab, values), Picture):
            check_rest(lab, values)

    check()


@each_lab
def test_prediction_has_an_answer_among_the_guesses(lab: Lab) -> None:
    result = lab.result(defaults(lab.all_controls))
    for prediction in lab.questions(result):
        assert prediction.ask(result).endswith((".", "?"))
        truth = prediction.truth(result)
        assert any(prediction.right(guess, result) for guess in prediction.guess.values)
        for guess in prediction.guess.values:
            assert prediction.verdict(guess, truth, result).endswith(".")
            assert prediction.guess.show(guess)


@pytest.mark.parametrize(
    "link",
    [
        # each data set has its own x, and the median of the errors is 0
        "bias_variance?degree=1&truth=runge&noise_std=0&n_train=88&n_sets=399&protocol=subset&seed=39998&n_test=87"
        "&low=-12.5&high=-6.5&max_degree=18&compare=3.7.13.19&folds=2&repetitions=350",
        # the longest name of a rule with the longest comparison
        "model_selection?degree=8&view=residuals&rule=repeated+k-fold&noise_std=1.5&n_train=30&seed=39718&folds=20"
        "&repetitions=850",
    ],
    ids=lambda link: link[:30],
)
def test_a_link_that_once_failed(link: str) -> None:
    name, _, query = link.partition("?")
    lab = next(lab for lab in LABS if lab.name == name)
    values, notes = lab.read_link(parse_qs(query))
    assert not notes
    assert isinstance(picture_or_reason(lab, values), Picture)
    check_rest(lab, values)


# --- downloads --------------------------------------------------------------------------------------------


@every_third_preset
def test_script_prints_the_numbers_on_screen(lab: Lab, preset: Preset, tmp_path: Path) -> None:
    compare_script(lab, lab.preset_values(preset), tmp_path)


@each_lab
def test_script_prints_the_numbers_of_any_state(lab: Lab, tmp_path: Path) -> None:
    @given(states(lab))
    @settings(max_examples=max(settings.default.max_examples // 16, 3), suppress_health_check=list(HealthCheck))
    def check(values: dict[str, Any]) -> None:
        if isinstance(picture_or_reason(lab, values), Picture):
            compare_script(lab, settle(lab, values), tmp_path)

    check()


def compare_script(lab: Lab, values: dict[str, Any], folder: Path) -> None:
    """Check that every number in the readouts is in the lines that the script marks as those of the slider."""
    code = lab.export_script(values)
    assert not re.search(r"\b(core|pages|streamlit)\b", re.sub(r'""".*?"""', "", code))
    for name, columns in lab.tables(lab.result(values), values).items():
        (folder / name).write_text(export.to_csv(columns), "utf-8")
    script = folder / "script.py"
    script.write_text(code, "utf-8")
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-W", "error", script], capture_output=True, encoding="utf-8", cwd=folder
    )
    assert done.returncode == 0, done.stderr
    printed = _numbers(
        "\n".join(line for line in done.stdout.splitlines() if "<- the slider" in line or "<- shown" in line)
    )
    picture = lab.draw(lab.result(values), values)
    index = picture.axis.nearest(lab.stand(values))
    for readout in picture.readouts:
        text = picture.text(readout, index)
        for shown, unit in _shown(text):
            assert any(abs(shown - number) <= 0.51 * unit + 1e-4 * abs(shown) for number in printed), (
                readout.label,
                text,
                printed,
            )


def _numbers(text: str) -> list[float]:
    return [float(found) for found in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?", text)]


def _shown(text: str) -> list[tuple[float, float]]:
    """Return numbers of a readout, each with the unit of its last digit."""
    plain = text.translate(str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")).replace(" × 10", "e")
    found = re.findall(r"-?\d+(?:\.(\d+))?(?:e(-?\d+))?", plain)
    whole = re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", plain)
    return [
        (float(number), 10.0 ** (int(power or 0) - len(decimals)))
        for number, (decimals, power) in zip(whole, found, strict=True)
    ]


@each_lab
def test_tables_are_csv_that_reads_back(lab: Lab) -> None:
    for preset in lab.presets:
        values = lab.preset_values(preset)
        for name, columns in lab.tables(lab.result(values), values).items():
            assert name.endswith(".csv")
            rows = list(csv.reader(io.StringIO(export.to_csv(columns))))
            assert rows[0] == list(columns)
            for texts, column in zip(zip(*rows[1:], strict=True), columns.values(), strict=True):
                kind = float if np.asarray(column).dtype.kind in "iufb" else str
                wanted = np.asarray(column, kind)
                if kind is float:  # a number that is not finite leaves its cell empty
                    wanted = np.where(np.isfinite(wanted), wanted, np.nan)
                    texts = [text or "nan" for text in texts]
                np.testing.assert_array_equal(np.array(texts, kind), wanted)


# --- in the app -------------------------------------------------------------------------------------------


@each_preset
def test_a_link_opens_its_state_and_stays(new_app: NewApp, lab: Lab, preset: Preset) -> None:
    values = lab.preset_values(preset)
    app = open_lab(new_app, lab, **lab.link(values))
    assert link_of(app) == lab.link(lab.settled(lab.draw(lab.result(values), values), values))
    assert app.title[0].value == lab.question
    assert not app.warning and not app.info


@each_lab
def test_what_a_hostile_link_says_is_answered_by_a_sentence(lab: Lab) -> None:
    for control in lab.all_controls:
        for text in hostile(control):
            values, notes = lab.read_link({control.name: [text]})
            link = lab.link(values)
            assert lab.read_link({key: [value] for key, value in link.items()}) == (values, []), text
            assert len(notes) <= 1
            for note in notes:
                assert control.label in note
                check_words(note, text[:40])


@each_lab
def test_a_hostile_link_opens_the_page_with_one_line(new_app: NewApp, lab: Lab) -> None:
    bad = ["nan", "-1e309", "0", "1e-400", "<script>alert(1)</script>", "x" * 3000, "", "1e300"]
    for text in bad:
        app = open_lab(new_app, lab, **{c.name: text for c in lab.all_controls}, other=text, another=text, third=text)
        (note,) = app.info
        assert "other" not in link_of(app)
        assert not re.search(r"(?<!\\)<", note.value)
        click(app, f"{lab.name}:dismiss")
        assert not app.info


@each_lab
def test_unknown_keys_are_one_sentence(new_app: NewApp, lab: Lab) -> None:
    app = open_lab(new_app, lab, a="1", b="2", c="3")
    (note,) = app.info
    assert as_read(note.value) == "Ignored 'a', 'b' and 'c' in the link: this page has no such settings."


@each_lab
def test_any_link_opens_the_page(new_app: NewApp, lab: Lab) -> None:
    names = st.sampled_from([c.name for c in lab.all_controls]) | st.text(st.characters(codec="ascii"), max_size=8)

    @given(st.dictionaries(names, st.text(max_size=30), max_size=6))
    @in_app
    def check(query: dict[str, str]) -> None:
        open_lab(new_app, lab, **{key: text for key, text in query.items() if key not in ("", "present")})

    check()


@each_lab
def test_any_state_opens_by_its_link(new_app: NewApp, lab: Lab) -> None:
    @given(states(lab))
    @in_app
    def check(values: dict[str, Any]) -> None:
        app = open_lab(new_app, lab, **lab.link(values))
        settled = settle(lab, values)
        assert link_of(app) == lab.link(settled)
        asked = {control.name for control in lab.all_controls if control.name in lab.link(values)}
        assert bool(app.info) == any(settled[name] != values[name] for name in asked)
        assert bool(app.warning) == isinstance(picture_or_reason(lab, values), str)

    check()


def settle(lab: Lab, values: dict[str, Any]) -> dict[str, Any]:
    """Return the state that a page takes: its picture may end before the scale of its main control does."""
    picture = picture_or_reason(lab, values)
    return lab.settled(picture, values) if isinstance(picture, Picture) else values


@each_lab
def test_a_random_walk_over_the_widgets(new_app: NewApp, lab: Lab) -> None:
    app = open_lab(new_app, lab)
    rng = np.random.default_rng(0)
    controls = {f"{lab.name}.{c.name}": c for c in lab.controls}
    wanted = lab.fresh
    for _ in range(300 if PROFILE == "nightly" else 15):
        widgets = [w for kind in WIDGETS for w in app.get(kind) if w.key in controls]
        widget = widgets[rng.integers(len(widgets))]
        control = controls[widget.key]
        if isinstance(control, Seed):
            value: Any = int(rng.integers(control.high + 1))
        elif isinstance(control, Several):
            value = sorted(rng.choice(list(control.options), control.limit, replace=False).tolist())
        else:
            value = control.values[rng.integers(len(control.values))]
        widget.set_value(value)
        wanted = settle(lab, wanted | {control.name: tuple(value) if isinstance(control, Several) else value})
        run(app)
        assert link_of(app) == lab.link(wanted)


@each_lab
def test_reset_empties_the_link(new_app: NewApp, lab: Lab) -> None:
    link = lab.link(lab.preset_values(lab.presets[0]))
    app = open_lab(new_app, lab, **link)
    click(app, f"{lab.name}:reset")
    assert link_of(app) == {}
    run(app)
    assert link_of(app) == {}


def test_a_fresh_visit_has_the_sections_below_the_picture(new_app: NewApp) -> None:
    lab = next(lab for lab in LABS if lab.sections)
    app = open_lab(new_app, lab)
    assert {section.title for section in lab.sections} <= {folded.label for folded in app.expander}


@each_lab
def test_presenter_mode_keeps_the_state_and_shows_nothing_below(new_app: NewApp, lab: Lab) -> None:
    link = lab.link(settle(lab, lab.preset_values(lab.presets[0])))
    app = open_lab(new_app, lab, present="1", **link)
    assert link_of(app) == {"present": "1", **link}
    assert [folded.label for folded in app.expander] == ["More settings"]
    click(app, f"{lab.name}:present")
    assert link_of(app) == link
    assert len(app.expander) > len(lab.sections)


@each_lab
def test_an_embedded_picture_stands_alone(new_app: NewApp, lab: Lab) -> None:
    link = lab.link(settle(lab, lab.preset_values(lab.presets[0])))
    app = open_lab(new_app, lab, bare="1", panel="2", **link)
    assert link_of(app) == {"bare": "1", "panel": "2", **link}
    assert pictures(app)
    assert not app.title and not app.button and not app.expander and not controls_of(app, lab)


@each_lab
def test_predict_first_hides_the_picture_until_there_is_an_answer(new_app: NewApp, lab: Lab) -> None:
    app = open_lab(new_app, lab, predict="1")
    answer_all(app, lab)
    assert pictures(app)
    click(app, f"{lab.name}:again")
    answer_all(app, lab)
    run(app)
    if not any(isinstance(control, Seed) for control in lab.controls):
        return
    click(app, f"{lab.name}:redraw")  # other data are another question
    result = lab.result(app.session_state[f"lab:{lab.name}"].good)
    assert app.subheader[0].value == lab.questions(result)[0].ask(result)
    assert not pictures(app)


def answer_all(app: AppTest, lab: Lab) -> None:
    """Answer the questions of a page one by one, while its picture is hidden."""
    result = lab.result(app.session_state[f"lab:{lab.name}"].good)
    for number, prediction in enumerate(lab.questions(result)):
        assert app.subheader[0].value == prediction.ask(result)
        assert not pictures(app)
        if isinstance(prediction.guess, Spot):
            for name, part in zip("xy", prediction.guess.values[0], strict=True):
                app.number_input(f"{lab.name}:guess.{name}").set_value(part)
                run(app)
        if why := prediction.why(result):
            assert app.button(f"{lab.name}:commit").disabled  # a guess without a reason is not an answer
            app.radio(f"{lab.name}:why").set_value(why.kind.options[0])
            run(app)
        click(app, f"{lab.name}:commit")
        assert sum("Your answer" in words.value for words in app.markdown) == number + 1


def pictures(app: AppTest) -> bool:
    """Return whether the page shows its picture, or only asks for a point in one."""
    asking = any((widget.key or "").endswith(":guess.x") for widget in app.number_input)
    return len(app.get("bidi_component")) > asking


@each_lab
def test_the_state_survives_another_page(new_app: NewApp, lab: Lab) -> None:
    app = open_lab(new_app, lab, **lab.link(lab.preset_values(lab.presets[0])))
    link = link_of(app)
    assert link
    app.switch_page("pages/home.py")
    app.query_params.clear()
    run(app)
    assert link_of(app) == {}
    app.switch_page(f"pages/{lab.name}.py")
    run(app)
    assert link_of(app) == link


def test_home_has_a_card_for_every_lab_and_three_doors(new_app: NewApp) -> None:
    app = run(new_app())
    links = [link.proto.label for link in app.get("page_link")]
    assert links[3].startswith("Glossary")
    assert links[4:] == [lecture.title for lecture in LECTURES] + [f"**{lab.question}**" for lab in LABS]
    assert pictures(app)


def test_a_presenter_chooses_on_the_home_page_and_has_a_way_out(new_app: NewApp) -> None:
    app = run(new_app(present="1"))
    assert all("present=1" in link.proto.query_string for link in app.get("page_link")[3:])
    click(app, "home:present")
    assert link_of(app) == {}


@each_lab
def test_at_most_five_controls_are_unfolded(new_app: NewApp, lab: Lab) -> None:
    assert set(lab.open) <= {control.name for control in lab.controls}
    assert 1 <= len(controls_of(open_lab(new_app, lab), lab)) <= 5


@each_lab
def test_links_of_before_keep_their_meaning(lab: Lab) -> None:
    """A fresh visit may begin elsewhere; a link still leaves out the defaults."""
    first = next(control for control in lab.controls if control.name == lab.main)
    before, _ = lab.read_link({first.name: [first.format(first.default)]})
    assert before == defaults(lab.all_controls)
    assert lab.read_link(lab_query(lab.link(before)))[0] == before
    assert lab.link(lab.fresh) == {}
    assert lab.read_link({}) == (lab.fresh, [])
    assert lab.read_link({"other": ["1"]})[0] == lab.fresh


def lab_query(link: dict[str, str]) -> dict[str, list[str]]:
    return {key: [text] for key, text in link.items()}


# --- the process ------------------------------------------------------------------------------------------


def test_no_page_imports_torch_or_scikit_learn() -> None:
    code = (
        "import sys\n"
        "from pages.ui import shell\n"
        "from core.kit.controls import defaults\n"
        "for lab in shell.labs().values():\n"
        "    values = defaults(lab.all_controls); lab.draw(lab.result(values), values)\n"
        "print([m for m in ('torch', 'torchvision', 'sklearn', 'scipy') if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == "[]", done.stderr


def test_imported_objects_are_frozen(new_app: NewApp) -> None:
    import gc

    run(new_app())
    assert gc.get_freeze_count() > 10_000


def test_every_page_file_is_in_the_navigation() -> None:
    files = {path.stem for path in (ROOT / "pages").glob("*.py")} - {"__init__", "home", "practice", "glossary", "join"}
    assert files == set(shell.labs())
