"""The homework's comparison of ridge with least squares: three meanings of "MSE", and where the test points are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from core.draw.live import Frames, Picture, Track
from core.draw.marks import bars, estimates, panel
from core.kit.lab import Section
from core.kit.words import fixed, percent
from core.labs.regularization.compute.explore import Regularization
from core.labs.regularization.controls import show_penalty
from core.labs.regularization.homework.splits import SETTINGS, Splits, hundred_sets, replicates, splits
from core.labs.regularization.panels.penalty import PLACES, index_of, over_penalty, penalties, penalty_axis
from core.labs.regularization.words import ASKED, compared

_EDGES = np.linspace(-1, 1, 41)  # of the change of the expected error; the outermost bins hold what lies beyond

two_hundred_splits = lru_cache(maxsize=1)(splits)  # asked for again at each tick of an open section


def homework(result: Regularization, values: Mapping[str, Any]) -> Sequence[str | Picture]:
    """Show the homework's numbers, the three errors over the penalty, and the change on many splits."""
    r, k = hundred_sets(), index_of(ASKED)
    again, divided = replicates(), two_hundred_splits(SETTINGS)
    rows = [
        ("squared error of the *mean* fit on one noisy test set", r.mean_fit_error, again.by_mean_fit),
        ("mean squared error of the 100 fits on that test set", r.one_test_error, again.by_one_test),
        ("expected squared error on new data, exact", r.risk, None),
    ]
    table = "".join(
        f"| {name} | {fixed(float(y[0]), 4)} | {fixed(float(y[k]), 4)} | {compared(float(y[k]), float(y[0]))} | "
        f"{'–' if share is None else percent(share[k])} |\n"
        for name, y, share in rows
    )
    return (
        "Degree 10 on 100 data sets of 40 points, with α = 0 and α = 10. Does the MSE rise? "
        "Three numbers go by that name, and they disagree:\n\n| “MSE” | α = 0 | α = 10 | with the "
        "penalty it is | larger in 4,000 repetitions |\n|---|--:|--:|--:|--:|\n" + table,
        "The first is bias² plus the luck of ten test points. It ignores the variance, which is "
        f"what a penalty lowers (here from {fixed(float(r.mc_variance[0]))} to "
        f"{fixed(float(r.mc_variance[k]))}, while the estimated bias² goes from "
        f"{fixed(float(r.mc_bias2_raw[0]))} to {fixed(float(r.mc_bias2_raw[k]))}). Drag the "
        "penalty: the three curves disagree.",
        three_ways(r),
        "**It also depends on the split.** One of the ten test points, x = 0, lies left of all "
        "training points. On 200 random splits of the same 50 points, α = 10 raises the exact "
        f"expected error in {percent(divided.raised[k])}: in {percent(divided.raised_inside[k])} "
        f"of the {int((~divided.extrapolates).sum())} splits whose test points lie inside the "
        f"training range, and in {percent(divided.raised_outside[k])} of the "
        f"{int(divided.extrapolates.sum())} others.",
        histogram(divided),
    )


def three_ways(r: Any) -> Picture:
    """Draw the three errors over the penalty."""
    some = np.concatenate([[0], np.arange(1, len(r.alphas), 8)])
    curves = [
        (r.mean_fit_error, "threshold", "error of the mean fit"),
        (r.one_test_error, "test", "mean error, one test set"),
        (r.risk, "risk", "expected error"),
    ]
    traces = [over_penalty(y, role, name, 2.6) for y, role, name in curves]
    traces.append(estimates(PLACES[some], r.mc_error[some], r.mc_error_se[some], "risk", "expected error", named=True))
    least = ", ".join(f"{name} at {show_penalty(float(r.alphas[np.argmin(y)]))}" for y, _, name in curves)
    own = panel(
        traces,
        f"Three errors over the penalty. The smallest are: {least}.",
        x="penalty α",
        y="squared error (y²)",
        tracks=(Track(PLACES),),
        xaxis=penalty_axis(),
        yaxis={"range": [0, 1.6]},
    )
    sentences = tuple(
        f"Compared with α = 0: {'; '.join((f'{name} {compared(float(y[k]), float(y[0]))}' for y, _, name in curves))}."
        for k in range(len(r.alphas))
    )
    return Picture((own,), penalties("homework_alpha", start=ASKED), sentences=sentences)


def histogram(divided: Splits) -> Picture:
    """Draw the change of the expected error on every split, by whether a test point lies outside."""
    middles = (_EDGES[1:] + _EDGES[:-1]) / 2
    kinds = [
        ("all test points inside", "first", ~divided.extrapolates),
        ("some outside", "second", divided.extrapolates),
    ]
    counts = [_counts(divided.change[rows]) for _, _, rows in kinds]
    traces = [
        bars(middles, count[0], role, name, hovertemplate=f"{name}: %{{y}} splits<extra></extra>")
        for (name, role, _), count in zip(kinds, counts, strict=True)
    ]
    k = index_of(ASKED)
    tallest = float((counts[0][k] + counts[1][k]).max())
    own = panel(
        traces,
        "Change in expected error compared with no penalty, on 200 splits. At α = 10 it is above "
        f"0 in {percent(divided.raised[k])} of them.",
        x="change in expected error (end bars collect the rest)",
        y="splits",
        frames=[Frames(i, count) for i, count in enumerate(counts)],
        barmode="stack",
        bargap=0.05,
        xaxis={"range": [-1.02, 1.02]},
        yaxis={"range": [0, 1.6 * tallest]},
    )
    sentences = tuple(
        "Without a penalty there is no change."
        if alpha == 0
        else f"The expected error is larger than without a penalty in {percent(divided.raised[i])} of "
        f"the splits: {percent(divided.raised_inside[i])} of those inside, "
        f"{percent(divided.raised_outside[i])} of the others."
        for i, alpha in enumerate(divided.alphas)
    )
    return Picture((own,), penalties("split_alpha", start=ASKED), sentences=sentences)


def _counts(change: Any) -> Any:
    """Count the splits (P, bins) in each bin."""
    inside = np.clip(change, _EDGES[0], _EDGES[-1])
    return np.stack([np.histogram(row, _EDGES)[0].astype(np.float32) for row in inside.T])


SECTION = Section("Did α = 10 help? Three meanings of MSE", homework)
