"""Controls, declared once: what can be set on a page, and how it is written in a link.

A control's name is also its key in the URL, the keyword argument of the core function that
uses it and the variable in the exported script. Nothing here knows how a control is drawn.
"""

from __future__ import annotations

import difflib
import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

_SHOWN = 60  # characters of a text that are quoted in a sentence
_LISTED = 20  # up to this many values, a refusal names them all; beyond, only the one probably meant
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def _number(text: str) -> float:
    """Read a finite decimal number; stricter than `float`, which also takes nan, inf, 1_0, and other digits."""
    if not text:
        raise ValueError("an empty text is not a number")
    if len(text) > 40 or not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise ValueError(f"{text[:40]!r} is not a number")
    return float(text) + 0.0  # not -0


@dataclass(frozen=True, kw_only=True)
class Control(ABC):
    """The base of every control.

    Parameters
    ----------
    name
        Key in the URL, keyword argument of the core function, variable in the exported script.
    label, help
        Shown next to the widget.
    default
        Value on a fresh visit; the URL leaves it out.
    place
        "column" next to the picture, "more" for the folded part of that column, "stage" above the picture, for
        what changes only the picture, "section" for what is moved in a picture of a folded section.
    when
        Name of another control, and its values for which this one matters; it is shown only then.
    """

    name: str
    label: str
    help: str
    default: Any
    place: str = "column"
    when: tuple[str, tuple[Any, ...]] | None = None

    @abstractmethod
    def parse(self, text: str) -> Any:
        """Read a value from a link, moved to the nearest possible one; `ValueError` if it is not a value at all."""

    @abstractmethod
    def format(self, value: Any) -> str:
        """Write a value for a link; `parse` reads it back."""

    def show(self, value: Any) -> str:
        """Write a value for a reader."""
        return self.format(value)

    def moved(self, value: Any, text: str) -> bool:
        """Return whether the text of a link means a value other than the one taken, beyond a different spelling."""
        return True

    def shown(self, values: Mapping[str, Any]) -> bool:
        """Return whether the control matters, given the values of the others."""
        return self.when is None or values[self.when[0]] in self.when[1]


@dataclass(frozen=True, kw_only=True)
class Scale(Control):
    """A control over an ordered, finite set of numbers; `values` holds them all."""

    display: Callable[[Any], str] | None = None

    @property
    @abstractmethod
    def values(self) -> tuple[int | float, ...]:
        """Return all values in increasing order."""

    def parse(self, text: str) -> int | float:
        wanted = self.within(_number(text))
        return min(self.values, key=lambda value: self.distance(value, wanted))

    def within(self, number: float) -> float:
        """Return the nearest number between the two ends of the scale."""
        return min(max(number, self.values[0]), self.values[-1])

    def distance(self, value: float, wanted: float) -> float:
        """Return how far a value lies from a number between the two ends of the scale."""
        return abs(value - wanted)

    def format(self, value: float) -> str:
        return f"{value:.6g}"

    def moved(self, value: float, text: str) -> bool:
        return not math.isclose(_number(text), value, rel_tol=1e-5)

    def show(self, value: float) -> str:
        return self.display(value) if self.display else self.format(value)


def closest(controls: Iterable[Control], **numbers: float | Fraction) -> dict[str, int | float]:
    """Return numbers moved to the nearest values that the scales of their names have."""
    scales = {control.name: control for control in controls if isinstance(control, Scale)}
    return {name: scales[name].parse(f"{float(number):.12g}") for name, number in numbers.items()}


