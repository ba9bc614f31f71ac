"""Labs for the common page tests: which there are, and how to draw random states of one."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from core.draw.live import Picture
from core.kit.controls import Choice, Control, Places, Seed, Several, Text, Toggle, defaults
from core.kit.lab import Lab
from pages.ui import export, shell
from tests.whole import check_block, check_picture, check_refusal

LABS: list[Lab] = list(shell.labs().values())
NIGHTLY = os.environ.get("LECTERN_PROFILE") == "nightly"


def as_read(markdown: str) -> str:
    """Return a text that was made safe for Markdown as its reader sees it."""
    return re.sub(r"\\(.)|\N{WORD JOINER}", r"\1", markdown)


def values_of(control: Control) -> st.SearchStrategy[Any]:
    """Draw any value of a control."""
    if isinstance(control, Seed):
        return st.integers(0, control.high)
    if isinstance(control, Several):
        return st.sets(st.sampled_from(list(control.options)), max_size=control.limit).map(lambda s: tuple(sorted(s)))
    if isinstance(control, Places):
        place = st.tuples(st.sampled_from(control.across), st.sampled_from(control.up))
        return st.lists(place, min_size=1, max_size=control.limit).map(tuple)
    return st.sampled_from(control.values)  # type: ignore[attr-defined]


def states(lab: Lab) -> st.SearchStrategy[dict[str, Any]]:
    """Draw any state of a lab: mostly near the defaults, so that deep states are covered as well as wild ones."""
    changed = st.fixed_dictionaries({}, optional={c.name: values_of(c) for c in lab.all_controls})
    return changed.map(lambda some: defaults(lab.all_controls) | some)


def extremes(control: Control) -> tuple[Any, ...]:
    """Return the ends of a control: the first and the last value, nothing and as much as possible."""
    if isinstance(control, Seed):
        return 0, control.high
    if isinstance(control, Several):
        return (), tuple(sorted(control.options)[: control.limit])
    if isinstance(control, Places):
        corners = [(x, y) for x in (control.across[0], control.across[-1]) for y in (control.up[0], control.up[-1])]
        return tuple((corner,) for corner in corners)
    values = control.values  # type: ignore[attr-defined]
    return tuple(values) if isinstance(control, (Choice, Toggle, Text)) else (values[0], values[-1])


def pairs_of_extremes(lab: Lab) -> st.SearchStrategy[dict[str, Any]]:
    """Draw states in which two or three controls are at their ends."""
    named = {control.name: control for control in lab.all_controls}
    some = st.lists(st.sampled_from(list(named)), min_size=2, max_size=3, unique=True)
    moved = some.flatmap(lambda names: st.fixed_dictionaries({n: st.sampled_from(extremes(named[n])) for n in names}))
    return moved.map(lambda ends: defaults(lab.all_controls) | ends)


HOSTILE = (
    "",
    " ",
    "0",
    "-0",
    "0.0",
    "+0",
    "1e-400",
    "-1e-400",
    "5e-324",
    "1e400",
    "-1e400",
    "1e308",
    "-1e308",
    "1e300",
    "nan",
    "NaN",
    "inf",
    "-inf",
    "1_0",
    "٣",
    "½",
    "0x10",
    "1,5",
    "1e",
    "--1",
    "1" * 40,
    "9" * 41,
    "true",
    "None",
    "<script>alert(1)</script>",
    "'; --",
    "x" * 3000,
    "\x00",
    "\u202e",
    "\ud800",
    "a\nb",
    "~",
    "_",
    "1~2",
    "1~2_",
    ".",
    "z.",
    "z.AAAA",
    "![i](https://e.example/i.png)",
    "%s%n",
    "{0}",
    "${x}",
    "../../etc/passwd",
    "=1+1",
    "\U0001f600",
)


def hostile(control: Control) -> list[str]:
    """List texts that a link may give a control: what breaks other software, its own ends, and adjacent numbers."""
    ends = [float(end) for end in extremes(control) if isinstance(end, int | float)]
    beside = [math.nextafter(end, way) for end in ends for way in (-math.inf, math.inf)]
    return [*HOSTILE, *map(repr, [*ends, *beside, *(scale * end for end in ends for scale in (-1, 2, 1e-9, 1e9))])]


def check_rest(lab: Lab, values: Mapping[str, Any], works: bool = False) -> None:
    """Check what is below a picture: sections, or the sentence that says why one has nothing to show; the files."""
    result = lab.result(values)
    for section in lab.sections:
        try:
            blocks = list(section.blocks(result, values))
        except ValueError as error:
            check_refusal(error)
            continue
        for block in blocks:
            check_block(block, dict(values), works)
    for name, columns in lab.tables(result, values).items():
        written = export.to_csv(columns)
        assert name.endswith(".csv") and not re.search(r"(^|,)[-+]?(nan|inf)", written, re.MULTILINE | re.IGNORECASE)
    for name, content in lab.files(result, values).items():
        assert re.fullmatch(r"[\w.-]+\.(md|tex|tfevents)", name) and content()
    compile(lab.export_script(values), lab.name, "exec")
    json.dumps(lab.link(values))


def every_single_change(lab: Lab) -> list[dict[str, Any]]:
    """Move each control to each of its values once where it matters, with the others at their defaults.

    The picture covers all values of the main one. The nightly profile tries every value of a long scale, others about
    fifteen, evenly spaced, with both ends.
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
                values = {*values[:: 1 + len(values) // 15], values[-1]}
        out += [base | {control.name: value} for value in values]
    return out


def picture_or_reason(lab: Lab, values: Mapping[str, Any], *quoted: str) -> Picture | str:
    """Return the checked picture of a state, or the sentence why there is none; it may repeat what is `quoted`."""
    try:
        result = lab.result(values)
        picture = lab.draw(result, values)
    except ValueError as error:
        return check_refusal(error, *quoted)
    else:
        check_picture(picture)
        assert picture.axis is not None
        for name, axis in zip(lab.dragged, picture.axis.axes, strict=True):
            control = next(control for control in lab.controls if control.name == name)
            assert set(axis.values) <= set(control.values)  # type: ignore[attr-defined]
            if control.display is None:  # type: ignore[attr-defined]
                assert axis.texts == tuple(control.show(value) for value in axis.values)
        return picture
