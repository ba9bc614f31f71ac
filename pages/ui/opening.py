"""A link that unfolds a section or an exercise: `?open=layer-table`, `?open=convolution-7`."""

from __future__ import annotations

import re

import streamlit as st

from core.kit.lab import Lab
from pages.ui import state
from pages.ui.state import State

PRACTICE = "practice"
# What stands above takes its height only bit by bit: follow it for a while, unless somebody scrolls. A block, since the
# script may run more than once on a page.
_SCROLL = """{
const fold = document.querySelector('FOLD');
if (fold) {
  fold.style.scrollMarginTop = '4rem';
  const watch = new ResizeObserver(() => fold.scrollIntoView());
  const stop = () => watch.disconnect();
  watch.observe(document.querySelector('[data-testid="stMainBlockContainer"]'));
  for (const kind of ['wheel', 'touchstart', 'pointerdown', 'keydown']) addEventListener(kind, stop, { once: true });
  setTimeout(stop, 5000);
}
}"""
_NAMED = 40  # characters of a name that are quoted
_EXERCISE = re.compile(r"(?P<name>[a-z0-9_]{1,60})(-(?P<number>\d{1,6}))?", re.ASCII)


def section_key(lab: Lab, index: int) -> str:
    """Return the key of the fold of a section."""
    return f"{lab.name}:section{index}"


def practice_key(lab: Lab) -> str:
    """Return the key of the fold with the exercises of a lab."""
    return f"{lab.name}:practice"


def arrive(lab: Lab, record: State) -> None:
    """Unfold what the address names, once per visit; a name that is not one of this lab's gets a sentence."""
    names = st.query_params.get_all(state.OPEN)
    if (record.visit, names) == record.link.opened:
        return
    record.link.opened = record.visit, names
    if not names:
        return
    key = fold_of(lab, names[0]) if len(names) == 1 else ""
    if key:
        st.session_state[key] = True
        st.session_state[f"{lab.name}:scroll"] = key
    else:
        told = " and ".join(repr(name[:_NAMED]) for name in names[:2])
        why = "this page has no such section or exercise" if len(names) == 1 else "it can open only one of them"
        record.link.notes.append(f"Ignored {told} in the link: {why}.")


def fold_of(lab: Lab, name: str) -> str:
    """Return the key of the fold that a name means, with its exercise chosen; empty if there is none."""
    if name == PRACTICE and lab.exercises:
        return practice_key(lab)
    for index, section in enumerate(lab.sections):
        if section.name == name:
            return section_key(lab, index)
    found = _EXERCISE.fullmatch(name)
    template = next((t for t in lab.exercises if found and t.key == f"{lab.name}.{found['name']}"), None)
    if found is None or template is None:
        return ""
    st.session_state[f"{practice_key(lab)}.which"] = template.title
    st.session_state.setdefault(f"{lab.name}:variants", {})[template.key] = int(found["number"] or 0)
    return practice_key(lab)


def scroll(lab: Lab) -> None:
    """Scroll to what was unfolded by a link."""
    key = st.session_state.pop(f"{lab.name}:scroll", "")
    if key:
        name = re.sub("[^a-zA-Z0-9_-]", "-", key)
        st.html(f"<script>{_SCROLL.replace('FOLD', f'.st-key-{name}')}</script>", unsafe_allow_javascript=True)
