"""Comparisons of rankings: steps of the threshold against counting by hand, tables, work in the background."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from core import worker
from core.kit.brought import Fetched
from core.kit.controls import defaults
from core.labs.ranking_curves.compute.comparison import Comparison, awaited, compare, completing, tables
from core.labs.ranking_curves.compute.recount import recount
from core.labs.ranking_curves.compute.uploads import read_scores
from core.labs.ranking_curves.controls import CASES
from core.ranking.bootstrap import bootstrap

DEFAULTS = {name: value for name, value in defaults(CASES).items() if name not in ("prevalence", "cost_ratio", "beta")}


def comparison(**changes: Any) -> Comparison:
    return compare(**DEFAULTS | changes)


def gauss(**changes: Any) -> Comparison:
    return comparison(source="gauss", **changes)


def uploaded(rows: list[tuple[Any, ...]]) -> Comparison:
    text = "label,score,score 2\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)
    return comparison(source="upload", upload=read_scores("a.csv", text.encode()))


@pytest.mark.parametrize("n_cases", [100, 1000, 10_000])
@pytest.mark.parametrize("swap", [False, True])
def test_every_step_counts_what_its_threshold_calls(n_cases: int, swap: bool) -> None:
    result = gauss(n_cases=n_cases, swap=swap)
    labels = result.scored.labels
    assert len(result.places) == (101 if n_cases == 100 else 501)
    for scores, cuts, (tp, fp) in zip(result.scored.scores, result.thresholds, result.counts, strict=True):
        called = scores[np.newaxis] >= cuts[:, np.newaxis]
        np.testing.assert_array_equal(tp, (called & (labels == 1)).sum(axis=1))
        np.testing.assert_array_equal(fp, (called & (labels == 0)).sum(axis=1))


def test_steps_go_from_nobody_to_everybody_and_lie_where_they_say() -> None:
    result = gauss(n_cases=1000)
    positives = result.scored.labels.sum()
    for tp, fp in result.counts:
        assert (tp[0], fp[0]) == (0, 0)
        assert (tp[-1], fp[-1]) == (positives, 1000 - positives)
    tp, fp = result.counts[0]
    half_case = max(0.5 / positives, 0.5 / (1000 - positives)) / 2
    assert np.abs((tp / positives + fp / (1000 - positives)) / 2 - result.places).max() <= half_case + 1e-12
    assert np.isinf(result.thresholds[0][0])


def test_all_thresholds_are_there_when_they_are_few() -> None:
    result = comparison(seed=43)
    assert len(result.places) == 301
    np.testing.assert_array_equal(result.thresholds[0][1:], np.unique(result.scored.scores[0])[::-1])


def test_the_second_model_calls_as_many_as_its_ties_allow() -> None:
    first = [5, 4, 3, 2, 1, 0]
    second = [1, 1, 1, 0, 0, 0]
    labels = [1, 0, 1, 1, 0, 0]
    result = uploaded(list(zip(labels, first, second, strict=True)))
    called = [sum(counts) for counts in result.counts]
    np.testing.assert_array_equal(called[0], [0, 1, 2, 3, 4, 5, 6])
    np.testing.assert_array_equal(called[1], [0, 0, 3, 3, 3, 6, 6])


def test_thresholds_closer_than_the_slider_lose_neither_end() -> None:
    rows = [(1, -k, 0.5) for k in range(3)] + [(0, -1000 - k, 0.5) for k in range(3000)]
    result = uploaded(rows)
    (tp, fp), (tp_tied, fp_tied) = result.counts
    assert (tp[0], fp[0]) == (0, 0)
    assert (tp[-1], fp[-1]) == (3, 3000)
    assert set(zip(tp_tied.tolist(), fp_tied.tolist(), strict=True)) == {(0, 0), (3, 3000)}


def test_a_few_thresholds_closer_than_a_thousandth_end_at_every_case() -> None:
    result = uploaded([(1, 3, 0.5), (1, 2, 0.5), *[(0, 1, 0.5)] * 2999, (0, 0, 0.5)])
    tp, fp = result.counts[0]
    assert result.places.tolist() == [0, 0.25, 0.5, 1]
    assert list(zip(tp.tolist(), fp.tolist(), strict=True)) == [(0, 0), (1, 0), (2, 0), (2, 3000)]


def test_areas_of_two_gaussians_and_of_scikit_learn() -> None:
    result = gauss(n_cases=1000, positives_share=0.2)
    for ranking, scores in zip(result.rankings, result.scored.scores, strict=True):
        areas, labels = ranking.areas(), result.scored.labels
        assert areas.auroc == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)
        assert areas.average_precision == pytest.approx(average_precision_score(labels, scores), abs=1e-12)


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("prevalence", [None, 0.05, 0.6])
def test_the_second_computation_agrees(seed: int, prevalence: float | None) -> None:
    result = gauss(n_cases=1000, seed=seed)
    ranking, cases = result.rankings[1], result.scored
    scores = np.round(cases.scores[1], 1) if seed % 2 else cases.scores[1]
    if seed % 2:
        ranking = uploaded([(y, s, s) for y, s in zip(cases.labels, scores, strict=True)]).rankings[1]
    areas = ranking.areas(prevalence)
    again = recount(cases.labels, scores, prevalence or ranking.prevalence)
    assert again["auroc"] == pytest.approx(areas.auroc, abs=1e-12)
    assert again["average_precision"] == pytest.approx(areas.average_precision, abs=1e-12)
    assert again["davis_goadrich"] == pytest.approx(areas.davis_goadrich, abs=2e-4)
    assert again["auprg"] == pytest.approx(areas.auprg, abs=2e-4)
    weights = np.where(cases.labels == 1, (prevalence or 0.3) / 0.3, (1 - (prevalence or 0.3)) / 0.7)
    assert again["average_precision"] == pytest.approx(
        average_precision_score(cases.labels, scores, sample_weight=weights), abs=1e-12
    )


def test_intervals_are_those_of_the_prevalence_that_is_asked_for() -> None:
    result = gauss(n_cases=1000)
    data, rare = result.bootstrap(None), result.bootstrap(0.01)
    assert result.bootstrap(0.01) is rare
    for k, ranking in enumerate(result.rankings):
        for spread, areas in ((data, ranking.areas()), (rare, ranking.areas(0.01))):
            model = spread.models[k]
            assert model.low.average_precision < areas.average_precision < model.high.average_precision
    assert rare.models[0].high.average_precision < data.models[0].low.average_precision


def test_tables_hold_the_cases_the_curves_and_the_data_set() -> None:
    result = comparison(seed=43)
    found = tables(result, {"prevalence": 0.0, "source": "credit"})
    assert list(found) == ["cases.csv", "curves_1.csv", "curves_2.csv", "table.csv"]
    assert list(found["cases.csv"]) == ["positive", "score 1", "score 2"]
    curves = found["curves_1.csv"]
    auroc = np.trapezoid(curves["true positive rate"], curves["false positive rate"])
    assert auroc == pytest.approx(0.754868, abs=1e-6)
    table = found["table.csv"]
    assert len(table) == 21
    assert [table["category:checking_status"][0], table["duration"][0], table["class"][0]] == ["<0", 6.0, 1]
    assert set(table["class"]) == {0, 1}
    assert "table.csv" not in tables(gauss(), {"prevalence": 0.1, "source": "gauss"})


class Work:
    def __init__(self, done: bool) -> None:
        self.done = done

    def result(self) -> None:
        raise ValueError("It did not arrive.")


def test_what_is_fetched_is_waited_for_and_its_failure_is_said() -> None:
    settings = DEFAULTS | {"source": "openml"}
    waiting = Work(done=False)
    assert awaited(**settings | {"openml": Fetched("credit-g", waiting)}) == (waiting,)
    failed = {"openml": Fetched("credit-g", Work(done=True))}
    assert awaited(**settings | failed) == ()
    with pytest.raises(ValueError, match=r"It did not arrive\."):
        compare(**settings | failed)
    assert awaited(**settings) == ()
    with pytest.raises(ValueError, match="Download a data set from OpenML"):
        compare(**settings)
    assert awaited(**DEFAULTS | {"source": "gauss"}) == ()


def test_there_are_two_scorers_whatever_models_were_chosen_before() -> None:
    assert len(gauss(second="none").rankings) == 2
    assert len(comparison(second="none").rankings) == 1


def test_the_helper_process_draws_the_same_resamples() -> None:
    """A picture completed later shows what would have been computed at once."""
    result = gauss(n_cases=1000, seed=5, resamples=100)
    for prevalence in (None, 0.05):
        assert result.known(prevalence) is None
        (task,) = completing(result, prevalence or 0.0)
        found = task.result().bootstrap
        assert result.known(prevalence) is found
        now = bootstrap(result.scored.labels, result.scored.scores, resamples=100, seed=5, prevalence=prevalence)
        assert found.difference == now.difference
        for one, other in zip(found.models, now.models, strict=True):
            assert (one.low, one.high) == (other.low, other.high)
            for curve in ("roc", "pr", "prg"):
                band, wanted = getattr(one, curve), getattr(other, curve)
                np.testing.assert_array_equal((band.grid, band.low, band.high), (wanted.grid, wanted.low, wanted.high))


def test_no_bootstrap_begins_while_something_is_dragged() -> None:
    result = gauss(n_cases=1000, seed=6, resamples=100)
    with worker.nothing_new():
        assert completing(result, 0.0) == ()
    assert result.known(None) is None
