"""Results of a range test: the runs that the settings ask for, and what is known of them now.

>>> from core.labs.lr_range.controls import SETTINGS
>>> lr_range(**SETTINGS).now().ramps[0].end
'diverged'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from core.kit.arrays import Array
from core.kit.parameters import with_parameters_of
from core.labs.lr_range.compute.curves import Ramp, SweepCurves, own_ramp, ramp_of, sweep_of
from core.labs.lr_range.compute.own import OwnCurve, pasted_curve
from core.labs.lr_range.compute.specs import specs_of
from core.labs.lr_range.compute.suggestions import SUGGESTION_RULES
from core.training.experiments import RangeTest, Sweep
from core.training.range_curves import default_beta
from core.training.runs import Seen, Spec, look

PER_DECADE = 20
# Rates that can be a bound, 1e-9 to 100; six digits, so that the sliders of a page have the very same numbers.
RATES: Array = np.array([float(f"{10 ** (k / PER_DECADE):.6g}") for k in range(-9 * PER_DECADE, 2 * PER_DECADE + 1)])
RATES.flags.writeable = False
# An epoch of 60,000 images has 938 batches of 64, the last one small; the homework trains ten rates for five epochs.
RAMP_UPDATES = 938
HOMEWORK_UPDATES = 10 * 5 * RAMP_UPDATES
# Rules that suggest one rate to train with; the others are bounds of a schedule.
POINT_RULES = ("steep", "minimum / 10", "valley", "slide")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """The answers of a rule, for each seed that has one.

    Attributes
    ----------
    name, formula : str
    rates : ndarray (seeds,)
    reason : str
        Why there is no answer, as a sentence; empty if there is one.
    """

    name: str
    formula: str
    rates: Array
    reason: str

    @cached_property
    def median(self) -> float:
        """Median over the seeds; nan without an answer."""
        return float(np.median(self.rates)) if self.rates.size else float("nan")


@dataclass(frozen=True)
class Moment:
    """Everything known now about the runs of a page.

    Attributes
    ----------
    seen : tuple of Seen
        One for each seed.
    ramps : tuple of Ramp
        Those that have taken a step.
    sweeps : tuple of SweepCurves
        Those that have begun.
    """

    seen: tuple[Seen, ...]
    ramps: tuple[Ramp, ...] = ()
    sweeps: tuple[SweepCurves, ...] = ()

    @property
    def counted(self) -> tuple[Ramp, ...]:
        """Ramps that rules and means are taken from: those that have ended, or while there is none, the others."""
        return tuple(ramp for ramp in self.ramps if ramp.end) or self.ramps

    @property
    def updates(self) -> int:
        """Updates of the network that the numbers are taken from, for all seeds."""
        return sum(ramp.updates for ramp in self.counted) + sum(sweep.updates for sweep in self.sweeps)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule, over the seeds."""
        return tuple(self._rule(place, name) for place, name in enumerate(SUGGESTION_RULES))

    def _rule(self, place: int, name: str) -> Rule:
        said = [ramp.suggestions[place] for ramp in self.counted]
        rates = np.array([each.rate for each in said if each.rate is not None])
        reason = "" if rates.size else next((each.reason for each in said), "There is no run yet.")
        return Rule(name=name, formula=SUGGESTION_RULES[name][0], rates=rates, reason=reason)

    @property
    def suggested(self) -> Array:
        """Medians of the point rules that have an answer."""
        medians = np.array([rule.median for rule in self.rules if rule.name in POINT_RULES])
        return np.asarray(medians[np.isfinite(medians)])

    @property
    def disagreement(self) -> float | None:
        """Largest of these divided by the smallest; None with fewer than two."""
        found = self.suggested
        return float(found.max() / found.min()) if found.size > 1 else None

    def mean_at(self, rates: Array, name: str) -> Array:
        """Mean of a curve over the counted ramps at the steps nearest to some rates; nan where none has come to."""
        values = np.array([ramp.at(rates, getattr(ramp, name)) for ramp in self.counted]).reshape(-1, len(rates))
        count = np.isfinite(values).sum(axis=0)
        return np.asarray(np.where(count > 0, np.nansum(values, axis=0) / np.maximum(count, 1), np.nan))


