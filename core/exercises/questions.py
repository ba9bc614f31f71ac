"""Questions with one right answer and named mistakes, and the verdict on what was typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from core.exercises.digits import digits_needed
from core.exercises.kinds import Count, Kind, Map, Near, Number, Pick, Share

State = Literal["right", "mistake", "wrong", "coarse", "unreadable"]
_NEGATIVE = re.compile(r"(```.*?```|`[^`]*`|\$[^$]*\$)|(?<![^\s(\[|=,;])-(?=\.?\d)", re.DOTALL)


def minus(text: str) -> str:
    r"""Write negative numbers with a true minus sign, except in code and formulas.

    >>> minus("x = (-3, 0.5) and `x[-1]` for 2-5")
    'x = (−3, 0.5) and `x[-1]` for 2-5'
    """
    return _NEGATIVE.sub(lambda found: found[1] or "−", text)


@dataclass(frozen=True)
class Slip:
    """A known mistake.

    Attributes
    ----------
    name : str
        Identifier, such as "bias_forgotten".
    value : Any
        The answer it leads to, of the type that the question's kind compares.
    words : str
        One sentence on what went wrong.
    names : tuple of str
        Names of the mistakes that were made at once; (`name`,) for a single one.
    """

    name: str
    value: Any
    words: str
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Let a single mistake name itself."""
        if not self.names:
            object.__setattr__(self, "names", (self.name,))


@dataclass(frozen=True)
class Verdict:
    """The verdict on an answer.

    `state` is "right", "mistake" (a named one, or two at once), "wrong" (not a known mistake), "coarse" (too few
    digits: neither right nor wrong), or "unreadable"; `words` is what the visitor reads, `slips` the names of the
    mistakes.
    """

    state: State
    words: str
    slips: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """Return whether the answer is right."""
        return self.state == "right"

    @property
    def settled(self) -> bool:
        """Return whether the answer counts as a try: right or wrong, neither too coarse nor unreadable."""
        return self.state in ("right", "mistake", "wrong")


@dataclass(frozen=True)
class Question:
    """Something to be answered.

    Attributes
    ----------
    label : str
        What is asked for, in a few words.
    kind : Kind
        How an answer is read and compared.
    truth : Any
        The right answer.
    slips : tuple of Slip
        Known mistakes; none of them fits the truth.
    steps : tuple of str
        The worked solution, one line each; the last ends in the truth.
    reason : str
        Why the right answer is right, in one sentence; "" if the steps say it.
    """

    label: str
    kind: Kind
    truth: Any
    slips: tuple[Slip, ...] = ()
    steps: tuple[str, ...] = ()
    reason: str = ""

    def __post_init__(self) -> None:
        """Write the steps with true minus signs."""
        object.__setattr__(self, "steps", tuple(map(minus, self.steps)))

    def judge(self, text: str) -> Verdict:
        """Judge what was typed; what cannot be read gives a verdict too, never an exception."""
        try:
            readings = self.kind.read(text)
        except ValueError as error:
            return Verdict("unreadable", str(error))
        if self._any(readings, self.kind.fits, self.truth):
            reason = self.reason or (f"{self.steps[-1].rstrip('.')}." if self.steps else "")
            return Verdict("right", f"Correct. {reason}".strip())
        slips = [slip for slip in self.slips if self._any(readings, self.kind.fits, slip.value)]
        fewest = min((len(slip.names) for slip in slips), default=0)
        slips = [slip for slip in slips if len(slip.names) == fewest]
        if slips:
            words = " Or: ".join(dict.fromkeys(slip.words for slip in slips))
            return Verdict("mistake", f"Not quite: {words}", tuple(slip.name for slip in slips))
        if any(self._any(readings, self.kind.coarse, value) for value in (self.truth, *(s.value for s in self.slips))):
            return Verdict("coarse", self.kind.request)
        return Verdict("wrong", "Not quite. Check your steps.")

    @staticmethod
    def _any(readings: Sequence[Any], test: Any, value: Any) -> bool:
        return any(test(reading, value) for reading in readings)

    @property
    def apart(self) -> bool:
        """Return whether no mistake can be taken for the right answer at the digits asked for."""
        return not any(slip.value == self.truth or self._mistaken(slip.value) for slip in self.slips)

    def _mistaken(self, value: Any) -> bool:
        try:
            return self._any(self.kind.read(self.kind.write(value)), self.kind.fits, self.truth)
        except ValueError:
            return False


def count(label: str, truth: int, slips: Iterable[Slip] = (), steps: Sequence[str] = (), reason: str = "") -> Question:
    """Return a question for a whole number; mistakes that lead to the truth are left out."""
    return Question(label, Count(), truth, _others(truth, slips), tuple(steps), reason)


def side(label: str, depth: int, truth: int, slips: Iterable[Slip] = (), steps: Sequence[str] = ()) -> Question:
    """Return a question for the side of square maps, whose whole shape may be typed; slips have sides as values."""
    wrong = (Slip(slip.name, (depth, slip.value, slip.value), slip.words) for slip in slips)
    right = (depth, truth, truth)
    return Question(label, Map(), right, _others(right, wrong), tuple(steps))


def number(
    label: str,
    truth: float | Fraction,
    slips: Iterable[Slip] = (),
    steps: Sequence[str] = (),
    *,
    unit: str = "",
    share: bool = False,
    reason: str = "",
) -> Question:
    """Return a question for a real number, to as many digits as tell it from each mistake, three at least.

    Parameters
    ----------
    label, truth, slips, steps, reason
        As in `Question`; mistakes that lead to the truth are left out.
    unit : str
        Such as "h".
    share : bool
        Whether the answer is a share that may be typed as a percentage.

    Raises
    ------
    Alike
        If a mistake agrees with the truth to six digits without being equal to it.
    """
    others = _others(truth, slips)
    digits = digits_needed(truth, [slip.value for slip in others])
    kind = Share(digits) if share else Number(digits, unit)
    return Question(label, kind, truth, others, tuple(steps), reason)


def near(
    label: str, truth: float, margin: float, wrong: Sequence[tuple[float, str]] = (), reason: str = ""
) -> Question:
    """Return a question for an estimate that is right within a margin, with a reason for some wrong numbers."""
    slips = tuple(Slip(f"{value:g}", value, words) for value, words in wrong)
    return Question(label, Near(3, "", margin), truth, slips, (), reason)


def choice(label: str, options: Sequence[str], truth: str, reasons: dict[str, str], reason: str = "") -> Question:
    """Return a question with options, and a reason why each wrong one is wrong."""
    slips = tuple(Slip(option, option, words) for option, words in reasons.items() if option != truth)
    return Question(label, Pick(tuple(options)), truth, slips, (), reason)


def _others(truth: Any, slips: Iterable[Slip]) -> tuple[Slip, ...]:
    return tuple(slip for slip in slips if slip.value != truth)
