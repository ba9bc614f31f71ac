"""The page of exercises: a sheet drawn by topic and seed or picked one by one, and its files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest

import streamlit as st

from core.exercises.export.key_csv import key_csv
from core.exercises.export.moodle import moodle_xml
from core.exercises.export.qti import qti_zip
from core.exercises.export.report import report_html, report_json
from core.exercises.export.sheet_html import sheet_html
from core.exercises.sheets import LONGEST, pick, picked, sheet
from core.exercises.templates import LARGEST_VARIANT, Drawn, Template
from core.kit.words import verbatim
from pages.ui import net, shell
from pages.ui.exercise import exercise
from pages.ui.ledger import MASTERED, ledger

ALL = "All topics"
N, SEED = 5, 1  # of a fresh visit
DONE = "done"  # query parameter with the progress: 1 for each exercise that was solved


@dataclass(frozen=True)
class Asked:
    """Read what the address asks for, with a sentence for each part that could not be taken."""

    topic: str = ALL
    n: int = N
    seed: int = SEED
    pick: str = ""
    done: str = ""
    notes: tuple[str, ...] = ()


@cache
def templates() -> dict[str, Template]:  # type: ignore[type-arg]
    """Return all templates of all labs by key, in the order of the navigation."""
    return {template.key: template for lab in shell.labs().values() for template in lab.exercises}


def topics() -> list[str]:
    """Return all topics, in the order in which labs have them."""
    return list(dict.fromkeys(template.topic for template in templates().values()))


def asked() -> Asked:
    """Read the address; what makes no sense becomes a note and its default."""
    query, notes = st.query_params, []
    topic = query.get("topic", ALL)
    if topic not in (ALL, *topics()):
        notes.append("The link names a topic that is not known here; it shows all topics.")
        topic = ALL
    numbers = {}
    for name, default, low, high in (("n", N, 1, LONGEST), ("seed", SEED, 0, LARGEST_VARIANT)):
        text = query.get(name, str(default))
        good = re.fullmatch(r"\d{1,9}", text, re.ASCII) is not None
        numbers[name] = min(max(int(text), low), high) if good else default
        if not good or int(text) != numbers[name]:
            notes.append(f"“{name}” in the link must be a number from {low} to {high:,}; it is {numbers[name]:,}.")
    done = query.get(DONE, "")
    if not re.fullmatch("[01]*", done):
        notes.append(f"“{DONE}” in the link must consist of 0 and 1, one for each exercise; it is ignored.")
        done = ""
    return Asked(topic, numbers["n"], numbers["seed"], query.get("pick", ""), done, tuple(notes))


def show() -> None:
    """Draw the page."""
    st.title("Practice", anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("Exercises with new numbers each time. A wrong answer says what went wrong.", width="content")
        st.page_link(shell.join_page(), label="Answer in class")
    wish = asked()
    drawn, notes = _drawn(wish)
    _settings(wish)
    for note in (*wish.notes, *notes):
        st.caption(f":material/info: {verbatim(note)}")
    if not drawn:
        st.info("Choose exercises above to begin.", icon=":material/edit:")
        return
    solved = [ledger().entry(one).done or before == "1" for one, before in zip_longest(drawn, wish.done) if one]
    _progress(drawn, solved)
    for place, one in enumerate(drawn):
        _one(place, one, drawn)
    _files(drawn, solved)
    _report()


def _drawn(wish: Asked) -> tuple[list[Drawn], list[str]]:
    if wish.pick:
        return picked(wish.pick, templates())
    wanted = [t for t in templates().values() if wish.topic in (ALL, t.topic)]
    return (sheet(wanted, n=wish.n, seed=wish.seed), []) if wanted else ([], [])


def _settings(wish: Asked) -> None:
    def take() -> None:
        st.query_params.from_dict(
            {
                "topic": st.session_state["practice:topic"] or ALL,
                "n": str(st.session_state["practice:n"]),
                "seed": str(wish.seed),
            }
        )

    def fresh() -> None:
        seed = (wish.seed * 7919 + 12_347) % LARGEST_VARIANT  # another sheet, and the same one after a reload
        st.query_params.from_dict({"topic": wish.topic, "n": str(wish.n), "seed": str(seed)})

    def choose() -> None:
        keys = st.session_state["practice:basket"]
        known = {t.title: t for t in templates().values()}
        st.query_params.from_dict(
            {"pick": "~".join(f"{known[title].key}-{wish.seed}" for title in keys)} if keys else {}
        )

    _hold("practice:topic", wish.topic)
    _hold("practice:n", wish.n)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("Topic", [ALL, *topics()], key="practice:topic", on_change=net.safely(take), width=280)
        st.number_input("Exercises", 1, LONGEST, key="practice:n", on_change=net.safely(take), width=140)
        st.button("New sheet", on_click=net.safely(fresh), icon=":material/casino:", key="practice:fresh")
    with st.expander("Choose exercises one by one"):
        st.multiselect(
            "Exercises",
            [t.title for t in templates().values()],
            key="practice:basket",
            on_change=net.safely(choose),
            max_selections=LONGEST,
            placeholder="Type a word or choose from the list",
        )


def _hold(key: str, value: object) -> None:
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _progress(drawn: Sequence[Drawn], solved: Sequence[bool]) -> None:
    marks = "".join("●" if done else "○" for done in solved)
    minutes = sum(one.template.minutes for one in drawn)
    st.caption(f"{marks} {sum(solved)} of {len(drawn)} solved, about {minutes} minutes in all")


def _one(place: int, one: Drawn, drawn: Sequence[Drawn]) -> None:
    def another() -> None:
        number = one.number % LARGEST_VARIANT + 1
        swapped = [*drawn[:place], one.template.variant(number), *drawn[place + 1 :]]
        before = st.query_params.get(DONE, "")
        kept = {DONE: f"{before[:place]}0{before[place + 1 :]}"} if len(before) > place else {}
        st.query_params.from_dict({"pick": pick(swapped), **kept})
        st.rerun()

    with st.container(border=True, key=f"practice{place}"):
        star = f" :green-badge[{MASTERED} in a row]" if ledger().mastered(one.template.key) else ""
        st.markdown(f"## {place + 1}. {one.template.title}{star}")
        exercise(one, f"practice{place}", another, counted=True)


def _files(drawn: Sequence[Drawn], solved: Sequence[bool]) -> None:
    with st.expander("Print it, or take it into a course"):
        query = f"?pick={pick(drawn)}"
        link = f"{st.context.url or ''}{query}"
        marks = "".join("1" if done else "0" for done in solved)
        progress = st.checkbox("With your progress", key="practice:progress", help="Marks what you have solved.")
        st.code(f"{query}&{DONE}={marks}" if progress else query, language=None, wrap_lines=True)
        with st.container(horizontal=True):
            for label, name, mime, content in (
                ("Sheet", "sheet.html", "text/html", lambda: sheet_html(drawn, link=link, key=False)),
                ("Sheet and key", "sheet_and_key.html", "text/html", lambda: sheet_html(drawn, link=link)),
                ("Moodle XML", "moodle.xml", "application/xml", lambda: moodle_xml(drawn)),
                ("QTI 2.1", "qti.zip", "application/zip", lambda: qti_zip(drawn)),
                ("Key (CSV)", "key.csv", "text/csv", lambda: key_csv(drawn)),
            ):
                st.download_button(label, content, name, mime, key=f"practice:{name}", on_click="ignore")
        st.caption("Open the sheet in a browser and print it. Moodle reads the XML, most other systems read QTI.")


@st.fragment
@net.guarded
def _report() -> None:
    """Offer all answers of the session, also those to predictions and in labs, as they are when this is unfolded."""
    folded = st.expander("Your answers in this session", on_change="rerun", key="practice:report")
    if not folded.open:
        return
    with folded:
        lines, here = ledger().lines(), st.context.url or ""
        if not lines:
            st.caption("None so far. Predictions and exercises in labs are listed here too.")
            return
        right = sum(line.question.judge(line.answer).right for line in lines)
        st.markdown(f"{len(lines)} answers, {right} correct. They end with this session; take them with you.")
        with st.container(horizontal=True):
            for label, name, mime, content in (
                ("Report to print", "answers.html", "text/html", lambda: report_html(lines, here)),
                ("Report as data", "answers.json", "application/json", lambda: report_json(lines)),
            ):
                st.download_button(label, content, name, mime, key=f"practice:{name}", on_click="ignore")
