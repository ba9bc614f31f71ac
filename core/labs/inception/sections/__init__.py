"""Folded sections of the Inception page: formulas with the numbers on screen, the homework, slips, GoogLeNet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.draw.live import Figure, Panel, Picture
from core.draw.style import ceiling, layout
from core.kit.exercise import Question
from core.kit.lab import Section
from core.kit.words import percent
from core.labs.inception.compute.explore import Sweep
from core.labs.inception.compute.slips import questions
from core.labs.inception.panels.fields import growth
from core.labs.inception.panels.parts import LOWER, R, above, column, si
from core.labs.inception.questions import exercises
from core.labs.inception.sections.formulas import design_formulas, module_formulas
from core.labs.inception.words import share
from core.networks.inception import GOOGLENET, Inception, compare

_NUMBERS = ("size", "channels", "w1", "r3", "w3", "r5", "w5", "pool_proj")


def _place(values: Mapping[str, Any]) -> int:
    """Place of the width on screen among all."""
    return int(np.argmin(np.abs(R - values["reduce"])))


def formulas(result: Sweep, values: Mapping[str, Any]) -> Sequence[str]:
    """The formulas of what is shown."""
    place = _place(values)
    if values["view"] == "designs":
        return design_formulas(result, place)
    return module_formulas(result, result.modules[place])


def homework(result: Sweep, values: Mapping[str, Any]) -> Sequence[Any]:
    """The homework's modules as exercises."""
    return (
        "Type a number: 1,234,567 and 1.23 M are both understood. Known slips are recognised.",
        *exercises(),
    )


def slips(result: Sweep, values: Mapping[str, Any]) -> Sequence[str]:
    """Numbers that known slips give for the module on screen."""
    found = questions(result, result.modules[_place(values)]).values()
    return (
        "Numbers that are met as answers, for the module on screen, and where they come from.",
        *(f"**{asked.label}: {_written(asked.truth, asked.unit)}**\n\n{_met(asked)}" for asked in found),
    )


def _met(asked: Question) -> str:
    return "".join(f"- {_written(slip.value, asked.unit)}: {slip}\n" for slip in asked.slips)


def _written(number: Any, unit: str) -> str:
    return share(number / 100) if unit == "%" else f"{float(number):,.0f}"


def googlenet(result: Sweep, values: Mapping[str, Any]) -> Sequence[str | Picture]:
    """The nine modules of GoogLeNet, naive and reduced."""
    found = {name: _compared(name) for name in GOOGLENET}
    naive, own = [f.naive.macs for f in found.values()], [f.reduced.macs for f in found.values()]
    x = np.arange(len(found), dtype=np.float64)
    data = [
        column(x - 0.19, naive, "first", "naive"),
        column(x + 0.19, own, "second", "reduced"),
        above(
            [(at, y, percent(float(f.saving))) for at, y, f in zip(x, naive, found.values(), strict=True)],
            "text",
            "saved",
        ),
    ]
    all_in_all = 1 - sum(own) / sum(naive)
    savings = {name: float(f.saving) for name, f in found.items()}
    least, most = min(savings, key=savings.__getitem__), max(savings, key=savings.__getitem__)
    told = (
        f"Multiply-accumulates of GoogLeNet's nine modules: {si(sum(naive))} naive, {si(sum(own))} reduced. Module "
        f"{least} saves least, {100 * savings[least]:.1f} %, module {most} most, {100 * savings[most]:.1f} %."
    )
    look = layout(
        x="module",
        y="multiply-accumulates",
        barmode="stack",
        showlegend=True,
        margin={"t": 20, "b": 44},
        xaxis={"range": [-0.5, 8.5], "tickvals": x.tolist(), "ticktext": list(found), "showgrid": False},
        yaxis={"range": [0, ceiling(1.1 * max(naive))], "exponentformat": "SI"},
    )
    rows = "".join(_summary(name, f) for name, f in found.items())
    return (
        f"In all nine together the 1 × 1 convolutions save {100 * all_in_all:.1f} %; above the bars stands what each "
        f"module saves. The naive pool passes on its "
        f"input, so that without projections the modules would also grow deeper and deeper.",
        Picture((Panel(Figure(data=data, layout=look), alt=told, height=LOWER + 100),)),
        "| module | input | output (naive) | naive | reduced | saved | parameters | pays up to (3 × 3, 5 × 5) |\n"
        f"|---|---|---|--:|--:|--:|--:|--:|\n{rows}",
    )


def _compared(name: str) -> Inception:
    given: dict[str, Any] = dict(zip(_NUMBERS, GOOGLENET[name], strict=True))
    return compare(**given)


def _summary(name: str, found: Inception) -> str:
    size, channels = GOOGLENET[name][:2]
    limits = ", ".join(str(found.reductions[kernel].last_paying) for kernel in ("3x3", "5x5"))
    return (
        f"| {name} | {size}×{size}×{channels} | {found.reduced.output_shape[0]} ({found.naive.output_shape[0]}) | "
        f"{found.naive.macs:,} | {found.reduced.macs:,} | {share(found.saving)} | {found.reduced.weights:,} | "
        f"{limits} |\n"
    )


def growing(result: Sweep, values: Mapping[str, Any]) -> Sequence[str | Picture]:
    """The fields of the designs, layer by layer."""
    shown = result.designs | ({"yours": result.own} if values["view"] == "designs" else {})
    return (
        "Each layer with a kernel above 1 × 1 widens what a unit sees of the input. The dotted square is the 7 × 7 "
        "around the unit.",
        growth(shown),
    )


SECTIONS = (
    Section("The formulas with these numbers", formulas),
    Section("Seven by seven, layer by layer", growing),
    Section("Homework: work it out", homework),
    Section("Numbers that look right and are not", slips),
    Section("GoogLeNet, module by module", googlenet),
)
