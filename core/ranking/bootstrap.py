"""Uncertainty of the areas and curves of one to five rankings, by resampling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array
from core.ranking.areas import Areas, Sizes, Steps, auprg, auroc, davis_goadrich, precision_sums
from core.ranking.checks import check_labels
from core.ranking.curves import Ranking, rank

RESAMPLES = (20, 10_000)
GRID_SIZE = 101
# Half the number of strips, and for two rankings of many examples: of these, all pairs of strips are drawn.
_FINE, _COARSE = 1024, 32
# More examples of one or two rankings than this are drawn by strips instead of one by one.
MANY = 50_000
# Examples drawn, and counts turned into areas and curves, at once: small enough for the processor's cache.
_DRAWN, _COUNTED = 100_000, 32_000
_GRID = np.linspace(0, 1, GRID_SIZE)
Counts = NDArray[Any]
_GRID.flags.writeable = False


@dataclass(frozen=True)
class Band:
    """Interval of a curve at each point of a grid (G,) from 0 to 1: pointwise, not simultaneous; all read-only."""

    grid: Array
    low: Array
    high: Array


@dataclass(frozen=True)
class Uncertainty:
    """Percentile intervals for one ranking.

    Attributes
    ----------
    roc : Band
        True positive rate over false positive rate; where a curve is vertical, its upper end counts.
    pr : Band
        Precision over recall, on the Davis-Goadrich curve.
    prg : Band
        Precision gain over recall gain.
    low, high : Areas
        Ends of the intervals of the areas.
    """

    roc: Band
    pr: Band
    prg: Band
    low: Areas
    high: Areas


@dataclass(frozen=True)
class Difference:
    """Percentile intervals of the areas of one ranking minus those of another.

    Attributes
    ----------
    low, high : Areas
        Ends of the intervals.
    first_larger : Areas
        Fractions of the resamples in which the one's area is larger; ties count one half.
    """

    low: Areas
    high: Areas
    first_larger: Areas


@dataclass(frozen=True)
class Bootstrap:
    """Uncertainty of each model's ranking, and of the differences of all pairs (k, l), k < l."""

    models: tuple[Uncertainty, ...]
    differences: Mapping[tuple[int, int], Difference]

    @property
    def difference(self) -> Difference | None:
        """Return the difference of the first two rankings; None if there is one."""
        return self.differences.get((0, 1))


def bootstrap(
    labels: Any,
    scores: tuple[Any, ...],
    *,
    positive: Any = None,
    resamples: int = 500,
    seed: int = 0,
    prevalence: float | None = None,
    level: float = 0.95,
) -> Bootstrap:
    """Resample with replacement: separately within positives and negatives, and the same examples for all rankings.

    Neighboring distinct scores are grouped in strips. At their borders the counts are those of the plain
    bootstrap; in between, the curves are straight. What the data's own curves and areas lose by that is added to all
    resamples alike. With a few hundred examples, no two distinct scores share a strip.

    Parameters
    ----------
    labels : array_like (n,)
        Two classes.
    scores : tuple of one to five array_like (n,)
        Of each ranking.
    positive : optional
        The label of the positive class, as for `core.ranking.curves.rank`.
    resamples : int
        Number B of resamples.
    seed : int
        Of the random numbers.
    prevalence : float, optional
        Without it, that of the data.
    level : float
        Of the intervals.

    Returns
    -------
    Bootstrap
        Equal for equal arguments.

    Raises
    ------
    ValueError
        If labels or scores are invalid, or there are too few or too many resamples.

    References
    ----------
    Efron, Tibshirani, "An Introduction to the Bootstrap", 1993, chapters 8 and 13; Fawcett, "An introduction to ROC
    analysis", Pattern Recognition Letters 27, 2006 (vertical averaging).
    """
    return resample(labels, scores, positive=positive, resamples=resamples, seed=seed).intervals(prevalence, level)


