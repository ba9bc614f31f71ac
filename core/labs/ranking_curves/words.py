"""Words of the ranking lab: thresholds, readouts, comparisons, and verdicts on guesses."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from core.draw.live import Picture, Readout
from core.draw.marks import answer, panel
from core.kit.controls import Choice
from core.kit.mark import Mark
from core.kit.prediction import Prediction, Spot, because
from core.kit.words import fixed, number, percent, subscript
from core.labs.ranking_curves.compute.comparison import Comparison
from core.labs.ranking_curves.panels.spaces import ROLES
from core.labs.ranking_curves.panels.view import View
from core.ranking.costs import expected_cost
from core.ranking.curves import FEW, f_gain, f_score

MODEL = Choice(
    name="guess",
    label="Model",
    default="first",
    options={"first": "The first (blue)", "second": "The second (orange)"},
    help="Enter your prediction.",
)


def thresholds(result: Comparison, view: View) -> tuple[str, ...]:
    """Return the first model's threshold at every step, and its fraction of predicted positives."""
    (tp, fp), ranking = result.counts[0], result.rankings[0]
    pi = ranking.prevalence if view.share is None else view.share
    share = pi * tp / ranking.positives + (1 - pi) * fp / ranking.negatives
    pairs = zip(result.thresholds[0].tolist(), share.tolist(), strict=True)
    return tuple(f"≥ {number(cut)} ({percent(part)})" for cut, part in pairs)


def readouts(result: Comparison, view: View) -> tuple[Readout, ...]:
    """Return numbers at the threshold, for both models if there are two."""
    many = len(result.rankings) > 1
    order = f" First model / second model: {' / '.join(result.scored.names)}." if many else ""
    rows = [_numbers(result, view, k) for k in range(len(result.rankings))]
    words = {
        "recall, TPR": "Fraction of the positives that are predicted positive.",
        "FPR": "Fraction of the negatives that are predicted positive.",
        "precision": "Fraction of positives among the predicted positives.",
        f"F{subscript(view.beta)}": "Harmonic mean of precision and recall, weighted by β.",
        "recall gain": "Recall on the harmonic scale from π (0) to 1.",
        "precision gain": "Precision on the harmonic scale from π (0) to 1.",
        f"F{subscript(view.beta)} gain": "Mean of the two gains, weighted by β².",
        "cost": "Expected cost of an example, in units of the sum of both costs.",
    }
    here = {
        label: Readout(label, _joined(row[k] for row in rows), help=help_text + order)
        for k, (label, help_text) in enumerate(words.items())
    }
    first = here.pop("precision")
    return (
        *_areas(result, view, order),
        replace(first, headline=True, formula=_precision(result, view, first.texts)),
        *here.values(),
    )


def _precision(result: Comparison, view: View, texts: Sequence[str]) -> tuple[str, ...]:
    """Write the precision by its counts, or where another prevalence weighs them, by the two rates."""
    found = []
    for ranking, (tp, fp) in zip(result.rankings, result.counts, strict=True):
        if view.share is None:
            found.append([f"{hits:,.0f} of {hits + misses:,.0f}" for hits, misses in zip(tp, fp, strict=True)])
            continue
        fpr, tpr = (rates.tolist() for rates in ranking.roc(tp, fp))
        share = view.share
        parts = ((f"{share:.4g} · {r:.4g}", f"{1 - share:.4g} · {f:.4g}") for f, r in zip(fpr, tpr, strict=True))
        found.append([f"{hits} / ({hits} + {misses})" for hits, misses in parts])
    between = " / " if view.share is None else "; "
    return tuple(f"{between.join(ways)} = {text}" for *ways, text in zip(*found, texts, strict=True))


def _areas(result: Comparison, view: View, order: str) -> tuple[Readout, ...]:
    """Return areas under the three curves, which do not depend on the threshold."""
    found = [ranking.areas(view.share) for ranking in result.rankings]
    words = {
        "auroc": "Share of the pairs in which the positive scores above the negative.",
        "average_precision": "Area under the precision-recall curve in steps; guessing gets the prevalence.",
        "auprg": "Area under the precision-recall-gain curve; 0 is calling every case positive.",
    }
    return tuple(
        Readout(AREAS[key], (" / ".join(_short(getattr(areas, key)) for areas in found),), help=help_text + order)
        for key, help_text in words.items()
    )


