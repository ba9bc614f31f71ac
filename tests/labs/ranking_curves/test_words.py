"""Words of the ranking lab: every number in them against scikit-learn or counting by hand."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, confusion_matrix, fbeta_score, roc_auc_score

from core.labs.ranking_curves import sections as story
from core.labs.ranking_curves import words as text
from core.labs.ranking_curves.lab import LAB
from core.labs.ranking_curves.panels.view import View
from tests.labs.ranking_curves.test_comparison import comparison, gauss, uploaded


def sentence(result: Any, view: View) -> str:
    """The sentence once it is known what is noise."""
    result.spread(view.share).result()
    return text.sentence(result, view)


def numbers(words: str) -> list[float]:
    return [float(found) for found in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?", words.replace("−", "-"))]


def values(**changes: Any) -> dict[str, Any]:
    return {c.name: c.default for c in LAB.all_controls} | changes


@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0])
def test_readouts_are_what_scikit_learn_counts(beta: float) -> None:
    result = gauss(n_cases=100)
    rows = text.readouts(result, View(beta=beta, cost_ratio=3.0))
    labels = result.scored.labels
    for step in (1, 17, 50, 99, 100):
        shown = {row.label: numbers(row.texts[min(step, len(row.texts) - 1)]) for row in rows}
        for k, scores in enumerate(result.scored.scores):
            called = scores >= result.thresholds[k][step]
            tn, fp, fn, tp = confusion_matrix(labels, called).ravel()
            pi = (tp + fn) / 100
            precision, recall = tp / max(tp + fp, 1), tp / (tp + fn)
            if tp == 0:
                continue
            f = fbeta_score(labels, called, beta=beta)
            areas = [roc_auc_score(labels, scores), average_precision_score(labels, scores)]
            expected = [*areas, result.rankings[k].areas().auprg, precision, recall, fp / (fp + tn), f]
            expected += [(x - pi) / ((1 - pi) * x) for x in (recall, precision, f)]
            expected += [(3 * fp + fn) / 100 / 4]
            for (label, parts), wanted in zip(shown.items(), expected, strict=True):
                assert parts[k] == pytest.approx(wanted, abs=6e-4, rel=6e-3), label


def test_readouts_at_another_prevalence_weigh_the_classes() -> None:
    result = gauss(n_cases=100)
    labels, pi = result.scored.labels, 0.05
    weights = np.where(labels == 1, pi / 0.3, (1 - pi) / 0.7)
    rows = {row.label: row for row in text.readouts(result, View(prevalence=pi))}
    called = result.scored.scores[0] >= result.thresholds[0][40]
    _, fp, fn, tp = confusion_matrix(labels, called, sample_weight=weights).ravel()
    assert numbers(rows["precision"].texts[40])[0] == pytest.approx(tp / (tp + fp), abs=6e-4)
    assert numbers(rows["cost"].texts[40])[0] == pytest.approx((fp + fn) / 100 / 2, abs=6e-4)
    shown = text.thresholds(result, View(prevalence=pi))[40]
    assert f"{numbers(shown)[1]:.0f}" == f"{100 * (tp + fp) / 100:.0f}"


def test_where_nobody_is_called_positive_precision_is_a_dash() -> None:
    rows = {row.label: row.texts[0] for row in text.readouts(gauss(n_cases=100), View())}
    assert rows["precision"] == "– / –"
    assert rows["recall gain"] == "−∞ / −∞"
    assert rows["F₁"] == "0.000 / 0.000"
    assert text.thresholds(gauss(n_cases=100), View())[0] == "≥ ∞ (0%)"


def test_the_sentence_names_the_winners_and_their_areas() -> None:
    result = comparison(seed=43)
    words = sentence(result, View())
    first, second = result.scored.scores
    labels = result.scored.labels
    assert "Logistic regression has the larger AUROC" in words
    assert f"AUROC ({roc_auc_score(labels, first):.3f} against {roc_auc_score(labels, second):.3f})" in words
    precision = [average_precision_score(labels, scores) for scores in (first, second)]
    assert f"average precision ({precision[0]:.3f} against {precision[1]:.3f})" in words
    assert "AdaBoost has the larger AUPRG (0.321 against 0.319)" in words
    assert "No difference is more than the noise of these cases." in words


def test_a_sentence_does_not_wait_for_the_bootstrap() -> None:
    result = gauss(n_cases=10_000, separation=2.5, separation_2=0.5, seed=99)
    early = text.sentence(result, View())
    assert "interval" not in early
    assert sentence(result, View()).startswith(f"{early} More than noise: ")
    areas = ", ".join(rf"{name} 0\.\d{{3}}" for name in text.AREAS.values())
    assert re.fullmatch(rf"Logistic regression: {areas}\.", text.sentence(comparison(second="none", seed=99), View()))


def test_a_clear_difference_is_called_clear() -> None:
    words = sentence(gauss(n_cases=10_000, separation=2.5, separation_2=0.5), View())
    assert "is nowhere below" in words
    assert words.count("95% interval of the difference") == 3
    assert "may be chance" not in words


def test_equal_models_are_a_tie_and_one_model_stands_alone() -> None:
    rows = [(k % 2, k, k) for k in range(60)]
    words = sentence(uploaded(rows), View())
    assert "Neither model has the larger" in words
    assert "Their curves are the same." in words
    words = sentence(comparison(second="none"), View())
    assert words.startswith("Logistic regression: AUROC 0.")


def test_cautions_are_told() -> None:
    words = sentence(gauss(n_cases=1000, positives_share=0.01), View())
    assert "Only 10 positives" in words
    assert "too few to call a difference more than noise" in words
    assert "AUPRG starts at only 0.30" in sentence(gauss(n_cases=1000), View(prevalence=0.001))
    assert "AUPRG starts" not in sentence(gauss(n_cases=1000), View())


def test_who_is_above_where_is_a_share_of_recalls() -> None:
    # Ranked + - - + by the first scorer and - + + - by the second: up to recall 1/2 the first one is above.
    words = sentence(uploaded([(1, 4, 2), (0, 3, 4), (0, 2, 1), (1, 1, 3)]), View())
    assert "above at 50% of all recalls" in words
    assert words.count("50%") == 2


def test_a_tiny_crossing_is_not_nowhere() -> None:
    # The first scorer is above before the first of a thousand positives, the second between the 500th and the next.
    rows = [(1, 1000 - k, 1000 - k) for k in range(1000)] + [(0, 999.5, 2000), (0, 500.5, 499.5)]
    assert "nowhere" not in sentence(uploaded(rows), View())
    rows[-1] = (0, 500.5, 500.5)
    assert "Score is nowhere below" in sentence(uploaded(rows), View()).replace("score is", "Score is")


def test_rounding_is_no_difference() -> None:
    result = gauss(n_cases=1000)
    assert not text._clear(result, 5e-17, 0.8)
    assert not text._clear(result, -0.8, -1.1e-16)
    assert text._clear(result, 1e-6, 0.8)
    assert text._clear(result, -0.8, -1e-6)
    assert not text._clear(gauss(n_cases=1000, positives_share=0.01), 0.1, 0.8)


def test_verdicts() -> None:
    result = comparison(seed=43)
    assert text.larger_auprg(result) == "second"
    words = text.auprg_verdict("first", "second", result)
    assert "0.319 for Logistic regression and 0.321 for AdaBoost" in words
    assert "is not conclusive" in words
    assert "AUROC ranks them the other way." in words
    alone = comparison(second="none")
    assert text.larger_auprg(alone) == "first"
    assert "only one model" in text.auprg_verdict("first", "first", alone)


@pytest.mark.parametrize(
    ("guess", "fragment"),
    [
        ((0.95, 0.05), "Recall is 1"),
        ((1, 1), "position of all-positive in ROC"),
        ((1, 0.7), "position in PR"),
        ((0, 0), "F gain 0"),
        ((0.5, 0.5), ""),
    ],
)
def test_the_place_of_the_all_positive_classifier(guess: tuple[float, float], fragment: str) -> None:
    words = text.everyone_verdict(guess, (1.0, 0.0), comparison(seed=43))
    assert fragment in words
    picture = text.everyone(gauss(n_cases=100), guess)
    assert picture.panels[0].figure["data"][0]["x"] == [guess[0]]
    assert text.everyone(gauss(n_cases=100), None).panels[0].figure["data"][0]["x"] == []


def test_one_point_is_carried_through_three_spaces() -> None:
    result = comparison(seed=43)
    words = " ".join(story.one_point(result, values(threshold=0.5)))
    step = int(np.argmin(abs(result.places - 0.5)))
    tp, fp = (int(counts[step]) for counts in result.counts[0])
    assert f"| TP = {tp} | FN = {210 - tp} |" in words
    assert f"| FP = {fp} | TN = {90 - fp} |" in words
    assert f"{tp / (tp + fp):.4f}" in words  # precision at the prevalence of the data
    assert words.count(f"{fp / 90:.4f}") == 2  # once as FPR, once on the way back
    assert words.count(f"{1 - (fp / 90) / (tp / 210):.4f}") == 2  # precision gain in two ways
    assert words.count(f"{1 - 0.7 / 0.3 * (210 - tp) / tp:.4f}") == 2  # recall gain in two ways
    nobody = " ".join(story.one_point(result, values(threshold=0.0)))
    assert "Recall is 0 here." in nobody


def test_the_areas_are_told_twice_and_agree() -> None:
    result = comparison(seed=43)
    head, table, _, twice = story.areas(result, values())
    assert "300 examples, 210 of them “good” (positive) and 90 “bad”" in head
    assert "| AUROC | 0.755 (" in table
    rows = [line for line in twice.splitlines() if line.startswith("| A")]
    assert numbers(rows[0])[0] == pytest.approx(0.754868, abs=1e-5)
    gap = numbers(next(line for line in table.splitlines() if line.startswith("| AUROC")).split("|")[4])[0]
    assert gap == pytest.approx(0.754868 - 0.740529, abs=6e-4)
    for off in re.findall(r"off by ([^)]+)\)", twice):
        assert off == "0" or "× 10⁻" in off or float(off) < 1e-3
    alone = story.areas(comparison(second="none"), values())
    assert "first − second" not in alone[1]


def test_the_homework_is_answered_with_numbers_of_these_cases() -> None:
    _, table, slips = story.homework(comparison(seed=43), values())
    row = next(line for line in table.splitlines() if line.startswith("| Logistic"))
    right, wrong, precision, straight = numbers(row)
    assert (right, precision) == (0.319, 0.877)
    assert wrong == pytest.approx(0.233, abs=0.004)
    assert straight == 0.872
    assert slips.count("**") == 18
    assert "180 of 301 points of Logistic regression" in slips


def test_what_is_known_about_the_cases_is_told() -> None:
    words = " ".join(story.about(comparison(), values()))
    for fact in ("CC BY 4.0", "Groemping", "foreign_worker", "probabilities"):
        assert fact in words.replace("\\", "")
    assert len(story.about(gauss(), values(source="gauss"))) == 1


def test_an_area_below_one_half_asks_whether_the_classes_are_swapped() -> None:
    backward = uploaded([(1, 1, 2), (0, 4, 6), (0, 3, 5), (1, 2, 4)])
    assert roc_auc_score([1, 0, 0, 1], [1, 4, 3, 2]) == 0
    assert text.summary(backward, View()).startswith("AUROC is below one half. Swap the classes")
    assert len(text.summary(backward, View()).split()) <= 15
    assert "Swap" not in text.summary(uploaded([(0, 1, 1), (1, 4, 3), (1, 3, 2), (0, 2, 4)]), View())
    # What is generated knows its positive class.
    assert "Swap" not in text.summary(gauss(n_cases=100, separation=-1, separation_2=-1), View())
