"""Curves of range tests and sweeps, from what runs have recorded so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.data.image_sources import image_set
from core.kit.arrays import Array
from core.kit.recent import Recent
from core.kit.results import read_only
from core.labs.lr_range.compute.own import OwnCurve
from core.labs.lr_range.compute.suggestions import Suggestion, bracket, suggest
from core.training.experiments import RangeTest, Setup, Sweep
from core.training.range_curves import smooth, stop_of
from core.training.runs import Record, Seen

# Shared by all visitors: a run in progress is read again each time, the others are not.
_CURVES = Recent(entries=24, nbytes=60_000_000)


@dataclass(frozen=True, kw_only=True)
class Ramp:
    """A range test as far as it has come.

    Attributes
    ----------
    seed : int
    rates, losses, accuracies : ndarray (n,)
        Of each step's batch before the step with that rate.
    smoothed, smoothed_accuracies : ndarray (n,)
    end : str
        "" while it has not ended, else "end", "diverged" or "nonfinite" (see `core.training.range_curves.stop_of`).
    suggestions : tuple of Suggestion
        Of each rule, from these steps.
    """

    seed: int
    rates: Array
    losses: Array
    accuracies: Array
    smoothed: Array
    smoothed_accuracies: Array
    end: str
    suggestions: tuple[Suggestion, ...]

    @property
    def updates(self) -> int:
        """Steps that were taken."""
        return len(self.losses)

    def at(self, rates: Array, values: Array) -> Array:
        """Values at the steps nearest to some rates; nan beyond the last step."""
        if not self.updates:
            return np.full(len(rates), np.nan)
        steps = np.log(self.rates)
        index = np.abs(np.log(rates)[:, np.newaxis] - steps).argmin(axis=1)
        last = steps[-1] + (steps[-1] - steps[-2] if self.updates > 1 else 0)
        return np.where(np.log(rates) <= last + 1e-9, values[index], np.nan)

    @property
    def slopes(self) -> Array:
        """Change of the smoothed loss for a rate ten times as high, by central differences."""
        if self.updates < 2:
            return np.full(self.updates, np.nan)
        return np.gradient(self.smoothed, np.log10(self.rates))


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One training of a sweep.

    Attributes
    ----------
    rate : float
    losses, accuracies : ndarray (n,)
        Of the steps so far, before the first loss that was no number.
    loss, accuracy : float
        Means over the last epoch; nan unless it has ended without diverging.
    untrained : float
        Loss of the first batch before any step; nan before there is one.
    diverged : int or None
        Step at which the loss was no number any more.
    ended : bool
    """

    rate: float
    losses: Array
    accuracies: Array
    loss: float
    accuracy: float
    untrained: float
    diverged: int | None
    ended: bool


@dataclass(frozen=True, kw_only=True)
class SweepCurves:
    """A sweep as far as it has come.

    Attributes
    ----------
    seed : int
    candidates : tuple of Candidate
        Those that have begun, by rising rate.
    """

    seed: int
    candidates: tuple[Candidate, ...]

    @property
    def rates(self) -> Array:
        """Rates of those that have ended."""
        return np.array([each.rate for each in self.candidates if each.ended])

    @property
    def losses(self) -> Array:
        """Losses of those that have ended, nan where they have diverged."""
        return np.array([each.loss for each in self.candidates if each.ended])

    @property
    def updates(self) -> int:
        """Steps of all trainings so far."""
        return sum(len(each.losses) for each in self.candidates)

    @property
    def homework_bounds(self) -> tuple[float, float] | None:
        """Return what the published rule gives: the rate with the smallest loss and the next one."""
        rates, losses = self.rates, self.losses
        if not np.isfinite(losses).any() or int(np.nanargmin(losses)) + 1 >= len(rates):
            return None
        best = int(np.nanargmin(losses))
        return float(rates[best]), float(rates[best + 1])

    @property
    def bracket(self) -> tuple[float, float] | str:
        """Useful rates; see `core.labs.lr_range.compute.suggestions.bracket`."""
        known = [each.untrained for each in self.candidates if np.isfinite(each.untrained)]
        if not known or not np.isfinite(self.losses).any():
            return "No training has ended yet."
        return bracket(self.rates, self.losses, untrained=known[0])


