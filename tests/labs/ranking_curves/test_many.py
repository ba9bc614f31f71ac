"""Three to five models: curves, words, and the differences of all pairs."""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from core.kit.controls import defaults
from core.labs.ranking_curves.compute.uploads import read_scores
from core.labs.ranking_curves.controls import CONTROLS
from core.labs.ranking_curves.lab import LAB
from core.labs.ranking_curves.panels.spaces import ROLES
from core.labs.ranking_curves.panels.view import View
from core.labs.ranking_curves.sections import areas
from core.labs.ranking_curves.words import sentence, summary
from core.ranking.bootstrap import bootstrap

pytestmark = pytest.mark.usefixtures("readers_here")


def cases(models: int, n: int = 400) -> tuple[np.ndarray, list[np.ndarray]]:
    """Labels, and models that share a part of their errors; each is a little better than the one before."""
    rng = np.random.default_rng(5)
    labels = (np.arange(n) % 3 == 0).astype(int)
    common = rng.normal(size=n)
    scores = [np.round(0.4 * k * labels + common + 0.7 * rng.normal(size=n), 3) for k in range(1, models + 1)]
    return labels, scores


def result(models: int):
    labels, scores = cases(models)
    names = ",".join(["y", *(f"score_{'abcde'[k]}" for k in range(models))])
    rows = (",".join(map(str, row)) for row in zip(labels, *scores, strict=True))
    given = read_scores("a.csv", "\n".join([names, *rows]).encode())
    values = defaults(CONTROLS) | {"source": "upload", "upload": given}
    return LAB.result(values), values, labels, scores


def delong(labels: np.ndarray, one: np.ndarray, other: np.ndarray) -> float:
    """Standard error of a difference of AUROCs after DeLong, DeLong, and Clarke-Pearson, 1988."""
    parts = []
    for score in (one, other):
        above = np.sign(score[labels == 1][:, None] - score[labels == 0]) / 2 + 0.5
        parts.append((above.mean(axis=1), above.mean(axis=0)))
    return sum(np.var(first - second, ddof=1) / len(first) for first, second in zip(*parts, strict=True)) ** 0.5


def test_intervals_of_all_pairs_are_those_of_delong() -> None:
    labels, scores = cases(5)
    found = bootstrap(labels, tuple(scores), resamples=2000)
    assert list(found.differences) == list(combinations(range(5), 2))
    for (k, m), gap in found.differences.items():
        difference = roc_auc_score(labels, scores[k]) - roc_auc_score(labels, scores[m])
        error = delong(labels, scores[k], scores[m])
        assert gap.low.auroc == pytest.approx(difference - 1.96 * error, abs=0.25 * error)
        assert gap.high.auroc == pytest.approx(difference + 1.96 * error, abs=0.25 * error)


def test_the_table_of_pairs() -> None:
    found, values, labels, scores = result(4)
    text = next(block for block in areas(found, values) if block.startswith("**All pairs.**"))
    rows = re.findall(r"^\| score\\?_(.) − score\\?_(.) \| ([−\d.]+) \(([−\d.]+) to ([−\d.]+)\)", text, re.MULTILINE)
    assert len(rows) == 6
    for one, other, *numbers in rows:
        k, m = "abcd".index(one), "abcd".index(other)
        gap, low, high = (float(number.replace("−", "-")) for number in numbers)
        assert gap == pytest.approx(roc_auc_score(labels, scores[k]) - roc_auc_score(labels, scores[m]), abs=6e-4)
        error = delong(labels, scores[k], scores[m])
        assert (low, high) == pytest.approx((gap - 1.96 * error, gap + 1.96 * error), abs=0.4 * error)


@pytest.mark.parametrize("models", [3, 5])
@pytest.mark.parametrize("lower", ["costs", "calibration"])
def test_every_model_is_a_curve_with_its_dot(models: int, lower: str) -> None:
    found, values, labels, scores = result(models)
    picture = LAB.draw(found, values | {"lower": lower, "hull": True, "lines": "f"})
    for panel in picture.panels[:3]:
        assert [track.role for track in panel.tracks] == list(ROLES[:models])
        assert {trace.get("legendgroup") for trace in panel.figure["data"]} >= set(ROLES[:models])
    for k, track in enumerate(picture.panels[0].tracks):
        step = len(track.x) // 2
        cut = found.thresholds[k][step]
        assert track.y[step] == pytest.approx((scores[k][labels == 1] >= cut).mean())
        assert track.x[step] == pytest.approx((scores[k][labels == 0] >= cut).mean())


def test_words_about_many_models() -> None:
    found, _, labels, scores = result(3)
    assert summary(found, View()) == "Largest area: [third|score_c] in ROC, PR, and PRG."
    best = roc_auc_score(labels, scores[2])
    assert sentence(found, View()).startswith(f"Largest AUROC: score_c {best:.3f}, then score_b")
    found.bootstrap(None)
    assert LAB.questions(found)[0].question.startswith("Where in PRG space")
