"""Sentences, readouts, verdicts and pictures of the regularization lab against numbers found by other means."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from core.controls import defaults
from core.figures.live import Picture
from core.figures.regularization import balls, descent, homework, learners, outliers, thumbnail
from core.figures.regularization.parts import PLACES, SPAN, over, penalty_axis, squeezed, weight_axis
from core.figures.regularization.text import (
    PREDICTIONS,
    compared,
    path_sentences,
    ridge_readouts,
    ridge_sentences,
    shrinks,
)
from core.regularization.regularize import Regularization, homework_splits
from core.regularization.ridge import ALPHAS
from core.regularization.shrinkage import balls as two_weights
from core.text import fixed
from pages.regularization import LAB

HOMEWORK = {"generator": "legacy", "seed": 0, "n_test": 10}
TEN = int(np.argmin(np.abs(ALPHAS - 10)))


def drawn(**change: Any) -> tuple[dict[str, Any], Regularization, Picture]:
    values = defaults(LAB.all_controls) | change
    result = LAB.result(values)
    return values, result, LAB.draw(result, values)


def trace(picture: Picture, panel: int, name: str) -> dict[str, Any]:
    (found,) = [t for t in picture.panels[panel].figure["data"] if t["name"] == name]
    return found


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
    assert "| 0.6372 | 0.7397 | 16\N{NO-BREAK SPACE}% larger |" in words
    blocks = homework.homework(result, values)
    assert "100\N{NO-BREAK SPACE}% of the 117 splits" in blocks[3]
    assert "60\N{NO-BREAK SPACE}% of the 83 others" in blocks[3]


def test_the_histogram_holds_every_split() -> None:
    picture = homework.histogram(homework_splits())
    inside, outside = (frames.values for frames in picture.panels[0].frames)
    assert set(np.sum(inside, axis=1)) == {117} and set(np.sum(outside, axis=1)) == {83}


@pytest.mark.parametrize(
    ("new", "old", "words"),
    [
        (1.0, 1.0, "the same"),
        (1.16, 1.0, "16\N{NO-BREAK SPACE}% larger"),
        (3.2, 1.0, "3.2 times as large"),
        (0.93, 1.0, "7\N{NO-BREAK SPACE}% smaller"),
        (0.9999, 1.0, "less than 1\N{NO-BREAK SPACE}% smaller"),
        (0.01, 1.0, "99\N{NO-BREAK SPACE}% smaller"),
        (0.0001, 1.0, "10000 times smaller"),
        (1.0, 0.0, "far larger"),
        (0.0, 1.0, "far smaller"),
        (0.0, 0.0, "the same"),
    ],
)
def test_comparisons(new: float, old: float, words: str) -> None:
    assert compared(new, old) == words


def test_sentences_say_what_the_numbers_are() -> None:
    _, result, _ = drawn()
    r, sentences = result.ridge, ridge_sentences(result)
    assert len(sentences) == len(ALPHAS)
    assert "least squares" in sentences[0]
    for k in (1, 40, TEN, 97):
        bias2, variance, noise, risk = re.findall(r"(\d+\.\d+)", sentences[k])[:4]
        assert float(bias2) + float(variance) + float(noise) == pytest.approx(float(risk), abs=0.002)
        change = re.search(r"the expected error is (.*?)\. (It|No)", sentences[k])[1]  # type: ignore[index]
        assert change.endswith(("larger", "as large") if r.risk[k] > r.risk[0] else "smaller")
    assert "No other penalty does better." in sentences[int(np.argmin(r.risk))]


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
    rises, every = PREDICTIONS
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
    assert axis["ticktext"][-1].endswith("<br>97.0")


@pytest.mark.parametrize("largest", [0.0, 0.3, 2.0, 3e5, 1e12])
def test_weight_axis_shows_the_largest_weight(largest: float) -> None:
    axis = weight_axis(largest)
    assert axis["range"][1] >= squeezed(np.array(largest)) and axis["range"][0] == -axis["range"][1]
    assert len(axis["tickvals"]) == len(axis["ticktext"]) <= 9
    assert "0" in axis["ticktext"]


def test_contours_touch_the_balls() -> None:
    found = two_weights(correlation=0.5)
    for picture in (balls.by_budget(found), balls.by_solution(found)):
        steps = len(picture.axis.values)  # type: ignore[union-attr]
        for panel in picture.panels:
            frames = {(f.trace, f.attr): f.values for f in panel.frames}
            least = np.stack([np.ravel(frames[3, "x"]), np.ravel(frames[3, "y"])], axis=1)
            contour = np.stack([frames[1, "x"], frames[1, "y"]], axis=2)
            gap = np.sqrt(((contour - least[:, None]) ** 2).sum(axis=2)).min(axis=1)
            assert len(gap) == steps and (gap < 0.16).all()  # the contour has 121 points


def test_the_picture_of_double_descent_starts_at_the_peak() -> None:
    values, result, _ = drawn()
    _, over_width, _, over_alpha = descent.descent(result, values)
    assert isinstance(over_width, Picture) and isinstance(over_alpha, Picture)
    assert over_width.axis is not None and over_width.axis.start == 20
    risk = over_alpha.panels[0].frames[1].values
    assert np.argmax(risk[0]) == list(result.descent.widths).index(20)
    assert risk[-1].max() < 1e-3 * risk[0].max()


def test_the_outlier_is_where_its_handle_is() -> None:
    values, result, _ = drawn()
    _, _, _, up, _, across = outliers.losses(result, values)
    for picture, moved in ((up, "y"), (across, "x")):
        assert isinstance(picture, Picture) and picture.axis is not None
        track = picture.panels[0].tracks[0]
        np.testing.assert_array_equal(getattr(track, moved), picture.axis.values)
        assert np.ptp(track.x if moved == "y" else track.y) == 0  # type: ignore[arg-type]
        slopes = [readout.texts for readout in picture.readouts[:3]]
        assert len(slopes[0]) == len(picture.axis.values)


def test_other_learners_add_up() -> None:
    values, result, _ = drawn(n_sets=20)
    pictures = [block for block in learners.learners(result, values) if isinstance(block, Picture)]
    assert len(pictures) == 4
    for picture in pictures[:2]:
        for text in picture.sentences:
            terms = re.match(r"bias² ([\d.]+) \+ variance ([\d.]+) \+ noise ([\d.]+) = ([\d.]+);", text)
            if terms:  # very small terms are written as powers of ten
                bias2, variance, noise, total = map(float, terms.groups())
                assert bias2 + variance + noise == pytest.approx(total, abs=0.002)
        assert sum(text.startswith("bias² 0.") for text in picture.sentences) > 3


def test_thumbnail_is_a_drawing() -> None:
    assert thumbnail().startswith("<svg") and thumbnail().count("<polyline") == 3