def _numbers(result: Comparison, view: View, model: int) -> list[list[str]]:
    """Return texts of one model, one list for each readout."""
    ranking, (tp, fp) = result.rankings[model], result.counts[model]
    fpr, tpr = ranking.roc(tp, fp)
    recall, precision = ranking.pr(tp, fp, view.share)
    recall_gain, precision_gain = ranking.prg(tp, fp, view.share)
    f = f_score(np.nan_to_num(precision), recall, view.beta)
    gain = f_gain(precision_gain, recall_gain, view.beta)
    cost = expected_cost(ranking, tp, fp, cost_ratio=view.cost_ratio, prevalence=view.share)
    columns = (tpr, fpr, precision, f, recall_gain, precision_gain, gain, cost)
    return [[_short(value) for value in column.tolist()] for column in columns]


def _short(value: float) -> str:
    """Write three decimals; far below 0, three digits, and a dash where undefined."""
    if not math.isfinite(value):
        return number(value)
    return f"{value:.3f}".replace("-", "−") if value > -10 else number(value)


def _joined(columns: Iterable[list[str]]) -> tuple[str, ...]:
    return tuple(" / ".join(row) for row in zip(*columns, strict=True))


AREAS = {
    "auroc": "AUROC",
    "average_precision": "average precision",
    "davis_goadrich": "area under achievable PR",
    "auprg": "AUPRG",
}

COMPARED = ("auroc", "average_precision", "auprg")


def summary(result: Comparison, view: View) -> str:
    """Say in one line which model ranks better, and whether that may be chance."""
    names = result.scored.names
    found = [ranking.areas(view.share) for ranking in result.rankings]
    if result.scored.guessed and all(areas.auroc < 0.5 for areas in found):
        return f"AUROC is below one half. Swap the classes unless [first|high scores] mean “{result.scored.positive}”."
    if len(found) == 1:
        return f"In [first|{percent(found[0].auroc)}] of all pairs the positive scores above the negative."
    keys = {"ROC": "auroc", "PR": "average_precision", "PRG": "auprg"}
    if len(found) > 2:
        return _best_of_many(result, {curve: [getattr(areas, key) for areas in found] for curve, key in keys.items()})
    won: dict[int, list[str]] = {0: [], 1: []}
    for curve, key in keys.items():
        one, other = (getattr(areas, key) for areas in found)
        if one != other:
            won[int(other > one)].append(curve)
    who = [f"[{role}|{_shortened(names[k])}]" for k, role in enumerate(("first", "second"))]
    if won[0] and won[1]:
        return f"{who[0]} has the larger area in {_listed(won[0])}, {who[1]} in {_listed(won[1])}."
    if not won[0] and not won[1]:
        return "The two models have the same areas."
    k = int(bool(won[1]))
    known = result.known(view.share)
    if known is None or known.difference is None:
        return f"{who[k]} has the larger area in {_listed(won[k])}."
    low, high = known.difference.low, known.difference.high
    sure = any(_clear(result, getattr(low, key), getattr(high, key)) for key in keys.values())
    if sure:
        return f"{who[k]} clearly has the larger area in {_listed(won[k])}."
    return f"{who[k]} has the larger area in {_listed(won[k])}, perhaps by chance."


def _best_of_many(result: Comparison, areas: Mapping[str, Sequence[float]]) -> str:
    """Say which of several models has the largest area in which space."""
    won: dict[int, list[str]] = {}
    for curve, values in areas.items():
        if values.count(max(values)) == 1:
            won.setdefault(values.index(max(values)), []).append(curve)
    if not won:
        return "Several models share the largest areas."
    parts = [f"[{ROLES[k]}|{_shortened(result.scored.names[k])}] in {_listed(curves)}" for k, curves in won.items()]
    return f"Largest area: {'; '.join(parts)}."


def _shortened(name: str) -> str:
    """Shorten the name of a model to at most three words."""
    words = name.split()
    return name if len(words) <= 3 else " ".join(words[:2]) + " …"


def sentence(result: Comparison, view: View) -> str:
    """Say which model wins where, and whether that is significant."""
    cautions = " ".join(
        dict.fromkeys(caution for ranking in result.rankings for caution in ranking.cautions(view.share))
    )
    words = _who_wins(result, view) if len(result.rankings) > 1 else _alone(result, view)
    return f"{words} {cautions}".strip()


