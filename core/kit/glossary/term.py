"""A term of the glossary."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """A term and its definition, one or two sentences of at most 30 words.

    `labs` names the labs that show it; `also` are other spellings, by which the texts of those labs call it.
    """

    name: str
    words: str
    labs: tuple[str, ...]
    also: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """Name of its place on the page, such as "term-test-error"."""
        plain = self.name.translate(_PLAIN).casefold()
        return "term-" + "-".join(re.findall(r"[a-z0-9]+", plain))


_PLAIN = str.maketrans({"²": "2", "β": "-beta", "γ": "-gamma"})
