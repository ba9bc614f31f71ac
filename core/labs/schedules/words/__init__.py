"""Words of the page on schedules: readouts and a sentence for each length."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.draw.live import Check, Readout
from core.kit.words import number, percent
from core.labs.schedules.compute.checks import rate_again
from core.labs.schedules.compute.explore import Schedules
from core.labs.schedules.compute.memory import GIB
from core.labs.schedules.compute.plan import Plan
from core.labs.schedules.compute.shapes import CYCLED, CYCLIC, ONE_CYCLE
from core.labs.schedules.panels.axes import steps_text
from core.labs.schedules.panels.memory import gib
from core.labs.schedules.panels.strategies import ROLES, arms, names

_PATTERNS = {
    "one_cycle": "of the cycle",
    "three_phase": "of the cycle",
    "polynomial": "of the decay",
    "cosine": "of the cosine",
    "restarts": "first lengths",
} | dict.fromkeys(CYCLIC, "cycles")


def readouts(result: Schedules) -> tuple[Readout, ...]:
    """Return the readouts of a training with each length."""
    plans = result.plans
    most = result.need.fits(result.card)
    return (
        Readout(
            "updates",
            tuple(f"{plan.run.updates:,}" for plan in plans),
            help="Batches that were trained with; the incomplete last one of an epoch "
            + ("is left out." if result.drop else "counts too."),
        ),
        Readout(
            "images seen", tuple(f"{plan.run.images:,}" for plan in plans), help="Each counted as often as it was seen."
        ),
        Readout(
            _PATTERNS.get(result.shape.kind, "lengths"),
            tuple(number(plan.patterns) for plan in plans),
            help="How much of the schedule's pattern the training has.",
        ),
        Readout(
            "last rate (after it)",
            tuple(f"{number(p.last_rate)} ({number(p.next_rate)})" for p in plans),
            "first",
            "Of the last update, and what the scheduler sets after it.",
            check=_again(plans),
            headline=True,
        ),
        Readout(
            "noise scale at the end",
            tuple(number(plan.last_noise) for plan in plans),
            "risk",
            "η N / (B (1 − μ)) at the last update (Smith and Le 2018; exactly, they have N / B − 1 for N / B).",
        ),
        Readout(
            "memory, largest batch",
            tuple(f"{gib(result.need.total(p.run.largest))} GiB" for p in plans),
            help="Predicted: weights, gradients, momentum, and what is kept for the way back.",
        ),
        Readout(
            f"fits into {result.card} GiB: batch of",
            (f"{most:,}",),
            help="The largest batch of the chosen network; workspace of the libraries is not counted.",
        ),
    )


def _again(plans: Sequence[Plan]) -> Check:
    """The last rate of each plan by another formula."""
    rates = [rate_again(plan.shape, plan.last_step) for plan in plans]
    how = "By Smith's formula for cycles and squared cosines"
    same = tuple(abs(rate - plan.last_rate) <= 1e-9 * plan.shape.high for rate, plan in zip(rates, plans, strict=True))
    return Check(tuple(number(rate) for rate in rates), same, how)


def strategy_readouts(result: Schedules, along: str) -> tuple[Readout, ...]:
    """Updates and images of each strategy."""
    return tuple(
        Readout(
            f"{names(result)[arm]}: updates, images",
            tuple(f"{plan.run.updates:,}; {plan.run.images:,}" for plan in plans),
            ROLES[arm],
            "Batches that were trained with, and images seen in them.",
        )
        for arm, plans in arms(result, along).items()
    ) + tuple(
        Readout(
            f"{names(result)[arm]}: noise at the end",
            tuple(number(plan.last_noise) for plan in arms(result, along)[arm]),
            ROLES[arm],
            "η N / (B (1 − μ)) at the last update.",
        )
        for arm in ("grow", "step")
    )


def sentences(result: Schedules) -> tuple[str, ...]:
    """Say what each length does to the schedule, and which traps it falls into."""
    return tuple(" ".join(part for part in _parts(result, plan) if part) for plan in result.plans)


def summaries(result: Schedules) -> tuple[str, ...]:
    """Say in one line where the rate of each length ends."""
    return tuple(_summary(result, plan) for plan in result.plans)


def _summary(result: Schedules, plan: Plan) -> str:
    kind, end = plan.shape.kind, f"[first|{number(plan.next_rate)}]"
    if kind == "constant":
        return "The rate never changes; the length means nothing here."
    if kind == "grow":
        fewer = percent(1 - plan.run.updates / result.base.updates)
        return f"The batch grows to {plan.run.largest:,}: {fewer} fewer updates for the same images."
    if kind == "step":
        return f"{number(plan.last_step // plan.shape.length)} drops: the rate ends at {end}."
    if kind == "multi_step":
        drops = sum(plan.last_step >= drop for drop in plan.shape.drops)
        return f"{drops} of {len(plan.shape.drops)} drops: the rate ends at {end}."
    if plan.shape.length == plan.next_step and kind not in CYCLIC:
        return f"The schedule ends with the training, at {end}."
    if kind == "polynomial" and plan.patterns > 1:
        return f"The decay is over early: the rate stays at {end}."
    one = {"cosine": "cosine", "restarts": "cosine", "polynomial": "decay"}.get(kind, "cycle")
    if plan.patterns < 1:
        return f"Only {percent(plan.patterns)} of one {one}: the rate ends at {end}."
    return f"{number(plan.patterns)} {one}s: the rate ends at {end}."


def strategy_summaries(result: Schedules, along: str) -> tuple[str, ...]:
    """Say in one line what the growing batch saves at each length."""
    found = arms(result, along)
    texts = []
    for grow, constant in zip(found["grow"], found["constant"], strict=True):
        if len(grow.run.stages) == 1:
            texts.append("The batch does not grow within the training.")
        elif along == "epochs":
            fewer = percent(1 - grow.run.updates / constant.run.updates)
            texts.append(f"The growing batch takes {fewer} fewer updates for the same images.")
        else:
            more = number(grow.run.images / constant.run.images)
            texts.append(f"With equal updates the growing batch sees {more} times the images.")
    return tuple(texts)


def _parts(result: Schedules, plan: Plan) -> tuple[str, ...]:
    kind = "cyclic" if plan.shape.kind in CYCLIC else plan.shape.kind
    return _SAID[kind](result, plan), _momentum(result, plan), _stepping(result, plan), _memory(result, plan)


def _cyclic(result: Schedules, plan: Plan) -> str:
    shape, ran = plan.shape, plan.next_step
    end = number(plan.next_rate)
    if plan.patterns < 0.5:
        said = (
            f"The training ends on the way up to the first peak, at {end}: it has {steps_text(ran, plan.by_epoch)} of "
            f"{shape.length:,}."
        )
    elif plan.patterns < 1:
        said = (
            f"One triangle and no cycle: the training has {steps_text(ran, plan.by_epoch)} of the {shape.period:,} of "
            f"a cycle, so the rate ends at {end}, not at {number(shape.low)}."
        )
    else:
        said = f"{number(plan.patterns)} cycles of {steps_text(shape.period, plan.by_epoch)}; the rate ends at {end}."
    if shape.kind != "exp_range":
        return said
    if shape.gamma == 1:
        return f"{said} With γ = 1, torch's default, exp_range does not decay: its envelope is flat."
    return f"{said} The envelope has come down to γᵗ = {number(shape.gamma**ran)} of its height."


def _one_cycle(result: Schedules, plan: Plan) -> str:
    total, ran = plan.shape.length, plan.next_step
    if total > ran:
        return (
            f"The one cycle is planned for {steps_text(total, plan.by_epoch)} and stopped after {ran:,}: the rate "
            f"ends at {number(plan.next_rate)}, not at {number(plan.shape.high / 25e4)}."
        )
    if total < ran:
        return (
            f"The cycle is over after {total:,} of {steps_text(ran, plan.by_epoch)}. torch's scheduler refuses to go "
            f"on; here the rate stays at {number(plan.next_rate)}."
        )
    return "The one cycle ends with the training, as it should."


def _cosine(result: Schedules, plan: Plan) -> str:
    period, ran = plan.shape.length, plan.next_step
    end, high = number(plan.next_rate, 4), number(plan.shape.high)
    if period > ran:
        fallen = 1 - plan.next_rate / plan.shape.high
        almost = " That is a constant rate in all but name." if fallen < 0.05 else ""
        return (
            f"A cosine over {steps_text(period, plan.by_epoch)}, stopped after {ran:,}: the rate goes from "
            f"{high} to {end}, not to {number(plan.shape.low)}.{almost}"
        )
    if period < ran:
        return (
            f"The cosine is over after {period:,} of {steps_text(ran, plan.by_epoch)}, and then climbs back, as "
            f"torch's does: the rate ends at {end}."
        )
    return "The cosine ends with the training, as it should."


def _restarts(result: Schedules, plan: Plan) -> str:
    if plan.patterns < 1:
        return _cosine(result, plan)
    twice = ", each twice as long as the one before" if plan.shape.multiplier == 2 else ""
    return (
        f"Cosines that start again, the first after {steps_text(plan.shape.length, plan.by_epoch)}{twice}; the rate "
        f"ends at {number(plan.next_rate)}. A model is best taken just before a restart."
    )


def _step(result: Schedules, plan: Plan) -> str:
    drops = plan.last_step // plan.shape.length
    if not drops:
        return f"The training ends before the first drop, after {steps_text(plan.shape.length, plan.by_epoch)}."
    times = "once" if drops == 1 else f"{drops:,} times"
    return f"The rate is divided by {plan.shape.factor} {times}, to {number(plan.last_rate)}."


def _multi_step(result: Schedules, plan: Plan) -> str:
    shape = plan.shape
    told = ", ".join(f"{drop:,}" for drop in shape.drops)
    missed = sum(drop > plan.last_step for drop in shape.drops)
    late = f" {missed} of them come after the training." if missed else ""
    return f"The rate is divided by {shape.factor} at {told}, to {number(plan.last_rate)}.{late}"


def _polynomial(result: Schedules, plan: Plan) -> str:
    total, ran = plan.shape.length, plan.next_step
    if total > ran:
        return (
            f"The decay is planned for {steps_text(total, plan.by_epoch)} and stopped after {ran:,}: the rate ends at "
            f"{number(plan.next_rate)}, not at 0."
        )
    if total < ran:
        return f"The rate is 0 after {total:,} of {steps_text(ran, plan.by_epoch)}: the rest trains nothing."
    return "The decay ends with the training, as it should."


def _grow(result: Schedules, plan: Plan) -> str:
    run, base = plan.run, result.base.updates
    grown = len(run.stages) - 1
    if not grown:
        return f"The training ends before the batch grows, after {steps_text(plan.shape.length, plan.by_epoch)}."
    times = "once" if grown == 1 else f"{grown} times"
    return (
        f"The batch grows {times}, to {run.largest:,}: {run.updates:,} updates instead of {base:,}, "
        f"{percent(1 - run.updates / base)} fewer, for as many images."
    )


def _constant(result: Schedules, plan: Plan) -> str:
    return "The rate never changes, and so does the noise scale: the length means nothing here."


_SAID: dict[str, Callable[[Schedules, Plan], str]] = {
    "cyclic": _cyclic,
    "one_cycle": _one_cycle,
    "three_phase": _one_cycle,
    "multi_step": _multi_step,
    "polynomial": _polynomial,
    "cosine": _cosine,
    "restarts": _restarts,
    "step": _step,
    "grow": _grow,
    "constant": _constant,
}


def _momentum(result: Schedules, plan: Plan) -> str:
    if not plan.shape.sets_momentum:
        return ""
    most, least = CYCLED[plan.shape.kind]
    name = "OneCycleLR" if plan.shape.kind in ONE_CYCLE else "CyclicLR"
    made = plan.shape.momentum
    own = "" if made == most else f", although the optimizer was made with {made:g}"
    return f"torch's {name} also moves the momentum between {most:g} and {least:g}{own}."


def _stepping(result: Schedules, plan: Plan) -> str:
    """The scheduler stands in the wrong loop."""
    if plan.by_epoch and plan.shape.kind in CYCLED and plan.shape.length >= 10 * result.epochs:
        return (
            f"If {plan.shape.length:,} was meant in updates: this scheduler steps once an epoch, "
            f"{result.epochs:,} times "
            "in all."
        )
    return ""


def _memory(result: Schedules, plan: Plan) -> str:
    size = result.need.total(plan.run.largest)
    if size <= result.card * GIB:
        return ""
    return (
        f"A batch of {plan.run.largest:,} needs {gib(size)} GiB and does not fit into {result.card} GiB; "
        f"{result.need.fits(result.card):,} would."
    )


def strategy_sentences(result: Schedules, along: str) -> tuple[str, ...]:
    """Say what is equal between the strategies at each length, and what is not."""
    found = arms(result, along)
    return tuple(
        _compared(result, along, dict(zip(found, plans, strict=True))) for plans in zip(*found.values(), strict=True)
    )


def _compared(result: Schedules, along: str, plans: dict[str, Plan]) -> str:
    grow, step, constant = plans["grow"], plans["step"], plans["constant"]
    factor = result.shape.factor
    if len(grow.run.stages) == 1:
        return "The batch does not grow within the training: all strategies have as many updates as images / B."
    if along == "epochs":
        fewer = 1 - grow.run.updates / constant.run.updates
        same = (
            f"Batch × {factor} and rate ÷ {factor} have the same noise scale at every epoch"
            if _alike(grow, step)
            else f"Batch × {factor} and rate ÷ {factor} end with noise scales {number(grow.last_noise)} and "
            f"{number(step.last_noise)}{_capped(result, grow)}"
        )
        return f"{same}; the growing batch has {percent(fewer)} fewer updates for the same images."
    more = grow.run.images / constant.run.images
    return (
        f"With equal updates the growing batch sees {number(more)} times the images of the others, "
        "which is no comparison "
        "of schedules any more."
    )


def _capped(result: Schedules, grow: Plan) -> str:
    at_the_end = grow.run.largest >= min(result.max_batch, result.n_train)
    return f", the batch being at its limit of {grow.run.largest:,}" if at_the_end else ""


def _alike(grow: Plan, step: Plan) -> bool:
    """Return whether batch and rate change at the same epochs by the same factor."""
    return grow.by_epoch and abs(grow.last_noise - step.last_noise) <= 1e-9 * step.last_noise
