"""Home: one card for each lab, with a drawn picture and links to its presets."""

from __future__ import annotations

import streamlit as st

from core.kit.controls import to_link
from core.kit.lab import Lab
from pages.ui import shell, state

IN_A_ROW = 3
BEST = 4  # presets on a card; they stand in the order in which they are worth a look


def render() -> None:
    """Draw the home page."""
    st.title("Lectern", anchor=False)
    st.markdown(
        "Machine learning under the finger: drag a slider and watch the mathematics move. What matters on screen is "
        "computed in two independent ways, and everything can be taken home."
    )
    labs = shell.labs()
    for topic, names in shell.TOPICS.items():
        st.header(topic, anchor=False)
        for start in range(0, len(names), IN_A_ROW):
            for place, name in zip(st.columns(IN_A_ROW, gap="large"), names[start : start + IN_A_ROW], strict=False):
                with place:
                    _card(labs[name])


def _card(lab: Lab) -> None:
    st.image(lab.thumbnail(), width="stretch")
    st.subheader(lab.question, anchor=False)
    page = shell.lab_page(lab)
    now = to_link(lab.all_controls, state.of(lab).values)  # as it was left, and so Back comes here
    st.page_link(page, label=f"Open “{lab.title}”", query_params=now, icon=":material/arrow_forward:")
    with st.container(horizontal=True, key=f"card.{lab.name}"):
        for preset in lab.presets[:BEST]:
            query = to_link(lab.all_controls, lab.preset_values(preset))
            st.page_link(page, label=preset.label, query_params=query, help=preset.note)


if __name__ == "__main__":
    shell.run_page(render)
