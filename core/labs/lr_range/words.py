"""Readouts, sentences and questions of the page on range tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.draw.live import Readout, Remark
from core.kit.controls import Choice
from core.kit.prediction import Prediction, because
from core.kit.words import each, fixed, number
from core.labs.lr_range.compute.curves import Candidate
from core.labs.lr_range.compute.explore import HOMEWORK_UPDATES, POINT_RULES, RAMP_UPDATES, LrRange, Moment, Rule
from core.labs.lr_range.controls import show_rate
from core.labs.lr_range.panels.rates import LOWER_RATE, RATIO, UPPER_RATE

NO_RUN = "Nothing is known yet: no run has these settings."
BEGUN = "The first step is still to come: a process starts and reads the images."
_FIRST = "Mean over the steps of the last epoch, with the first seed."
_FLAT = 0.02  # changes of the smoothed loss below that are not spoken of


def _times(ratio: float) -> str:
    """Write a factor with two digits."""
    return number(float(f"{ratio:.1e}"), 2)


def _ratio(result: LrRange, more: str) -> Remark:
    """Say how many times one bound is the other, and what is so for all bounds."""
    ratios = result.axis / result.axis[0]
    crossed = f"The lower rate is not below the upper one: there is no cycle between them. {more}"
    told = [f"The upper rate is {_times(ratio)} times the lower one. {more}" for ratio in ratios[1:]]
    return Remark((crossed,) * len(ratios) + tuple(told), RATIO)


def ramp_readouts(result: LrRange, now: Moment) -> tuple[Readout, ...]:
    """Curves at both bounds, and how far the rules are apart."""
    smoothed, accuracy = (now.mean_at(result.axis, name) for name in ("smoothed", "smoothed_accuracies"))
    apart = "–" if now.disagreement is None else number(now.disagreement)
    average = "Exponential average without bias, mean over the seeds."
    known = (
        Readout("accuracy, upper", each(accuracy), "test", "Smoothed, on the batches of the training.", UPPER_RATE),
    )
    return (
        Readout("smoothed loss, lower", each(smoothed), "train", average, LOWER_RATE),
        Readout("smoothed loss, upper", each(smoothed), "train", average, UPPER_RATE, headline=True),
        *(known if result.has_accuracies else ()),
        Readout(
            "rules apart by a factor",
            (apart,),
            "threshold",
            f"Of {', '.join(POINT_RULES)}. A click on the line or the dot of a rule takes the nearer bound there.",
        ),
        Readout("updates", (f"{now.updates}",), help="Steps taken so far, for all seeds."),
    )


def ramp_summary(now: Moment) -> tuple[str, ...]:
    """Say in one line how far the rules for one rate are apart."""
    if not now.ramps:
        return ()
    if now.disagreement is None:
        if any(ramp.end for ramp in now.ramps):  # the reason begins with a sentence about the loss
            return (f"{now.rules[0].reason.split('. ')[0].rstrip('.')}.",) if now.rules[0].reason else ()
        return ("No [threshold|rule] names a rate yet.",)
    return (f"The [threshold|rules] read the same curve and differ by a factor of {_times(now.disagreement)}.",)


def sweep_summary(now: Moment) -> tuple[str, ...]:
    """Say in one line how many trainings diverged, and which was best."""
    if not now.sweeps:
        return ()
    every = now.sweeps[0].candidates
    lost = sum(each.diverged is not None for each in every)
    ended = [each for each in every if each.ended and each.diverged is None]
    best = min(ended, key=lambda each: each.loss, default=None)
    words = f"; the smallest [train|loss] has rate {show_rate(best.rate)}" if best else ""
    return (f"{lost} of {len(every)} trainings diverged{words}.",)


def waiting(now: Moment) -> tuple[str, ...]:
    """Return the words for a page about which nothing is known yet."""
    if now.ramps or now.sweeps:
        return ()
    return (BEGUN if any(each.going for each in now.seen) else NO_RUN,)


def ramp_remarks(result: LrRange, now: Moment) -> tuple[Remark, ...]:
    """The ratio of the bounds, and at either of them the loss and how far it is from what the rules say."""
    if not now.ramps:
        return ()
    losses, slopes = (now.mean_at(result.axis, name) for name in ("smoothed", "slopes"))
    here = _rules_at(result, now)

    def told(bound: str, named: Sequence[Rule]) -> tuple[str, ...]:
        return tuple(
            f"{bound} rate {show_rate(rate)}: {_at(float(loss), float(slope), now)} {_beside(rate, on, named)}".strip()
            for rate, loss, slope, on in zip(result.axis, losses, slopes, here, strict=True)
        )

    answered = [rule for rule in now.rules if rule.rates.size]
    low = [rule for rule in answered if rule.name == "cycle, low"]
    high = [rule for rule in answered if rule.name != "cycle, low"]
    ratio = _ratio(result, _rules_apart(now))
    return ratio, Remark(told("Lower", low), LOWER_RATE), Remark(told("Upper", high), UPPER_RATE)


def _rules_at(result: LrRange, now: Moment) -> list[list[Rule]]:
    """For each rate the rules that say it, as nearly as the slider can."""
    found: list[list[Rule]] = [[] for _ in result.axis]
    for rule in now.rules:
        if rule.rates.size:
            found[int(np.abs(np.log(result.axis / rule.median)).argmin())].append(rule)
    return found


def _beside(rate: float, on: Sequence[Rule], named: Sequence[Rule]) -> str:
    """Say which rules name a rate, and how many times it is what the others name."""
    names = " and ".join(f"“{rule.name}”" for rule in on)
    agree = f"{names} name{'s' * (len(on) == 1)} about this rate" if on else ""
    others = [f"{_times(rate / rule.median)} × “{rule.name}”" for rule in named if rule not in on]
    apart = f"{'it' if agree else 'This rate'} is {', '.join(others)}" if others else ""
    return f"{'; '.join(filter(None, (agree, apart)))}." if agree or apart else ""


def _rules_apart(now: Moment) -> str:
    """Say how far the rules are apart, or why none has an answer; of a test that goes on, so far."""
    apart, so_far = now.disagreement, not any(ramp.end for ramp in now.ramps)
    if apart is not None:
        return f"The rules for one rate differ by a factor of {_times(apart)}{' so far' * so_far}."
    return "No rule has an answer so far." if so_far else now.rules[0].reason


def _at(loss: float, slope: float, now: Moment) -> str:
    if np.isnan(slope):
        return f"nothing is known, {_why_not(now)}"
    if abs(slope) < _FLAT:
        return f"the smoothed loss is {fixed(loss)} and hardly changes."
    way = "falls" if slope < 0 else "rises"
    return f"the smoothed loss is {fixed(loss)} and {way} by {fixed(abs(slope), 2)} per factor of ten."


def _why_not(now: Moment) -> str:
    last = show_rate(max(ramp.rates[-1] for ramp in now.ramps))
    if any(each.going for each in now.seen) or not any(ramp.end for ramp in now.ramps):
        return f"the test has come to {last} so far."
    if any(ramp.end == "diverged" for ramp in now.ramps):
        return f"the test stopped at {last}, where the smoothed loss was four times its smallest."
    return f"the test ended at {last}."


def nearest(rate: float, candidates: Sequence[Candidate]) -> Candidate | None:
    """The training whose rate is nearest by ratio."""
    return min(candidates, key=lambda each: abs(np.log(each.rate / rate)), default=None)


def sweep_readouts(result: LrRange, now: Moment) -> tuple[Readout, ...]:
    """The trainings nearest to both bounds, and the bounds that are read from all."""
    every = now.sweeps[0].candidates if now.sweeps else ()
    found = [nearest(rate, every) for rate in result.axis]
    losses, accuracies = (tuple(_outcome(each, name) for each in found) for name in ("loss", "accuracy"))
    bounds = now.sweeps[0].homework_bounds if now.sweeps else None
    useful = now.sweeps[0].bracket if now.sweeps else ""
    return (
        Readout("loss nearest to lower", losses, "train", _FIRST, LOWER_RATE),
        Readout("loss nearest to upper", losses, "train", _FIRST, UPPER_RATE, headline=True),
        Readout("accuracy nearest to upper", accuracies, "test", _FIRST, UPPER_RATE),
        Readout("best and next", (_pair(bounds),), "variance", "A naive rule: the best rate and the next larger one."),
        Readout(
            "bracket",
            (_pair(None if isinstance(useful, str) else useful),),
            "second",
            "From the largest rate with under 5% of the best gain to the largest within 10% of the best loss.",
        ),
        Readout("updates", (f"{now.updates}",), help="Steps of all trainings so far."),
    )


def _outcome(each: Candidate | None, name: str) -> str:
    if each is None or not each.ended:
        return "–"
    return "diverged" if each.diverged is not None else fixed(float(getattr(each, name)))


def _pair(bounds: tuple[float, float] | None) -> str:
    return "–" if bounds is None else f"{show_rate(bounds[0])} to {show_rate(bounds[1])}"


def sweep_remarks(result: LrRange, now: Moment) -> tuple[Remark, ...]:
    """The ratio of the bounds, what has become of all trainings, and of those nearest to the bounds."""
    if not now.sweeps:
        return ()
    every = now.sweeps[0].candidates
    lost = [each.rate for each in every if each.diverged is not None]
    where = f", from {show_rate(min(lost))} on" if lost else ""
    ratio = _ratio(result, f"{len(lost)} of {len(every)} trainings diverged{where}.")
    told = [(show_rate(rate), _told(nearest(rate, every))) for rate in result.axis]
    lower, upper = (tuple(f"{bound} rate {rate}: {words}" for rate, words in told) for bound in ("Lower", "Upper"))
    return ratio, Remark(lower, LOWER_RATE), Remark(upper, UPPER_RATE)


def _told(each: Candidate | None) -> str:
    if each is None or not each.ended:
        return "the nearest training goes on." if each else ""
    tried = f"in the nearest training, with η = {show_rate(each.rate)},"
    if each.diverged is not None:
        return f"{tried} the loss is no number any more after {each.diverged} updates."
    return f"{tried} the loss has fallen by {fixed(each.untrained - each.loss, 2)} from that of the initial weights."


DECADES = {"none": "no run yet", **{f"1e{k}": show_rate(10.0**k) for k in range(-9, 2)}}


def best_decade(result: LrRange) -> str:
    """Power of ten nearest to the rate with the smallest loss."""
    now = result.now()
    rates = now.counted[0].rates if now.ramps else now.sweeps[0].rates if now.sweeps else np.array([])
    losses = now.counted[0].smoothed if now.ramps else now.sweeps[0].losses if now.sweeps else np.array([])
    if not np.isfinite(losses).any():
        return "none"
    power = int(np.clip(np.rint(np.log10(rates[int(np.nanargmin(losses))])), -9, 1))
    return f"1e{power}"


def best_verdict(guess: str, truth: str, result: LrRange) -> str:
    """Say what the smallest loss tells, and what it does not."""
    if truth == "none":
        return "Not trained yet with these settings, so there is no answer."
    if result.is_ramp:
        return "The ramp's smoothed loss is lowest there. It lags, so every rule picks a smaller rate."
    return "Each rate had its own run from the same weights. The best rate is not a lower bound."


COUNTS = {str(count): f"{count:,}" for count in (RAMP_UPDATES, 10 * RAMP_UPDATES, HOMEWORK_UPDATES)}


def cost_verdict(guess: str, truth: str, result: LrRange) -> str:
    """The product, and what one ramp takes."""
    return (
        f"10 rates × 5 epochs × {RAMP_UPDATES} batches (60,000 / 64, rounded up) = "
        f"{HOMEWORK_UPDATES:,} updates. One ramp needs at most {RAMP_UPDATES}, "
        f"1/{HOMEWORK_UPDATES // RAMP_UPDATES} of that; the current settings take "
        f"{result.updates:,}."
    )


def _choice(options: dict[str, str], default: str) -> Choice:
    return Choice(name="guess", label="Your answer", default=default, options=options, help="Enter your prediction.")


PREDICTIONS = (
    Prediction(
        "Near which power of ten is the smoothed loss smallest?",
        guess=_choice(DECADES, "1e-3"),
        truth=best_decade,
        verdict=best_verdict,
    ),
    Prediction(
        "How many updates do ten rates take at five epochs each (60,000 images, batch 64)?",
        guess=_choice(COUNTS, str(RAMP_UPDATES)),
        truth=lambda result: str(HOMEWORK_UPDATES),
        verdict=cost_verdict,
        why=because(
            "Ten rates are this costly because each one",
            "needs a training of its own",
            "Weights that another rate has trained would hide what this one does.",
            {
                "takes one update": "One update says little about where five epochs end.",
                "goes on from the weights of the rate before": "That is a sweep, which needs a single training.",
            },
        ),
    ),
)
