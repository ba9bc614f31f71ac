"""Scores of every source: against scikit-learn through the helper process, and in closed form."""

import dataclasses
import math
import subprocess
import sys
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import train_test_split

from core import worker
from core.labs.ranking_curves.compute.datasets import Table
from core.labs.ranking_curves.compute.learners import fit
from core.labs.ranking_curves.compute.scored import (
    INTEGERS,
    MODELS,
    NUMBERS,
    SECOND,
    SOURCES,
    Fit,
    Scored,
    Settings,
    needed,
    scored,
)
from core.labs.ranking_curves.compute.uploads import read_scores
from core.worker import Worker

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module", autouse=True)
def helper():
    """One helper process for this file, whose counters no other test disturbs."""
    own = Worker()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "submit", own.submit)
        yield own
    own.close()


def small_table(name="Made", shift=0.0):
    rng = np.random.default_rng(1)
    labels = (rng.random(80) < 0.4).astype(np.uint8)
    cells = rng.normal(size=(80, 2)) + labels[:, np.newaxis] + shift
    return Table(name, "y", ("no", "yes"), labels, ("a", "b"), ((), ()), cells, ("A note.",))


UPLOAD = read_scores("own.csv", b"label,one,two\nham,0.1,3\nspam,0.7,-2\nspam,0.4,\nham,0.2,1\n").cases()


def test_choices_are_as_agreed() -> None:
    assert list(SOURCES) == ["credit", "gauss", "cancer", "digits", "openml", "upload"]
    assert list(MODELS) == ["logistic", "adaboost", "tree", "forest", "neighbours", "bayes"]
    assert list(SECOND) == ["none", *MODELS]


# ---- fitted models


def test_the_homework_comes_out_through_the_helper_process() -> None:
    got = scored(Settings(source="credit", first="logistic", second="adaboost", test_share=0.3, seed=43))
    assert (got.title, got.positive, got.negative) == ("German credit", "good", "bad")
    assert got.names == ("Logistic regression", "AdaBoost") and got.probabilities == (True, True)
    assert (len(got.labels), got.labels.sum(), got.labels.dtype) == (300, 210, np.uint8)
    areas = [(roc_auc_score(got.labels, s), average_precision_score(got.labels, s)) for s in got.scores]
    np.testing.assert_allclose(areas, [(0.754868, 0.877383), (0.740529, 0.865435)], atol=5e-7)
    notes = " ".join(got.notes)
    assert len(got.notes) == 3 and "Hofmann" in notes and "foreign_worker" in notes