@dataclass(frozen=True, kw_only=True)
class Slider(Scale):
    """Equal steps from `low` to `high`, both included; whole numbers if all three are whole.

    `also` adds values that lie off the grid but must be reachable, such as the square root of 0.3.
    """

    low: float
    high: float
    step: float = 1
    also: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Check that the steps hit both ends and the default."""
        steps = (self.high - self.low) / self.step
        if abs(steps - round(steps)) > 1e-9:
            raise ValueError(f"`step` must divide the range of {self.name}; got {self.step}.")
        if self.default not in self.values:
            raise ValueError(f"`default` must be a value of {self.name}; got {self.default}.")

    @cached_property
    def values(self) -> tuple[int | float, ...]:
        count = round((self.high - self.low) / self.step)
        grid = [round(self.low + k * self.step, 10) for k in range(count + 1)]
        return tuple(sorted({*grid, *self.also}))


@dataclass(frozen=True, kw_only=True)
class LogSlider(Scale):
    """Equal ratios from `low` to `high`, `per_decade` to a power of ten, with an explicit 0 if `zero`.

    Whole numbers if `low` and `high` are whole. `also` adds values off the grid, as for `Slider`.
    """

    low: float
    high: float
    per_decade: float = 4
    zero: bool = False
    also: tuple[float, ...] = ()

    @cached_property
    def values(self) -> tuple[int | float, ...]:
        first, last = math.log10(self.low), math.log10(self.high)
        count = round((last - first) * self.per_decade)
        grid = [float(f"{10 ** (first + k / self.per_decade):.6g}") for k in range(count + 1)]
        if isinstance(self.low, int) and isinstance(self.high, int):
            return tuple(round(value) for value in grid)
        return tuple(sorted({*([0.0] if self.zero else []), *grid, *self.also}))

    def within(self, number: float) -> float:
        # 0 is taken where it is meant, and not for a small number
        return super().within(max(number, self.low) if number > 0 else number)

    def distance(self, value: float, wanted: float) -> float:
        if 0 in (value, wanted):
            return abs(value - wanted) and math.inf
        return abs(math.log(value / wanted))

    def moved(self, value: float, text: str) -> bool:
        wanted = _number(text)  # only between the two ends can it be shown the way a value is
        return super().moved(value, text) and (self.within(wanted) != wanted or self.show(wanted) != self.show(value))


@dataclass(frozen=True, kw_only=True)
class Choice(Control):
    """One of `options`, which maps each value to what the reader sees; `former` maps old links' values to new ones."""

    options: Mapping[str, str]
    former: Mapping[str, str] = field(default_factory=dict)

    @property
    def values(self) -> tuple[str, ...]:
        """Return all values."""
        return tuple(self.options)

    def parse(self, text: str) -> str:
        text = self.former.get(text, text)
        if text in self.options:
            return text
        if len(self.options) <= _LISTED:
            raise ValueError(f"{text[:40]!r} is not one of {', '.join(self.options)}")
        near = difflib.get_close_matches(text[:40], self.options, 1)
        raise ValueError(f"{text[:40]!r} is not known" + (f"; did you mean {near[0]}?" if near else ""))

    def format(self, value: str) -> str:
        return value

    def show(self, value: str) -> str:
        return self.options[value]

    def moved(self, value: str, text: str) -> bool:
        return self.former.get(text) != value


@dataclass(frozen=True, kw_only=True)
class Several(Control):
    """Any of `options`, as a sorted tuple of whole numbers, at most `limit` of them; 1.3.10 in a link."""

    options: Sequence[int]
    limit: int

    def parse(self, text: str) -> tuple[int, ...]:
        chosen = {int(_number(part)) for part in text.split(".")} if text else set()
        return tuple(sorted(chosen & set(self.options)))[: self.limit]

    def format(self, value: Sequence[int]) -> str:
        return ".".join(str(item) for item in value)


