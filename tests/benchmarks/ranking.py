"""Rankings against scikit-learn, and against one bare sort of the scores."""

from __future__ import annotations

import tracemalloc
from itertools import cycle

import numpy as np
from sklearn.metrics import auc, average_precision_score, precision_recall_curve, roc_auc_score, roc_curve
from threadpoolctl import threadpool_limits

from core.labs.ranking_curves.panels.decimation import decimate
from core.ranking.bootstrap import bootstrap
from core.ranking.curves import pr_curve, prg_curve, rank
from tests.benchmarks.measure import Row, in_turns, milliseconds

LOOPS = 10  # resamples of the plain loop; it is slow


def cases(n: int):
    """Labels, 30% positive, and continuous scores of two models, all different."""
    rng = np.random.default_rng(0)
    labels = (rng.random(n) < 0.3).astype(np.int8)
    common = rng.normal(size=n) + labels
    return labels, *(1 / (1 + np.exp(-common - 0.5 * rng.normal(size=n))) for _ in range(2))


def everything(labels, scores):
    """Corners in the three spaces, the hull and the five areas."""
    ranking = rank(labels, scores)
    spaces = [coordinates(*ranking.corners) for coordinates in (ranking.roc, ranking.pr, ranking.prg)]
    return spaces, ranking.hull, ranking.areas()


def scikit_learn(labels, scores):
    """Points of two spaces and three areas."""
    fpr, tpr, _ = roc_curve(labels, scores)
    precision, recall, _ = precision_recall_curve(labels, scores)
    return auc(fpr, tpr), auc(recall, precision), average_precision_score(labels, scores)


def plain_loop(labels, *scores):
    """Two areas of each model in resamples of the rows."""
    rng, classes = np.random.default_rng(0), [np.flatnonzero(labels == label) for label in (0, 1)]
    for _ in range(LOOPS):
        rows = np.concatenate([rng.choice(each, len(each)) for each in classes])
        for score in scores:
            roc_auc_score(labels[rows], score[rows])
            average_precision_score(labels[rows], score[rows])


def times(slow: float, fast: float) -> str:
    return f"{float(f'{slow / fast:.3g}'):,g}×"


def sizes(n: int, rounds: int) -> list[Row]:
    """One data set, by one model."""
    labels, scores, _ = cases(n)
    ranking = rank(labels, scores)
    ranking.corners  # noqa: B018  computed once, as for a slider
    prevalences = cycle((0.1, 0.2))  # the last one would be recalled
    jobs = {
        "ours": lambda: everything(labels, scores),
        "scikit-learn": lambda: scikit_learn(labels, scores),
        "sort": lambda: np.sort(scores),
        "areas": lambda: ranking.areas(next(prevalences)),
    }
    with threadpool_limits(1):
        seconds = in_turns(jobs, rounds)
    what = f"corners in three spaces, hull and five areas, {n:,} cases"
    two = "`roc_curve`, `precision_recall_curve`, `auc` of both, `average_precision_score`"
    ours = milliseconds(seconds["ours"])
    peer = f"scikit-learn {two}: {milliseconds(seconds['scikit-learn'])}"
    sort = f"`numpy.sort` of the scores alone: {milliseconds(seconds['sort'])}"
    return [
        Row(what, ours, peer, times(seconds["scikit-learn"], seconds["ours"]), "≥ 8×"),
        Row(what, ours, sort, f"{seconds['ours'] / seconds['sort']:.2g} sorts", "≤ 3 sorts"),
        Row(f"five areas at another prevalence, {n:,} cases", milliseconds(seconds["areas"]), target="≤ 10 ms"),
    ]


def memory(n: int) -> Row:
    """Peak beyond the input."""
    labels, scores, _ = cases(n)
    tracemalloc.start()
    everything(labels, scores)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return Row(f"peak memory of these, {n:,} cases", f"{peak:.0f} MB", target="≤ 250 MB")


def resampling(n: int, resamples: int, target: str) -> Row:
    """Intervals and bands of two models."""
    data = cases(n)
    jobs = {
        "ours": lambda: bootstrap(data[0], data[1:], resamples=resamples),
        "loop": lambda: plain_loop(*data),
    }
    with threadpool_limits(1):
        seconds = in_turns(jobs, 3)
    loop = seconds["loop"] * resamples / LOOPS
    return Row(
        f"{resamples} paired resamples of two models, five areas and three bands each, {n:,} cases",
        milliseconds(seconds["ours"]),
        f"loop over scikit-learn, two areas each (from {LOOPS} resamples): {milliseconds(loop)}",
        times(loop, seconds["ours"]),
        target,
    )


def points(n: int, width: int) -> Row:
    """Return what is sent to the browser."""
    ranking = rank(*cases(n)[:2])
    curves = ranking.roc(*ranking.corners), pr_curve(ranking), prg_curve(ranking)
    kept = sum(len(decimate(*curve, width)) for curve in curves)
    every = sum(len(curve[0]) for curve in curves)
    return Row(
        f"points of the three curves, {n:,} cases at {width} px", f"{kept:,}", f"all: {every:,}", times(every, kept)
    )


def rows() -> list[Row]:
    """All rows about rankings."""
    return [
        *sizes(1_000_000, rounds=5),
        *sizes(100_000, rounds=25),
        memory(1_000_000),
        resampling(10_000, 500, "≤ 500 ms"),
        resampling(1_000_000, 500, ""),
        points(1_000_000, 800),
    ]
