"""Sections of the bias-variance lab: the derivation in current numbers, and the homework's conclusions, tested."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from core.draw.live import Axis, Frames, Picture, strands
from core.draw.marks import Trace, bars, curve, panel
from core.draw.own_points import OWN_POINTS
from core.kit.lab import Section
from core.kit.words import fixed, number, percent, tex, with_error
from core.labs.bias_variance.compute.derivation import Term
from core.labs.bias_variance.compute.explore import Exploration
from core.regression import homework
from core.regression.controls import if_known

Blocks = Sequence[str | Picture]


def derivation(result: Exploration, values: Mapping[str, Any]) -> Blocks:
    """Show the decomposition in six steps, each with its value on the data sets of the page."""
    d = result.decomposition
    degree = min(int(values["degree"]), int(d.degrees[-1]))
    e = result.expansion(degree)
    shared = len(d.x_train) > 1  # then estimate and expectation share their designs: no distance between them

    def say(term: Term) -> str:
        return _pm(term) if shared or not term.se else f"{_pm(term)}, {_away(term)}"

    sets, points = d.y_train.shape[0], len(d.x_test)
    return (
        f"Everything below is for **degree {degree}**, averaged over {points} test points. “Simulated” is the mean "
        f"over {sets} data sets with its standard error; each set has its own test noise.{_means(result)}",
        "**1. Split the error of one prediction.** Add and subtract the mean fit $\\mathrm{E}g$:\n\n"
        "$$y - g(x) = \\underbrace{f(x) - \\mathrm{E}g(x)}_{\\text{bias}} + "
        "\\underbrace{\\mathrm{E}g(x) - g(x)}_{\\text{scatter}} + \\underbrace{\\varepsilon}_{\\text{noise}}$$",
        "**2. Square it.** Three squares and three cross terms:\n\n"
        "| term | expectation | simulated |\n|---|--:|--:|\n"
        + _row(say, "$(f-\\mathrm{E}g)^2$, the bias²", e.bias2)
        + _row(say, "$(\\mathrm{E}g-g)^2$, the variance", e.variance)
        + _row(say, "$\\varepsilon^2$, the noise", e.noise)
        + _row(say, "$2\\,(f-\\mathrm{E}g)(\\mathrm{E}g-g)$", e.bias_variance)
        + _row(say, "$2\\,\\varepsilon\\,(f-\\mathrm{E}g)$", e.noise_bias)
        + _row(say, "$2\\,\\varepsilon\\,(\\mathrm{E}g-g)$", e.noise_variance)
        + _row(say, "**sum, the test error**", e.total),
        f"**3. The first cross term vanishes** because $f-\\mathrm{{E}}g$ is a constant: only $g$ depends on the data "
        f"set, and $\\mathrm{{E}}[\\mathrm{{E}}g-g]=0$. (Not because two random quantities are uncorrelated: one of "
        f"them is not random.) Simulated: {say(e.bias_variance)}.",
        f"**4. The second vanishes** because $\\varepsilon$ is the noise of a *test* point and has mean zero: "
        f"{say(e.noise_bias)}.",
        f"**5. The third vanishes** because the test noise is independent of the training set: "
        f"{say(e.noise_variance)}. With the noise of the *training* points it would not: there the same product is "
        f"$-2\\sigma^2(d+1)/n$ = {fixed(e.train_noise.exact)} (simulated {say(e.train_noise)}), which is why the "
        f"training error is too optimistic.",
        f"**6. What is left**, averaged over the test points:\n\n"
        f"$$\\underbrace{{{tex(e.bias2.exact)}}}_{{\\text{{bias}}^2}} + "
        f"\\underbrace{{{tex(e.variance.exact)}}}_{{\\text{{variance}}}} + "
        f"\\underbrace{{{tex(e.noise.exact)}}}_{{\\sigma^2}} = {tex(e.total.exact)}$$\n\n"
        f"Simulated: {say(e.total)}.",
    )


def _means(result: Exploration) -> str:
    if not result.heavy_tailed:
        return ""
    return " These are means over the designs, not the medians in the plots: only means add up."


def _row(say: Callable[[Term], str], name: str, term: Term) -> str:
    return f"| {name} | {fixed(term.exact, 4)} | {say(term) if term.se else '–'} |\n"


def _pm(term: Term) -> str:
    return with_error(term.simulated, term.se)


def _away(term: Term) -> str:
    return f"{abs(term.simulated - term.exact) / term.se:.1f} standard errors away"


def conclusions(result: Exploration, values: Mapping[str, Any]) -> Blocks:
    """Show the homework's conclusions, each with a picture of what its own experiment says when repeated."""
    eye, choice, again = homework.by_eye(), homework.test_set_choice(), homework.redraws()
    own = homework.hundred_sets()
    risk = eye.decomposition.risk
    at_zero = own.x_test == 0
    share, share15 = (own.test_variance[k, at_zero].sum() / own.test_variance[k].sum() for k in (9, 14))
    eight, seven, two = choice.by_test_set[7], choice.by_test_set[6], choice.by_test_set[1]
    return (
        "Five conclusions that students often draw from these experiments. Each sounds right. Is it?",
        f"**“Degree 3 is best: degree 1 is too rigid, and degree 10 has 11 parameters for 20 points.”** The expected "
        f"error reverses the order: {fixed(float(risk[0]))}, {fixed(float(risk[2]))}, and {fixed(float(risk[9]))} for "
        f"degrees 1, 3, and 10. In {round(1000 * eye.ten_beats_three):,} of 1,000 noise draws degree 10 is closer to "
        f"the truth than degree 3. (The original draw cannot be reproduced: `random.seed(0)` does not seed NumPy.)",
        _three_fits(eye),
        f"**“The best degree is 7, sometimes 8.”** That is noise from ten test points, drawn once. The exact optimum "
        f"on this split is degree {own.best} ({fixed(float(own.risk[own.best - 1]), 4)}); the observed minimum at 7 "
        f"beats degree 6 by only {number(float(own.one_test_error[5] - own.one_test_error[6]), 2)}. Repeated 1,000 "
        "times, "
        f"the same procedure picks 8 in {percent(eight)}, 2 in {percent(two)} and 7 in {percent(seven)}; judged "
        f"against the true function, it picks 8 in {percent(choice.by_truth[7])}.",
        _test_set_choices(choice),
        f"**“Bias² rises again for high degrees.”** An artifact of averaging only 100 fits: their mean keeps "
        f"1/100 of the variance, which is counted as bias². At degree 15 the exact bias² is "
        f"{number(float(own.bias2[14]))}; the simulated estimate is {fixed(float(own.mc_bias2_raw[14]))}, of which "
        f"{fixed(float(own.mc_variance[14] / 100))} is that part of the variance. The rest is luck: nearly "
        f"all of the variance ({percent(float(share15))}) sits at one test point, where the mean of the fits is a "
        f"single random number.",
        _bias_artefact(own),
        f"**“Variance captures the noise.”** Variance is σ² times the sensitivity of the fit at the test points, so "
        f"it depends on where they are. Here x = 0, outside the training points, accounts for {percent(share)} of it "
        "at "
        f"degree 10. Drag the degree.",
        _variance_by_point(own),
        f"**“Leave-one-out does not depend on the seed: I set another and got the same.”** The seed was set after the "
        f"data were drawn. With new data the errors change every time, and the true degree 2 wins in only "
        f"{percent(again.winners[1])} of {len(again.rmse)} draws. (Degree 1 is far above the plot.)",
        _redraws(again),
    )


