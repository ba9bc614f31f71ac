"""Results of the ranking page: one or two models that rank the same examples, and one threshold through both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from core import worker
from core.kit.arrays import Numbers
from core.kit.brought import Fetched
from core.kit.cost import Cost
from core.kit.memo import Memo
from core.kit.parameters import with_parameters_of
from core.labs.ranking_curves.compute.datasets import Table, credit
from core.labs.ranking_curves.compute.picking import NAMES, picks_of
from core.labs.ranking_curves.compute.scored import Scored, Settings, needed, scored
from core.labs.ranking_curves.compute.spread import Spread, ask, digest
from core.ranking.bootstrap import MANY, Bootstrap, Resamples, resample
from core.ranking.curves import Ranking, rank
from core.worker.tasks import Task

LONGEST = 20_000  # table of a curve; of a longer one the steps of the slider are given
STEPS = 500  # of the threshold on its slider, beyond what a picture can show


@dataclass(frozen=True, eq=False)
class Comparison(Memo):
    """Result of `compare`.

    Attributes
    ----------
    scored
        The examples and their scores.
    rankings
        Of each model.
    resamples, seed
        Of the bootstrap.
    """

    scored: Scored
    rankings: tuple[Ranking, ...]
    resamples: int
    seed: int

    @cached_property
    def places(self) -> Numbers:
        """Return rising threshold positions on the first model's ROC curve (steps,): (TPR + FPR) / 2 in thousandths."""
        return self._steps[0]

    @cached_property
    def called(self) -> tuple[Numbers, ...]:
        """Count the distinct scores of each model that reach the threshold, (steps,); 0 predicts no example positive.

        The second model predicts as many positives as the first, as nearly as its ties allow.
        """
        first = self.rankings[0]
        m = self._steps[1]
        total = _from_zero(first.tp + first.fp)[m]
        others = (_nearest(_from_zero(r.tp + r.fp), total) for r in self.rankings[1:])
        return (m, *others)

    @cached_property
    def counts(self) -> tuple[tuple[Numbers, Numbers], ...]:
        """Return (tp, fp) of each model at every step, each (steps,)."""
        pairs = zip(self.rankings, self.called, strict=True)
        return tuple((_from_zero(r.tp)[m], _from_zero(r.fp)[m]) for r, m in pairs)

    @cached_property
    def thresholds(self) -> tuple[Numbers, ...]:
        """Return each model's threshold at every step, (steps,); inf where no example is predicted positive."""
        pairs = zip(self.rankings, self.called, strict=True)
        return tuple(np.append(np.inf, r.thresholds)[m] for r, m in pairs)

    @cached_property
    def drawn(self) -> Resamples:
        """Draw bootstrap samples of the examples, the same at any prevalence."""
        return resample(self.scored.labels, self.scored.scores, resamples=self.resamples, seed=self.seed)

    def bootstrap(self, prevalence: float | None) -> Bootstrap:
        """Return intervals of areas and curves at a prevalence, None for that of the data; computed now if needed."""
        now = (("result", self), ("prevalence", prevalence))
        found: Bootstrap = self.known(prevalence) or self.recall(_bootstrap, now)
        return found

    def known(self, prevalence: float | None) -> Bootstrap | None:
        """Return intervals at a prevalence if already computed: what a picture says about noise never delays it."""
        try:
            with worker.nothing_new():
                task = self.spread(prevalence)
            return task.result().bootstrap if task.done else None
        except ValueError:
            return None

    def spread(self, prevalence: float | None) -> Task[Spread]:
        """Begin to compute the intervals at a prevalence."""
        return ask(
            self.scored.labels,
            self.scored.scores,
            self._digest,
            resamples=self.resamples,
            seed=self.seed,
            prevalence=prevalence,
        )

    @cached_property
    def _digest(self) -> str:
        return digest(self.scored.labels, self.scored.scores)

    @cached_property
    def _steps(self) -> tuple[Numbers, Numbers]:
        """Return positions and, at each, the number of distinct scores of the first model that reach the threshold."""
        r = self.rankings[0]
        place = (_from_zero(r.tp) / r.positives + _from_zero(r.fp) / r.negatives) / 2
        if len(place) > STEPS + 1:
            grid = np.round(np.linspace(0, 1, STEPS + 1), 3)
            return grid, _nearest(place, grid)
        # Of several thresholds at the same thousandth the first stays, and "every case" always.
        places, chosen = np.unique(np.round(place, 3), return_index=True)
        chosen[-1] = len(place) - 1
        return places, chosen


@with_parameters_of(Settings)
def compare(
    *,
    resamples: int,
    label_column: tuple[int, ...] = (),
    positive_class: tuple[int, ...] = (),
    score_columns: tuple[int, ...] = (),
    count_column: tuple[int, ...] = (),
    **given: Any,
) -> Comparison:
    """Rank the test examples of a data set by one to five models.

    The parameters are those of `scored.Settings`, but `openml` is the work that fetches the data, and `upload` a
    `uploads.ScoreFile` whose columns the four parameters choose, see `uploads.Picks`; `resamples` is the number of
    bootstrap samples.

    Raises
    ------
    ValueError
        With a sentence, for values out of range, data that are not there, and data that cannot be ranked.
    """
    picks = zip(NAMES, (label_column, positive_class, score_columns, count_column), strict=True)
    settings = _settings(given | dict(picks))
    cases = scored(settings)
    return Comparison(cases, tuple(rank(cases.labels, values) for values in cases.scores), resamples, settings.seed)


