"""The glossary: what the terms of the labs mean."""

from __future__ import annotations

import re

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
    spelled = {name.casefold(): term for term in TERMS if lab in term.labs for name in (term.name, *term.also)}
    if not spelled:
        return text
    names = "|".join(map(re.escape, sorted(spelled, key=len, reverse=True)))

    def link(found: re.Match[str]) -> str:
        if found["term"] is None:
            return found[0]
        term = spelled[found["term"].casefold()]
        if term.name in done:
            return found[0]
        done.add(term.name)
        return f'[{found[0]}](glossary#{term.anchor} "{term.words}")'

    pattern = rf"(?:{_APART})|(?<![\w-])(?P<term>{names})s?(?![\w-])"
    return re.sub(pattern, link, text, flags=re.IGNORECASE | re.MULTILINE | re.DOTALL)
