"""Words of the lab on gradients: readouts, the sentence under the picture, questions to answer first."""

from __future__ import annotations

import numpy as np

from core.draw.live import Check, Readout
from core.kit.controls import Choice
from core.kit.prediction import Prediction, because
from core.kit.words import bracketed, fixed, number
from core.labs.gradients.compute.explore import VALUES, Gradients
from core.labs.gradients.compute.graphs import slope
from core.labs.gradients.panels import VALUE

_ZERO = int(np.flatnonzero(VALUES == 0)[0])


def readouts(result: Gradients) -> tuple[Readout, ...]:
    """Return the gradient of the leaf, the output, and the actual effect of a small change."""
    name = result.nodes[-1].name
    return (
        Readout(
            f"∂{name}/∂{result.leaf}",
            tuple(fixed(float(v)) for v in result.gradient),
            "variance",
            "The gradient that reaches the dragged leaf: the slope of the tangent.",
            along=VALUE,
            formula=tuple(_formula(result, k) for k in range(len(VALUES))),
            check=Check(tuple(_difference(result, k) for k in range(len(VALUES))), result.agrees, "central difference"),
            headline=True,
        ),
        Readout(
            f"output {name}",
            tuple(fixed(float(v)) for v in result.output),
            "first",
            "The value at the end of the graph.",
            along=VALUE,
        ),
        Readout(
            "change for +0.1",
            tuple(fixed(float(v)) for v in result.nudged),
            "",
            "What the output really does when the leaf grows by 0.1; the tangent promises a tenth of the gradient.",
            along=VALUE,
            formula=tuple(f"by the tangent 0.1 · {fixed(float(v))} = {fixed(0.1 * float(v))}" for v in result.gradient),
        ),
    )


def _difference(result: Gradients, k: int) -> str:
    if result.kinks[k]:
        return f"no derivative: slope {number(float(result.left[k]))} left, {number(float(result.right[k]))} right"
    name = result.nodes[-1].name
    return f"({name}(v + h) − {name}(v − h))/2h = {fixed(float(result.difference[k]))}"


def _formula(result: Gradients, k: int) -> str:
    """Write the last step of the reverse sweep with its numbers: what each path contributes to the leaf."""
    total = fixed(float(result.gradient[k]))
    if result.graph == "perceptron":
        weights, x = (result.nodes[at].values[k] for at in range(2))
        back = result.nodes[2].gradient[k][:, 0]
        if result.place == 0:
            row, column = divmod(result.entry, weights.shape[1])
            return f"{bracketed(back[row])} · {bracketed(x[column, 0])} = {total}"
        pairs = zip(weights[:, result.entry], back, strict=True)
        return f"{' + '.join(f'{bracketed(w)} · {bracketed(g)}' for w, g in pairs)} = {total}"
    if result.graph == "softmax":
        f = float(result.nodes[2].values[k][result.entry, 0])
        return f"{fixed(f)} − {int(result.entry == result.label)} = {total}"
    if result.graph == "max":
        x = result.nodes[0].values[k][:, 0]
        ties = int((x == x.max()).sum())
        return f"1/{ties} = {total}" if x[result.entry] == x.max() else "not the largest: 0"
    if result.graph == "mean":
        return f"1/{len(result.nodes[0].values[k])} = {total}"
    if result.graph == "shared":
        flows = [
            float(flow[k, 0, 0])
            for node in result.nodes
            for parent, flow in zip(node.parents, node.flows, strict=True)
            if parent == result.place
        ]
        return f"{' + '.join(bracketed(v) for v in flows)} = {total}"
    slopes = [
        slope(result.act, a.values[k], b.values[k]).item() for a, b in zip(result.nodes, result.nodes[1:], strict=False)
    ]
    return f"{' · '.join(number(v) for v in slopes)} = {total}"


def summaries(result: Gradients) -> tuple[str, ...]:
    """Say in at most 15 words what is computed at each step and value, and what the gradient says at the end."""
    forward = []
    for level in range(result.top + 1):
        names = " and ".join(node.name for node in result.nodes if node.level == level)
        if level == 0:
            forward.append("Only the leaves have values.")
        elif level < result.top:
            forward.append(f"Forward: [first|{names}] follows from the nodes above.")
        else:
            forward.append(f"The output [first|{names}] is known, and its own gradient is 1.")
    back = []
    for level in range(result.top - 1, 0, -1):
        names = " and ".join(node.name for node in result.nodes if node.level == level)
        back.append(f"Back to [variance|{names}]: the gradient below times a local slope.")
    out = []
    ends = [_end(result, k) for k in range(len(VALUES))]
    for end in ends:
        out += [*forward, *back, end]
    return tuple(out)


def _end(result: Gradients, k: int) -> str:
    name, gradient = result.nodes[-1].name, float(result.gradient[k])
    if result.kinks[k]:
        low, high = sorted((float(result.left[k]), float(result.right[k])))
        return f"A kink: every slope from [variance|{number(low)}] to [variance|{number(high)}] is a subgradient."
    if not result.agrees[k]:
        return f"Two kinks cancel: the true slope is [variance|{number(float(result.difference[k]))}]."
    if gradient == 0:
        return f"No gradient reaches {result.leaf}: a small change of it changes nothing."
    ways = sum(node.parents.count(result.place) for node in result.nodes)
    if ways > 1:
        return f"Two ways to {result.leaf}: their gradients add up to [variance|{number(gradient)}]."
    if abs(gradient) < 1e-3:
        return f"Almost nothing is left for {result.leaf}: [variance|{number(gradient)}]."
    verb = "raises" if gradient > 0 else "lowers"
    return f"A little more {result.leaf} {verb} {name} by [variance|{number(abs(gradient))}] times as much."


def _sign(result: Gradients) -> str:
    at = float(result.gradient[_ZERO])
    return "none" if abs(at) < 1e-12 else "up" if at > 0 else "down"


def _sign_verdict(guess: str, truth: str, result: Gradients) -> str:
    return f"At {result.leaf} = 0 the gradient is {number(float(result.gradient[_ZERO]))}; its sign says which way."


def _most(result: Gradients) -> str:
    most = float(np.abs(result.gradient).max())
    return "tiny" if most < 1e-3 else "small" if most < 1 else "large"


def _most_verdict(guess: str, truth: str, result: Gradients) -> str:
    most = number(float(np.abs(result.gradient).max()))
    return f"The largest is {most}. Local slopes multiply along a way, and ways add up."


PREDICTIONS = (
    Prediction(
        "The dragged leaf is 0 and grows a little: what does the output do?",
        guess=Choice(
            name="guess",
            label="The output",
            default="up",
            options={"up": "rises", "down": "falls", "none": "stays"},
            help="Your guess.",
        ),
        truth=_sign,
        verdict=_sign_verdict,
        why=because(
            "What decides it?",
            "the sign of the gradient",
            "For a small step the output changes by gradient times step.",
            {
                "the sign of the output": "The output may be positive and fall.",
                "the size of the leaf": "The leaf says where the slope is taken, not which sign it has.",
            },
        ),
    ),
    Prediction(
        "How large does the gradient of this leaf get, anywhere from −3 to 3?",
        guess=Choice(
            name="guess",
            label="At most",
            default="small",
            options={"tiny": "below 0.001", "small": "between 0.001 and 1", "large": "1 or more"},
            help="Your guess.",
        ),
        truth=_most,
        verdict=_most_verdict,
    ),
)
