"""The list of past runs, and what can be done with the chosen ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pprint import pformat
from typing import Any

import streamlit as st

from core import jobs
from core.kit.runs import ListedRun, RunList
from core.kit.words import inert
from pages.ui import net
from pages.ui.blocks import SEEN
from pages.ui.export import to_csv
from pages.ui.owner import may_change_run

SHOWN = 200  # the newest ones


def run_list(block: RunList, key: str, open_settings: Callable[[Mapping[str, Any]], None]) -> Sequence[Any]:
    """Draw the table and the buttons for the chosen runs; return the picture that compares them."""
    runs = list(block.runs())[:SHOWN]
    columns = {
        "name": [inert(run.name, SEEN) for run in runs],
        "run": [run.title for run in runs],
        "state": [run.state.replace("cancelled", "canceled") for run in runs],
        "seconds": [round(run.seconds, 1) for run in runs],
        "begun": [_when(run.created) for run in runs],
    }
    st.caption("Select one run, or several to compare. Everyone on this server shares the runs.")
    # The key holds the runs, so a choice never means a run other than the one that was clicked.
    table = f"{key}:{hash(tuple(run.id + run.state for run in runs))}"
    picked = st.dataframe(
        columns, key=table, hide_index=True, height=260, on_select="rerun", selection_mode="multi-row"
    )
    chosen = [runs[row] for row in picked.selection.rows if row < len(runs)]
    if len(chosen) == 1:
        _one(chosen[0], block.settings(chosen[0].spec), key, open_settings)
    return [block.compare(chosen)] if chosen else []


def _when(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M}" if seconds else "bundled"


def _one(
    run: ListedRun, settings: Mapping[str, Any] | None, key: str, open_settings: Callable[[Mapping[str, Any]], None]
) -> None:
    own = run.state != "recorded" and may_change_run(run.id)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if own:
            _rename(run, f"{key}:name:{run.id}")
        if settings is not None:
            st.button(
                "Open",
                on_click=net.safely(open_settings),
                args=(settings,),
                key=f"{key}:open",
                icon=":material/open_in_new:",
            )
        for name, make in _files(run).items():
            st.download_button(
                name,
                make,
                file_name=f"{run.id[:8]}.{name.lower()}",
                on_click="ignore",
                key=f"{key}:{name}",
                icon=":material/download:",
            )
        if own:
            st.button(
                "Delete", on_click=net.safely(_delete), args=(run,), key=f"{key}:delete", icon=":material/delete:"
            )


def _files(run: ListedRun) -> dict[str, Callable[[], Any]]:
    """Return the available downloads, made on request: the numbers, everything, and the weights of a run."""
    files: dict[str, Callable[[], Any]] = {
        "CSV": lambda: to_csv(jobs.columns(exported(run).records)),
        "JSON": lambda: jobs.dump(exported(run)),
        "PY": lambda: _code(run),
    }
    if run.state != "recorded":
        files |= {path.suffix[1:]: path.read_bytes for path in jobs.published(run.id).values()}
    return files


def exported(run: ListedRun) -> jobs.RecordedRun:
    """Return everything about a run."""
    if run.state == "recorded":
        return next(each for each in jobs.shipped() if each.id == run.id)
    return jobs.recorded(run.id)


def _code(run: ListedRun) -> str:
    """Return a script that starts the same run where Lectern is installed."""
    kept = exported(run)
    return (
        f"# {run.title}; to be run in the folder of Lectern\n\nfrom core import jobs\n\n"
        f"specification = {pformat(dict(kept.specification), sort_dicts=False)}\n\n"
        f"job = jobs.submit({kept.kind!r}, specification)\njobs.wait(job, timeout_s=86_400)\n"
        "print(jobs.dump(jobs.recorded(job)))\n"
    )


def _rename(run: ListedRun, key: str) -> None:
    if key not in st.session_state:
        st.session_state[key] = run.name

    def renamed() -> None:
        if may_change_run(run.id):
            jobs.rename(run.id, st.session_state[key])

    st.text_input("Name", key=key, max_chars=80, on_change=net.safely(renamed), width=220)


def _delete(run: ListedRun) -> None:
    if may_change_run(run.id):
        jobs.delete(run.id)
