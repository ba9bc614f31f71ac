"""Pictures and words of the page on range tests, against the recorded numbers and runs made by hand."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.draw.live import Picture
from core.jobs import shipped
from core.kit.controls import defaults
from core.kit.lab import Table
from core.labs.lr_range import picture as figures
from core.labs.lr_range import sections as story
from core.labs.lr_range import words as text
from core.labs.lr_range.compute.explore import LrRange
from core.labs.lr_range.controls import BOUNDS
from core.labs.lr_range.lab import LAB
from core.labs.lr_range.panels.rates import gapped, power
from core.labs.lr_range.sections import match
from core.labs.lr_range.sections import runs as sections
from core.training import history
from core.training.runs import Seen
from tests.pictures import trace

VALUES = defaults(LAB.all_controls)


def drawn(**change: Any) -> tuple[LrRange, Picture]:
    values = VALUES | change
    result = LAB.result(values)
    return result, LAB.draw(result, values)


def said(picture: Picture, lower: float, upper: float) -> tuple[str, ...]:
    """Every sentence with the two bounds at these rates."""
    assert picture.axis is not None
    return picture.words(picture.axis.nearest((lower, upper)))


def recorded(name: str, key: str) -> list[float]:
    run = next(each for each in shipped() if each.name == name)
    return [value for record in run.records for value in record.get(key, [])]


def test_the_raw_loss_is_drawn_as_it_was_recorded() -> None:
    _, picture = drawn()
    raw = trace(picture, 0, "as recorded")
    np.testing.assert_allclose(raw["y"], recorded("mlp-0", "losses"), rtol=1e-6)
    np.testing.assert_allclose(raw["x"], np.log10(recorded("mlp-0", "rates")))
    np.testing.assert_allclose(trace(picture, 2, "as recorded")["y"], recorded("mlp-0", "accuracies"), rtol=1e-6)


def test_where_the_test_diverged_there_is_a_cross_and_no_curve_behind_it() -> None:
    _, picture = drawn()
    last = np.log10(recorded("mlp-0", "rates")[-1])
    assert trace(picture, 0, "diverged")["x"].tolist() == [last]
    assert max(trace(picture, 0, "smoothed")["x"]) == last
    _, picture = drawn(net="small_cnn")  # batch normalization: the ramp comes to its end
    assert trace(picture, 0, "diverged")["x"].size == 0


def test_a_diverged_training_is_a_gap_and_never_bridged() -> None:
    result, picture = drawn(protocol="sweep", low=1e-9, epochs=5)
    ends = trace(picture, 0, "loss of each training")
    lost = [each.diverged is not None for each in result.now().sweeps[0].candidates]
    assert sum(lost) == 2
    assert np.isnan(ends["y"]).tolist() == lost
    assert trace(picture, 0, "diverged")["x"].tolist() == ends["x"][lost].tolist()
    assert not ends.get("connectgaps")


def test_the_band_holds_every_seed_and_the_mean() -> None:
    result, picture = drawn(seeds=5)
    area, mean = trace(picture, 0, "5 seeds"), trace(picture, 0, "smoothed, mean")
    half = len(mean["y"])
    high, low = area["y"][:half], area["y"][half:][::-1]
    every = np.array([ramp.smoothed[:half] for ramp in result.now().ramps])
    np.testing.assert_allclose(high, every.max(axis=0), rtol=1e-6)
    np.testing.assert_allclose(low, every.min(axis=0), rtol=1e-6)
    np.testing.assert_allclose(mean["y"], every.mean(axis=0), rtol=1e-6)


def test_every_rule_has_a_row_and_a_line() -> None:
    result, picture = drawn(seeds=3)
    rules = result.now().rules
    x = trace(picture, 1, "median")["x"]
    np.testing.assert_allclose(10**x, [np.median(rule.rates) for rule in rules])
    lines = trace(picture, 0, "rules")["x"]
    np.testing.assert_allclose(lines[~np.isnan(lines)][::2], x)
    assert picture.panels[1].figure["layout"]["yaxis"]["ticktext"] == [rule.name for rule in rules]


def test_the_counter_is_drawn_over_the_logarithm() -> None:
    _, picture = drawn(steps=100, seeds=3)
    bars = {each["name"]: 10 ** float(each["x"][0]) for each in picture.panels[3].figure["data"]}
    assert [round(count) for count in bars.values()] == [300, 938, 46_900]


def test_without_a_run_there_are_axes_and_a_sentence() -> None:
    for protocol in ("ramp", "sweep"):
        _, picture = drawn(protocol=protocol, seed=4242)
        assert picture.sentences == (text.NO_RUN,)
        assert {words for readout in picture.readouts for words in readout.texts} <= {"–", "0"}
        words = trace(picture, 0, "no run")["x"][0]
        bounds = np.log10([control.default for control in BOUNDS])
        assert (bounds - words > 0.2 * 6).all()  # a fifth of the axis away from both lines


def test_before_the_first_step_of_a_run_the_page_says_what_it_waits_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.labs.lr_range.compute.explore.look", lambda spec: Seen("x", "running"))
    for protocol in ("ramp", "sweep"):
        assert drawn(protocol=protocol)[1].sentences == (text.BEGUN,)


def test_the_script_sets_nothing_that_it_does_not_use() -> None:
    settings = LAB.export_script(VALUES).split("# settings\n")[1].split("# end of settings")[0]
    assert [line.split(" = ")[0] for line in settings.splitlines()] == ["lower", "upper", "steps", "seed", "smoothing"]


def test_a_paused_test_has_not_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = {name: recorded("mlp-0", name)[:60] for name in ("rates", "losses", "accuracies")}
    monkeypatch.setattr("core.labs.lr_range.compute.explore.look", lambda spec: Seen("x", "paused", records=(begun,)))
    upper = said(drawn()[1], 2e-5, 0.1)[2]
    assert f"nothing is known, the test has come to {text.show_rate(begun['rates'][-1])} so far." in upper


def test_sentences_follow_the_curve() -> None:
    result, picture = drawn()
    ratio, lower, upper = said(picture, 2e-5, 0.01)
    assert f"factor of {result.now().disagreement:.0f}" in ratio
    assert "hardly changes" in lower
    losses = pd.Series(recorded("mlp-0", "losses")).ewm(alpha=0.02).mean()
    step = np.abs(np.log10(recorded("mlp-0", "rates")) + 2).argmin()
    assert f"Upper rate 0.010: the smoothed loss is {losses[step]:.3f} and falls by" in upper
    assert "nothing is known, the test stopped at 0.7" in said(picture, 0.1, 10)[2]


@pytest.mark.parametrize(("lower", "upper", "ratio"), [(-3, -1, "100"), (-1.05, -1, "1.1"), (-2.6, 0.4, "1000")])
def test_the_sentence_has_the_ratio_of_the_bounds(lower: float, upper: float, ratio: str) -> None:
    _, picture = drawn()
    assert said(picture, 10**lower, 10**upper)[0].startswith(f"The upper rate is {ratio} times the lower one.")


@pytest.mark.parametrize("lower", [0.1, 0.2])
def test_bounds_that_have_changed_places_are_no_cycle(lower: float) -> None:
    _, picture = drawn(lower=lower)
    assert "there is no cycle between them" in said(picture, lower, 0.1)[0]
    words, work = sections.train(drawn()[0], VALUES | {"lower": lower})
    assert "must be below" in str(words)
    assert len(work.key) == 2  # type: ignore[union-attr]


def test_the_sentence_at_the_rate_of_a_rule_names_it() -> None:
    result, picture = drawn()
    for rule in result.now().rules:
        for remark in picture.remarks[1:]:
            agree = [re.findall(r"“([^”]*)”", words.partition(" about this rate")[0]) for words in remark.texts]
            (k,) = [k for k, names in enumerate(agree) if rule.name in names and "about" in remark.texts[k]]
            assert np.log10(result.axis[k] / rule.rates[0]) == pytest.approx(0, abs=0.5 / 20 + 1e-9)


def test_the_sentence_says_how_far_the_upper_rate_is_from_every_rule() -> None:
    result, picture = drawn()
    words = said(picture, 1e-3, 2e-3)[2]
    told = {rule: float(times) for times, rule in re.findall(r"([\d.]+) × “([^”]*)”", words)}
    rates = {rule.name: float(rule.rates[0]) for rule in result.now().rules if rule.name != "cycle, low"}
    assert told.keys() == rates.keys()
    for rule, rate in rates.items():
        assert told[rule] == pytest.approx(10**-2.7 / rate, rel=0.05)  # two digits
    assert "0.010 × “cycle, low”" in said(picture, rates["cycle, high"] / 400, 1)[1]


def test_the_two_lines_stand_where_the_bounds_are() -> None:
    _, picture = drawn()
    index = picture.axis.nearest((1e-3, 0.5))  # type: ignore[union-attr]
    for panel in picture.panels[:3]:
        lines = [track for track in panel.tracks if track.y is None]
        places = [track.x[picture.entry(track.along, index)] for track in lines]
        assert places == pytest.approx([-3, -0.3])


def test_the_nearest_trainings_of_a_sweep_are_lifted_out() -> None:
    result, picture = drawn(protocol="sweep")
    ways, every = picture.panels[1], result.now().sweeps[0].candidates
    index = picture.axis.nearest((1e-5, 0.1))  # type: ignore[union-attr]
    drawn_y = [frames.at(picture.entry(frames.along, index)) for frames in ways.frames if frames.attr == "y"]
    for found, each in zip(drawn_y, (every[0], every[6]), strict=True):  # 1e-5 and 10 ** (-5 + 6 * 6 / 9) = 0.1
        assert found[0] == pytest.approx(each.losses[: max(result.spec.updates // 60, 1)].mean())


def test_what_the_rules_say_of_a_test_that_goes_on_is_said_to_be_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    (whole,) = drawn()[0].now().seen
    losses, rates = recorded("mlp-0", "losses"), recorded("mlp-0", "rates")
    accuracies = recorded("mlp-0", "accuracies")
    for n, words in ((30, "No rule has an answer so far."), (120, "so far.")):
        record = whole.records[0] | {"losses": losses[:n], "rates": rates[:n], "accuracies": accuracies[:n]}
        seen = Seen("x", "running", (n,), records=(record,))
        monkeypatch.setattr("core.labs.lr_range.compute.explore.look", lambda spec, seen=seen: seen)
        assert all(each.endswith(words) for each in drawn()[1].remarks[0].texts)


def test_a_sweep_tells_what_became_of_the_nearest_training() -> None:
    _, picture = drawn(protocol="sweep", low=1e-9, epochs=5)
    assert "no number any more after" in said(picture, 0.01, 10)[2]
    assert "2 of 10 trainings diverged, from 0.77 on." in said(picture, 0.01, 10)[0]
    words = {readout.label: readout.texts for readout in picture.readouts}
    assert words["best and next"] == ("0.060 to 0.77",)
    assert words["bracket"] == ("2.8 × 10⁻⁵ to 0.060",)
    assert words["loss nearest to upper"][-1] == "diverged"


def test_questions() -> None:
    result, _ = drawn()
    losses = recorded("mlp-0", "losses")
    assert text.best_decade(result) in ("1e-1", "1e0")
    assert len(losses) == result.now().updates
    assert text.best_decade(drawn(protocol="sweep", low=1e-9, epochs=5)[0]) == "1e-1"
    assert text.best_decade(drawn(seed=4242)[0]) == "none"
    assert "46,900" in text.cost_verdict("938", "46900", result)


def test_sections_say_what_the_two_computations_differ_by() -> None:
    result, _ = drawn()
    words = " ".join(block for block in story.rules(result, VALUES) if isinstance(block, str))
    assert "Computed twice" in words
    assert "121 steps by dynamic programming, 121 by patience sorting" in words
    assert "49 steps old" in words  # 0.98 / 0.02


def test_the_homeworks_grid() -> None:
    result, _ = drawn(protocol="sweep", low=1e-9, epochs=5)
    blocks = story.homework(result, VALUES)
    table = next(block for block in blocks if isinstance(block, Table))
    assert table.columns["rate η"][4] == "2.78 × 10⁻⁵"
    assert table.columns["reported as"][8] == "lr_max"
    assert "ratio 27826" in str(blocks[2])  # 10 ** (4 * 10 / 9)
    assert "at 0.77 the run diverged" in str(blocks[3])


def test_past_runs_are_compared_over_the_rate_or_over_the_updates() -> None:
    runs = {run.name: run for run in history.past_runs()}
    tests = sections.compare([runs["mlp-0"], runs["mlp-homework-0"]])
    assert tests.panels[0].figure["layout"]["xaxis"]["title"]["text"] == "learning rate η"
    assert "smallest loss 0.385" in tests.sentences[0]
    mixed = sections.compare([runs["mlp-0"], runs["mlp-cycle"]])
    assert mixed.panels[0].figure["layout"]["xaxis"]["title"]["text"] == "updates"
    assert "1 further runs" in sections.compare([runs["mlp-0"]] * 7).sentences[0]


def test_outcomes_of_trainings_are_those_of_the_runs() -> None:
    (_, work) = sections.train(drawn()[0], VALUES)
    picture, table = work.blocks(work.begin().result())  # type: ignore[union-attr]  # recorded: nothing is trained
    assert table.columns["updates taken"][0] == 465
    assert table.columns["outcome"][0].startswith("test accuracy 8")
    assert "diverged after" in table.columns["outcome"][2]
    assert len(picture.panels[0].figure["data"]) == 3


@pytest.mark.parametrize(("end", "words"), [("end", "test accuracy 50"), ("nonfinite", "after 2 updates")])
def test_how_a_training_ended(end: str, words: str) -> None:
    result = {"end": end, "test_accuracy": 0.5, "test_loss": 1.25, "steps": 9}
    assert words in sections._ended(Seen("x", records=({"losses": [1.0, 2.0]},), result=result))


def test_four_curves_have_the_rates_of_the_exam() -> None:
    """Its key: A 0.1, B 0.001, C 0.01, D 0.0001; the traps are the fastest start, and another order."""
    key = {"A": "0.1", "B": "0.001", "C": "0.01", "D": "0.0001"}
    asked = {question.label.removeprefix("Rate of "): question for question in match.questions()}
    found = {letter: asked[letter].judge(rate) for letter, rate in key.items()}
    assert list(asked) == list(key) and all(verdict.right for verdict in found.values())
    assert "too high to settle" in found["A"].words
    assert "smallest of the four" in found["C"].words
    assert "still falling" in found["B"].words
    wrong = asked["A"].judge("0.01")
    assert wrong.slips == ("0.01",) and "Not quite: With 0.01 the last epoch has" in wrong.words
    assert asked["A"].judge("0.5").state == "unreadable"
    early = {letter: np.mean(each.losses[:40]) for letter, each in match.curves().items()}
    assert min(early, key=early.__getitem__) == "A"
    assert min(match.curves().items(), key=lambda pair: pair[1].loss)[0] == "C"


def test_small_parts() -> None:
    assert [power(k) for k in (-9, 0, 1, 3)] == ["10⁻⁹", "1", "10", "10³"]
    np.testing.assert_array_equal(gapped([np.array([1.0]), np.array([2.0])]), [1, np.nan, 2])
    assert gapped([]).size == 0
    assert figures.thumbnail().startswith("<svg")
