"""0-1 loss, where variance can help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.draw.live import Axis, Frames, Picture, Track
from core.draw.marks import curve, dots, estimates, panel, span
from core.kit.lab import Section
from core.kit.words import fixed, number, with_error
from core.labs.regularization.classes.zero_one import LIMITS, ZeroOne, zero_one
from core.labs.regularization.compute.explore import Regularization

_HEIGHT = 340


def classes(result: Regularization, values: Mapping[str, Any]) -> Sequence[str | Picture]:
    """Show Domingos' decomposition for votes of neighbors and for polynomials that are compared with a cut."""
    low, high = LIMITS["cut"]
    cut = cut_of(result)
    if not low <= cut <= high:
        raise ValueError(
            f"The two classes would be divided at y = {number(cut)}; this section needs a value from {low} to "
            f"{high}. Choose another true function or range of x."
        )
    return (
        f"An example is of class 1 where y > {number(cut)}. At each x: N is the error of the best "
        "classifier, B is 1 where the majority prediction is not the best one, V is the "
        "probability of the other prediction. Then\n\n$$\\text{loss} = c_1 N + B + c_2 V,\\qquad "
        "c_1 = 2P(\\hat y = y_*) - 1,\\qquad c_2 = +1 \\text{ where } B = 0,\\ -1 \\text{ where } "
        "B = 1.$$\n\nWhere the majority prediction is wrong, variance **helps**: some fits get it "
        "right. Adding N + B + V as for squared loss gives the wrong number (Domingos, 2000).",
        "**k nearest neighbors**",
        over_dial(errors(result, "votes"), "votes", "Neighbors k"),
        "**A thresholded polynomial**",
        over_dial(errors(result, "polynomial"), "class_degree", "Degree"),
    )


def cut_of(result: Regularization) -> float:
    """Return the cut between the two classes: the middle of the truth's values."""
    return round(float(np.median(result.ridge.f_grid)), 2)


def errors(result: Regularization, learner: str) -> ZeroOne:
    """Compute the 0-1 loss of votes over k, or of polynomials over their degree."""
    return zero_one(result.settings, learner=learner, cut=cut_of(result))


def over_dial(z: ZeroOne, name: str, label: str) -> Picture:
    """Draw the terms at each test point, and their means over the dial."""
    order = np.argsort(z.x_test)
    x, best = z.x_test[order], z.best
    points = panel(
        [
            curve(x, z.positive[order], "truth", "P(class 1)", 2),
            curve(x, None, "variance", "P(predicted 1)", 2.2),
            dots(x, None, "bias", "B = 1: variance helps", 8, "diamond"),
        ],
        f"Probability of class 1, and that of predicting it, at {len(x)} test points; diamonds "
        f"mark points where the majority prediction is not the best one, for {label} "
        f"{int(z.values[0])} at {int(z.bias[0].sum())} points.",
        x="x",
        y="probability",
        frames=[
            Frames(1, z.predicted[:, order]),
            Frames(2, np.where(z.bias[:, order] == 1, z.predicted[:, order], -1.0)),
        ],
        height=_HEIGHT,
        xaxis={"range": span(x, 0.02)},
        yaxis={"range": [-0.05, 1.08]},
    )
    dial = z.values.astype(float)
    some = np.unique(np.linspace(0, len(dial) - 1, 9).round().astype(int))
    means = panel(
        [
            curve(dial, z.mean_loss, "risk", "loss", 3),
            curve(dial, z.mean_bias, "bias", "mean B"),
            curve(dial, z.harmful, "variance", "harmful variance"),
            curve(dial, z.helpful, "test", "helpful variance"),
            curve(dial, z.noise_term, "noise", "mean c₁N"),
            curve(dial, z.naive, "threshold", "N + B + V (wrong)", 1.6),
            estimates(dial[some], z.mc_loss[some], z.mc_loss_se[some], "risk", "loss", named=True),
        ],
        f"Means over the test points: the loss is smallest, {number(float(z.mean_loss.min()))}, at {best}.",
        x=label,
        y="error probability",
        tracks=[Track(dial)],
        column=1,
        height=_HEIGHT,
        xaxis={"range": span(dial)},
        yaxis={
            "range": [
                min(float(z.noise_term.min()), 0) - 0.02,
                1.08 * float(max(z.naive.max(), z.mean_loss.max(), 0.05)),
            ]
        },
    )
    sentences = tuple(
        f"c₁N {fixed(float(z.noise_term[k]))} + B {fixed(float(z.mean_bias[k]))} + harmful V "
        f"{fixed(float(z.harmful[k]))} − helpful V {fixed(float(z.helpful[k]))} = {fixed(float(z.mean_loss[k]))}; "
        f"simulated {with_error(float(z.mc_loss[k]), float(z.mc_loss_se[k]))}. N + B + V would be "
        f"{fixed(float(z.naive[k]))}. The loss is smallest at {best}."
        for k in range(len(dial))
    )
    axis = Axis(name, label, tuple(dial.tolist()), tuple(str(v) for v in z.values), float(dial[len(dial) // 2]))
    return Picture((points, means), axis, sentences=sentences)


SECTION = Section("Classification: 0-1 loss, where variance can help", classes)
