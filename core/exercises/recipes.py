"""Sums of products with named factors: one recipe gives a number, its worked steps, and what mistakes lead to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import prod

from core.exercises.questions import Question, Slip, count, number


@dataclass(frozen=True)
class Recipe:
    """A sum of products.

    Attributes
    ----------
    terms : tuple of mappings
        Each maps the names of its factors to their values, in the order they are written in.
    """

    terms: tuple[Mapping[str, int | Fraction], ...]

    @property
    def value(self) -> int | Fraction:
        """The sum; a whole number as int."""
        total = Fraction(sum(Fraction(prod(Fraction(factor) for factor in term.values())) for term in self.terms))
        return int(total) if total.denominator == 1 else total

    def steps(self) -> tuple[str, ...]:
        """Write each product on a line, and their sum on the last."""
        products = [Recipe((term,)).value for term in self.terms]
        lines = [
            f"{' · '.join(_plain(factor) for factor in term.values())} = {_plain(value)}"
            for term, value in zip(self.terms, products, strict=True)
            if len(term) > 1
        ]
        if len(products) > 1:
            lines.append(f"{' + '.join(_plain(value) for value in products)} = {_plain(self.value)}")
        return tuple(lines)

    def edit(self, name: str, factor: int | Fraction) -> Recipe:
        """Replace a factor in every term that has it."""
        return Recipe(tuple({**term, name: factor} if name in term else term for term in self.terms))

    def drop(self, name: str) -> Recipe:
        """Leave out a factor in every term that has it."""
        return Recipe(tuple({key: value for key, value in term.items() if key != name} for term in self.terms))

    def without(self, place: int) -> Recipe:
        """Leave out a term."""
        return Recipe(tuple(term for index, term in enumerate(self.terms) if index != place))


@dataclass(frozen=True)
class Edit:
    """A mistake as a change of a recipe: its name, one sentence, and the change."""

    name: str
    words: str
    change: Callable[[Recipe], Recipe]


def asked(label: str, recipe: Recipe, edits: Sequence[Edit], others: Sequence[Slip] = (), unit: str = "") -> Question:
    """Return the question for a recipe, with every single mistake and every pair that leads to a new number.

    Parameters
    ----------
    label : str
    recipe : Recipe
    edits : sequence of Edit
        Mistakes that can be made alone or together.
    others : sequence of Slip
        Mistakes that are not changes of the recipe.
    unit : str
        For a number that is not whole.
    """
    slips = [Slip(edit.name, edit.change(recipe).value, edit.words) for edit in edits] + list(others)
    known = {slip.value for slip in slips} | {recipe.value}
    for first, second in combinations(edits, 2):
        value = second.change(first.change(recipe)).value
        if value not in known:
            names = (first.name, second.name)
            slips.append(Slip("+".join(names), value, f"{first.words} And: {second.words}", names))
            known.add(value)
    if isinstance(recipe.value, int):
        whole = [slip for slip in slips if Fraction(slip.value).denominator == 1]
        return count(label, recipe.value, whole, recipe.steps())
    return number(label, recipe.value, slips, recipe.steps(), unit=unit)


def _plain(value: int | Fraction) -> str:
    exact = Fraction(value)
    return f"{int(exact):,}" if exact.denominator == 1 else f"{float(exact):.6g}"