def _alone(result: Comparison, view: View) -> str:
    areas, known = result.rankings[0].areas(view.share), result.known(view.share)
    told = {key: f"{name} {fixed(getattr(areas, key))}" for key, name in AREAS.items()}
    if known is None:
        return f"{result.scored.names[0]}: {', '.join(told.values())}."
    low, high = known.models[0].low, known.models[0].high
    parts = (f"{words} ({interval(getattr(low, key), getattr(high, key))})" for key, words in told.items())
    return f"{result.scored.names[0]}: {', '.join(parts)}; in brackets 95% bootstrap intervals."


def _who_wins(result: Comparison, view: View) -> str:
    """Compare AUROC, average precision and AUPRG of the models."""
    if len(result.rankings) > 2:
        return f"{_first_and_next(result, view)} {_noise_of_many(result, view)}".rstrip()
    first, second = (ranking.areas(view.share) for ranking in result.rankings)
    won: dict[str, list[str]] = {}
    for key in COMPARED:
        one, other = getattr(first, key), getattr(second, key)
        winner = result.scored.names[0 if one >= other else 1] if one != other else "neither model"
        won.setdefault(winner, []).append(f"{AREAS[key]} ({fixed(max(one, other))} against {fixed(min(one, other))})")
    wins = "; ".join(f"{name} has the larger {_listed(parts)}" for name, parts in won.items())
    return f"{wins[0].upper()}{wins[1:]}. {_above(result, view)} {_noise(result, view)}".rstrip()


def _first_and_next(result: Comparison, view: View) -> str:
    """Name, for each area, the model with the largest and the one after it."""
    parts = []
    for key in COMPARED:
        values = [getattr(ranking.areas(view.share), key) for ranking in result.rankings]
        one, other = sorted(range(len(values)), key=lambda k: -values[k])[:2]
        names = result.scored.names
        parts.append(f"{AREAS[key]}: {names[one]} {fixed(values[one])}, then {names[other]} {fixed(values[other])}")
    return f"Largest {'; '.join(parts)}."


def _noise_of_many(result: Comparison, view: View) -> str:
    """Say how many of all differences exceed the noise; nothing until that is known."""
    known = result.known(view.share)
    if known is None:
        return ""
    gaps = known.differences.values()
    counts = [
        f"{sum(_clear(result, getattr(gap.low, key), getattr(gap.high, key)) for gap in gaps)} in {AREAS[key]}"
        for key in COMPARED
    ]
    return f"Of {len(gaps)} differences, more than noise: {_listed(counts)}."


def _noise(result: Comparison, view: View) -> str:
    """Say which differences are significant; nothing until that is known."""
    known = result.known(view.share)
    if known is None or known.difference is None:
        return ""
    clear: list[str] = []
    for key in COMPARED:
        low, high = getattr(known.difference.low, key), getattr(known.difference.high, key)
        if _clear(result, low, high):
            clear.append(f"{AREAS[key]} (95% interval of the difference {interval(low, high)})")
    few = min(result.rankings[0].positives, result.rankings[0].negatives) < FEW
    nothing = "These cases are too few to call a difference more than noise"
    noise = nothing if few else "No difference is more than the noise of these cases"
    if clear:
        noise = f"More than noise: {_listed(clear)}"
    if clear and len(clear) < len(COMPARED):
        noise += "; the rest may be chance"
    return f"{noise}."


def _above(result: Comparison, view: View) -> str:
    """Say at how many of all recalls the first model is more precise: the same in ROC, PR, and PRG."""
    cuts = np.unique(np.concatenate([ranking.corners[0] for ranking in result.rankings]))
    # Between two of these both curves are straight: who is above near both ends of a piece is above in all of it.
    inside = cuts[:-1] + np.array([[1e-6], [0.5], [1 - 1e-6]]) * np.diff(cuts)
    one, other = (np.interp(inside, *ranking.corners) for ranking in result.rankings)
    gap = np.round(other - one, 3)  # of false positives
    first, second = (float(np.diff(cuts) @ (sign * gap[1] > 0) / cuts[-1]) for sign in (1, -1))
    names = result.scored.names
    if not gap.any():
        return "Their curves are the same."
    if (gap >= 0).all() or (gap <= 0).all():
        return f"{names[0 if (gap >= 0).all() else 1]} is nowhere below."
    return f"{names[0]} is above at {percent(first)} of all recalls, {names[1]} at {percent(second)}."


