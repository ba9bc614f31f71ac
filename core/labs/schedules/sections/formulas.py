"""Formulas of a schedule with the numbers on screen."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from core.kit.words import number, tex
from core.labs.schedules.compute.checks import rate_again, updates_again
from core.labs.schedules.compute.explore import Schedules
from core.labs.schedules.compute.plan import Plan
from core.labs.schedules.compute.shapes import CYCLIC, ONE_CYCLE
from core.labs.schedules.panels.memory import gib


def formulas(result: Schedules, plan: Plan) -> Sequence[str]:
    """Rate, bookkeeping, noise scale and memory of a training."""
    return _rate(plan), _updates(result, plan), _noise(result, plan), _memory(result, plan)


def _rate(plan: Plan) -> str:
    shape, t = plan.shape, plan.last_step
    low, high, length = tex(shape.low), tex(shape.high), shape.length
    if shape.kind in CYCLIC:
        scale = {"triangular2": r"\,2^{1 - c}", "exp_range": r"\,\gamma^t"}.get(shape.kind, "")
        gamma = rf",\quad \gamma = {tex(shape.gamma)}" if shape.kind == "exp_range" else ""
        text = (
            r"$$\eta_t = \eta_{\min} + (\eta_{\max} - \eta_{\min}) \max\left(0,\, 1 - "
            r"\left|\tfrac{t}{s} - 2c + 1\right|"
            rf"\right){scale}, \quad c = \left\lfloor 1 + \tfrac{{t}}{{2s}} \right\rfloor, \quad s = {length}, \quad "
            rf"\eta_{{\min}} = {low},\quad \eta_{{\max}} = {high}{gamma}$$"
        )
    elif shape.kind in ONE_CYCLE:
        rise = rf"{100 * shape.warm:.0f}\,\%"
        back = rf"{high} \to {tex(shape.high / 25)} \text{{ in as many}},\quad " if shape.kind == "three_phase" else ""
        last = tex(shape.high / 25) if back else high
        text = (
            r"$$\eta_t = b + (a - b)\,\frac{1 + \cos \pi u}{2}, \quad "
            rf"a \to b:\ {tex(shape.high / 25)} \to {high} \text{{ in the first }} {rise},\quad {back}"
            rf"{last} \to {tex(shape.high / 25e4)} \text{{ in the rest of the }} {length} \text{{ steps}}$$"
        )
    elif shape.kind == "multi_step":
        drops = r",\ ".join(map(str, shape.drops))
        counts = rf"n_t \text{{ counts }} {drops} \text{{ up to }} t"
        text = rf"$$\eta_t = {high} \cdot {shape.factor}^{{-n_t}}, \quad {counts}$$"
    elif shape.kind == "polynomial":
        text = rf"$$\eta_t = {high} \left(1 - \tfrac{{\min(t, {length})}}{{{length}}}\right)^{{{tex(shape.power)}}}$$"
    elif shape.kind in ("cosine", "restarts"):
        again = r",\quad t \text{ counted from the last restart}" if shape.kind == "restarts" else ""
        text = rf"$$\eta_t = {low} + ({high} - {low})\,\frac{{1 + \cos(\pi t / T)}}{{2}}, \quad T = {length}{again}$$"
    elif shape.kind == "step":
        text = rf"$$\eta_t = {high} \cdot {shape.factor}^{{-\lfloor t / {length} \rfloor}}$$"
    else:
        text = rf"$$\eta_t = {high}$$"
    warm = (
        f" In the first {shape.warm_up:,} steps this is multiplied by $(t + 1) / {shape.warm_up}$."
        if shape.warm_up
        else ""
    )
    unit = "epochs" if plan.by_epoch else "updates"
    return (
        f"**Rate**, with $t$ counted in {unit} from 0:\n\n{text}\n\nThe last update has $t = {t}$ and "
        f"$\\eta = {tex(plan.last_rate)}$; after it the scheduler sets $\\eta = {tex(plan.next_rate)}$. By the other "
        f"formula the last rate is ${tex(rate_again(shape, t))}$.{warm}"
    )


def _updates(result: Schedules, plan: Plan) -> str:
    again = updates_again(result, plan)
    size = plan.run.largest
    if again is not None:
        down = result.n_train // size if result.drop else ceil(result.n_train / size)
        bracket = ("\\lfloor", "\\rfloor") if result.drop else ("\\lceil", "\\rceil")
        return (
            f"**Updates.** $E \\left{bracket[0]} N / B \\right{bracket[1]} = {result.epochs} \\left{bracket[0]} "
            f"{result.n_train} / {size} \\right{bracket[1]} = {result.epochs} \\cdot {down} = "
            f"{again}$ (counted stage by "
            f"stage: off by {abs(again - plan.run.updates)}). Images seen: {plan.run.images:,}."
        )
    rows = "".join(f"| {stage.batch:,} | {stage.updates:,} | {stage.images:,} |\n" for stage in plan.run.stages)
    return (
        f"**Updates**, stage by stage:\n\n| batch size | updates | images |\n|--:|--:|--:|\n{rows}"
        f"| **all** | **{plan.run.updates:,}** | **{plan.run.images:,}** |"
    )


def _noise(result: Schedules, plan: Plan) -> str:
    size = plan.run.stages[-1].batch
    momentum = float(plan.shape.momenta(plan.last_step))
    exact = plan.last_rate / (1 - momentum) * (result.n_train / size - 1)
    return (
        "**Noise scale** at the last update (Smith and Le 2018, for $B$ much smaller than "
        f"$N$):\n\n$$g = \\frac{{\\eta N}}{{B (1 - \\mu)}} = \\frac{{{tex(plan.last_rate)} \\cdot "
        f"{result.n_train}}}{{{size}\\,(1 - {tex(momentum)})}} = {tex(plan.last_noise)}$$\n\nWith "
        f"their exact $N / B - 1$ in the place of $N / B$ it is {number(exact, 4)}. Dividing the "
        "rate by $k$ or multiplying the batch by $k$ changes $g$ alike, and only the second "
        "saves updates (Smith, Kindermans, Ying and Le 2018). Batch normalization, though, then "
        "sees other batches."
    )


def _memory(result: Schedules, plan: Plan) -> str:
    need, size = result.need, plan.run.largest
    return (
        f"**Memory** with a batch of {size:,}: {need.fixed:,} bytes of weights, gradients, and "
        f"momentum, and {need.each:,} bytes for each image, {gib(need.total(size))} GiB in all. "
        f"The largest single tensor, the output of layer {need.where}, has "
        f"{gib(need.largest * size)} GiB. Library workspace and allocator rounding come on top."
    )