@dataclass(frozen=True)
class LrRange:
    """Result of `lr_range`: which runs are asked for.

    Attributes
    ----------
    specs : tuple of RangeTest or of Sweep
        One for each seed; none for a visitor's own curve.
    weight : float
        Weight of the past in the smoothed curves.
    own : OwnCurve or None
        A range test that a visitor has recorded.
    """

    specs: tuple[Spec, ...]
    weight: float
    own: OwnCurve | None = None

    @property
    def spec(self) -> Any:
        """The first of them, which differ in the seed alone, or the visitor's own; it has the ends of the rates."""
        return self.own or self.specs[0]

    @property
    def is_ramp(self) -> bool:
        """Return whether one training has all rates."""
        return isinstance(self.spec, RangeTest | OwnCurve)

    @property
    def has_accuracies(self) -> bool:
        """Return whether accuracies are known beside the losses."""
        return self.own is None or self.own.has_accuracies

    @property
    def updates(self) -> int:
        """Updates of the network that all runs have if none stops before its end."""
        if self.own:
            return self.own.steps
        each = self.spec.steps if isinstance(self.spec, RangeTest) else self.spec.candidates * self.spec.updates
        return int(each * len(self.specs))

    @cached_property
    def axis(self) -> Array:
        """Rates that can be a bound: those of `RATES` between the first and the last of the runs."""
        slack = 1 + 1e-9
        return np.asarray(RATES[(self.spec.low / slack <= RATES) & (self.spec.high * slack >= RATES)])

    def now(self) -> Moment:
        """Return what is known now; runs go on by themselves."""
        if self.own:
            return Moment((), (self._own_ramp,))
        seen = tuple(look(spec) for spec in self.specs)
        begun = [(spec, each) for spec, each in zip(self.specs, seen, strict=True) if each.records]
        ramps = tuple(ramp_of(spec, each, self.weight) for spec, each in begun if isinstance(spec, RangeTest))
        return Moment(seen, ramps, tuple(sweep_of(spec, each) for spec, each in begun if isinstance(spec, Sweep)))

    @cached_property
    def _own_ramp(self) -> Ramp:
        assert self.own
        return own_ramp(self.own, self.weight)


@with_parameters_of(specs_of)
def lr_range(*, protocol: str, pasted: str, record: OwnCurve | None, steps: int, smoothing: str, **run: Any) -> LrRange:
    """Say which runs the settings mean; see `core.labs.lr_range.controls`.

    Raises
    ------
    ValueError
        With a sentence, for a network that cannot be read or rates that are too near to each other.
    """
    own = (record or pasted_curve(pasted)) if protocol == "own" else None
    specs = () if own else specs_of(protocol=protocol, steps=steps, **run)
    steps_smoothed = own.steps if own else specs[0].steps if isinstance(specs[0], RangeTest) else steps
    weight = default_beta(steps_smoothed) if smoothing == "auto" else float(smoothing)
    return LrRange(specs, weight, own)


def tables(result: LrRange, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Tables for a download: every step of every run, and what the rules say or what each training has come to."""
    now = result.now()
    if result.is_ramp:
        return {"steps.csv": _steps(now), "rules.csv": _rules(now)}
    return {"steps.csv": _sweep_steps(now), "trainings.csv": _trainings(now)}


def _steps(now: Moment) -> dict[str, Any]:
    every = [(ramp, np.arange(ramp.updates)) for ramp in now.counted]
    columns = {"seed": [np.full(len(steps), ramp.seed) for ramp, steps in every], "step": [steps for _, steps in every]}
    names = {"rate": "rates", "loss": "losses", "accuracy": "accuracies", "smoothed": "smoothed"}
    columns |= {name: [getattr(ramp, source) for ramp, _ in every] for name, source in names.items()}
    return {name: np.concatenate(parts) if parts else [] for name, parts in columns.items()}


def _rules(now: Moment) -> dict[str, Any]:
    said = [(ramp.seed, each) for ramp in now.counted for each in ramp.suggestions]
    return {
        "seed": [seed for seed, _ in said],
        "rule": [each.rule for _, each in said],
        "rate": [float("nan") if each.rate is None else each.rate for _, each in said],
    }


def _sweep_steps(now: Moment) -> dict[str, Any]:
    every = [(sweep.seed, each) for sweep in now.sweeps for each in sweep.candidates]
    columns = {
        "seed": [np.full(len(each.losses), seed) for seed, each in every],
        "rate": [np.full(len(each.losses), each.rate) for _, each in every],
        "step": [np.arange(len(each.losses)) for _, each in every],
        "loss": [each.losses for _, each in every],
        "accuracy": [each.accuracies for _, each in every],
    }
    return {name: np.concatenate(parts) if parts else [] for name, parts in columns.items()}


def _trainings(now: Moment) -> dict[str, Any]:
    every = [(sweep.seed, each) for sweep in now.sweeps for each in sweep.candidates]
    return {
        "seed": [seed for seed, _ in every],
        "rate": [each.rate for _, each in every],
        "loss": [each.loss for _, each in every],
        "accuracy": [each.accuracy for _, each in every],
        "diverged": [-1 if each.diverged is None else each.diverged for _, each in every],
    }