def _three_fits(eye: homework.ByEye) -> Picture:
    d, picks = eye.decomposition, [0, 2, 9]
    parts = [("bias²", "bias", d.bias2[picks]), ("variance", "variance", d.variance[picks])]
    parts.append(("noise σ²", "noise", np.full(3, d.noise)))
    names = ["g₁", "g₃", "g₁₀"]
    traces = [
        bars(names, part, role, name, text=[fixed(float(v)) for v in part], textposition="inside")
        for name, role, part in parts
    ]
    errors = ", ".join(f"{name} {fixed(float(d.risk[k]))}" for name, k in zip(names, picks, strict=True))
    return _plain(
        traces,
        f"Expected test error of the three fits: {errors}.",
        x="fit",
        y="expected test error (y²)",
        barmode="stack",
        uniformtext={"mode": "hide", "minsize": 11},
        bargap=0.5,
    )


def _test_set_choices(choice: homework.TestSetChoice) -> Picture:
    traces = [
        bars(choice.degrees, share, role, name, hovertemplate="degree %{x}: %{y:.1%}<extra></extra>")
        for name, role, share in [
            ("chosen by one noisy test set", "test", choice.by_test_set),
            ("chosen against the truth", "risk", choice.by_truth),
        ]
    ]
    alt = (
        f"The noisy test set chooses degree 8 in {choice.by_test_set[7]:.0%}, degree 2 in {choice.by_test_set[1]:.0%}."
    )
    return _plain(
        traces,
        alt,
        x="degree with the smallest error",
        y="fraction of repetitions",
        yaxis={"tickformat": ".0%"},
        xaxis={"dtick": 1},
    )


