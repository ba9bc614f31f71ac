"""Folded sections of the Inception page: formulas with the numbers on screen, common mistakes, GoogLeNet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.draw.live import Figure, Panel, Picture
from core.draw.style import ceiling, layout
from core.exercises.questions import Question
from core.kit.lab import Section
from core.kit.words import percent
from core.labs.inception.compute.by_hand import everything, on_screen
from core.labs.inception.compute.explore import Sweep
from core.labs.inception.panels.fields import growth
from core.labs.inception.panels.widths import LOWER, R, above, column, si
from core.labs.inception.sections.formulas import design_formulas, module_formulas
from core.labs.inception.words import share
from core.networks.inception import GOOGLENET, Inception, compare

_NUMBERS = ("size", "channels", "w1", "r3", "w3", "r5", "w5", "pool_proj")


def _place(values: Mapping[str, Any]) -> int:
    """Return the index of the current width among all."""
    return int(np.argmin(np.abs(R - values["reduce"])))


def formulas(result: Sweep, values: Mapping[str, Any]) -> Sequence[str]:
    """Show the formulas of the current view."""
    place = _place(values)
    if values["view"] == "designs":
        return design_formulas(result, place)
    return module_formulas(result, result.modules[place])


def slips(result: Sweep, values: Mapping[str, Any]) -> Sequence[str]:
    """Show the numbers that known mistakes give for the current module."""
    found = everything(on_screen(result, result.modules[_place(values)]))
    return (
        "Common wrong answers for this module, and where they come from.",
        *(f"**{asked.label}: {asked.kind.write(asked.truth)}**\n\n{_met(asked)}" for asked in found),
    )


def _met(asked: Question) -> str:
    return "".join(f"- {asked.kind.write(slip.value)}: {slip.words}\n" for slip in asked.slips)


def googlenet(result: Sweep, values: Mapping[str, Any]) -> Sequence[str | Picture]:
    """Show the nine modules of GoogLeNet, naive and reduced."""
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
        f"Multiply-accumulates of GoogLeNet's nine modules: {si(sum(naive))} naive, "
        f"{si(sum(own))} reduced. Module {least} saves least, {100 * savings[least]:.1f}%, module "
        f"{most} most, {100 * savings[most]:.1f}%."
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
        f"Over all nine modules, 1×1 convolutions save {100 * all_in_all:.1f}%; labels show each "
        "module. The naive pool passes on its input, so without projections the modules would "
        "also get deeper and deeper.",
        Picture((Panel(Figure(data=data, layout=look), alt=told, height=LOWER + 100),)),
        "| module | input | output (naive) | naive | reduced | saved | parameters | pays off up "
        f"to (3×3, 5×5) |\n|---|---|---|--:|--:|--:|--:|--:|\n{rows}",
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
    """Show the fields of the designs, layer by layer."""
    shown = result.designs | ({"yours": result.own} if values["view"] == "designs" else {})
    return (
        "Each kernel larger than 1×1 widens the receptive field. The dotted square is 7×7.",
        growth(shown),
    )


SECTIONS = (
    Section("Formulas with the current values", formulas),
    Section("How the receptive field grows", growing),
    Section("Plausible wrong answers", slips),
    Section("GoogLeNet, module by module", googlenet),
)