def test_swapping_makes_the_other_class_positive_with_its_own_probabilities() -> None:
    plain, swapped = scored(Settings(second="bayes")), scored(Settings(second="bayes", swap=True))
    assert (swapped.positive, swapped.negative) == ("bad", "good")
    assert swapped.labels.tolist() == [1 - label for label in plain.labels.tolist()]
    assert swapped.labels.dtype == np.uint8
    for model, one, other in zip(("logistic", "bayes"), plain.scores, swapped.scores, strict=True):
        both = fit("credit", 0, model, 0.3, 43)["probabilities"]
        np.testing.assert_allclose(one, both[:, 1], rtol=1e-9, atol=1e-300)
        # Not 1 minus the others, which would make ties of what is near 1.
        np.testing.assert_allclose(other, both[:, 0], rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize(
    ("settings", "title", "positive", "negative"),
    [
        ({"source": "cancer"}, "Breast cancer", "malignant", "benign"),
        ({"source": "digits", "digit": 8}, "Digits, one vs. rest", "digit 8", "other digits"),
        ({"source": "digits", "digit": 0}, "Digits, one vs. rest", "digit 0", "other digits"),
    ],
)
def test_the_sets_of_scikit_learn(settings, title, positive, negative) -> None:
    got = scored(Settings(**settings, first="logistic", second="none", test_share=0.5, seed=3))
    assert (got.title, got.positive, got.negative) == (title, positive, negative)
    assert got.names == ("Logistic regression",) and len(got.scores) == 1 and got.probabilities == (True,)
    target = load_breast_cancer().target == 0 if "digit" not in settings else load_digits().target == settings["digit"]
    _, test = train_test_split(target, test_size=0.5, random_state=3)
    assert got.labels.tolist() == test.astype(int).tolist()
    assert roc_auc_score(got.labels, got.scores[0]) > 0.9
    assert got.notes == ()


def test_a_table_from_openml() -> None:
    table = small_table()
    got = scored(Settings(source="openml", openml=table, first="logistic", second="tree", test_share=0.25, seed=9))
    assert (got.title, got.positive, got.negative) == ("Made", "yes", "no") and got.notes == ("A note.",)
    for model, score in zip(("logistic", "tree"), got.scores, strict=True):
        np.testing.assert_allclose(
            score, fit("x", 0, model, 0.25, 9, table.message())["probabilities"][:, 1], rtol=1e-9
        )
    other = scored(
        Settings(source="openml", openml=small_table(shift=5.0), first="tree", second="none", test_share=0.25, seed=9)
    )
    assert other.labels.tolist() == got.labels.tolist()
    # The same values under another name are another table, with a title of its own.
    assert scored(Settings(source="openml", openml=small_table("Else"), second="none")).title == "Else"


def test_the_same_model_twice_counts_once() -> None:
    got = scored(Settings(first="bayes", second="bayes"))
    assert got.names == ("Naive Bayes",) and len(got.scores) == 1


def test_what_is_needed_is_begun_and_then_recalled() -> None:
    settings = {"source": "cancer", "first": "tree", "second": "neighbours", "seed": 77}
    tasks = needed(Settings(**settings))
    assert [task.title for task in tasks] == ["Fitting Decision tree", "Fitting k nearest neighbors"]
    got = scored(Settings(**settings))
    assert all(task.done and isinstance(task.result(), Fit) for task in tasks)
    assert needed(Settings(**settings)) == ()
    # Neither the other class, nor settings of other sources, nor the order of the models need a new fit.
    for change in (
        {"swap": True},
        {"digit": 3, "separation": 2.0, "n_cases": 50},
        {"first": "neighbours", "second": "tree"},
    ):
        assert needed(Settings(**settings | change)) == ()
    assert np.array_equal(scored(Settings(**settings)).scores[0], got.scores[0])
    again = needed(Settings(**settings | {"test_share": 0.31}))
    assert len(again) == 2
    for task in again:
        task.result()


def test_sources_without_models_need_nothing() -> None:
    assert needed(Settings(source="gauss")) == () and needed(Settings(source="upload", upload=UPLOAD)) == ()
    with pytest.raises(ValueError, match="Choose a CSV file"):
        needed(Settings(source="upload"))


def test_a_fit_that_is_refused_or_cancelled_is_a_sentence(helper) -> None:
    n = 12
    labels = np.zeros(n, dtype=np.uint8)
    table = Table("Made", "y", ("no", "yes"), labels, ("a",), ((),), np.arange(float(n))[:, np.newaxis], ())
    settings = {"source": "openml", "openml": table, "second": "none"}
    with pytest.raises(
        ValueError, match=r"^The split leaves no example of “yes” to train on; choose another `seed` or"
    ):
        scored(Settings(**settings))
    assert needed(Settings(**settings)) == ()  # it will fail again
    (task,) = needed(Settings(source="cancer", first="forest", second="none", seed=4))
    task.cancel()
    with pytest.raises(ValueError, match=r"^Fitting Random forest was canceled\.$"):
        task.result()
    assert len(scored(Settings(source="cancer", first="forest", second="none", seed=4)).labels) == 171


def test_the_app_imports_no_scikit_learn() -> None:
    code = """
import sys
from core.labs.ranking_curves.compute.scored import Settings, needed, scored
from core.labs.ranking_curves.compute.datasets import fetch
from core.labs.ranking_curves.compute.uploads import read_scores
upload = read_scores("a.csv", b"label,score\\n0,.1\\n1,.2\\n").cases()
needed(Settings(source="credit"))
for settings in ({"source": "credit"}, {"source": "gauss"}, {"source": "upload", "upload": upload}):
    scored(Settings(**settings))
print({"sklearn", "scipy", "pandas", "joblib", "multiprocessing"} & {name.split(".")[0] for name in sys.modules})
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    assert run.stdout.strip() == "set()"


# ---- two Gaussians


@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize(("separation", "spread"), [(1.5, 1.0), (0.7, 2.0), (-1.0, 0.5), (0.0, 1.0)])
def test_gaussians_have_the_area_of_the_closed_form(separation, spread, swap) -> None:
    """P(positive above negative) = Phi(separation / sqrt(1 + spread^2)); swapping leaves it as it is."""
    exact = NormalDist().cdf(separation / math.sqrt(1 + spread**2))
    got = scored(
        Settings(
            source="gauss",
            separation=0.3,
            separation_2=separation,
            spread_2=spread,
            positives_share=0.4,
            n_cases=200_000,
            swap=swap,
        )
    )
    # Twice the largest possible standard error of the area, 0.5 / sqrt(the smaller class), is 0.0036.
    assert roc_auc_score(got.labels, got.scores[1]) == pytest.approx(exact, abs=0.0036)
    assert got.labels.mean() == pytest.approx(0.6 if swap else 0.4)
    assert (got.positive, got.negative) == (("negatives", "positives") if swap else ("positives", "negatives"))
    sign = -1 if swap else 1
    for score, mean, sd in zip(got.scores, (0.3, separation), (1, spread), strict=True):
        own, other = (sign * score[got.labels == label] for label in ((0, 1) if swap else (1, 0)))
        assert own.mean() == pytest.approx(mean, abs=0.04) and own.std() == pytest.approx(sd, rel=0.02)
        assert other.mean() == pytest.approx(0, abs=0.02) and other.std() == pytest.approx(1, rel=0.02)
    for label in (0, 1):
        assert abs(np.corrcoef(*(score[got.labels == label] for score in got.scores))[0, 1]) < 0.02


def test_gaussians_follow_their_seed_and_the_first_scorer_does_not_know_the_second() -> None:
    one, two = (
        scored(Settings(source="gauss", seed=5)),
        scored(Settings(source="gauss", seed=5, second="none", separation_2=3.0)),
    )
    assert one.names == ("First scorer", "Second scorer") and two.names == ("First scorer",)
    assert one.probabilities == (False, False) and one.notes == () and one.title == "Two Gaussians"
    assert np.array_equal(one.scores[0], two.scores[0]) and np.array_equal(one.labels, two.labels)
    assert not np.array_equal(one.scores[0], scored(Settings(source="gauss", seed=6)).scores[0])
    # As a script would draw them.
    noise = np.random.default_rng(5).standard_normal(1000)
    assert np.array_equal(one.scores[0], np.where(np.arange(1000) < 300, 1.5 + noise, noise))


@pytest.mark.parametrize(
    ("share", "n", "positives"),
    [(0.001, 10, 1), (0.999, 10, 9), (0.5, 11, 6), (0.25, 10, 2), (0.001, 1000, 1), (0.002, 1000, 2), (0.3, 1000, 300)],
)
def test_the_number_of_positives(share, n, positives) -> None:
    got = scored(Settings(source="gauss", positives_share=share, n_cases=n))
    assert (got.labels.sum(), len(got.labels)) == (positives, n)
    assert len(got.scores[0]) == len(got.scores[1]) == n


def test_a_million_cases() -> None:
    got = scored(Settings(source="gauss", n_cases=1_000_000, positives_share=0.01))
    assert got.labels.sum() == 10_000 and all(np.isfinite(score).all() for score in got.scores)


# ---- own files


@pytest.mark.parametrize("swap", [False, True])
def test_an_upload_is_passed_on_and_swapping_turns_the_labels_alone(swap) -> None:
    got = scored(Settings(source="upload", upload=UPLOAD, swap=swap, second="none"))
    assert got.title == "own.csv" and got.names == ("one", "two")
    assert (got.positive, got.negative) == (("ham", "spam") if swap else ("spam", "ham"))
    assert got.labels.tolist() == ([1, 0, 1] if swap else [0, 1, 0]) and got.labels.dtype == np.uint8
    assert [score.tolist() for score in got.scores] == [[0.1, 0.7, 0.2], [3.0, -2.0, 1.0]]
    assert got.probabilities == (True, False)
    why = "swapped" if swap else "by its meaning"
    assert got.notes == (
        "Left out: 1 of 4 rows, without a label or a score.",
        f"Positive class: “{got.positive}” ({why}); larger scores should mean positive.",
    )


# ---- settings


@pytest.mark.parametrize(
    "settings",
    [
        {"source": "gauss"},
        {"source": "gauss", "swap": True},
        {"second": "none"},
        {"source": "upload", "upload": UPLOAD},
    ],
)
def test_everything_is_read_only_and_fits_together(settings) -> None:
    got = scored(Settings(**settings))
    for array in (got.labels, *got.scores):
        assert array.shape == got.labels.shape
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    assert len(got.names) == len(got.scores) == len(got.probabilities)
    assert set(got.labels.tolist()) == {0, 1}
    assert all(score.dtype == np.float64 and score.flags.c_contiguous for score in got.scores)
    assert isinstance(got, Scored) and got != scored(Settings(**settings))
    with pytest.raises(dataclasses.FrozenInstanceError):
        got.title = "x"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"source": "iris"}, r"^`source` must be one of credit, gauss, cancer, digits, openml, upload; got 'iris'\.$"),
        ({"first": "none"}, r"^`first` must be one of logistic, adaboost, .*; got 'none'\.$"),
        ({"second": "svm"}, r"^`second` must be one of none, logistic, .*; got 'svm'\.$"),
        ({"digit": 10}, r"^`digit` must be an integer in \[0, 9\]; got 10\.$"),
        ({"seed": -1}, r"^`seed` must be an integer in \[0, 99999\]; got -1\.$"),
        ({"n_cases": 9}, r"^`n_cases` must be an integer in \[10, 1000000\]; got 9\.$"),
        ({"n_cases": 1_000_001}, r"^`n_cases` must be"),
        ({"n_cases": 1000.0}, r"^`n_cases` must be an integer"),
        ({"test_share": 0.0}, r"^`test_share` must be in \[0\.1, 0\.9\]; got 0\.0\.$"),
        ({"test_share": math.nan}, r"^`test_share` must be"),
        ({"separation": 5.1}, r"^`separation` must be in \[-5, 5\]; got 5\.1\.$"),
        ({"spread": 0.0}, r"^`spread` must be in \[0\.1, 5\]; got 0\.0\.$"),
        ({"separation_2": "1"}, r"^`separation_2` must be"),
        ({"spread_2": -1}, r"^`spread_2` must be"),
        ({"positives_share": 1.0}, r"^`positives_share` must be in \[0\.001, 0\.999\]; got 1\.0\.$"),
        ({"source": "upload"}, r"^Choose a CSV file with labels and scores\.$"),
        ({"source": "openml"}, r"^Download a data set from OpenML by its name or ID\.$"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, sentence) -> None:
    with pytest.raises(ValueError, match=sentence):
        Settings(**settings)


@given(
    st.fixed_dictionaries(
        {
            **{name: st.sampled_from(ends) for name, ends in INTEGERS.items() if name != "n_cases"},
            **{name: st.sampled_from(ends) | st.floats(*ends) for name, ends in NUMBERS.items()},
            "n_cases": st.integers(10, 300),
            "swap": st.booleans(),
            "second": st.sampled_from(["none", "tree"]),
        }
    )
)
def test_any_gaussians_have_both_classes_and_finite_scores(settings) -> None:
    got = scored(Settings(source="gauss", **settings))
    assert 0 < got.labels.sum() < len(got.labels) == settings["n_cases"]
    assert all(np.isfinite(score).all() for score in got.scores)


def test_the_defaults_are_the_homework_on_credit() -> None:
    assert dataclasses.asdict(Settings()) == {
        "source": "credit",
        "first": "logistic",
        "second": "adaboost",
        "digit": 8,
        "swap": False,
        "test_share": 0.3,
        "seed": 43,
        "separation": 1.5,
        "spread": 1.0,
        "separation_2": 1.0,
        "spread_2": 1.0,
        "positives_share": 0.3,
        "n_cases": 1000,
        "upload": None,
        "openml": None,
    }
