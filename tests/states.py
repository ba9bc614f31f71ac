"""What the common page tests need to know about labs: which there are, and how to draw random states of one."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st

from core.draw.live import Picture, still, uncolored
from core.draw.packing import pack
from core.kit.controls import Control, Places, Seed, Several, defaults
from core.kit.lab import Lab
from pages.ui import shell

LABS: list[Lab] = list(shell.labs().values())
NIGHTLY = os.environ.get("LECTERN_PROFILE") == "nightly"
NAN = re.compile(r"\bnan\b", re.IGNORECASE)
SENTENCE = re.compile(r"^.*[.!?]$", re.DOTALL)


def as_read(markdown: str) -> str:
    """A text that was made safe for Markdown, as its reader sees it."""
    return re.sub(r"\\(.)|\N{WORD JOINER}", r"\1", markdown)


def values_of(control: Control) -> st.SearchStrategy[Any]:
    """Any value of a control."""
    if isinstance(control, Seed):
        return st.integers(0, control.high)
    if isinstance(control, Several):
        return st.sets(st.sampled_from(list(control.options)), max_size=control.limit).map(lambda s: tuple(sorted(s)))
    if isinstance(control, Places):
        place = st.tuples(st.sampled_from(control.across), st.sampled_from(control.up))
        return st.lists(place, min_size=1, max_size=control.limit).map(tuple)
    return st.sampled_from(control.values)  # type: ignore[attr-defined]


def states(lab: Lab) -> st.SearchStrategy[dict[str, Any]]:
    """Any state of a lab: mostly near the defaults, so that deep states are met as well as wild ones."""
    changed = st.fixed_dictionaries({}, optional={c.name: values_of(c) for c in lab.all_controls})
    return changed.map(lambda some: defaults(lab.all_controls) | some)


def every_single_change(lab: Lab) -> list[dict[str, Any]]:
    """Each control moved to each of its values once where it means something, the others at their defaults.

    The picture knows all values of the main one. Of a long scale the nightly profile tries every value, any other about
    fifty, evenly, with both ends.
    """
    out = []
    for control in lab.all_controls:
        if control.name in lab.dragged or control.place == "section":  # the picture does not depend on the latter
            continue
        base = defaults(lab.all_controls)
        if not control.shown(base):
            name, meant = control.when
            base[name] = meant[0]
        if isinstance(control, Seed):
            values: Any = (0, 1, control.high)
        elif isinstance(control, Several):
            values = [(), *((k,) for k in control.options)]
        else:
            values = control.values  # type: ignore[attr-defined]
            if not NIGHTLY:
                values = {*values[:: 1 + len(values) // 50], values[-1]}
        out += [base | {control.name: value} for value in values]
    return out


def picture_or_reason(lab: Lab, values: Mapping[str, Any]) -> Picture | str:
    """The checked picture of a state, or the sentence that says why there is none."""
    try:
        result = lab.result(values)
        picture = lab.draw(result, values)
    except ValueError as error:
        reason = str(error)
    else:
        check_picture(picture)
        assert picture.axis is not None
        for name, axis in zip(lab.dragged, picture.axis.axes, strict=True):
            control = next(control for control in lab.controls if control.name == name)
            assert set(axis.values) <= set(control.values)  # type: ignore[attr-defined]
            if control.display is None:  # type: ignore[attr-defined]
                assert axis.texts == tuple(control.show(value) for value in axis.values)
        return picture
    assert SENTENCE.match(reason), f"not a sentence: {reason}"
    return reason


def check_picture(picture: Picture) -> None:
    """Titles on axes, finite numbers (a gap apart), a text alternative, texts for each step."""
    packed = pack(picture)
    header = json.loads(packed[4 : 4 + int.from_bytes(packed[:4], "little")])
    assert not NAN.search(json.dumps([header["readouts"], header["sentences"], header["remarks"]]))
    for text in {*picture.summaries}:
        words = uncolored(text)
        assert SENTENCE.match(words) and len(words.split()) <= 15, text
        assert not NAN.search(words), text
        assert set(re.findall(r"\[(\w+)\|", text)) <= set(header["roles"]), text
    steps = len(picture.axis.values) if picture.axis else 1
    for panel in picture.panels:
        layout = panel.figure["layout"]
        assert layout["xaxis"]["title"]["text"]
        assert layout["yaxis"]["title"]["text"]
        assert len(panel.alt) > 20 and SENTENCE.match(panel.alt)
    for figure in still(picture, steps // 2):  # plotly checks every property here
        for trace in figure.data:
            check_heights(trace.y, trace.name)
    for panel in picture.panels:
        for frames in panel.frames:
            if frames.attr == "y":
                for index in (0, steps - 1):
                    check_heights(
                        frames.at(picture.entry(frames.along, index)), panel.figure["data"][frames.trace].get("name")
                    )


def check_heights(values: Any, name: Any) -> None:
    """Finite numbers, a gap apart, and at least one."""
    y = np.asarray(values, dtype=float)
    assert np.isfinite(y[~np.isnan(y)]).all()
    assert np.isfinite(y).any() or y.size == 0, f"nothing to see in {name}"
