"""The models of the ranking lab, fitted in the helper process."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from core.labs.ranking_curves.compute.datasets import Table, load

MODELS = {
    "logistic": "Logistic regression",
    "adaboost": "AdaBoost",
    "tree": "Decision tree",
    "forest": "Random forest",
    "neighbours": "k nearest neighbors",
    "bayes": "Naive Bayes",
}
SEED = 41  # of everything random in a model, as in the homework


def fit(
    source: str, digit: int, model: str, test_share: float, seed: int, table: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Fit a model to one part of a data set and score the other.

    Returns
    -------
    dict
        "classes" (negative, positive), "labels" (n,) of the test examples, "probabilities" (n, 2) of the two classes,
        "notes".

    Raises
    ------
    ValueError
        If the split leaves a class without examples on either side.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.model_selection import train_test_split
    from sklearn.pipeline import make_pipeline

    data = load(source, digit) if table is None else Table.from_message(table)
    try:
        train, test = train_test_split(np.arange(len(data.labels)), test_size=test_share, random_state=seed)
    except ValueError as error:
        raise ValueError(f"{data.name} has too few examples ({len(data.labels)}) for this `test_share`.") from error
    for part, use in ((train, "train"), (test, "test")):
        for label, name in enumerate(data.classes):
            if not np.any(data.labels[part] == label):
                raise ValueError(
                    f"The split leaves no example of “{name}” to {use} on; choose another `seed` or `test_share`."
                )
    pipeline = make_pipeline(_columns(data), _estimator(model, len(train)))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        pipeline.fit(data.cells[train], data.labels[train])
    notes = list(data.notes)
    if any(issubclass(warning.category, ConvergenceWarning) for warning in caught):
        notes.append(f"{MODELS[model]} did not converge.")
    probabilities = np.asarray(pipeline.predict_proba(data.cells[test]), dtype=np.float64)
    return {"classes": data.classes, "labels": data.labels[test], "probabilities": probabilities, "notes": notes}


def _columns(data: Table) -> Any:
    """Standardize numbers (missing ones become the median); one column per category (missing is its own category)."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = [place for place, names in enumerate(data.categories) if not names]
    texts = [place for place, names in enumerate(data.categories) if names]
    scale = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return ColumnTransformer([("numbers", scale, numbers), ("texts", one_hot, texts)])


def _estimator(model: str, n_train: int) -> Any:
    from sklearn.ensemble import AdaBoostClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.tree import DecisionTreeClassifier

    return {
        "logistic": LogisticRegression(max_iter=1000, random_state=SEED),
        "adaboost": AdaBoostClassifier(n_estimators=100, random_state=SEED),
        # A tree grown to the end has only the scores 0 and 1.
        "tree": DecisionTreeClassifier(min_samples_leaf=10, random_state=SEED),
        "forest": RandomForestClassifier(n_estimators=100, random_state=SEED),
        "neighbours": KNeighborsClassifier(n_neighbors=min(15, n_train)),
        "bayes": GaussianNB(),
    }[model]
