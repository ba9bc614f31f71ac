"""Readouts, sentences and questions of the page on range tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.controls import Choice
from core.figures.live import Readout
from core.lab import Prediction
from core.text import fixed, number
from core.training.curves import Candidate
from core.training.lr_range import HOMEWORK_UPDATES, POINT_RULES, RAMP_UPDATES, LrRange, Moment
from core.training.range_controls import show_rate
from core.training.range_curves import Array

NO_RUN = "No run has these settings yet; the button above begins it."
BEGUN = "The first step is still to come: a process starts and reads the images."
_FIRST = "Mean over the steps of the last epoch, with the first seed."
_FLAT = 0.02  # changes of the smoothed loss below that are not spoken of


def _each(values: Array) -> tuple[str, ...]:
    return tuple(fixed(float(value)) for value in values)


def ramp_readouts(result: LrRange, now: Moment) -> tuple[Readout, ...]:
    """Curves at each rate, and how far the rules are apart."""
    smoothed, raw, slope, accuracy = (
        now.mean_at(result.axis, name) for name in ("smoothed", "losses", "slopes", "smoothed_accuracies")
    )
    apart = "–" if now.disagreement is None else number(now.disagreement)
    return (
        Readout("smoothed loss", _each(smoothed), "train", "Exponential average without bias, mean over the seeds."),
        Readout("loss of this batch", _each(raw), help="Before the step with this rate, mean over the seeds."),
        Readout("change per factor 10", _each(slope), help="Slope of the smoothed loss over log₁₀ η."),
        Readout("smoothed accuracy", _each(accuracy), "test", "On the batches that are learnt from."),
        Readout("rules apart by a factor", (apart,), "threshold",
                f"Of {', '.join(POINT_RULES)}. A click on the line or the dot of a rule goes to its rate."),
        Readout("updates", (f"{now.updates}",), help="Steps taken so far, for all seeds."),
    )  # fmt: skip


def ramp_sentences(result: LrRange, now: Moment) -> tuple[str, ...]:
    """What the loss does at each rate, and what the rules say."""
    if not now.ramps:
        return (_nothing(now),)
    slopes = now.mean_at(result.axis, "slopes")
    here, all_rules = _rules_at(result, now), _rules_apart(now)
    return tuple(
        " ".join(filter(None, (_at(rate, float(slope), now), says, all_rules)))
        for rate, slope, says in zip(result.axis, slopes, here, strict=True)
    )


def _rules_at(result: LrRange, now: Moment) -> list[str]:
    """For each rate which rules say it, as nearly as the slider can."""
    names: list[list[str]] = [[] for _ in result.axis]
    for rule in now.rules:
        if rule.rates.size:
            names[int(np.abs(np.log(result.axis / rule.median)).argmin())].append(f"“{rule.name}”")
    return [f"{' and '.join(said)} name{'s' * (len(said) == 1)} about this rate." if said else "" for said in names]


def _rules_apart(now: Moment) -> str:
    """How far the rules are apart, or why none has an answer; of a test that goes on, so far."""
    apart, so_far = now.disagreement, not any(ramp.end for ramp in now.ramps)
    if apart is not None:
        return f"The rules differ by a factor of {number(apart, 2)}{' so far' * so_far}."
    return "No rule has an answer so far." if so_far else now.rules[0].reason


def _nothing(now: Moment) -> str:
    return BEGUN if any(each.going for each in now.seen) else NO_RUN


def _at(rate: float, slope: float, now: Moment) -> str:
    here = f"At η = {show_rate(rate)}"
    if np.isnan(slope):
        return f"{here} nothing is known: {_why_not(now)}"
    if abs(slope) < _FLAT:
        return f"{here} the smoothed loss hardly changes."
    way = "falls" if slope < 0 else "rises"
    return f"{here} the smoothed loss {way} by {fixed(abs(slope), 2)} for a rate ten times as high."


def _why_not(now: Moment) -> str:
    last = show_rate(max(ramp.rates[-1] for ramp in now.ramps))
    if any(each.going for each in now.seen):
        return f"the test has come to {last} so far."
    if any(ramp.end == "diverged" for ramp in now.ramps):
        return f"the test stopped at {last}, where the smoothed loss was four times its smallest."
    return f"the test ended at {last}."


def nearest(rate: float, candidates: Sequence[Candidate]) -> Candidate | None:
    """The training whose rate is nearest by ratio."""
    return min(candidates, key=lambda each: abs(np.log(each.rate / rate)), default=None)


def sweep_readouts(result: LrRange, now: Moment) -> tuple[Readout, ...]:
    """The training of the nearest rate, and the bounds that are read from all."""
    every = now.sweeps[0].candidates if now.sweeps else ()
    found = [nearest(rate, every) for rate in result.axis]
    bounds = now.sweeps[0].homework_bounds if now.sweeps else None
    useful = now.sweeps[0].bracket if now.sweeps else ""
    return (
        Readout("nearest rate tried", tuple("–" if each is None else number(each.rate) for each in found), "accent"),
        Readout("loss, last epoch", tuple(_outcome(each, "loss") for each in found), "train", _FIRST),
        Readout("accuracy, last epoch", tuple(_outcome(each, "accuracy") for each in found), "test", _FIRST),
        Readout("argmin, next", (_pair(bounds),), "variance", "The homework's rule: the best rate and the next one."),
        Readout("bracket", (_pair(None if isinstance(useful, str) else useful),), "second",
                "From the largest rate with under 5 % of the best gain to the largest within 10 % of the best loss."),
        Readout("updates", (f"{now.updates}",), help="Steps of all trainings so far."),
    )  # fmt: skip


def _outcome(each: Candidate | None, name: str) -> str:
    if each is None or not each.ended:
        return "–"
    return "diverged" if each.diverged is not None else fixed(float(getattr(each, name)))


def _pair(bounds: tuple[float, float] | None) -> str:
    return "–" if bounds is None else f"{show_rate(bounds[0])} to {show_rate(bounds[1])}"


def sweep_sentences(result: LrRange, now: Moment) -> tuple[str, ...]:
    """What has become of the nearest training, and of all."""
    if not now.sweeps:
        return (_nothing(now),)
    every = now.sweeps[0].candidates
    lost = [each.rate for each in every if each.diverged is not None]
    where = f", from {show_rate(min(lost))} on" if lost else ""
    words = f"{len(lost)} of {len(every)} trainings diverged{where}."
    return tuple(f"{_told(nearest(rate, every))} {words}" for rate in result.axis)


def _told(each: Candidate | None) -> str:
    if each is None or not each.ended:
        return "This training goes on." if each else ""
    if each.diverged is not None:
        return f"With η = {show_rate(each.rate)} the loss is no number any more after {each.diverged} updates."
    gain = each.untrained - each.loss
    return f"With η = {show_rate(each.rate)} the loss has fallen by {fixed(gain, 2)} from that of the initial weights."


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
    """What the smallest loss tells, and what not."""
    if truth == "none":
        return "There is no run with these settings yet, so that nobody can know."
    if result.is_ramp:
        return (
            "That is where the smoothed loss of the ramp is smallest; the weights were trained with all smaller rates "
            "before, and the average lags, so that every rule goes some way to the left from there."
        )
    return "Each rate had a training of its own, from the same weights. The best rate is no lower bound of anything."


COUNTS = {str(count): f"{count:,}" for count in (RAMP_UPDATES, 10 * RAMP_UPDATES, HOMEWORK_UPDATES)}


def cost_verdict(guess: str, truth: str, result: LrRange) -> str:
    """The product, and what one ramp takes."""
    return (
        f"10 rates × 5 epochs × {RAMP_UPDATES} batches (60,000 / 64, rounded up) are {HOMEWORK_UPDATES:,} updates. One "
        f"ramp needs {RAMP_UPDATES} at most, one in {HOMEWORK_UPDATES // RAMP_UPDATES}; this page's settings take "
        f"{result.updates:,}."
    )


def _choice(options: dict[str, str], default: str) -> Choice:
    return Choice(name="guess", label="Your answer", default=default, options=options, help="Your guess.")


PREDICTIONS = (
    Prediction(
        "Near which power of ten will the loss be smallest?",
        guess=_choice(DECADES, "1e-3"),
        truth=best_decade,
        verdict=best_verdict,
    ),
    Prediction(
        "How many updates do ten rates with five epochs each take: 60,000 images, batches of 64?",
        guess=_choice(COUNTS, str(RAMP_UPDATES)),
        truth=lambda result: str(HOMEWORK_UPDATES),
        verdict=cost_verdict,
    ),
)
