"""Words about trainings that follow the plan: readouts, what each has come to, and whether strategies differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

import numpy as np

from core.draw.live import Readout
from core.kit.arrays import Array
from core.kit.words import fixed, number
from core.labs.schedules.compute.explore import Schedules
from core.labs.schedules.compute.runs import Asked, shrunk_length, small
from core.labs.schedules.compute.trained import Strategy
from core.labs.schedules.panels.axes import steps_text
from core.labs.schedules.panels.strategies import ROLES, names
from core.labs.schedules.panels.trained import Found

NO_RUN = "No training has these settings yet: the button above begins it."
_BEGUN = "The first update is still to come: a process starts and reads the images."
_LOOKED = "Test images are looked at once, after the last update."


def trained_readouts(result: Schedules, asked: Asked, found: Found) -> tuple[Readout, ...]:
    """Return the results of the training, or of each strategy, at each length: means and ranges over the seeds."""
    if asked.view == "several":
        return tuple(
            Readout(f"{said}: {what}", tuple(_share(row[at].last(name)) for row in found), ROLES[kind], _LOOKED)
            for at, (kind, said) in enumerate(names(result).items())
            for what, name in (("validation", "validation_accuracy"), ("test", "test_accuracy"))
        )
    every = [row[0] for row in found]
    again = [[one.last_loss for one in each.counted] if each.epochs else [] for each in every]
    apart = [abs(np.array(loss) - _told(each)).max() for loss, each in zip(again, every, strict=True) if loss]
    off = f" (off by {number(max(apart), 1)})" if apart else ""
    return (
        Readout(
            "updates",
            tuple(f"{each.updates:,} of {each.arm.run.updates:,}" if each.every else "–" for each in every),
            help="Taken so far, of all.",
        ),
        Readout(
            "training loss",
            tuple(_mean(each.last("loss")) for each in every),
            "train",
            "The loss that is trained, over the last epoch while its images were learned; mean over the seeds.",
        ),
        Readout(
            f"from its updates{off}",
            tuple(_mean(np.array(loss)) for loss in again),
            help="The training loss again, from the losses of all updates of that epoch.",
        ),
        Readout(
            "validation loss",
            tuple(_mean(each.last("validation_loss")) for each in every),
            "test",
            "After the last epoch, mean over the seeds.",
        ),
        Readout(
            "validation accuracy",
            tuple(_share(each.last("validation_accuracy")) for each in every),
            "test",
            "After the last epoch: mean over the seeds, and from the least to the most.",
        ),
        Readout("test accuracy", tuple(_share(each.last("test_accuracy")) for each in every), help=_LOOKED),
    )


def _told(each: Strategy) -> Array:
    """The last training loss of each counted training, as it was recorded."""
    return np.array([one.epochs["loss"][-1] for one in each.counted])


def _mean(values: Array) -> str:
    return fixed(float(values.mean())) if values.size else "–"


def _share(values: Array) -> str:
    """Mean of some shares in percent and, of several, their least and most."""
    if not values.size:
        return "–"
    mean, least, most = (f"{100 * value:.1f}" for value in (values.mean(), values.min(), values.max()))
    spread = f" ({least} to {most})" if values.size > 1 else ""
    return f"{mean}%{spread}"


def trained_sentences(result: Schedules, asked: Asked, found: Found) -> tuple[str, ...]:
    """Say what is known of the trainings with each length."""
    going = {
        length: {job for each in row if each.going for job in each.arm.ids}
        for length, row in zip(result.lengths, found, strict=True)
    }
    parts = (
        (_sentence(result, asked, row), _scaled(result, asked, length), _elsewhere(row, going))
        for length, row in zip(result.lengths, found, strict=True)
    )
    return tuple(" ".join(filter(None, each)) for each in parts)


def _scaled(result: Schedules, asked: Asked, length: int) -> str:
    """Return the length that the small training has in place of the planned one, where they differ."""
    shape = result.shape if asked.view == "one" else result.smooth
    plan, here = small(result), shrunk_length(result, replace(shape, length=length))
    if here == length or shape.kind == "constant":
        return ""
    some = f" and {plan.epochs} of {result.epochs} epochs" if plan.epochs < result.epochs else ""
    planned = steps_text(length, result.by_epoch)
    return f"Scaled to {plan.n_train:,} images{some}: a length of {planned} is {here:,} here."


def _elsewhere(row: Sequence[Strategy], going: Mapping[int, Set[str]]) -> str:
    """Other lengths with trainings that go on and are not those of this length too, as that of a constant rate is."""
    here = {job for each in row for job in each.arm.ids}
    others = [f"{other:,}" for other, jobs in going.items() if jobs - here]
    if not others:
        return ""
    those = "training with length" if len(others) == 1 else "trainings with lengths"
    return f"The {those} {', '.join(others)} went on when this was drawn."


def _sentence(result: Schedules, asked: Asked, row: Sequence[Strategy]) -> str:
    if not any(each.every for each in row):
        return _BEGUN if any(each.going for each in row) else NO_RUN
    lost = [one for each in row for one in each.every if one.end == "nonfinite"]
    words = f" {len(lost)} of the trainings diverged: the loss was no number any more." if lost else ""
    return (_single(row[0]) if asked.view == "one" else _compared(result, asked, row)) + words


def _single(found: Strategy) -> str:
    done, planned = found.epochs, found.arm.run
    if not done:
        now = "" if found.ended else ": the first epoch goes on"
        return f"{found.updates:,} of {planned.updates:,} updates{now}."
    smoothed = " (of smoothed labels)" if found.arm.first.label_smoothing else ""
    losses = (
        f"training loss {_mean(found.last('loss'))}{smoothed}, validation loss {_mean(found.last('validation_loss'))}"
    )
    accuracy = f"validation accuracy {_share(found.last('validation_accuracy'))}"
    if not found.ended or done < planned.epochs:
        return f"After {done} of {planned.epochs} epochs: {losses}, {accuracy}."
    validation = found.mean("validation_loss")
    best = int(np.argmin(validation)) + 1
    since = (
        f" The validation loss was smallest after epoch {best}, {fixed(float(validation[best - 1]))}."
        if best < done
        else ""
    )
    tested = _share(found.last("test_accuracy"))
    return f"After all {done} epochs: {losses}, {accuracy}; on test images, looked at once, {tested}.{since}"


def _compared(result: Schedules, asked: Asked, row: Sequence[Strategy]) -> str:
    """Strategies in the order of their validation accuracy, and which of them the seeds can tell from the best."""
    said = dict(zip(row, names(result).values(), strict=True))
    known = sorted((each for each in row if each.epochs), key=_mean_accuracy, reverse=True)
    if not known:
        return "No strategy has come to the end of an epoch yet."
    listed = ", ".join(f"{said[each]} {_share(each.last('validation_accuracy'))}" for each in known)
    ended = [each for each in row if each.ended]
    if len(ended) < len(row):
        return f"{len(ended)} of {len(row)} strategies have come to their end. Validation accuracy so far: {listed}."
    order = f"Validation accuracy with equal {asked.along}: {listed}. {_cost(result, row, asked.along)}"
    if asked.seeds == 1:
        return f"{order} One seed each: small differences may be luck."
    best = known[0]
    told = [_against(best, each, said[each]) for each in known[1:]]
    far = " and ".join(words for apart, words in told if apart)
    near = " or ".join(words for apart, words in told if not apart)
    first = f"{said[best][0].upper()}{said[best][1:]}"
    if not far:
        return f"{order} {first} is first, but not by more than the seeds are apart: ahead of {near}."
    return f"{order} {first} is ahead of {far} by more than the seeds are apart{f', but not of {near}' * bool(near)}."


def _cost(result: Schedules, row: Sequence[Strategy], along: str) -> str:
    """Say what is not equal, the updates or the images; with more images, give the results after equal epochs."""
    grow = next(each for each in row if each.arm.kind == "grow")
    run, other = grow.arm.run, next(each.arm.run for each in row if each is not grow)
    if along == "epochs":
        return f"The growing batch took {run.updates:,} updates, the others {other.updates:,}."
    epochs = small(result).epochs
    before = np.array(
        [one.epochs["validation_accuracy"][epochs - 1] for one in grow.counted if len(one.ends) >= epochs]
    )
    then = f"; after their {epochs} epochs it had {_share(before)}" if before.size else ""
    return f"The growing batch saw {run.images:,} images, the others {other.images:,}{then}."


def _mean_accuracy(each: Strategy) -> float:
    return float(each.last("validation_accuracy").mean())


def _against(best: Strategy, other: Strategy, said: str) -> tuple[bool, str]:
    """Say whether the means differ by more than the larger range over the seeds, with both numbers."""
    ahead, behind = best.last("validation_accuracy"), other.last("validation_accuracy")
    apart = 100 * float(ahead.mean() - behind.mean())
    spread = 100 * max(float(np.ptp(ahead)), float(np.ptp(behind)))
    return apart > spread, f"{said} ({apart:.1f} points; seeds {spread:.1f})"