def _clear(result: Comparison, low: float, high: float) -> bool:
    """Return whether an interval of a difference excludes 0, by more than rounding and on enough examples."""
    ranking = result.rankings[0]
    return min(ranking.positives, ranking.negatives) >= FEW and (low > 1e-12 or high < -1e-12)


def interval(low: float, high: float) -> str:
    """Write both ends of an interval."""
    return f"{fixed(low)} to {fixed(high)}"


def _listed(parts: list[str]) -> str:
    if len(parts) < 3:
        return " and ".join(parts)
    return f"{', '.join(parts[:-1])}, and {parts[-1]}"


def larger_auprg(result: Comparison) -> str:
    """Tell which model has the larger AUPRG; the first if there is no other, or both have the same."""
    areas = [ranking.areas().auprg for ranking in result.rankings]
    return "second" if areas[-1] > areas[0] else "first"


def auprg_verdict(guess: str, truth: str, result: Comparison) -> str:
    """Say what a guess about AUPRG teaches."""
    if len(result.rankings) == 1:
        return "There is only one model here; choose a second one to compare."
    first, second = (ranking.areas() for ranking in result.rankings)
    difference = result.bootstrap(None).difference
    assert difference is not None
    low, high = difference.low.auprg, difference.high.auprg
    one, other = result.scored.names
    values = f"AUPRG is {fixed(first.auprg)} for {one} and {fixed(second.auprg)} for {other}."
    noise = (
        f"The 95% interval of the difference, {interval(low, high)}, excludes 0: significant."
        if _clear(result, low, high)
        else f"The 95% interval of the difference, {interval(low, high)}, is not conclusive."
    )
    turned = (first.auroc > second.auroc) != (first.auprg > second.auprg)
    return f"{values} {noise}{' AUROC ranks them the other way.' if turned else ''}"


def everyone(_result: Comparison, guess: tuple[float, float] | None) -> Picture:
    """Return an empty gain plane to click on, with the clicked point."""
    axis = {"range": [-0.1, 1.1], "dtick": 0.25, "fixedrange": True}
    drawn = panel(
        [answer(guess)],
        "An empty plane of recall gain and precision gain, to click a point in.",
        x="recall gain",
        y="precision gain",
        height=420,
        showlegend=False,
        margin={"b": 48},
        xaxis=axis,
        yaxis=axis,
    )
    return Picture((drawn,))


def everyone_verdict(guess: tuple[float, float], truth: tuple[float, float], result: Comparison) -> str:
    """Say where the classifier that predicts everything positive is, and what a wrong guess confuses."""
    right = "Recall is 1, so recall gain is 1; precision is π, so precision gain is 0: the lower right corner."
    if math.dist(guess, truth) <= 0.12:
        return right
    pi = result.rankings[0].prevalence
    places = {
        (1.0, 1.0): "The upper right corner is the perfect ranking, and the position of all-positive in ROC.",
        (1.0, pi): "That is its position in PR, (1, π); the gain scale maps π to 0.",
        (0.0, 0.0): "The lower left corner has F gain 0 for every β: recall and precision are both π.",
    }
    near = next((words for place, words in places.items() if math.dist(guess, place) <= 0.12), "")
    return f"{near} {right}".strip()


PREDICTIONS = (
    Prediction(
        "Which model has the larger AUPRG at the data's prevalence?",
        guess=MODEL,
        truth=larger_auprg,
        verdict=auprg_verdict,
        when=lambda result: len(result.rankings) <= 2,
    ),
    Prediction(
        "Where in PRG space is the classifier that predicts everything positive? Click it.",
        guess=Spot(everyone, ((1.0, 0.0), (1.0, 1.0), (0.0, 0.0), (0.5, 0.5))),
        truth=lambda _: (1.0, 0.0),
        verdict=everyone_verdict,
        why=because(
            "Of all predicted positives, how many are positive?",
            "a fraction equal to the prevalence",
            "It predicts everything positive, so its precision is π.",
            {
                "all of them": "Then there would be no negatives.",
                "half of them": "That holds only if half of the data are positive.",
            },
        ),
        mark=lambda result, values: Mark(2, "xy"),
        margin=0.12,
    ),
)
