"""The page of the glossary: what each term means, and which labs show it."""

from __future__ import annotations

from html import escape

import streamlit as st

from core.kit.glossary import GLOSSARY, Term
from core.kit.lab import Lab
from core.kit.words import verbatim
from pages.ui import shell

# An address such as /glossary#term-leverage is older than the page that it points into.
# A block, since the script runs once for each visit and its names would still be taken.
_SCROLL = """<script>{
const term = document.getElementById(location.hash.slice(1));
if (term) { term.scrollIntoView(); term.focus({ preventScroll: true }); }
}</script>"""


def show() -> None:
    """Draw the page."""
    st.title("Glossary", anchor=False)
    labs = shell.labs()
    asked = st.text_input("Find a term", max_chars=60, width=320, autocomplete="off", key="glossary:find").strip()
    found = {topic: [term for term in terms if _matches(term, asked)] for topic, terms in GLOSSARY.items()}
    if not any(found.values()):
        st.info(f"No term or definition contains “{verbatim(asked)}”.")
    with st.container(key="glossary"):
        for topic, terms in found.items():
            if terms:
                st.header(topic, anchor=False)
                st.html(f"<dl>{''.join(_entry(term, labs) for term in sorted(terms, key=_letters))}</dl>")
        st.html(_SCROLL, unsafe_allow_javascript=True)


def _matches(term: Term, asked: str) -> bool:
    return any(asked.casefold() in text.casefold() for text in (term.name, term.words, *term.also))


def _letters(term: Term) -> str:
    return term.name.casefold()


def _entry(term: Term, labs: dict[str, Lab]) -> str:
    """Write a term with its meaning and links to its labs, which open beside the glossary as links in sections do."""
    links = ", ".join(f'<a href="{name}" target="_blank">{escape(labs[name].title)}</a>' for name in term.labs)
    return (
        f'<dt id="{term.anchor}" tabindex="-1">{escape(term.name)}</dt>'
        f"<dd>{escape(term.words)} <span>{links}</span></dd>"
    )
