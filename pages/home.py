"""Home: one live chart, three doors, and a card for each lab."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.kit.lab import Lab
from pages.ui import net, shell, state, telling
from pages.ui.live_chart import live_chart

_HERO = "bias_variance"
_HERO_STATE = {"n_train": 20, "test_at": "inside", "max_degree": 10, "degree": 3}
_DOORS = (
    ("Show it in class", "Full screen, large type, a key for everything.", _HERO, {"present": "1"}, "present_to_all"),
    ("Train a network", "A learning-rate range test on this machine.", "lr_range", {}, "play_circle"),
)


def render() -> None:
    """Draw the home page."""
    labs = shell.labs()
    if state.presenting():
        look = {"key": "home:present", "shortcut": "Escape", "type": "tertiary"}
        st.button("Exit", on_click=net.safely(state.present), args=(False,), **look)
    else:
        with st.container(key="hero"):
            words, picture = st.columns([1, 2.2], gap="medium")
            with words:
                st.title("Lectern", anchor=False)
                st.markdown("Live demos for machine-learning lectures. Drag, and watch the math respond.")
                for label, note, name, query, icon in _DOORS:
                    with st.container(key=f"door.{icon}"):
                        _link(labs[name], f"**{label}**  \n{note}", dict(query), icon=f":material/{icon}:")
                with st.container(key="door.school"):
                    label = "**Practice**  \nExercises that say what went wrong."
                    st.page_link(shell.practice_page(), label=label, icon=":material/school:")
                label = "Glossary: what the terms mean"
                st.page_link(shell.glossary_page(), label=label, icon=":material/menu_book:")
            with picture:
                st.fragment(net.guarded(_hero))(labs[_HERO])
        telling.lectures(labs)
    with st.container(key="labs"):
        for topic, names in shell.TOPICS.items():
            for name in names:
                _card(topic, labs[name])


def _link(lab: Lab, label: str, query: dict[str, str], icon: str | None = None) -> None:
    """Draw a link to a lab as it was left, so that Back comes here; a presenter stays one."""
    kept = {state.PRESENT: "1"} if state.presenting() else {}
    now = lab.link(state.of(lab).values)
    st.page_link(shell.lab_page(lab), label=label, query_params=now | kept | query, icon=icon)


def _hero(lab: Lab) -> None:
    """Draw one picture that can be dragged."""
    values = lab.preset_values(lab.presets[0]) | lab.fresh | _HERO_STATE
    picture = lab.draw(lab.result(values), values)
    panels = [
        replace(panel, height=round(0.55 * panel.height))
        for panel in picture.panels
        if panel.column or not panel.folded
    ]
    live_chart(replace(picture, panels=tuple(panels)), key="home:hero", start=lab.stand(values))


def _card(topic: str, lab: Lab) -> None:
    with st.container(key=f"card.{lab.name}"):
        st.image(lab.thumbnail(), width="stretch", alt="")
        _link(lab, f"**{lab.question}**", {})
        st.caption(f"{topic} · {lab.title}")


if __name__ == "__main__":
    shell.run_page(render)
