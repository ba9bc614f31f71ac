"""A function of x that a visitor has typed, such as `sin(2*x)/x`, read by a parser of our own and never executed.

::

    sum     := product (("+" | "-") product)*
    product := signed (("*" | "/") signed)*
    signed  := ("-" | "+") signed | power
    power   := atom [("^" | "**") signed]
    atom    := number | x | pi | e | function "(" sum ["," sum] ")" | "(" sum ")"
"""

from __future__ import annotations

import difflib
import functools
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from core.kit.arrays import Array

MAX_TEXT = 200  # characters
MAX_DEPTH = 25  # parentheses, functions, signs, and exponents inside each other
LARGEST = 1e6  # of a value, so that squares of squares still have all their digits

FUNCTIONS: dict[str, np.ufunc] = {
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "exp": np.exp,
    "log": np.log,
    "ln": np.log,
    "log10": np.log10,
    "log2": np.log2,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "sign": np.sign,
    "floor": np.floor,
    "ceil": np.ceil,
    "min": np.minimum,
    "max": np.maximum,
}
CONSTANTS = {"pi": float(np.pi), "e": float(np.e)}

# How tightly an operator binds, and what it does.
_OPERATORS: dict[str, tuple[int, Callable[..., Any]]] = {
    "+": (1, operator.add),
    "-": (1, operator.sub),
    "*": (2, operator.mul),
    "/": (2, operator.truediv),
    "neg": (3, operator.neg),
    "**": (4, operator.pow),
}
_TIGHTEST = 5
_TOKEN = re.compile(r"\s*(?:(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)|([a-z_]\w*)|(\*\*|[-+*/^(),]))", re.ASCII)
_SAME = str.maketrans({"−": "-", "–": "-", "·": "*", "×": "*", "π": "pi ", "²": "^2", "³": "^3"})


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or a function with its operands."""

    name: str
    args: tuple[Term, ...]


Term = float | str | Call  # a number, a name, or a call


@dataclass(frozen=True)
class Formula:
    """A function of x as it was read.

    Attributes
    ----------
    term : Term
        Its tree.
    """

    term: Term

    @property
    def code(self) -> str:
        """The function as a NumPy expression in `x`, which gives the same numbers as `__call__`."""
        written = _written(self.term)[0]
        return written if _varies(self.term) else f"{written} + 0 * x"

    def __call__(self, x: Array) -> Array:
        """Return the values at inputs of any shape.

        Raises
        ------
        ValueError
            If a value is not finite or beyond ±`LARGEST`; the sentence says at which x.
        """
        with np.errstate(all="ignore"):
            y = np.asarray(_value(self.term, x) + 0 * x, dtype=np.float64)
        bad = ~(np.abs(y) <= LARGEST)
        if bad.any():
            at, value = float(x[bad].flat[0]), float(y[bad].flat[0])
            problem = f"is beyond ±{LARGEST:,.0f}" if np.isfinite(value) else "has no finite value"
            raise ValueError(f"Your function {problem} at x = {at:.6g}; change it or the range of x.")
        return y


@functools.lru_cache(maxsize=64)
def parse(text: str) -> Formula:
    """Read a function of x.

    Case, blanks, and the spellings × · − π ² ³ of other keyboards do not matter.

    Raises
    ------
    ValueError
        With a sentence that says what is wrong and at which character, counted from 1.
    """
    if len(text) > MAX_TEXT:
        raise ValueError(f"Your function has {len(text):,} characters; the limit is {MAX_TEXT}.")
    if not text.strip():
        raise ValueError("Type a function of x, such as sin(2*x).")
    return Formula(_Reader(text).read())


class _Reader:
    """A recursive descent over the tokens of a text; each is (kind, text, position)."""

    def __init__(self, text: str) -> None:
        self.depth = self.next = 0
        self.tokens = list(_tokens(text))

    def read(self) -> Term:
        term = self.sum()
        kind, text, at = self.tokens[self.next]
        if text == ")":
            _refuse(f"No parenthesis is open for the “)” at {at}.")
        if text == ",":
            _refuse(f"Unexpected comma at {at}; write a decimal point, and commas only in min and max.")
        if kind != "end":
            _refuse(f"An operator such as * is missing before “{text}” at {at}.")
        return term

    def take(self, *texts: str) -> str:
        """Return the next token and go on if it is one of these; otherwise an empty text."""
        kind, text, _ = self.tokens[self.next]
        if kind != "sign" or text not in texts:
            return ""
        self.next += 1
        return text

    def sum(self) -> Term:
        return self.chain(self.product, "+", "-")

    def product(self) -> Term:
        return self.chain(self.signed, "*", "/")

    def chain(self, part: Callable[[], Term], *signs: str) -> Term:
        term = part()
        at = self.tokens[self.next][2]
        while sign := self.take(*signs):
            term = _call(at, sign, term, part())
            at = self.tokens[self.next][2]
        return term

    def signed(self) -> Term:
        at = self.tokens[self.next][2]
        self.depth += 1
        if self.depth > MAX_DEPTH:
            _refuse(f"Your function is nested more than {MAX_DEPTH} deep at {at}; write it more simply.")
        sign = self.take("-", "+")
        term = self.signed() if sign else self.power()
        self.depth -= 1
        return Call("neg", (term,)) if sign == "-" else term

    def power(self) -> Term:
        base, at = self.atom(), self.tokens[self.next][2]
        return _call(at, "**", base, self.signed()) if self.take("^", "**") else base

    def atom(self) -> Term:
        kind, text, at = self.tokens[self.next]
        if self.take("("):
            term = self.sum()
            self.close(at)
            return term
        if kind not in ("number", "name"):
            where = f"before “{text}” at {at}" if text else "at the end"
            _refuse(f"A number, x, or a function is missing {where}.")
        self.next += 1
        if kind == "number":
            return _number(text, at)
        if text == "x" or text in CONSTANTS:
            return text
        if text not in FUNCTIONS:
            near = difflib.get_close_matches(text, [*FUNCTIONS, *CONSTANTS], 1, 0.5)
            known = ", ".join(["x", *CONSTANTS, *FUNCTIONS])
            _refuse(f"Unknown name “{text}” at {at}; " + (f"did you mean {near[0]}?" if near else f"known: {known}."))
        return self.function(text, at)

    def function(self, name: str, at: int) -> Term:
        opened = self.tokens[self.next][2]
        if not self.take("("):
            _refuse(f"A parenthesis is missing after “{name}” at {at}; write {name}(x).")
        args = [self.sum()]
        while self.take(","):
            args.append(self.sum())
        self.close(opened)
        if len(args) != FUNCTIONS[name].nin:
            _refuse(f"{name} at {at} takes {FUNCTIONS[name].nin}, not {len(args)}, values; use a decimal point.")
        return _call(at, name, *args)

    def close(self, opened: int) -> None:
        kind, text, at = self.tokens[self.next]
        if self.take(")"):
            return
        if kind in ("number", "name") or text == "(":
            _refuse(f"An operator such as * is missing before “{text}” at {at}.")
        if text == ",":
            _refuse(f"Unexpected comma at {at}; write a decimal point, and commas only in min and max.")
        _refuse(f"The parenthesis at {opened} is never closed.")


def _tokens(text: str) -> list[tuple[str, str, int]]:
    """Split a text; positions count from 1 and are those of the text as typed."""
    places = [k for k, char in enumerate(text, 1) for _ in char.translate(_SAME).lower()]
    text = "".join(char.translate(_SAME).lower() for char in text)
    found, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            _refuse(f"Unexpected “{text[at]}” at {places[at]}; write the function like sin(2*x)/3.")
        kind = ("", "number", "name", "sign")[match.lastindex or 0]
        found.append((kind, match[match.lastindex or 0], places[match.start(match.lastindex or 0)]))
        at = match.end()
    return [*found, ("end", "", len(places) + 1)]


def _number(text: str, at: int) -> float:
    if not np.isfinite(float(text)):
        _refuse(f"The number at {at} is too large.")
    return float(text)


def _call(at: int, name: str, *args: Term) -> Call:
    """Make a call; one without x must have a finite value, since Python and NumPy disagree about others."""
    call = Call(name, args)
    if not _varies(call):
        with np.errstate(all="ignore"):
            if not np.isfinite(_value(call, np.empty(0))):
                _refuse(f"What is computed at {at} is not a finite number.")
    return call


def _refuse(sentence: str) -> NoReturn:
    raise ValueError(sentence)


def _varies(term: Term) -> bool:
    return any(map(_varies, term.args)) if isinstance(term, Call) else term == "x"


def _value(term: Term, x: Array) -> Any:
    if isinstance(term, Call):
        what = FUNCTIONS[term.name] if term.name in FUNCTIONS else _OPERATORS[term.name][1]
        return what(*(_value(arg, x) for arg in term.args))
    return x if term == "x" else np.float64(CONSTANTS[term] if isinstance(term, str) else term)


def _written(term: Term) -> tuple[str, int]:
    """Write a term for NumPy, and say how tightly its outermost operator binds."""
    if isinstance(term, str):
        return (term if term == "x" else f"np.{term}"), _TIGHTEST
    if not isinstance(term, Call):
        return (f"{term:.0f}" if term.is_integer() and term < 1e6 else repr(term)), _TIGHTEST
    if term.name in FUNCTIONS:
        return f"np.{FUNCTIONS[term.name].__name__}({', '.join(_written(arg)[0] for arg in term.args)})", _TIGHTEST
    binds = _OPERATORS[term.name][0]
    if term.name == "neg":
        return f"-{_inside(term.args[0], binds)}", binds
    # Equal operators are read from the left, except for exponents, which may also have a sign.
    power = term.name == "**"
    left, right = (binds + 1, binds - 1) if power else (binds, binds + 1)
    sign = term.name if power else f" {term.name} "
    return f"{_inside(term.args[0], left)}{sign}{_inside(term.args[1], right)}", binds


def _inside(term: Term, tightly: int) -> str:
    written, binds = _written(term)
    return written if binds >= tightly else f"({written})"
