"""Fits against scikit-learn used directly, as in the homework, and against tables mended by hand."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.ensemble import AdaBoostClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from core.labs.ranking_curves.compute import learners
from core.labs.ranking_curves.compute.datasets import CREDIT, Table, encode
from core.labs.ranking_curves.compute.learners import MODELS, fit

BY_HAND = {
    "logistic": LogisticRegression(max_iter=1000, random_state=41),
    "adaboost": AdaBoostClassifier(n_estimators=100, random_state=41),
    "tree": DecisionTreeClassifier(min_samples_leaf=10, random_state=41),
    "forest": RandomForestClassifier(n_estimators=100, random_state=41),
    "neighbours": KNeighborsClassifier(n_neighbors=15),
    "bayes": GaussianNB(),
}


def homework(model, test_size=0.3, seed=43):
    """Labels and probabilities of the test cases, written as the homework does it."""
    frame = pd.read_csv(CREDIT, keep_default_na=False)
    features, target = frame.drop(columns="class"), (frame["class"] == "good").astype(int)
    x_train, x_test, y_train, y_test = train_test_split(features, target, test_size=test_size, random_state=seed)
    numbers = features.select_dtypes("number").columns
    prepare = ColumnTransformer(
        [
            ("num", StandardScaler(), numbers),
            (
                "cat",
                OneHotEncoder(handle_unknown="ignore", sparse_output=False),
                features.columns.difference(numbers, False),
            ),
        ]
    )
    fitted = make_pipeline(prepare, BY_HAND[model]).fit(x_train, y_train)
    return y_test.to_numpy(), fitted.predict_proba(x_test)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("test_size", "seed"), [(0.3, 43), (0.55, 0)])
def test_credit_is_scored_as_in_the_homework(model, test_size, seed) -> None:
    labels, probabilities = homework(model, test_size, seed)
    got = fit("credit", 0, model, test_size, seed)
    assert got["labels"].tolist() == labels.tolist() and got["labels"].dtype == np.uint8
    assert tuple(got["classes"]) == ("bad", "good")
    np.testing.assert_allclose(got["probabilities"], probabilities, rtol=0, atol=1e-9)
    assert got["probabilities"].dtype == np.float64
    assert len(got["notes"]) == 3


@pytest.mark.parametrize(
    ("model", "auroc", "average_precision"), [("logistic", 0.754868, 0.877383), ("adaboost", 0.740529, 0.865435)]
)
def test_published_areas(model, auroc, average_precision) -> None:
    got = fit("credit", 0, model, 0.3, 43)
    score = got["probabilities"][:, 1]
    assert roc_auc_score(got["labels"], score) == pytest.approx(auroc, abs=5e-7)
    assert average_precision_score(got["labels"], score) == pytest.approx(average_precision, abs=5e-7)
    assert len(score) == 300 and got["labels"].sum() == 210


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("source", ["cancer", "digits"])
def test_numbers_alone(source, model) -> None:
    bunch = load_breast_cancer() if source == "cancer" else load_digits()
    target = (bunch.target == (0 if source == "cancer" else 3)).astype(int)
    x_train, x_test, y_train, y_test = train_test_split(bunch.data, target, test_size=0.4, random_state=7)
    by_hand = make_pipeline(StandardScaler(), BY_HAND[model]).fit(x_train, y_train)
    got = fit(source, 3, model, 0.4, 7)
    assert got["labels"].tolist() == y_test.tolist()
    assert got["classes"][1] == ("malignant" if source == "cancer" else "digit 3")
    np.testing.assert_allclose(got["probabilities"], by_hand.predict_proba(x_test), rtol=0, atol=1e-9)


def test_every_model_has_more_than_two_scores() -> None:
    for source in ("credit", "cancer", "digits"):
        for model in MODELS:
            assert len(set(fit(source, 8, model, 0.3, 43)["probabilities"][:, 1])) > 4, (source, model)


def table(n=120, seed=0, gaps=True):
    rng = np.random.default_rng(seed)
    labels = (rng.random(n) < 0.4).astype(np.uint8)
    age = rng.normal(size=n) + labels
    colour = np.where(rng.random(n) < 0.3 + 0.4 * labels, "red", np.where(rng.random(n) < 0.5, "blue", "~unknown"))
    size = rng.normal(size=n)
    if gaps:
        age[rng.random(n) < 0.2] = np.nan
        colour[colour == "~unknown"] = ""
    cells, names = encode(colour.tolist())
    matrix = np.column_stack([age, cells, size])
    return Table("Made", "y", ("no", "yes"), labels, ("age", "colour", "size"), ((), names, ()), matrix, ("A note.",))


@pytest.mark.parametrize("model", MODELS)
def test_missing_numbers_are_medians_and_missing_categories_one_of_their_own(model) -> None:
    whole, gaps = table(gaps=False), table(gaps=True)
    train, _ = train_test_split(np.arange(120), test_size=0.25, random_state=5)
    mended = whole.cells.copy()
    mended[:, 0] = gaps.cells[:, 0]
    mended[np.isnan(mended[:, 0]), 0] = np.nanmedian(gaps.cells[train, 0])
    by_hand = Table("Made", "y", whole.classes, whole.labels, whole.columns, whole.categories, mended, ())
    expected = fit("x", 0, model, 0.25, 5, by_hand.message())
    got = fit("x", 0, model, 0.25, 5, gaps.message())
    np.testing.assert_allclose(got["probabilities"], expected["probabilities"], rtol=0, atol=1e-9)
    assert tuple(got["classes"]) == ("no", "yes") and list(got["notes"]) == ["A note."]
    assert np.isnan(gaps.cells[:, 0]).sum() > 10 and np.isnan(gaps.cells[:, 1]).sum() > 10


def test_a_column_without_any_value_and_a_category_seen_only_in_the_test_do_no_harm() -> None:
    plain = table(gaps=False)
    cells = np.column_stack([plain.cells, np.full(120, np.nan)])
    train, test = train_test_split(np.arange(120), test_size=0.25, random_state=5)
    cells[test[0], 1] = 3
    names = ("~unknown", "blue", "new", "red")
    made = Table("Made", "y", plain.classes, plain.labels, (*plain.columns, "e"), ((), names, (), ()), cells, ())
    for model in MODELS:
        got = fit("x", 0, model, 0.25, 5, made.message())
        assert np.isfinite(got["probabilities"]).all()
        np.testing.assert_allclose(got["probabilities"].sum(axis=1), 1)
    assert len(train) == 90


def test_the_models_are_the_agreed_ones() -> None:
    assert MODELS == {
        "logistic": "Logistic regression",
        "adaboost": "AdaBoost",
        "tree": "Decision tree",
        "forest": "Random forest",
        "neighbours": "k nearest neighbors",
        "bayes": "Naive Bayes",
    }


def test_every_model_takes_many_categories() -> None:
    """So many that one column each leaves few cells that are not 0."""
    rng = np.random.default_rng(0)
    labels = (rng.random(300) < 0.4).astype(np.uint8)
    names = tuple(f"c{place:02}" for place in range(30))
    cells = rng.integers(0, 30, size=(300, 2)).astype(float)
    made = Table("Made", "y", ("no", "yes"), labels, ("a", "b"), (names, names), cells, ()).message()
    for model in MODELS:
        assert fit("x", 0, model, 0.3, 0, made)["probabilities"].shape == (90, 2)


def test_few_cases_are_enough_for_every_model() -> None:
    for model in MODELS:
        got = fit("x", 0, model, 0.5, 0, one_sided([0, 1] * 4))  # 4 to learn from, fewer than the neighbors wanted
        assert got["probabilities"].shape == (4, 2) and np.isfinite(got["probabilities"]).all()


def one_sided(labels):
    n = len(labels)
    cells = np.arange(float(n))[:, np.newaxis]
    return Table("Made", "y", ("no", "yes"), np.array(labels, dtype=np.uint8), ("x",), ((),), cells, ()).message()


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ([0] * 20, r"^The split leaves no example of “yes” to train on; choose another `seed` or `test_share`\.$"),
        ([1] * 20, r"^The split leaves no example of “no” to train on; choose another `seed` or `test_share`\.$"),
        ([1], r"^Made has too few examples \(1\) for this `test_share`\.$"),
    ],
)
def test_data_that_cannot_be_learned_from_are_refused(labels, sentence) -> None:
    with pytest.raises(ValueError, match=sentence):
        fit("x", 0, "logistic", 0.3, 0, one_sided(labels))


def test_a_class_that_is_missing_from_one_side_is_named() -> None:
    said = set()
    for seed in range(60):
        train, test = train_test_split(np.arange(10), test_size=0.3, random_state=seed)
        labels = [1, 1, 0, 0, 0, 0, 0, 0, 0, 0]
        expected = [u for u, part in (("train", train), ("test", test)) if not {0, 1} & set(part)]
        if expected:
            with pytest.raises(ValueError, match=f"no example of “yes” to {expected[0]} on"):
                fit("x", 0, "bayes", 0.3, seed, one_sided(labels))
        else:
            fit("x", 0, "bayes", 0.3, seed, one_sided(labels))
        said |= set(expected)
    assert said == {"train", "test"}


def test_a_fit_that_has_not_converged_says_so(monkeypatch) -> None:
    monkeypatch.setattr(learners, "_estimator", lambda *_: LogisticRegression(max_iter=1))
    got = fit("x", 0, "logistic", 0.25, 5, table().message())
    assert list(got["notes"]) == ["A note.", "Logistic regression did not converge."]