def ramp_of(spec: RangeTest, seen: Seen, weight: float) -> Ramp:
    """Curves of a range test, smoothed with the `weight` of the past."""
    ramp: Ramp = _CURVES.recall((seen.stamp, weight), lambda: _ramp(spec, seen, weight))
    return ramp


def sweep_of(spec: Sweep, seen: Seen) -> SweepCurves:
    """Curves of a sweep."""
    sweep: SweepCurves = _CURVES.recall(seen.stamp, lambda: _sweep(spec, seen))
    return sweep


def _ramp(spec: RangeTest, seen: Seen, weight: float) -> Ramp:
    rates, losses, accuracies = (_joined(seen.records, name) for name in ("rates", "losses", "accuracies"))
    return read_only(
        Ramp(
            seed=spec.seed,
            rates=rates,
            losses=losses,
            accuracies=accuracies,
            smoothed=smooth(losses, weight),
            smoothed_accuracies=smooth(accuracies, weight),
            end=str(seen.result["end"]) if seen.result else "",
            suggestions=suggest(rates, losses, beta=weight, accuracies=accuracies) if len(losses) else (),
        )
    )


def own_ramp(own: OwnCurve, weight: float) -> Ramp:
    """Curves of a visitor's own range test, up to where one of ours would have stopped."""
    steps, end = stop_of(own.losses, beta=weight)
    rates, losses, accuracies = own.rates[:steps], own.losses[:steps], own.accuracies[:steps]
    told = own.losses if end == "nonfinite" else losses  # the rules say from which step on it is NaN
    known = accuracies if own.has_accuracies else None
    return read_only(
        Ramp(
            seed=0,
            rates=rates,
            losses=losses,
            accuracies=accuracies,
            smoothed=smooth(losses, weight),
            smoothed_accuracies=smooth(accuracies, weight),
            end=end or "end",
            suggestions=suggest(own.rates[: len(told)], told, beta=weight, accuracies=known),
        )
    )


def losses_of(seen: Seen) -> Array:
    """Loss before each step of a training."""
    return _joined(seen.records, "losses")


def _joined(records: Sequence[Record], name: str) -> Array:
    """One array of the lists of some records; what JSON cannot write is nan."""
    return np.array([value for record in records for value in record.get(name, ())], dtype=float)


def _sweep(spec: Sweep, seen: Seen) -> SweepCurves:
    by_number: dict[int, list[Record]] = {}
    for record in seen.records:
        by_number.setdefault(int(record["candidate"]), []).append(record)
    return SweepCurves(seed=spec.seed, candidates=tuple(_candidate(by_number[k], spec) for k in sorted(by_number)))


def epoch_steps(spec: Setup) -> int:
    """Steps in which every image is seen once; the last images of an epoch that fill no batch are left out."""
    images = spec.images or image_set(spec.data).images
    return images // min(spec.batch, images)


def last_epoch(values: Array, spec: Sweep) -> float:
    """Mean over the steps of the last epoch, but at most over the second half of the training."""
    return float(np.mean(values[-min(epoch_steps(spec), max(spec.updates // 2, 1)) :]))


def _candidate(records: Sequence[Record], spec: Sweep) -> Candidate:
    told: list[Record] = []
    for record in (each for each in records if "losses" in each):
        while told and told[-1]["step"] >= record["step"]:  # it has started over, and reports its steps in other parts
            told.pop()
        told.append(record)
    last = records[-1]
    ended = "loss" in last
    losses, accuracies = _joined(told, "losses"), _joined(told, "accuracies")
    loss = float(last["loss"]) if ended and last["loss"] is not None else float("nan")
    return Candidate(
        rate=float(last["rate"]),
        losses=losses,
        accuracies=accuracies,
        loss=loss,
        accuracy=last_epoch(accuracies, spec) if np.isfinite(loss) else float("nan"),
        untrained=float(losses[0]) if len(losses) else float("nan"),
        diverged=last.get("diverged") if ended else None,
        ended=ended,
    )
