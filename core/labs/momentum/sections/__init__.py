"""Folded sections: the formulas with the current numbers, the regions, the two limits, and the range test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.draw.live import Picture
from core.draw.marks import curve, panel
from core.draw.style import color
from core.kit.lab import Section
from core.kit.words import fixed, number, tex
from core.labs.momentum.compute.explore import STEPS, Momentum
from core.labs.momentum.compute.noise import Ramp, ramp
from core.labs.momentum.compute.roots import METHODS, border, coefficients, critical, matrix
from core.labs.momentum.panels.plane import Blocks, decades, named, still_axis
from core.labs.momentum.sections import noise
from core.labs.momentum.words import digit

_NAMES = ("flat", "steep")
_TICKS = (0.03, 0.1, 0.3, 1, 2, 4, 8)


def formulas(result: Momentum, values: Mapping[str, Any]) -> Blocks:
    """Show step, matrix, characteristic polynomial, and roots of both directions, with the numbers of the dot."""
    row, column = result.at(values)
    lr, momentum = float(result.lrs[column]), float(result.momenta[row])
    nesterov = result.method == "nesterov"
    step = r"w \leftarrow w - \eta\,(\nabla f(w) + \mu v)" if nesterov else r"w \leftarrow w - \eta\,v"
    p, q = (r"(1-\eta\lambda)(1+\mu)", r"(1-\eta\lambda)\,\mu") if nesterov else (r"1+\mu-\eta\lambda", r"\mu")
    gap = float(np.abs(result.ran - result.distance[..., -1])[result.rate < 1].max())
    return (
        f"**A step** ({METHODS[result.method]}), as in `torch.optim.SGD`:\n\n$$v \\leftarrow \\mu v + "
        f"\\nabla f(w), \\qquad {step}, \\qquad \\eta = {tex(lr)},\\ \\mu = {tex(momentum)}.$$\n\nOn a "
        "quadratic, each eigendirection evolves independently. With eigenvalue λ the error and η "
        "v are multiplied by a 2 × 2 matrix A, and the error alone follows $w_{k+1} = p\\,w_k - "
        f"q\\,w_{{k-1}}$ with\n\n$$p = {p}, \\qquad q = {q}.$$",
        *(_direction(result, lr, momentum, k) for k in range(2)),
        f"**The rate** is the larger of the two: {fixed(float(result.rate[row, column]), 4)}. By powers of A, "
        f"‖Aᵏ‖^(1/k) for k = 2³⁰, it is {fixed(float(result.powers[row, column]), 4)}: off by "
        f"{_off(result.powers[row, column] - result.rate[row, column])}; over the whole plane by at most "
        f"{_off(np.abs(result.powers - result.rate).max())}. The distance after {STEPS} steps from the roots and by "
        f"running differ by at most {_off(gap)} wherever it converges.",
    )


def _off(gap: float) -> str:
    return number(abs(float(gap)), 1)


def _direction(result: Momentum, lr: float, momentum: float, k: int) -> str:
    """Write one eigenvector: its matrix, polynomial, and roots."""
    eigenvalue = float(result.eigenvalues[k])
    a, beta = np.array(lr * eigenvalue), np.array(momentum)
    (top, right), (left, bottom) = matrix(a, beta, result.method) + 0.0  # no -0
    p, q = (float(part) + 0.0 for part in coefficients(a, beta, result.method))
    gap = p * p - 4 * q
    row, column = result.at({"lr": lr, "momentum": momentum})
    first, second = result.roots[row, column, k]
    found = (
        f"{tex(first.real)} \\pm {tex(abs(first.imag))}\\,i"
        if abs(first.imag) > 0
        else f"{tex(first.real)},\\ {tex(second.real)}"
    )
    kind = "complex: it oscillates" if gap < 0 else "real"
    return (
        f"**The {_NAMES[k]} direction**, λ = {eigenvalue:.4g}, ηλ = {float(a):.4g}:\n\n"
        f"$$A = \\begin{{pmatrix}} {tex(top)} & {tex(right)} \\\\ {tex(left)} & {tex(bottom)} \\end{{pmatrix}}$$\n\n"
        f"$$r^2 - ({tex(p)})\\,r + ({tex(q)}) = 0, \\qquad r = {found}$$\n\n"
        f"The discriminant p² − 4q = {number(gap)} makes them {kind}; max |r| = "
        f"{fixed(float(result.rates[row, column, k]), 4)}."
    )


def limits(result: Momentum, values: Mapping[str, Any]) -> Blocks:
    """Show which eigenvalue limits what, and what a range test would read off this quadratic."""
    momentum = values["momentum"]
    runs = {beta: ramp(result.kappa, beta, result.method) for beta in dict.fromkeys((0.0, momentum))}
    plain, own = runs[0.0], runs[momentum]
    edge = (
        r"\frac{2\,(1+\mu)}{(1+2\mu)\,\lambda_{\max}}"
        if result.method == "nesterov"
        else (r"\frac{2\,(1+\mu)}{\lambda_{\max}}")
    )
    return (
        "**The largest eigenvalue limits the step size.** Both roots of a direction lie inside the unit circle exactly "
        "if |q| < 1 and |p| < 1 + q; the steepest direction is the first to leave:\n\n"
        f"$$\\eta < {edge} = {tex(own.border)}\\quad\\text{{at}}\\ \\mu = {tex(momentum)}, \\qquad "
        f"{tex(plain.border)}\\ \\text{{without momentum}}.$$\n\n{_shift(result)}",
        "**The smallest eigenvalue limits the speed.** At the same step size the flat direction "
        f"moves only 1/κ = {1 / result.kappa:.3g} as far as the steep one. Without momentum the "
        "best step size makes both equally slow: rate (κ − 1)/(κ + 1) = "
        f"{fixed(result.plain.rate, 4)}, {digit(result.plain.rate)} steps per digit. "
        f"{_gain(result)}",
        "**A learning-rate range test** raises the step size at each step until the loss "
        "explodes. It finds the stability limit, and so the largest curvature, but nothing about "
        "flat directions. Here is one on this quadratic, with noise of standard deviation 0.05 "
        "in the gradient. " + _seen(runs),
        _ramps(runs),
    )


def _shift(result: Momentum) -> str:
    if result.method == "nesterov":
        return "With Nesterov, momentum lowers the limit from 2 to 4/3."
    return "With the heavy ball, momentum raises the limit from 2 to almost 4."


def _gain(result: Momentum) -> str:
    best, name = result.best, METHODS[result.method]
    formula = "1 − 2/√(3κ + 1)" if result.method == "nesterov" else "(√κ − 1)/(√κ + 1)"
    return (
        f"With the best momentum ({name}) the root of κ takes its place: rate {formula} = {fixed(best.rate, 4)}, "
        f"{digit(best.rate)} steps per digit, at η = {number(best.lr)} and μ = {number(best.momentum)}."
    )


def _seen(runs: Mapping[float, Ramp]) -> str:
    parts = [
        (f"with {named(momentum)} the limit is {run.border:.2f}, and the loss is back at its start at {run.back:.2f}")
        for momentum, run in runs.items()
    ]
    words = "; ".join(parts)
    return f"{words[0].upper()}{words[1:]}. It comes after the limit, because instability takes time to grow."


def _ramps(runs: Mapping[float, Ramp]) -> Picture:
    traces = []
    for (momentum, run), role in zip(runs.items(), ("first", "second"), strict=False):
        traces.append(curve(run.lrs, run.loss, role, named(momentum)))
        edge = np.full(2, run.border)
        traces.append(curve(edge, np.array([1e-6, 100.0]), role, f"limit, {named(momentum)}", line=_thin(role)))
    borders = " and ".join(f"{run.border:.2f} with {named(momentum)}" for momentum, run in runs.items())
    own = panel(
        traces,
        f"Loss in a range test over the step size. It turns up after the stability limits, which are {borders}.",
        x="step size η (in 1/λ<sub>max</sub>)",
        y="loss",
        xaxis=still_axis(-1.5, 0.9, type="log", tickvals=_TICKS, ticktext=[f"{tick:g}" for tick in _TICKS]),
        yaxis=decades(-5, 1),
    )
    return Picture((own,))


def _thin(role: str) -> dict[str, Any]:
    return {"color": color(role), "width": 1.4, "dash": "dot"}


def regions(result: Momentum, values: Mapping[str, Any]) -> Blocks:
    """Explain the lines of the plane."""
    momentum, heavy = np.array(values["momentum"]), result.method == "heavy"
    edge, first = float(border(momentum, result.method)), float(critical(momentum, result.method))
    last = float((1 + np.sqrt(momentum)) ** 2) if heavy else 1.0
    rings = f", **oscillates** up to {number(last)}" if momentum > 0 else ""
    tip = r"$$\mu^* = \left(\frac{\sqrt\kappa-1}{\sqrt\kappa+1}\right)^2, \qquad \eta^* = (1+\sqrt{\mu^*})^2.$$"
    rest = (
        (
            "Where both directions oscillate, both have rate √μ at any step size: only less momentum "
            "is faster. That ends where the flat direction begins to decay monotonically and the "
            f"steep one to alternate in sign, at the optimum:\n\n{tip}"
        )
        if heavy
        else (
            "Where a direction oscillates, its rate is $\\sqrt{\\mu(1-\\eta\\lambda)}$; at ηλ = 1 it "
            "vanishes in one step."
        )
    )
    return (
        f"**Three ways to converge.** At momentum {float(momentum):g} an error with ηλ up to "
        f"{number(first)} **decays monotonically**{rings}, then **alternates in sign**, and from "
        f"{number(edge)} on it **diverges**. For the steep direction ηλ is the step size itself; "
        f"for the flat one it is 1/κ of it, so its lines lie {result.kappa:g} times farther to "
        "the right.",
        rest,
    )


SECTIONS = (
    Section("Formulas with the current values", formulas),
    Section("Where it decays, oscillates, or diverges", regions),
    Section("What limits the step size and the speed", limits),
    noise.SECTION,
)