def _bias_artefact(own: Any) -> Picture:
    curves = [
        ("simulated (100 sets)", own.mc_bias2_raw, "second"),
        ("variance / 100", own.mc_variance / len(own.y_train), "variance"),
        ("exact", own.bias2, "bias"),
    ]
    traces = [curve(own.degrees, y, role, name, mode="lines+markers", hoverinfo="all") for name, y, role in curves]
    alt = "The simulated bias² rises at high degrees, variance / 100 with it; the exact one keeps falling."
    axis = {"type": "log", "exponentformat": "power"}
    return _plain(traces, alt, x="degree", y="bias² (y²)", yaxis=axis, xaxis={"dtick": 1})


def _variance_by_point(own: Any) -> Picture:
    order = np.argsort(own.x_test)
    share = own.test_variance[:, order] / own.test_variance.sum(axis=1, keepdims=True)
    at_zero = int(np.flatnonzero(own.x_test[order] == 0)[0])
    points = [number(float(x)) for x in own.x_test[order]]
    words = "x = %{x}: %{y:.1%}<extra></extra>"
    traces = [bars(points, share[0], "variance", "fraction of the variance", hovertemplate=words)]
    alt = f"Fraction of the variance at each test point; x = 0 has {share[9, at_zero]:.0%} at degree 10."
    texts = tuple(str(k) for k in own.degrees)
    axis = Axis("shown_degree", "Degree of the fits", tuple(int(k) for k in own.degrees), texts, start=10)
    sentences = tuple(
        f"Degree {k + 1}: x = 0 accounts for {row[at_zero]:.0%} of the variance." for k, row in enumerate(share)
    )
    drawn = panel(
        traces,
        alt,
        x="test point x",
        y="fraction of the variance",
        frames=(Frames(0, list(share)),),
        showlegend=False,
        margin={"b": 48},
        xaxis={"type": "category"},
        yaxis={"range": [0, 1], "tickformat": ".0%"},
    )
    return Picture((drawn,), axis=axis, sentences=sentences)


def _redraws(again: homework.Redraws) -> Picture:
    shown = again.rmse[1:31]
    degrees = np.arange(1, again.rmse.shape[1] + 1)
    x = np.tile(np.append(degrees, np.nan), len(shown))
    traces = [
        curve(x, strands(shown), "muted", "30 new data sets", 1),
        curve(degrees, again.rmse[0], "threshold", "original data", 3, mode="lines+markers", hoverinfo="all"),
    ]
    own = ", ".join(fixed(float(value)) for value in again.rmse[0])
    alt = f"Leave-one-out error of degrees 1 to 4; the original data give {own}."
    axis = {"range": [0.8, 1.6]}
    return _plain(traces, alt, x="degree", y="leave-one-out RMSE (y)", yaxis=axis, xaxis={"dtick": 1})


def _plain(traces: list[Trace], alt: str, *, x: str, y: str, **more: Any) -> Picture:
    return Picture((panel(traces, alt, x=x, y=y, margin={"b": 48}, **more),))


SECTIONS = (
    if_known(Section("Why bias², variance, and noise add up", derivation)),
    Section("Five common conclusions, tested", conclusions),
    OWN_POINTS,
)
