"""The glossary: what the terms of the labs mean."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from core.kit.glossary.fits import FOUNDATIONS, GENERALIZATION
from core.kit.glossary.ranking import RANKING
from core.kit.glossary.term import Term
from core.kit.glossary.training import NETWORKS, TRAINING

GLOSSARY: dict[str, tuple[Term, ...]] = {
    "Generalization": GENERALIZATION,
    "Foundations": FOUNDATIONS,
    "Ranking": RANKING,
    "Networks": NETWORKS,
    "Training": TRAINING,
}

TERMS: tuple[Term, ...] = tuple(term for terms in GLOSSARY.values() for term in terms)

# What no link may stand in: formulas, code, links, what Streamlit colors, quotations of the screen, headings.
_APART = r"\$\$.+?\$\$|\$[^$]+\$|```.+?```|`[^`]+`|\[[^\]]*\]\([^)]*\)|:[\w-]+\[[^\]]*\]|“[^”]*”|^#[^\n]*"


def linked(text: str, lab: str, done: set[str]) -> str:
    """Link the first occurrence of each of a lab's terms in a text to the glossary.

    Parameters
    ----------
    text : str
        Markdown of a section of the lab.
    lab : str
        Name of the lab: a word is a term only where `Term.labs` says so.
    done : set of str
        Names of the terms that the section has linked already; those that are linked here are added.

    Returns
    -------
    str
        The same words; the definition is the title of each link, which a pointer that rests on it shows.
    """
    spelled = _spelled(lab)
    if not spelled:
        return text

    def link(found: re.Match[str]) -> str:
        if found["term"] is None:
            return found[0]
        term = spelled[found["term"].casefold()]
        if term.name in done:
            return found[0]
        done.add(term.name)
        return f'[{found[0]}](glossary#{term.anchor} "{term.words}")'

    pattern = rf"(?:{_APART})|{_pattern(spelled)}"
    return re.sub(pattern, link, text, flags=re.IGNORECASE | re.MULTILINE | re.DOTALL)


def named(text: str, lab: str) -> list[Term]:
    """Return the terms of a lab that a text without markup names, each once, in the order of their first places."""
    spelled = _spelled(lab)
    places = re.finditer(_pattern(spelled), text, re.IGNORECASE) if spelled else ()
    return list(dict.fromkeys(spelled[place["term"].casefold()] for place in places))


@cache
def _spelled(lab: str) -> dict[str, Term]:
    """Return the terms of a lab by each of their spellings."""
    return {name.casefold(): term for term in TERMS if lab in term.labs for name in (term.name, *term.also)}


def _pattern(spelled: Iterable[str]) -> str:
    names = "|".join(map(re.escape, sorted(spelled, key=len, reverse=True)))
    return rf"(?<![\w-])(?P<term>{names})s?(?![\w-])"