Place = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Places(Control):
    """Points of a picture that are dragged, from one to `limit` of them; the last is selected. 2~-1.5_3~0 in a link.

    `across` and `up` hold the values that the two coordinates can take.
    """

    across: tuple[float, ...]
    up: tuple[float, ...]
    limit: int = 1
    place: str = "section"

    def parse(self, text: str) -> tuple[Place, ...]:
        parts = [[_number(number) for number in part.split("~")] for part in text.split("_")]
        if any(len(numbers) != 2 for numbers in parts):
            raise ValueError(f"{text[:40]!r} must be pairs of coordinates")
        return tuple(self.nearest((x, y)) for x, y in parts[: self.limit])

    def format(self, value: Sequence[Place]) -> str:
        return "_".join("~".join(f"{number:g}" for number in place) for place in value)

    def show(self, value: Sequence[Place]) -> str:
        return ", ".join("({:g}, {:g})".format(*place) for place in value)

    def nearest(self, place: Place) -> Place:
        """Return the possible point nearest to a given one."""
        x, y = (min(grid, key=lambda v: abs(v - at)) for grid, at in zip((self.across, self.up), place, strict=True))
        return x, y

    def pointed(self, value: tuple[Place, ...], place: Place) -> tuple[Place, ...]:
        """Apply a click: it selects the point that is there, or adds one if there is room."""
        near = [
            abs(x - place[0]) < 0.03 * (self.across[-1] - self.across[0])
            and abs(y - place[1]) < 0.03 * (self.up[-1] - self.up[0])
            for x, y in value
        ]
        if any(near):
            found = near.index(True)
            return (*value[:found], *value[found + 1 :], value[found])
        return (*value, self.nearest(place)) if len(value) < self.limit else value


@dataclass(frozen=True, kw_only=True)
class Toggle(Control):
    """On or off; 1 or 0 in a link."""

    default: bool = False

    @property
    def values(self) -> tuple[bool, ...]:
        """Return both values."""
        return (False, True)

    def parse(self, text: str) -> bool:
        if text not in ("0", "1"):
            raise ValueError(f"{text[:40]!r} must be 0 or 1")
        return text == "1"

    def format(self, value: bool) -> str:
        return "1" if value else "0"


@dataclass(frozen=True, kw_only=True)
class Seed(Control):
    """The seed of the random numbers, a whole number from 0 to `high`."""

    name: str = "seed"
    label: str = "Random seed"
    help: str = "Seed of the random numbers. The same seed always gives the same data; change it to get new data."
    default: int = 0
    high: int = 99_999

    def parse(self, text: str) -> int:
        return round(min(max(_number(text), 0), self.high))

    def moved(self, value: int, text: str) -> bool:
        return not math.isclose(_number(text), value, rel_tol=1e-5)

    def format(self, value: int) -> str:
        return str(value)


@dataclass(frozen=True, kw_only=True)
class Text(Control):
    """Lines that a visitor types, at most `limit` characters; the core function decides what they mean.

    `pack` and `unpack` shorten a long text for a link; `unpack` raises `ValueError` for what `pack` never gives.
    `examples` are texts worth trying, for the tests. `lines` is whether there may be more than one line.
    """

    default: str = ""
    limit: int
    lines: bool = True
    examples: tuple[str, ...] = ()
    pack: Callable[[str], str] = str
    unpack: Callable[[str], str] = str

    @property
    def values(self) -> tuple[str, ...]:
        """Return the text of a fresh visit and the examples."""
        return (self.default, *self.examples)

    def parse(self, text: str) -> str:
        text = self.clean(self.unpack(text))
        if len(text) > self.limit:
            raise ValueError(f"it has {len(text):,} characters; the limit is {self.limit:,}")
        return text

    def clean(self, text: str) -> str:
        """Return the text with one kind of line end, without blanks at its ends and without invisible characters."""
        lines = text.replace("\r\n", "\n").replace("\r", "\n").strip()
        return "".join(c for c in lines if c.isprintable() or c in "\n\t")

    def moved(self, value: str, text: str) -> bool:
        return False

    def format(self, value: str) -> str:
        return self.pack(value)

    def show(self, value: str) -> str:
        return value if len(value) <= _SHOWN else f"{value[:_SHOWN]} …"


def defaults(controls: Sequence[Control]) -> dict[str, Any]:
    """Return the value of every control on a fresh visit."""
    return {control.name: control.default for control in controls}
