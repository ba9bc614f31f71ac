"""Examples with known classes and the scores that one to five models give them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import worker
from core.kit.arrays import Array, check_choice, check_integer, check_number
from core.labs.ranking_curves.compute.cases import SCORERS
from core.labs.ranking_curves.compute.datasets import Table
from core.labs.ranking_curves.compute.learners import MODELS as MODELS
from core.labs.ranking_curves.compute.uploads import Upload
from core.worker.tasks import Task

Labels = NDArray[np.uint8]

SOURCES = {
    "credit": "German credit",
    "gauss": "Two Gaussians",
    "cancer": "Breast cancer",
    "digits": "Digits, one vs. rest",
    "openml": "From OpenML",
    "upload": "Your CSV",
}
SECOND = {"none": "No second model"} | MODELS
# Smallest and largest allowed value of every number.
INTEGERS = {"digit": (0, 9), "seed": (0, 99999), "n_cases": (10, 1_000_000)}
NUMBERS = {
    "test_share": (0.1, 0.9),
    "separation": (-5, 5),
    "spread": (0.1, 5),
    "separation_2": (-5, 5),
    "spread_2": (0.1, 5),
    "positives_share": (0.001, 0.999),
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The data to score, and the models; an invalid value raises ValueError.

    Attributes
    ----------
    source : str
        Key of `SOURCES`.
    first, second : str
        Keys of `MODELS`; `second` may be "none". For "gauss" it only matters whether `second` is "none"; for
        "upload", neither matters. The same model twice counts once.
    digit : int
        The positive class of "digits".
    swap : bool
        Make the other class the positive one. For "upload" the scores stay unchanged: they are assumed to favor
        whichever class is positive.
    test_share : float
        Fraction of the examples that are scored; the models are fitted to the others.
    seed : int
        Of the split, and of the draws of "gauss".
    separation, spread, separation_2, spread_2 : float
        "gauss": mean and standard deviation of the positives under the two scorers; those of negatives are 0 and 1.
    positives_share : float
        "gauss": fraction of positives, rounded to whole examples, at least one of each class.
    n_cases : int
        "gauss": number of examples.
    upload, openml
        Data of the sources of these names.
    """

    source: str = "credit"
    first: str = "logistic"
    second: str = "adaboost"
    digit: int = 8
    swap: bool = False
    test_share: float = 0.3
    seed: int = 43
    separation: float = 1.5
    spread: float = 1.0
    separation_2: float = 1.0
    spread_2: float = 1.0
    positives_share: float = 0.3
    n_cases: int = 1000
    upload: Upload | None = None
    openml: Table | None = None

    def __post_init__(self) -> None:
        check_choice("source", self.source, tuple(SOURCES))
        check_choice("first", self.first, tuple(MODELS))
        check_choice("second", self.second, tuple(SECOND))
        for name, (low, high) in INTEGERS.items():
            check_integer(name, getattr(self, name), low, high)
        for name, ends in NUMBERS.items():
            check_number(name, getattr(self, name), *ends)
        if self.source == "upload" and self.upload is None:
            raise ValueError("Choose a CSV file with labels and scores.")
        if self.source == "openml" and self.openml is None:
            raise ValueError("Download a data set from OpenML by its name or ID.")


@dataclass(frozen=True, eq=False)
class Scored:
    """Examples with known classes and one to five scores each; all arrays are read-only.

    Attributes
    ----------
    title : str
        Name of the data.
    positive, negative : str
        Names of the classes.
    labels : ndarray (n,) of uint8
        1 = positive.
    names : tuple of str
        One to five models.
    scores : tuple of ndarray (n,)
        Of each model; larger scores favor the positive class.
    probabilities : tuple of bool
        Whether the scores of each model are probabilities of the positive class.
    notes : tuple of str
        Sentences for the reader: flaws of the data, rows left out.
    guessed : bool
        Whether a file did not say which class is the positive one.
    """

    title: str
    positive: str
    negative: str
    labels: Labels
    names: tuple[str, ...]
    scores: tuple[Array, ...]
    probabilities: tuple[bool, ...]
    notes: tuple[str, ...]
    guessed: bool = False

    def __post_init__(self) -> None:
        arrays: tuple[NDArray[np.generic], ...] = (self.labels, *self.scores)
        for array in arrays:
            array.flags.writeable = False