@dataclass(frozen=True, eq=False)
class Resamples:
    """Resampled counts of rankings, which give intervals at any prevalence without resampling again.

    Attributes
    ----------
    rankings : tuple of Ranking
        Of the data.
    ends : tuple of ndarray (m,)
        For each ranking, the distinct scores at which a strip ends.
    counts : tuple of (tp, fp), each ndarray (B, m + 1)
        For each ranking, the counts at the ends of the strips, from 0 on.
    """

    rankings: tuple[Ranking, ...]
    ends: tuple[NDArray[np.intp], ...]
    counts: tuple[tuple[NDArray[np.int32], NDArray[np.int32]], ...]

    def intervals(self, prevalence: float | None = None, level: float = 0.95) -> Bootstrap:
        """Return percentile intervals at a prevalence; by default, at that of the data."""
        sizes = self.rankings[0].sizes(prevalence)
        found = np.stack(
            [self._of_one(*each, sizes, prevalence) for each in zip(self.rankings, self.ends, self.counts, strict=True)]
        )
        np.minimum(found, 1, out=found)
        return _summary(found, level)

    def _of_one(
        self,
        ranking: Ranking,
        end: NDArray[np.intp],
        counts: tuple[NDArray[np.int32], NDArray[np.int32]],
        sizes: Sizes,
        prevalence: float | None,
    ) -> Array:
        """Return areas and curves (B, 5 + 3 G) of all resamples of one ranking."""
        tp, fp = counts
        rows = max(1, _COUNTED // tp.shape[1])
        parts = range(0, len(tp), rows)
        found = np.concatenate([_numbers(tp[start : start + rows], fp[start : start + rows], sizes) for start in parts])
        # What the data's own curves and areas lose by straight lines within the strips.
        tp, fp = (np.append(0, each)[np.newaxis] for each in (ranking.tp[end], ranking.fp[end]))
        corners = [each[np.newaxis].astype(float) for each in ranking.corners]
        own = np.append(astuple(ranking.areas(prevalence)), _curves(corners[0], corners[1], sizes))
        corrected: Array = found + own - _numbers(tp, fp, sizes)
        return corrected


def resample(
    labels: Any, scores: tuple[Any, ...], *, positive: Any = None, resamples: int = 500, seed: int = 0
) -> Resamples:
    """Draw the examples of `bootstrap`, which has the parameters and the errors."""
    if not RESAMPLES[0] <= resamples <= RESAMPLES[1]:
        raise ValueError(f"`resamples` must be in [{RESAMPLES[0]}, {RESAMPLES[1]}]; got {resamples}.")
    is_positive = check_labels(labels, positive)
    rankings = tuple(rank(is_positive, one) for one in scores)
    by_strip = len(is_positive) > MANY and len(scores) <= 2  # more rankings have too many combinations of strips
    ends = tuple(_strip_ends(ranking, _COARSE if by_strip and len(scores) == 2 else _FINE) for ranking in rankings)
    places = np.array([_places(*each) for each in zip(rankings, ends, scores, strict=True)])
    strips = [len(each) for each in ends]
    classes = [_Class(places[:, is_positive == label], strips, by_strip) for label in (True, False)]
    rng = np.random.default_rng(seed)
    found = [(np.empty((resamples, m + 1), np.int32), np.empty((resamples, m + 1), np.int32)) for m in strips]
    rows = max(1, _DRAWN // min(len(is_positive), MANY))
    for start in range(0, resamples, rows):
        part = slice(start, start + rows)
        for k, each in enumerate(classes):
            for counts, drawn in zip(found, each.draw(min(rows, resamples - start), rng), strict=True):
                counts[k][part] = drawn
    return Resamples(rankings, ends, tuple(found))


def _strip_ends(ranking: Ranking, number: int) -> NDArray[np.intp]:
    """Return the indices of the distinct scores at which a strip ends.

    Strips become finer toward both ends of the curve; none increases the number of predicted positives by more
    than a fifth, since the precision of the first few matters much where positives are rare.
    """
    fpr, tpr = ranking.roc(ranking.tp, ranking.fp)
    way = np.arcsin(np.sqrt((fpr + tpr) / 2)) / (np.pi / 2)
    growth = np.floor(4 * np.log2(ranking.tp + ranking.fp))
    return np.flatnonzero(np.diff(np.floor(2 * number * way) + growth, append=np.inf))


def _places(ranking: Ranking, ends: NDArray[np.intp], scores: Any) -> NDArray[np.intp]:
    """Return the strip of each example."""
    lowest = ranking.thresholds[ends][::-1]
    return len(ends) - np.searchsorted(lowest, np.asarray(scores, dtype=np.float64), side="right")


class _Class:
    """The examples of one class by their strips in each ranking, to be drawn from."""

    def __init__(self, places: NDArray[np.intp], strips: list[int], by_strip: bool) -> None:
        """Take `places` (rankings, examples) and the number of strips of each ranking."""
        self._size, self._places, self._strips = places.shape[1], places, strips
        self._shares: Array | None = None
        if by_strip:
            counts = np.bincount(np.ravel_multi_index(tuple(places), strips))
            held = np.flatnonzero(counts)
            self._places, self._shares = np.array(np.unravel_index(held, strips)), counts[held] / self._size

    def draw(self, rows: int, rng: np.random.Generator) -> list[Array]:
        """Return cumulative counts (rows, strips + 1) in each ranking, from 0 to the size of the class."""
        weights, places = None, self._places[:, np.newaxis]
        if self._shares is None:
            places = self._places[:, rng.integers(self._size, size=(rows, self._size))]
        else:
            weights = rng.multinomial(self._size, self._shares, rows).ravel()
        found = []
        for place, strips in zip(places, self._strips, strict=True):
            index = place + strips * np.arange(rows)[:, np.newaxis]
            counts = np.bincount(index.ravel(), weights, rows * strips)
            total = np.zeros((rows, strips + 1))
            np.cumsum(counts.reshape(rows, strips), axis=1, out=total[:, 1:])
            found.append(total)
        return found


def _numbers(tp: Counts, fp: Counts, sizes: Sizes) -> Array:
    """Return areas and curves (B, 5 + 3 G) of counts (B, m + 1) from (0, 0) to (P, N)."""
    tp, fp = tp.astype(np.float64), fp.astype(np.float64)
    steps = Steps(tp[:, :-1], fp[:, :-1], tp[:, 1:], fp[:, 1:])
    average_precision, trapezoid = precision_sums(steps, sizes)
    areas = (auroc(steps, sizes), average_precision, davis_goadrich(steps, sizes), trapezoid, auprg(steps, sizes))
    return np.concatenate([np.stack(areas, axis=1), _curves(tp, fp, sizes)], axis=1)


def _curves(tp: Array, fp: Array, sizes: Sizes) -> Array:
    """Return true positive rate, precision, and precision gain on the grid, (B, 3 G)."""
    tpr = _read(fp, tp, sizes.negatives * _GRID) / sizes.positives
    recalled = sizes.positives * np.maximum(_GRID, 1e-6)  # precision at recall 0 is that of the first segment
    gained = sizes.lowest / (1 - (1 - sizes.prevalence) * _GRID)
    # From the other end, so that the upper end of a vertical piece counts here too.
    left = sizes.positives - np.concatenate([recalled, gained])
    wrong = _read(sizes.positives - tp[:, ::-1], fp[:, ::-1], left)
    precision = recalled / (recalled + sizes.ratio * wrong[:, :GRID_SIZE])
    gain = 1 - sizes.positives / sizes.negatives * wrong[:, GRID_SIZE:] / gained
    return np.concatenate([tpr, precision, gain], axis=1)


def _read(x: Array, y: Array, at: Array) -> Array:
    """Interpolate rows y over rising rows x (B, m + 1) from 0 to the same end; of equal x, the last counts."""
    offset = (x[0, -1] + 1) * np.arange(len(x))[:, np.newaxis]
    found: Array = np.interp(at + offset, (x + offset).ravel(), y.ravel())
    return found


def _summary(found: Array, level: float) -> Bootstrap:
    """Return intervals of areas and curves (rankings, B, 5 + 3 G)."""
    tails = [(1 - level) / 2, (1 + level) / 2]
    split, rates = len(fields(Areas)), slice(len(fields(Areas)), -GRID_SIZE)
    # The correction added to all resamples may go slightly out of range.
    found = np.minimum(found, 1)
    found[..., rates] = np.maximum(found[..., rates], 0)
    ends = np.quantile(found, tails, axis=1)
    ends.flags.writeable = False
    models = []
    for low, high in ends.swapaxes(0, 1):
        curves = zip(np.split(low[split:], 3), np.split(high[split:], 3), strict=True)
        roc, pr, prg = (Band(_GRID, *pair) for pair in curves)
        models.append(Uncertainty(roc, pr, prg, Areas(*low[:split].tolist()), Areas(*high[:split].tolist())))
    areas = found[..., :split]
    pairs = combinations(range(len(areas)), 2)
    return Bootstrap(tuple(models), {(k, m): _difference(areas[k] - areas[m], tails) for k, m in pairs})


def _difference(gap: Array, tails: list[float]) -> Difference:
    """Return intervals of differences (B, 5)."""
    rounding = 1e-12
    larger = ((gap > rounding) + 0.5 * (np.abs(gap) <= rounding)).mean(axis=0)
    low, high, first_larger = (Areas(*each.tolist()) for each in (*np.quantile(gap, tails, axis=0), larger))
    return Difference(low, high, first_larger)
