"""Exercise: rates that are read off a list of losses, some of which are not numbers."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.exercises.questions import Question, Slip, choice, count, number
from core.exercises.templates import Refused, Template
from core.labs.lr_range.exercises.sweeps import TOPIC

F = Fraction


@dataclass(frozen=True)
class Losses:
    """Powers of ten of the lowest and highest rate, and the final loss at each rate; None where it is NaN."""

    low: int
    high: int
    losses: tuple[Fraction | None, ...]

    def rate(self, place: int) -> float:
        """Return the rate at a place, from 0."""
        return float(10 ** (self.low + (self.high - self.low) * place / (len(self.losses) - 1)))

    @property
    def best(self) -> int:
        """Place of the smallest loss."""
        known = [(loss, place) for place, loss in enumerate(self.losses) if loss is not None]
        return min(known)[1]


def _draw(rng: random.Random) -> Losses:
    n = rng.choice((8, 9, 10, 11, 12))
    best = rng.randint(3, n - 4)
    losses: list[Fraction | None] = [F(230 - rng.randint(0, 3), 100)]
    for place in range(1, best + 1):
        last = losses[place - 1]
        assert last is not None
        losses.append(round(last * F(rng.randint(55, 90), 100), 2))
    losses.append(round(F(rng.randint(120, 200), 100) * (losses[best] or F(1)), 2))
    losses += [None] * (n - len(losses))
    found = Losses(rng.randint(-8, -4), rng.randint(-1, 1), tuple(losses))
    if found.best != best:
        raise Refused("The smallest loss must be clear.")
    return found


def _ask(p: Losses) -> Sequence[Question]:
    nan, best = p.losses.index(None), p.best
    steps = len(p.losses) - 1
    return (
        number(
            "Rate with the smallest loss",
            p.rate(best),
            (
                Slip("argmin_next", p.rate(best + 1), "That is the next rate, where the loss rises again."),
                Slip("nan_argmin", p.rate(nan), "There the loss is NaN: the run has diverged."),
                Slip("one_before", p.rate(best - 1), "The first rate has place 0."),
            ),
            (f"10^({p.low} + {p.high - p.low} · {best}/{steps}): rate = {p.rate(best):.5g}",),
        ),
        count(
            "Place that np.argmin(losses) returns",
            nan,
            (
                Slip("best", best, "np.argmin takes the first NaN for the smallest; np.nanargmin skips it."),
                Slip("counted_from_1", nan + 1, "NumPy counts places from 0."),
            ),
            (f"the first NaN has place {nan}",),
        ),
        choice(
            "Weights kept from rate to rate. What do the losses then compare?",
            ("the rates", "the rates and all training before", "nothing that changes"),
            "the rates and all training before",
            {
                "the rates": "A later rate starts from a network that is trained already.",
                "nothing that changes": "Both the rate and the starting point change.",
            },
            "Each rate needs the same fresh weights, or one sweep must be read as one run.",
        ),
    )


def _text(p: Losses) -> str:
    rows = "\n".join(
        f"| {place} | {'NaN' if loss is None else f'{float(loss):.2f}'} |" for place, loss in enumerate(p.losses)
    )
    return (
        f"{len(p.losses)} rates from 10^{p.low} to 10^{p.high} at equal ratios, both included, end with these losses. "
        f"Places count from 0.\n\n| place | loss |\n|--|--|\n{rows}"
    )


def _pasted(p: Losses) -> str:
    """Write the losses as the lab reads them."""
    rates = [10 ** (p.low + (p.high - p.low) * k / (len(p.losses) - 1)) for k in range(len(p.losses))]
    rows = zip(rates, p.losses, strict=True)
    return "\n".join(
        ("lr,loss", *(f"{rate:.6g},{'nan' if loss is None else f'{float(loss):g}'}" for rate, loss in rows))
    )


READING = Template(
    key="lr_range.reading",
    title="Read off a rate",
    topic=TOPIC,
    minutes=4,
    draw=_draw,
    text=_text,
    ask=_ask,
    state=lambda p: {"protocol": "own", "pasted": _pasted(p)},
    hints=lambda p: ("Find the place of the smallest loss first.", "n rates have n − 1 steps between them."),
    lesson="A diverged run is NaN, which np.argmin takes for the minimum; look at the losses before you read off.",
)
