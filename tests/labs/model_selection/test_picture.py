"""Panels, words and sections of the model-selection lab against refits, hat matrices and replays of our own."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import numpy as np
import pytest
from numpy.polynomial import Chebyshev
from numpy.polynomial.chebyshev import chebvander

from core.draw.live import Panel, Picture
from core.kit.words import fixed
from core.labs.model_selection.lab import LAB
from core.labs.model_selection.picture import thumbnail
from core.labs.model_selection.sections import SECTIONS
from core.labs.model_selection.words import PREDICTIONS, shares
from tests.pictures import drawn_state, trace_of
from tests.whole import check_picture
from tests.words import holds

HOMEWORK = LAB.presets[0].values
FORMULAS, SEEDS, CHOICES, LEARNING, _ = SECTIONS

drawn = partial(drawn_state, LAB)


def frames(panel: Panel, name: str, attr: str = "y") -> Any:
    """Frames of the trace of a name."""
    places = [k for k, t in enumerate(panel.figure["data"]) if t["name"] == name]
    (found,) = [f for f in panel.frames if f.trace in places and f.attr == attr]
    return found


def readout(picture: Picture, label: str) -> tuple[str, ...]:
    (found,) = [r.texts for r in picture.readouts if r.label == label]
    return found


def hat(x: np.ndarray, degree: int) -> np.ndarray:
    columns, _ = np.linalg.qr(chebvander((2 * x - x.min() - x.max()) / np.ptp(x), degree))
    return columns @ columns.T


# ---- the picture -----------------------------------------------------------------------------------------------------


def test_the_homework_shows_its_four_rmse_values_by_two_ways() -> None:
    _, _, picture = drawn(**HOMEWORK)
    assert readout(picture, "LOO RMSE, one fit") == ("2.9813", "1.0565", "1.0781", "1.0710")
    (check,) = [one.check for one in picture.readouts if one.check]
    assert check.how.startswith("By 100 refits") and all(check.agrees)
    assert check.texts == ("2.9813", "1.0565", "1.0781", "1.0710")
    assert readout(picture, "leave-one-out picks") == ("2, one SE 2",)


@pytest.mark.parametrize(("order", "split_seed"), [("x", 0), ("index", 3)])
def test_the_raster_marks_the_points_of_each_fold(order: str, split_seed: int) -> None:
    _, result, picture = drawn(order=order, split_seed=split_seed, folds=4)
    v = result.validation
    tiles = trace_of(picture.panels[1], "held-out")
    left, right, gap = tiles["x"].reshape(-1, 3).T
    rows = tiles["y"].reshape(-1, 3)[:, 0]
    assert np.isnan(gap).all() and len(left) == 40
    place = v.x if order == "x" else np.arange(1, 41)
    fold = np.random.default_rng(split_seed).permutation(40) % 4
    for number in range(4):
        middle = np.sort((left + right)[rows == number + 1] / 2)
        np.testing.assert_allclose(middle, np.sort(place[fold == number]), atol=1e-12)


def test_rows_of_leave_one_out_follow_the_order_on_screen() -> None:
    for order in ("x", "index"):
        _, _, picture = drawn(rule="leave-one-out", order=order)
        tiles = trace_of(picture.panels[1], "held-out")
        x, y = tiles["x"][::3], tiles["y"][::3]
        assert (np.diff(x[np.argsort(y)]) > 0).all() and len(x) == 40


@pytest.mark.parametrize(("rule", "count", "name"), [("k-fold", 9, "fold 1"), ("hold-out", 1, "the held-out points")])
def test_green_fits_have_not_seen_the_green_points(rule: str, count: int, name: str) -> None:
    _, result, picture = drawn(rule=rule, folds=9)
    v, panel = result.validation, picture.panels[0]
    held = np.isin(v.x, trace_of(panel, name)["x"])
    assert held.sum() == (5 if rule == "k-fold" else 8)
    for degree in (1, 4, 7):
        blind = frames(panel, f"fit without {name}").at(degree - 1)[:-1]
        np.testing.assert_allclose(blind, Chebyshev.fit(v.x[~held], v.y[~held], degree)(v.grid), rtol=1e-7)
        everyone = frames(panel, "fit to all points").at(degree - 1)[:-1]
        np.testing.assert_allclose(everyone, Chebyshev.fit(v.x, v.y, degree)(v.grid), rtol=1e-7)
    if count > 1:
        faint = frames(panel, "fits without each fold").at(6).reshape(count, -1)[:, :-1]
        np.testing.assert_allclose(faint[0], frames(panel, "fit without fold 1").at(6)[:-1], rtol=1e-12)
        last = np.random.default_rng(0).permutation(40) % 9 == 8
        np.testing.assert_allclose(faint[8], Chebyshev.fit(v.x[~last], v.y[~last], 7)(v.grid), rtol=1e-6)


def test_rules_without_held_out_points_say_so() -> None:
    for rule in ("GCV", "AIC", "BIC"):
        _, _, picture = drawn(rule=rule)
        assert "No points are held out" in trace_of(picture.panels[1], "nobody")["text"][0]
        assert f"{rule} holds out no points." in picture.panels[0].alt


def test_fits_that_are_not_determined_leave_the_picture() -> None:
    _, _, picture = drawn(n_train=12, folds=2)
    check_picture(picture)
    top = picture.panels[0].figure["layout"]["yaxis"]["range"][1]
    assert frames(picture.panels[0], "fit without fold 1").at(10)[:-1].min() > 100 * top
    assert frames(picture.panels[0], "fit without fold 1").at(4)[:-1].min() < top
    assert "12 distinct training inputs" in picture.sentences[0] and len(picture.sentences) == 11


@pytest.mark.parametrize("degree", [1, 4, 7])
def test_stems_lead_from_residuals_to_leave_one_out_residuals(degree: int) -> None:
    _, result, picture = drawn(view="residuals")
    v, (upper, lower) = result.validation, picture.panels[:2]
    h = hat(v.x, degree)
    r, leverage = v.y - h @ v.y, np.diag(h)
    stems = frames(upper, "from r to r/(1 − h)").at(degree - 1).reshape(-1, 3)
    np.testing.assert_allclose(stems[:, 0], r, atol=1e-9)
    np.testing.assert_allclose(stems[:, 1], r / (1 - leverage), atol=1e-9)
    refits = [v.y[i] - Chebyshev.fit(np.delete(v.x, i), np.delete(v.y, i), degree)(v.x[i]) for i in range(40)]
    np.testing.assert_allclose(frames(upper, "by 40 refits").at(degree - 1), refits, atol=1e-7)
    np.testing.assert_allclose(frames(lower, "leverage h").at(degree - 1), leverage, atol=1e-9)
    assert frames(lower, "mean, (degree + 1) / n").at(degree - 1)[0] == pytest.approx(leverage.mean())


def test_the_homework_is_not_drawn_too_small_to_be_read() -> None:
    _, _, picture = drawn(**HOMEWORK)
    low, high = picture.panels[2].figure["layout"]["yaxis"]["range"]
    scores = np.square([1.056481513788703, 1.0780658052226322, 1.0710499255446229])
    assert low < 1.03 < scores.min() and np.ptp(scores) > 0.03 * (high - low) and high < 2.981**2
    bottom, top = picture.panels[0].figure["layout"]["yaxis"]["range"]
    assert -bottom == top == 4


def test_scores_and_the_level_of_one_standard_error() -> None:
    _, result, picture = drawn(rule="leave-one-out", seed=1)
    v, panel = result.validation, picture.panels[2]
    errors = []
    for degree in v.degrees[:9]:
        h = hat(v.x, int(degree))
        errors.append(((v.y - h @ v.y) / (1 - np.diag(h))) ** 2)
    mean, se = np.mean(errors, axis=1), np.std(errors, axis=1, ddof=1) / np.sqrt(40)
    shown = trace_of(panel, "leave-one-out")
    np.testing.assert_allclose(shown["y"][:9], mean, rtol=1e-6)
    np.testing.assert_allclose(shown["error_y"]["array"][:9], se, rtol=1e-6)
    above = shown["y"] > panel.figure["layout"]["yaxis"]["range"][1]
    assert above.any() and not shown["error_y"]["array"][above].any()
    pick, simple = (int(text) for text in re.findall(r"\d+", readout(picture, "leave-one-out picks")[0]))
    level = trace_of(panel, "minimum + 1 SE")["y"][0]
    assert level == pytest.approx(shown["y"][pick - 1] + shown["error_y"]["array"][pick - 1])
    assert simple == 6 and mean[5] <= level and (mean[:5] > level).all()
    marks = trace_of(picture.panels[3], "leave-one-out")
    assert marks["x"].tolist() == [6, 12] and marks["marker"]["symbol"] == ["circle-open", "circle"]
    assert picture.panels[3].figure["layout"]["yaxis"]["ticktext"][4] == "<b>leave-one-out</b>"


def test_every_rule_stands_beside_the_others() -> None:
    _, result, picture = drawn(rule="AIC")
    v = result.validation
    for name, k in (("hold-out", 0), ("10-fold", 1), ("10 × 10-fold", 2), ("GCV", 4), ("BIC", 6)):
        assert trace_of(picture.panels[3], name)["x"][-1] == v.picks[k]
        assert "error_y" not in trace_of(picture.panels[2], name)
    assert "minimum + 1 SE" not in [t["name"] for t in picture.panels[2].figure["data"]]
    assert readout(picture, "AIC picks") == (str(v.picks[5]),)


@pytest.mark.parametrize("rule", ["hold-out", "k-fold", "leave-one-out", "BIC"])
def test_log_axis_shows_what_leaves_the_picture(rule: str) -> None:
    _, result, picture = drawn(rule=rule, log_y=True)
    low, high = picture.panels[2].figure["layout"]["yaxis"]["range"]
    name = readout(picture, "expected error")
    assert 10**low < result.train_mse.min() * 1.001 and 10**high > result.validation.risk.max()
    assert len(name) == 15


# ---- words -----------------------------------------------------------------------------------------------------------


def test_sentences_tell_the_pick_its_cost_and_the_check() -> None:
    _, result, picture = drawn(seed=1, rule="leave-one-out")
    v, sentences = result.validation, picture.sentences
    assert sentences[11].startswith("Leave-one-out picks this degree; degree 6 is within one standard error.")
    assert "this degree" not in "".join(sentences[:11] + sentences[12:])
    assert "larger than that at degree 12, which the rule picks (it is within one standard error)" in sentences[5]
    assert "within" not in sentences[0]
    times = float(re.search(r"is ([\d.]+) times that of degree 8, the best", sentences[0])[1])  # type: ignore[index]
    assert times == pytest.approx(v.risk[11] / v.risk[7], abs=0.05)
    worst = [float(np.abs(v.left_out[k] - v.refitted[k]).max()) for k in range(15)]
    for text, most in zip(sentences, worst, strict=True):
        said = re.search(r"by more than ([\d.]+) × 10⁻([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", text)
        assert said is not None
        power = int(said[2].translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")))
        assert most <= float(said[1]) * 10.0**-power * (1 + 1e-9) <= 2.01 * max(most, 1e-16)


def test_undefined_scores_are_said_not_shown() -> None:
    _, _, picture = drawn(n_train=8, folds=4, rule="k-fold")
    assert "cannot judge degree 7" in picture.sentences[6]
    assert "the others do not determine the fit" in picture.sentences[6]
    assert readout(picture, "4-fold")[6] == "–" and readout(picture, "LOO RMSE, one fit")[6] == "–"
    _, result, picture = drawn(n_train=22, max_degree=18)  # leverages of 1 to ten digits
    assert result.left_out_rmse[17] == pytest.approx(result.refitted_rmse[17], rel=1e-9)
    assert "2 × 10⁻⁶, with leverages up to 1.000" in picture.sentences[17]
    _, result, picture = drawn(n_train=22, max_degree=20, inputs="normal", seed=1)  # and to all digits
    assert np.isnan(result.validation.left_out[19]).any() and result.refitted_rmse[19] > 1e14
    assert result.left_out_rmse[19] == pytest.approx(result.refitted_rmse[19])
    assert fixed(result.refitted_rmse[19]) in picture.sentences[19]


def test_no_noise_has_words_of_its_own() -> None:
    for rule in ("k-fold", "AIC"):
        _, _, picture = drawn(truth="cubic", noise_std=0.0, rule=rule, max_degree=6)
        assert "picks this degree" in picture.sentences[2] and "No other degree" in picture.sentences[2]
        assert "has the same score at degree 3" in picture.sentences[4]
        assert "above that at degree 3" in picture.sentences[0]


def test_questions_have_the_answers_of_a_replay() -> None:
    changes, found = PREDICTIONS
    _, result, _ = drawn(**HOMEWORK)
    picks = []
    for seed in range(100):
        rng = np.random.RandomState(seed)
        x = rng.normal(size=100)
        y = x - 2 * x**2 + rng.normal(size=100)
        hats = [hat(x, d) for d in range(1, 5)]
        picks.append(1 + int(np.argmin([np.mean(((y - h @ y) / (1 - np.diag(h))) ** 2) for h in hats])))
    assert changes.truth(result) == "data" and found.truth(result) == picks.count(2)
    assert f"3 different degrees in 100 draws, most often {max(set(picks), key=picks.count)}." in changes.verdict(
        "none", "data", result
    )
    assert f"2 in {picks.count(2)}%" in found.verdict(50, picks.count(2), result)
    _, sure, _ = drawn(truth="cubic", noise_std=0.0, max_degree=5)
    assert changes.truth(sure) == "none" and found.truth(sure) == 100
    assert shares(np.array([4, 2, 2, 9])) == [(2, 0.5), (4, 0.25), (9, 0.25)]


# ---- folded sections -------------------------------------------------------------------------------------------------


def test_formulas_have_the_numbers_of_the_picture() -> None:
    values, result, picture = drawn(degree=4)
    _, held, left, criteria, one_se = FORMULAS.blocks(result, values)
    v, k = result.validation, 3
    errors = [float(e) for e in re.search(r"on the folds are (.*?)\. Over", held)[1].split(", ")]  # type: ignore[index]
    assert np.mean(errors) == pytest.approx(float(re.search(r"= ([\d.]+)\.\$", held)[1]), rel=2e-3)  # type: ignore[index]
    assert f"RMSE }} {float(readout(picture, 'LOO RMSE, one fit')[k]):.4g}" in left
    rows = [line.split("|")[1:-1] for line in left.splitlines() if line.startswith("| ")][1:]
    for _, h, r, shortcut, refit in ([float(text.replace("−", "-")) for text in row] for row in rows):
        assert shortcut == refit == pytest.approx(r / (1 - h), abs=2e-3)
    rss = np.sum((v.y - Chebyshev.fit(v.x, v.y, 4)(v.x)) ** 2)
    for value in (rss, 40 * rss / 35**2, 40 * np.log(rss / 40) + 10, 40 * np.log(rss / 40) + 5 * np.log(40)):
        assert f"{value:.4g}" in criteria
    assert "10-fold: the smallest score is 0.597 ± 0.096 at degree 7" in one_se


def test_both_histories_of_the_homework() -> None:
    values, result, _ = drawn(**HOMEWORK)
    blocks = SEEDS.blocks(result, values)
    (picture,) = [block for block in blocks if isinstance(block, Picture)]
    check_picture(picture)
    assert picture.axis is not None and len(picture.axis.values) == 100
    same, fresh = picture.panels[0], picture.panels[2]
    published = [2.9813, 1.0565, 1.0781, 1.0710]
    for k in (0, 40, 99):
        np.testing.assert_allclose(frames(same, "leave-one-out").at(k), published, atol=6e-5)
    rng = np.random.RandomState(7)
    x = rng.normal(size=100)
    y = x - 2 * x**2 + rng.normal(size=100)
    hats = [hat(x, d) for d in range(1, 5)]
    own = [np.sqrt(np.mean(((y - h @ y) / (1 - np.diag(h))) ** 2)) for h in hats]
    np.testing.assert_allclose(frames(fresh, "leave-one-out").at(7), own, rtol=1e-9)
    assert f"Data seed 7: leave-one-out picks {1 + int(np.argmin(own))}" in picture.sentences[7]
    assert ", ".join(f"{value:.3f}" for value in own) in picture.sentences[7]
    assert frames(fresh, "its pick", "x").at(7)[0] == 1 + np.argmin(own)
    assert frames(fresh, "its pick").at(7)[0] == pytest.approx(min(own))
    assert trace_of(picture.panels[1], "leave-one-out")["y"].tolist() == [0, 1, 0, 0]
    assert trace_of(picture.panels[3], "leave-one-out")["y"].sum() == pytest.approx(1)
    assert "2.9813, 1.0565, 1.0781, 1.0710" in blocks[-1] and "degree 2 wins in 72%" in blocks[-1]


def test_choices_list_the_cheapest_rule_first() -> None:
    values, result, _ = drawn(repetitions=100)
    opening, picture, table = CHOICES.blocks(result, values)
    s = result.choices
    assert holds(opening, 100, result.validation.best) and isinstance(picture, Picture)
    check_picture(picture)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]
    assert len(rows) == 9
    excess = [float(row[3].split(" ±")[0].replace("−", "-")) for row in rows]
    assert excess == sorted(excess)
    blind = {rule: picked for rule, picked in s.picks.items() if rule != "oracle"}
    best = int(s.picks["oracle"][0])
    found = {row[0]: row[1] for row in rows}
    assert found["BIC"] == f"{np.sum(blind['BIC'] == best)}%"
    assert found["leave-one-out, one SE"].startswith(str(np.sum(blind["leave-one-out, one SE"] == best)))
    for k, text in enumerate(picture.sentences):
        most = max(int(np.sum(picked == k + 1)) for picked in blind.values())
        assert ("No criterion ever picks" in text) if not most else re.search(rf"in {most}(\.0)?% of", text)


def test_no_line_strikes_out_the_numbers_of_the_rows() -> None:
    """The current degree is a band around its bars, and a dot above the bars and numbers of all rows."""
    values, result, _ = drawn(repetitions=100)
    (panel,) = CHOICES.blocks(result, values)[1].panels
    bars = [one for one in panel.figure["data"] if one["type"] == "bar"]
    top = max(float(np.max(one["base"] + one["y"])) for one in bars)
    (dot,) = panel.tracks
    assert dot.y is not None and (dot.y > top + 0.3).all()  # 20 of 680 pixels for a number
    band = frames(panel, "current degree", "x")
    for k in (0, 6):
        np.testing.assert_array_equal(band.at(k), [k + 0.5, k + 0.5, k + 1.5, k + 1.5])
        assert dot.x[k] == k + 1


def test_choices_that_take_too_long_are_fewer_or_refused_in_words() -> None:
    values, result, _ = drawn(protocol="random", n_train=60, max_degree=5, repetitions=1000)
    opening = CHOICES.blocks(result, values)[0]
    assert "new inputs take longer" in opening
    refused = {"protocol": "random", "test_at": "inside", "n_test": 2, "n_train": 6, "folds": 2, "max_degree": 2}
    values, result, _ = drawn(**refused, seed=0)
    (words,) = CHOICES.blocks(result, values)
    assert words.startswith("No test point lies inside")


@pytest.mark.parametrize("protocol", ["fixed", "random"])
def test_learning_curves_show_each_degree_where_it_is_determined(protocol: str) -> None:
    values, result, _ = drawn(protocol=protocol, max_degree=6)
    words, picture = LEARNING.blocks(result, values)
    assert ("medians" in words) == (protocol == "random")
    check_picture(picture)
    c = result.learning
    errors = picture.panels[0]
    for k in (0, 5):
        drawn_risk, training = frames(errors, "expected error").at(k), frames(errors, "training error").at(k)
        assert (np.isfinite(drawn_risk) == (c.sizes > k + 1)).all()
        ideal = [0.3 * (1 - (k + 2) / n) for n in c.sizes if n > k + 1]
        assert (training[np.isfinite(training)] >= np.array(ideal) - 1e-12).all()  # noise alone leaves as much
    steps = trace_of(picture.panels[1], "best degree")["y"]
    least = [np.nanargmin(row) + 1 for row in c.median_risk]
    assert steps.tolist() == least
    n = int(re.search(r"From n = (\d+) on, degree 6", picture.sentences[0])[1])  # type: ignore[index]
    better = c.median_risk[:, 5] < c.median_risk[:, 0]
    assert better[c.sizes >= n].all() and not better[c.sizes < n][-1]
    assert "No other degree does better" in picture.sentences[5]


def test_thumbnail_is_a_drawing() -> None:
    assert thumbnail().startswith("<svg") and thumbnail().count("<rect") == 5 + 20
