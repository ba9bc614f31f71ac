"""Sentences, readouts, verdicts and pictures of the regularization lab against numbers found by other means."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from core.draw.live import Picture
from core.draw.packing import pack
from core.kit.lab import Work
from core.kit.words import fixed
from core.labs.regularization.balls import section as balls
from core.labs.regularization.balls.shrinkage import balls as two_weights
from core.labs.regularization.balls.shrinkage import drag
from core.labs.regularization.compute.ridge import ALPHAS
from core.labs.regularization.descent import section as descent
from core.labs.regularization.homework import section as homework
from core.labs.regularization.lab import LAB
from core.labs.regularization.learners import section as learners
from core.labs.regularization.learners.bagging import bagging
from core.labs.regularization.outliers import section as outliers
from core.labs.regularization.outliers.losses import example_points
from core.labs.regularization.panels.penalty import PLACES, SPAN, over, penalty_axis, squeezed, weight_axis
from core.labs.regularization.picture import thumbnail
from core.labs.regularization.words import (
    PREDICTIONS,
    compared,
    path_sentences,
    ridge_readouts,
    ridge_sentences,
    shrinks,
)
from core.regression.designs import Settings
from tests.pictures import drawn_state, trace

HOMEWORK = {"generator": "legacy", "seed": 0, "n_test": 10}
TEN = int(np.argmin(np.abs(ALPHAS - 10)))

drawn = partial(drawn_state, LAB)


def test_errors_of_ridge_by_its_matrix() -> None:
    _, result, picture = drawn(degree=3, alpha=10.0)
    r = result.ridge
    scaler = StandardScaler().fit(np.stack([r.x_train**k for k in (1, 2, 3)], axis=1))
    train, test = (scaler.transform(np.stack([x**k for k in (1, 2, 3)], axis=1)) for x in (r.x_train, r.x_test))
    rows = [Ridge(10.0).fit(train, unit).predict(test) for unit in np.eye(len(train))]
    matrix = np.stack(rows, axis=1)
    f = [x + np.sin(1.5 * x) for x in (r.x_train, r.x_test)]
    bias2 = np.mean((matrix @ f[0] - f[1]) ** 2)
    variance = 0.3 * np.mean((matrix**2).sum(axis=1))
    texts = {readout.label: readout.texts[TEN % len(readout.texts)] for readout in picture.readouts}
    assert texts["bias²"] == f"{bias2:.3f}"
    assert texts["variance"] == f"{variance:.3f}"
    assert texts["expected test error"] == f"{bias2 + variance + 0.3:.3f}"
    trace_of = np.trace(np.stack([Ridge(10.0).fit(train, unit).predict(train) for unit in np.eye(len(train))]))
    assert texts["eff. parameters"] == f"{trace_of:.2f}"
    at = int(np.flatnonzero(np.isclose(SPAN, 1.0))[0])
    assert trace(picture, 2, "bias²")["y"][at] == pytest.approx(bias2, rel=1e-5)


def test_the_homework_has_its_published_numbers() -> None:
    values, result, _ = drawn(**HOMEWORK)
    words = homework.homework(result, values)[0]
    assert "| 0.2252 | 0.7166 | 3.2 times as large |" in words
    assert "| 0.6372 | 0.7397 | 16% larger |" in words
    blocks = homework.homework(result, values)
    assert "100% of the 117 splits" in blocks[3]
    assert "60% of the 83 others" in blocks[3]


def test_the_histogram_holds_every_split() -> None:
    picture = homework.histogram(homework.two_hundred_splits(homework.SETTINGS))
    inside, outside = (frames.values for frames in picture.panels[0].frames)
    assert set(np.sum(inside, axis=1)) == {117} and set(np.sum(outside, axis=1)) == {83}


@pytest.mark.parametrize(
    ("new", "old", "words"),
    [
        (1.0, 1.0, "the same"),
        (1.16, 1.0, "16% larger"),
        (3.2, 1.0, "3.2 times as large"),
        (0.93, 1.0, "7% smaller"),
        (0.9999, 1.0, "less than 1% smaller"),
        (0.01, 1.0, "99% smaller"),
        (0.0001, 1.0, "10000 times smaller"),
        (1.0, 0.0, "far larger"),
        (0.0, 1.0, "far smaller"),
        (0.0, 0.0, "the same"),
    ],
)
def test_comparisons(new: float, old: float, words: str) -> None:
    assert compared(new, old) == words


def test_sentences_say_what_the_numbers_are() -> None:
    _, result, picture = drawn()
    r, sentences = result.ridge, ridge_sentences(result)
    assert len(sentences) == len(ALPHAS)
    assert "least squares" in sentences[0]
    texts = {readout.label: readout.texts for readout in picture.readouts}
    for k in (1, 27, TEN, 65):
        bias2, variance = (float(texts[name][k]) for name in ("bias²", "variance"))
        assert bias2 + variance + 0.3 == pytest.approx(float(texts["expected test error"][k]), abs=0.002)
        found = re.findall(r"(bias²|variance|expected error) ([+−])([\d.]+)(?: × 10(\S+?))?[,;]", sentences[k])
        assert [name for name, *_ in found] == ["bias²", "variance", "expected error"]
        for (_, sign, digits, power), y in zip(found, (r.bias2, r.variance, r.risk), strict=True):
            change = float(digits) * 10.0 ** int((power or "0").translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))
            assert (-change if sign == "−" else change) == pytest.approx(y[k] - y[0], rel=0.01, abs=6e-4)
        away = float(re.search(r"Simulated: ([\d.]+) SE", sentences[k])[1])  # type: ignore[index]
        assert away == pytest.approx(abs(r.mc_error[k] - r.risk[k]) / r.mc_error_se[k], abs=0.051)
    assert "no other penalty does better" in sentences[int(np.argmin(r.risk))]


def test_fits_travel_as_shares_of_the_directions() -> None:
    _, result, picture = drawn(degree=6, basis="chebyshev")
    r, panel = result.ridge, picture.panels[0]
    names = [trace["name"] for trace in panel.figure["data"]]
    frames = {names[f.trace]: f for f in panel.frames}
    for k in (0, 30, TEN):
        np.testing.assert_allclose(frames["fit"].at(k)[:-1], r.fit_grid[k], rtol=1e-9)
        np.testing.assert_allclose(frames["mean of all fits"].at(k)[:-1], r.mean_grid[k, ::2], rtol=1e-9)
        scaler = StandardScaler().fit(np.polynomial.chebyshev.chebvander(_unit(r.x_train, r.x_train), 6)[:, 1:])
        known, at = (
            scaler.transform(np.polynomial.chebyshev.chebvander(_unit(x, r.x_train), 6)[:, 1:])
            for x in (r.x_train, r.grid[::2])
        )
        others = [Ridge(ALPHAS[k], solver="svd").fit(known, y).predict(at) for y in r.y_train[1:7]]
        faint = frames["other data sets"].at(k).reshape(-1, at.shape[0] + 1)
        assert np.isnan(faint[:, -1]).all()
        np.testing.assert_allclose(faint[:, :-1], others, rtol=1e-7)


def _unit(x: Any, known: Any) -> Any:
    return (2 * x - known.min() - known.max()) / (known.max() - known.min())


@pytest.mark.parametrize("view", ["ridge", "paths"])
def test_a_tick_is_light(view: str) -> None:
    _, _, picture = drawn(view=view)
    assert len(pack(picture)) < 60_000


def test_a_bias_that_is_only_rounding_is_none() -> None:
    _, result, _ = drawn(truth="quadratic", basis="chebyshev")
    (bias2,) = [readout for readout in ridge_readouts(result) if readout.label == "bias²"]
    assert bias2.texts[0] == "0.000" and result.ridge.bias2[0] > 0


def test_weights_that_are_only_rounding_are_not_shown_as_numbers() -> None:
    for degree, blurred in ((10, False), (20, True)):
        _, _, picture = drawn(view="paths", degree=degree)
        sizes = [readout.texts[0] for readout in picture.readouts if "Σ" in readout.label]
        assert all((text == "lost in rounding") == blurred for text in sizes)


def test_paths_count_their_weights() -> None:
    _, result, picture = drawn(view="paths")
    texts = path_sentences(result)
    counts = [int(re.match(r"(\d+) of 10", text)[1]) for text in texts[1:]]  # type: ignore[index]
    assert counts == np.count_nonzero(result.path.weights[1:], axis=1).tolist()
    assert "duality gap" in texts[TEN]
    line = trace(picture, 0, "x²")
    np.testing.assert_array_equal(line["y"], over(squeezed(result.path.weights[:, 1])).astype(np.float32))


def test_questions_have_the_computed_answers() -> None:
    _, result, _ = drawn(**HOMEWORK)
    rises, _, every = PREDICTIONS
    assert rises.truth(result) == "falls"  # on the homework's own test points the exact error falls
    _, inside, _ = drawn(**HOMEWORK, test_at="inside")
    assert rises.truth(inside) == "rises"
    sizes = np.abs(result.ridge.weights[1:])
    assert every.truth(result) == ("yes" if (sizes[1:] <= sizes[:-1] * (1 + 1e-6)).all() else "no")
    _, line, _ = drawn(degree=1)
    assert shrinks(line) == "yes"
    for prediction in PREDICTIONS:
        for guess in (prediction.guess.values[0], prediction.guess.values[-1], prediction.truth(result)):
            assert prediction.verdict(guess, prediction.truth(result), result).endswith(".")
    assert fixed(float(result.ridge.risk[TEN])) in rises.verdict("rises", "falls", result)


def test_zero_has_a_place_of_its_own() -> None:
    values = np.arange(len(ALPHAS), dtype=float)
    curve = over(values)
    assert len(curve) == len(SPAN) and curve[0] == curve[1] == 0 and np.isnan(curve[2]) and np.isnan(SPAN[2])
    assert SPAN[0] < PLACES[0] < SPAN[1] < SPAN[3] == -12
    axis = penalty_axis(values)
    assert axis["ticktext"][0] == "0<br>0.0"
    assert axis["ticktext"][-1].endswith("<br>65.0")


@pytest.mark.parametrize("largest", [0.0, 0.3, 2.0, 3e5, 1e12])
def test_weight_axis_shows_the_largest_weight(largest: float) -> None:
    axis = weight_axis(largest)
    assert axis["range"][1] >= squeezed(np.array(largest)) and axis["range"][0] == -axis["range"][1]
    assert len(axis["tickvals"]) == len(axis["ticktext"]) <= 9
    assert "0" in axis["ticktext"]


def test_contours_touch_the_balls() -> None:
    for picture, places in (
        (balls.by_budget(two_weights(correlation=0.5)), range(80)),
        (balls.by_solution(drag(correlation=0.5)), range(0, 1681, 60)),
    ):
        assert picture.axis is not None and len(picture.axis.values) > places[-1]
        for panel in picture.panels:
            frames = {(f.trace, f.attr): f for f in panel.frames}
            for k in places:
                least, contour = (np.stack([frames[t, "x"].at(k), frames[t, "y"].at(k)], axis=1) for t in (2, 1))
                gap = np.sqrt(((contour[:-1] - least) ** 2).sum(axis=1)).min()
                assert gap < 0.3  # the contour has 61 points


def test_the_handle_is_the_least_squares_solution() -> None:
    picture = balls.by_solution(drag(correlation=0.5))
    assert picture.axis is not None and picture.axis.start == (1.6, 0.5)
    k = picture.axis.nearest((1.6, 0.5))  # type: ignore[arg-type]
    for panel in picture.panels:
        assert (panel.tracks[0].x[k], panel.tracks[0].y[k]) == (1.6, 0.5)  # type: ignore[index]
    texts = {readout.label: readout.texts[k] for readout in picture.readouts}
    assert texts["lasso"] == "(1.00, 0)"  # the corner: (1.6, 0.5) − (1, 0) lies in its normal cone
    assert picture.sentences[k] == "Exactly zero: lasso w₂, ridge none, elastic net none."
    w1, w2 = (float(part) for part in texts["ridge"].strip("()").split(", "))
    assert w1**2 + w2**2 == pytest.approx(1, abs=0.02)
    assert "lasso 31%" in balls.zeros(drag(correlation=0.5))


def test_the_picture_of_double_descent_starts_at_the_peak() -> None:
    values, result, _ = drawn()
    _, over_width, _, over_alpha = descent.descent(result, values)
    assert isinstance(over_width, Picture) and isinstance(over_alpha, Picture)
    assert over_width.axis is not None and over_width.axis.start == 20
    risk = over_alpha.panels[0].frames[1].values
    assert np.argmax(risk[0]) == list(descent.errors(result).widths).index(20)
    assert risk[-1].max() < 1e-3 * risk[0].max()


def test_the_outlier_is_where_its_handle_is() -> None:
    values, result, _ = drawn()
    _, _, _, _, _, up, _, across = outliers.losses(result, values)
    for picture, moved in ((up, "y"), (across, "x")):
        assert isinstance(picture, Picture) and picture.axis is not None
        track = picture.panels[0].tracks[0]
        np.testing.assert_array_equal(getattr(track, moved), picture.axis.values)
        assert np.ptp(track.x if moved == "y" else track.y) == 0  # type: ignore[arg-type]
        slopes = [readout.texts for readout in picture.readouts[:3]]
        assert len(slopes[0]) == len(picture.axis.values)


def test_lines_follow_the_point_in_hand() -> None:
    values, result, _ = drawn(extra=((20.0, 15.0), (5.0, -10.0)))
    picture = outliers.losses(result, values)[3]
    assert isinstance(picture, Picture) and picture.axis is not None and picture.axis.name == "extra"
    x, y = np.array(example_points(seed=4)).T
    for place in ((5.0, -10.0), (-10.0, 20.0), (30.0, 0.0)):
        k = picture.axis.nearest(place)  # type: ignore[arg-type]
        track = picture.panels[0].tracks[0]
        assert (track.x[k], track.y[k]) == place  # type: ignore[index]
        slope, intercept = np.polyfit([*x, 20.0, place[0]], [*y, 15.0, place[1]], 1)
        np.testing.assert_allclose(picture.panels[0].frames[0].at(k), intercept + slope * np.array([-11.0, 31.0]))
        without = np.polyfit([*x, 20.0], [*y, 15.0], 1) - [slope, intercept]
        moved = np.sqrt(np.mean(np.polyval(without, [*x, 20.0]) ** 2))
        assert float(picture.readouts[0].texts[k]) == pytest.approx(moved, abs=0.0051)
        hand = picture.panels[1].frames[3].at(k)[0]
        u = np.array([*x, 20.0, place[0]])
        leverage = 1 / 22 + (u - u.mean()) ** 2 / ((u - u.mean()) ** 2).sum()
        assert hand == pytest.approx(leverage[-1])
        np.testing.assert_allclose(picture.panels[1].frames[1].at(k)[:-1], leverage[:-1])
        assert ("not above" in picture.sentences[k]) == (leverage[-1] <= 4 / 22)


def test_other_learners_add_up() -> None:
    values, result, _ = drawn(n_sets=20)
    blocks = learners.learners(result, values)
    pictures = [block for block in blocks if isinstance(block, Picture)]
    assert len(pictures) == 4 and isinstance(blocks[-1], Work)
    assert blocks[-1].label == "Grow 50 × 20 trees"
    for picture in pictures[:3]:
        for text in picture.sentences:
            terms = re.match(r"bias² ([\d.]+) \+ variance ([\d.]+) \+ noise ([\d.]+) = ([\d.]+);", text)
            if terms:  # very small terms are written as powers of ten
                bias2, variance, noise, total = map(float, terms.groups())
                assert bias2 + variance + noise == pytest.approx(total, abs=0.002)
        assert sum(text.startswith("bias² 0.") for text in picture.sentences) > 3


def test_bagging_says_what_its_numbers_are() -> None:
    bag = bagging(Settings(n_sets=20), depth=3, n_trees=8)
    words, picture = learners.bagged(bag)
    assert isinstance(words, str) and isinstance(picture, Picture)
    v, rho, limit = (float(found) for found in re.findall(r"(?:v = |ρ = |tends to )(\d+\.\d+)", words))
    assert rho * v == pytest.approx(limit, abs=0.01)
    assert picture.axis is not None and picture.axis.values == tuple(range(1, 9))


def test_thumbnail_is_a_drawing() -> None:
    assert thumbnail().startswith("<svg") and thumbnail().count("<polyline") == 3