@dataclass(frozen=True)
class Fit:
    """A fitted model's predictions for its test examples.

    Attributes
    ----------
    classes : tuple of str
        (negative, positive).
    labels : ndarray (n,) of uint8
        1 = positive.
    probabilities : ndarray (n, 2)
        Of the negative and of the positive class.
    notes : tuple of str
    """

    classes: tuple[str, str]
    labels: Labels
    probabilities: Array
    notes: tuple[str, ...]

    @property
    def nbytes(self) -> int:
        """Return the bytes of its arrays."""
        return self.labels.nbytes + self.probabilities.nbytes

    @classmethod
    def from_message(cls, message: dict[str, Any]) -> Fit:
        """Read the answer of `core.labs.ranking_curves.compute.learners.fit`."""
        negative, positive = message["classes"]
        return cls((negative, positive), message["labels"], message["probabilities"], tuple(message["notes"]))


def scored(settings: Settings) -> Scored:
    """Score the examples of a source; waits for the fits that are needed.

    Raises
    ------
    ValueError
        If the split leaves a class without examples, or a fit failed or was canceled.
    """
    if settings.source == "gauss":
        return _gaussians(settings)
    if settings.upload is not None and settings.source == "upload":
        return _uploaded(settings.upload, settings.swap)
    # All are asked for before the first is waited for.
    return _fitted(settings, [task.result() for task in _tasks(settings)])


def needed(settings: Settings) -> tuple[Task[Fit], ...]:
    """Begin the fits that `scored` will have to wait for, and return them; () if there are none."""
    return tuple(task for task in _tasks(settings) if not task.done)


def _tasks(settings: Settings) -> list[Task[Fit]]:
    if settings.source in ("gauss", "upload"):
        return []
    table = settings.openml if settings.source == "openml" else None
    common = {
        "source": table.digest if table else settings.source,
        "digit": settings.digit if settings.source == "digits" else 0,
        "test_share": settings.test_share,
        "seed": settings.seed,
    }
    return [
        worker.submit(
            "core.labs.ranking_curves.compute.learners.fit",
            {**common, "model": model},
            title=f"Fitting {MODELS[model]}",
            read=Fit.from_message,
            attached={"table": table.message()} if table else None,
        )
        for model in _models(settings)
    ]


def _models(settings: Settings) -> list[str]:
    return [model for model in dict.fromkeys((settings.first, settings.second)) if model != "none"]


def _fitted(settings: Settings, fits: list[Fit]) -> Scored:
    positive = 0 if settings.swap else 1
    title = settings.openml.name if settings.source == "openml" and settings.openml else SOURCES[settings.source]
    return Scored(
        title=title,
        positive=fits[0].classes[positive],
        negative=fits[0].classes[1 - positive],
        labels=(fits[0].labels == positive).astype(np.uint8),
        names=tuple(MODELS[model] for model in _models(settings)),
        scores=tuple(np.ascontiguousarray(fit.probabilities[:, positive]) for fit in fits),
        probabilities=(True,) * len(fits),
        notes=tuple(dict.fromkeys(note for fit in fits for note in fit.notes)),
    )


def _gaussians(settings: Settings) -> Scored:
    """Draw negatives from N(0, 1), positives from N(separation, spread^2), independently for the two scorers."""
    n = settings.n_cases
    positives = min(max(round(settings.positives_share * n), 1), n - 1)
    rng = np.random.default_rng(settings.seed)
    places = ((settings.separation, settings.spread), (settings.separation_2, settings.spread_2))
    scores = []
    for mean, spread in places[: 1 if settings.second == "none" else 2]:
        score = rng.standard_normal(n)
        score[:positives] = mean + spread * score[:positives]
        scores.append(-score if settings.swap else score)
    labels = np.zeros(n, dtype=np.uint8)
    labels[:positives] = 1
    names = ("positives", "negatives")
    return Scored(
        title=SOURCES["gauss"],
        positive=names[settings.swap],
        negative=names[not settings.swap],
        labels=1 - labels if settings.swap else labels,
        names=SCORERS[: len(scores)],
        scores=tuple(scores),
        probabilities=(False,) * len(scores),
        notes=(),
    )


def _uploaded(upload: Upload, swap: bool) -> Scored:
    negative, positive = upload.classes[::-1] if swap else upload.classes
    why = "swapped" if swap else upload.why
    return Scored(
        title=upload.name,
        positive=positive,
        negative=negative,
        labels=1 - upload.labels if swap else upload.labels,
        names=upload.columns,
        scores=upload.scores,
        probabilities=tuple(bool(score.min() >= 0 and score.max() <= 1) for score in upload.scores),
        notes=(*upload.notes, f"Positive class: “{positive}” ({why}); larger scores should mean positive."),
        guessed=not swap,
    )