def cost(
    *,
    source: str,
    n_cases: int,
    resamples: int,
    upload: Any,
    label_column: tuple[int, ...] = (),
    positive_class: tuple[int, ...] = (),
    score_columns: tuple[int, ...] = (),
    count_column: tuple[int, ...] = (),
) -> Cost:
    """Estimate the cost of a state, here and in the helper process: measured at a hundred to a million examples.

    The cost per example covers its scores and its positions in rankings and curves; a resample counts both rankings on
    at most as many strips as there are examples, and on fewer if there are many.
    """
    cases, pairs = n_cases if source == "gauss" else 1000, 1.0
    if source == "upload" and upload:
        columns = (label_column, positive_class, score_columns, count_column)
        read = upload.reading(picks_of(dict(zip(NAMES, columns, strict=True)))).upload
        cases, pairs = (len(read.labels), max(len(read.scores) / 2, 1)) if read else (1, 1)
    strips = 12e3 if cases > MANY else 16e3 + 15 * min(cases, 2048)
    seconds = 2e-6 * cases + 4e-4 * (cases / 1000) ** 0.25 * resamples
    return Cost(pairs * seconds, pairs * (210 * cases + strips * resamples))


def awaited(*, resamples: int, **given: Any) -> tuple[Any, ...]:
    """Begin the work that `compare` would wait for, and return it."""
    openml = given["openml"]
    if given["source"] == "openml" and openml and not openml.task.done:
        return (openml.task,)
    try:
        return needed(_settings(given))
    except ValueError:
        return ()  # `compare` says why


def completing(result: Comparison, prevalence: float) -> tuple[Task[Spread], ...]:
    """Begin work that completes a picture: whether differences are significant, and the bands.

    There is none while too much work of others is waiting; the picture then stays as it is.
    """
    try:
        return (result.spread(prevalence or None),)
    except ValueError:
        return ()


def tables(result: Comparison, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return tables for a download: the scored examples, the curves and, if the script needs it, the data set."""
    cases: dict[str, Any] = {"positive": result.scored.labels}
    cases |= {f"score {k}": score for k, score in enumerate(result.scored.scores, 1)}
    out: dict[str, dict[str, Any]] = {"cases.csv": cases}
    prevalence = values["prevalence"] or None
    for k, (ranking, called) in enumerate(zip(result.rankings, result.called, strict=True), 1):
        rows = np.arange(len(ranking.tp) + 1) if len(ranking.tp) < LONGEST else called
        tp, fp = (_from_zero(counts)[rows] for counts in (ranking.tp, ranking.fp))
        spaces = ranking.roc(tp, fp), ranking.pr(tp, fp, prevalence), ranking.prg(tp, fp, prevalence)
        names = ("false positive rate", "true positive rate", "recall", "precision", "recall gain", "precision gain")
        columns = dict(zip(names, (part for pair in spaces for part in pair), strict=True))
        out[f"curves_{k}.csv"] = {
            "threshold": np.append(np.inf, ranking.thresholds)[rows],
            "tp": tp,
            "fp": fp,
            **columns,
        }
    if values["source"] in ("credit", "openml"):
        table = credit() if values["source"] == "credit" else values["openml"].task.result()
        out["table.csv"] = _readable(table)
    return out


def _readable(table: Table) -> dict[str, Any]:
    """Return the columns of a data set as a script can read them, the class last: 1 = positive."""
    columns: dict[str, Any] = {}
    for name, categories, cells in zip(table.columns, table.categories, table.cells.T, strict=True):
        missing = np.isnan(cells)
        if categories:
            texts = np.array(["", *categories], dtype=object)[np.where(missing, 0, cells + 1).astype(int)]
            columns[f"category:{name}"] = texts
        else:
            columns[name] = np.where(missing, "", cells.astype(object))
    return columns | {"class": table.labels}


def _bootstrap(result: Comparison, prevalence: float | None) -> Bootstrap:
    return result.drawn.intervals(prevalence)


def _settings(given: Mapping[str, Any]) -> Settings:
    """Return what to score: with the data themselves in place of the work that fetched them and of the file."""
    fetched: Fetched = given["openml"]
    changed: dict[str, Any] = {"openml": fetched.task.result() if given["source"] == "openml" and fetched else None}
    if given["source"] == "gauss":
        changed["second"] = Settings.second  # there are always two scorers; no model is chosen for them
    file = given["upload"] if given["source"] == "upload" else None
    changed["upload"] = file.cases(picks_of(given)) if file else None
    return Settings(**{name: value for name, value in given.items() if name not in NAMES} | changed)


def _from_zero(counts: Numbers) -> Numbers:
    return np.concatenate([np.zeros(1, counts.dtype), counts])


def _nearest(rising: Numbers, wanted: Numbers) -> Numbers:
    """Return the index of the element of `rising` nearest to each of `wanted`; the lower one of two."""
    after = np.clip(np.searchsorted(rising, wanted), 1, len(rising) - 1)
    before = after - 1
    return np.where(wanted - rising[before] <= rising[after] - wanted, before, after)
