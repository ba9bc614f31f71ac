"""Every number in the words of presets, help texts, questions, and titles has a computation that does not use them.

`KNOWN` maps lab and text ("preset LABEL", "help CONTROL", "ask K", "section K") to the numbers that must be in it:
each number of the text is one of them, rounded to its digits, and each of them is in the text. A text with a
number that is not in the table fails, and so does an entry whose text no longer has numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.polynomial import Chebyshev
from scipy.stats import zscore
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.metrics import mutual_info_score
from sklearn.tree import DecisionTreeClassifier

from core.kit.lab import Lab
from tests.states import LABS
from tests.words import units_in

LAB = {lab.name: lab for lab in LABS}
Numbers = Iterable[float]


def texts(lab: Lab) -> Iterator[tuple[str, str]]:
    """Yield keys and texts of a lab that are written once and do not depend on a state."""
    for preset in lab.presets:
        yield f"preset {preset.label}", f"{preset.label}. {preset.note}"
    for control in lab.all_controls:
        yield f"help {control.name}", control.help
    for k, prediction in enumerate(lab.predictions):
        if isinstance(prediction.question, str):
            yield f"ask {k}", prediction.question
    for k, section in enumerate(lab.sections):
        yield f"section {k}", section.title


def preset(lab: str, start: str) -> dict[str, Any]:
    """Return values of the preset whose label begins like this."""
    (found,) = (each for each in LAB[lab].presets if each.label.startswith(start))
    return LAB[lab].preset_values(found)


def values(lab: str, start: str, *names: str) -> list[float]:
    state = preset(lab, start)
    return [float(state[name]) for name in names]


def bounds(lab: str, name: str) -> list[float]:
    (control,) = (each for each in LAB[lab].controls if each.name == name)
    return [control.low, control.high]  # type: ignore[attr-defined]


# ---- regression: least squares by numpy


def homework_split() -> tuple[np.ndarray, np.ndarray, np.random.RandomState]:
    """Return training and test inputs of the legacy generator with seed 0, and the generator after them."""
    rng = np.random.RandomState(0)
    x = rng.permutation(np.linspace(0, 10, 50))
    return x[:40], x[40:], rng


def truth(x: np.ndarray) -> np.ndarray:
    return x + np.sin(1.5 * x)


def one_test_set() -> Numbers:
    """Find the degrees with the smallest mean error on the one test set, and with the smallest exact expected error."""
    x, at, rng = homework_split()
    y_test = truth(at) + np.sqrt(0.3) * rng.standard_normal(10)
    noise = np.sqrt(0.3) * rng.standard_normal((100, 40))
    seen, exact = [], []
    for degree in range(1, 16):
        hat = np.array([Chebyshev.fit(x, row, degree)(at) for row in np.eye(40)]).T
        fits = (truth(x) + noise) @ hat.T
        seen.append(((fits - y_test) ** 2).mean())
        exact.append((((hat @ truth(x) - truth(at)) ** 2) + 0.3 * (hat**2).sum(axis=1)).mean())
    return [1 + np.argmin(seen), 1 + np.argmin(exact), 50, len(x), len(at)]


def quadratic(lab: str, start: str) -> Numbers:
    state = preset(lab, start)
    x = np.array([1.0, 2.0, 3.0])
    from core.regression.truths import TRUTHS

    np.testing.assert_allclose(TRUTHS[state["truth"]].function(x), x - 2 * x**2)
    return [state["n_train"], 1, state["max_degree"]]


def leave_one_out_pick() -> Numbers:
    """Find the degree with the smallest leave-one-out error of the preset's data, by refits."""
    state = preset("model_selection", "One-standard-error")
    result = LAB["model_selection"].result(state)
    x, y = result.validation.x, result.validation.y
    errors = []
    for degree in range(1, state["max_degree"] + 1):
        kept = [np.arange(len(x)) != i for i in range(len(x))]
        errors.append(np.mean([(y[i] - Chebyshev.fit(x[k], y[k], degree)(x[i])) ** 2 for i, k in enumerate(kept)]))
    return [1 + int(np.argmin(errors))]


def information_picks() -> Numbers:
    """Return the degree that AIC and BIC pick, points, and parameters of the largest degree."""
    state = preset("model_selection", "AIC and BIC")
    result = LAB["model_selection"].result(state)
    x, y, n = result.validation.x, result.validation.y, state["n_train"]
    degrees = np.arange(1, state["max_degree"] + 1)
    squares = np.array([((y - Chebyshev.fit(x, y, d)(x)) ** 2).mean() for d in degrees])
    picks = {int(degrees[np.argmin(n * np.log(squares) + price * (degrees + 1))]) for price in (2, math.log(n))}
    assert picks == {int(degrees[-1])}
    return [*picks, n, degrees[-1] + 1]


# ---- networks: products of the published shapes

VGG19 = ((2, 64, 224), (2, 128, 112), (4, 256, 56), (4, 512, 28), (4, 512, 14))  # layers, filters, side


def vgg19_rounded_activations() -> int:
    """Count image, convolutions, pooling, linear layers, each cell above 9,999 rounded to two digits before adding."""
    cells = [3 * 224**2, 4096, 4096, 1000]
    for layers, filters, side in VGG19:
        cells += [filters * side**2] * layers + [filters * (side // 2) ** 2]
    return sum(round(cell, 1 - int(math.log10(cell))) if cell >= 10_000 else cell for cell in cells)


def lenet5(full: bool) -> int:
    """Count LeNet-5 as built today, or as published: pairs of maps in C3, factors of subsampling, no output weights."""
    pairs = 6 * 16 if full else 6 * 3 + 9 * 4 + 6
    c1, c3, c5, f6 = 6 * 26, pairs * 25 + 16, 120 * (16 * 25 + 1), 84 * 121
    return c1 + c3 + c5 + f6 + (10 * 85 if full else 2 * 6 + 2 * 16)


def alexnet_linear_share() -> float:
    convolutions = ((3, 64, 11), (64, 192, 5), (192, 384, 3), (384, 256, 3), (256, 256, 3))
    linear = ((256 * 36, 4096), (4096, 4096), (4096, 1000))
    held = sum((a + 1) * b for a, b in linear)
    return 100 * held / (held + sum((a * k * k + 1) * b for a, b, k in convolutions))


def resnet152_operations() -> int:
    blocks = 3 + 8 + 36 + 3
    convolutions = 1 + 3 * blocks + 4
    relus, additions, rest = 1 + 3 * blocks, blocks, 4  # max pooling, average pooling, flattening, linear layer
    return 2 * convolutions + relus + additions + rest


def ramp_output() -> Numbers:
    image = np.array([[20, 15, 10, 5]] * 4)
    kernel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    outputs = {float((image[r : r + 3, c : c + 3] * kernel).sum()) for r in (0, 1) for c in (0, 1)}
    return [*outputs, *image.shape, *kernel.shape]


# ---- training


def smoothing_noise() -> Numbers:
    """Return steps of the preset and by default; the average of the former keeps more than twice the noise."""
    few, many = preset("lr_range", "Only 40")["steps"], bounds_default("lr_range", "steps")
    kept = [math.sqrt((1 - beta) / (1 + beta)) for beta in (1 - 4 / few, 1 - 4 / many)]
    assert kept[0] > 2 * kept[1]
    return [few, many]


def bounds_default(lab: str, name: str) -> float:
    (control,) = (each for each in LAB[lab].controls if each.name == name)
    return float(control.default)


def plain_steps(kappa: float) -> float:
    """Return steps per digit of gradient descent at its best: rate (κ − 1) / (κ + 1)."""
    return 1 / -math.log10((kappa - 1) / (kappa + 1))


def best_momentum() -> Numbers:
    """Return momentum of the preset, and the modulus of the roots of both directions there."""
    kappa, lr, momentum = values("momentum", "Best", "kappa", "lr", "momentum")
    assert momentum == pytest.approx(((math.sqrt(kappa) - 1) / (math.sqrt(kappa) + 1)) ** 2) == 1 / 4
    roots = [np.roots([1, -(1 + momentum - lr * h), momentum]) for h in (1, 1 / kappa)]
    np.testing.assert_allclose(np.abs(roots), 1 / 2, rtol=1e-7)
    return [1, 4, 2]


def growing_batch() -> Numbers:
    """Return GiB of the GPU; the words say three doublings, to 256, and three more fit."""
    state = preset("schedules", "Growing")
    sizes = [state["batch"] * 2**k for k in range(9)]
    images, grown = state["epochs"] * state["n_train"], 0
    while images > state["length"] * sizes[grown]:
        images -= state["length"] * sizes[grown]
        grown += 1
    assert grown == 3
    need = LAB["schedules"].result(state).need
    assert [need.total(b) <= state["card"] * 2**30 for b in sizes[grown:]] == [True] * 4 + [False] * 2
    return [state["card"]]


def head() -> Numbers:
    """Return parameters of the head in millions, classes, and those of Dense(10) on the 512 features of VGG19."""
    classes, hidden = values("transfer", "A head", "classes", "hidden")
    return [(513 * hidden + (hidden + 1) * classes) / 1e6, classes, 513 * 10, 10]


def success(start: str) -> float:
    """Return the probability of success by the logistic function of the preset's score."""
    b0, b1, b2, x1, x2 = values("logistic", start, "b0", "b1", "b2", "x1", "x2")
    return 1 / (1 + math.exp(-(b0 + b1 * x1 + b2 * x2)))


def hours_for(start: str, probability: float | None = None) -> float:
    """Return the hours at which the score is the logarithm of the odds."""
    b0, b1, b2, x2 = values("logistic", start, "b0", "b1", "b2", "x2")
    aim = preset("logistic", start)["target"] if probability is None else probability
    return (math.log(aim / (1 - aim)) - b0 - b2 * x2) / b1


def flowers() -> tuple[np.ndarray, np.ndarray]:
    """Return the two kinds of iris that are hard to tell apart, with their four features."""
    found = load_iris()
    keep = found.target > 0
    return found.data[keep], found.target[keep]


def gain(feature: int, threshold: float) -> float:
    """Return the mutual information, in bits, of the kind and the side of a threshold."""
    x, kinds = flowers()
    return float(mutual_info_score(kinds, x[:, feature] <= threshold) / math.log(2))


def most(feature: int) -> float:
    """Return the largest gain of a feature."""
    edges = np.unique(flowers()[0][:, feature])
    return max(gain(feature, cut) for cut in (edges[:-1] + edges[1:]) / 2)


def wrong(threshold: float) -> int:
    """Count flowers that are wrong if petal length is split there first, and each side by two more questions."""
    x, y = flowers()
    sides = (x[:, 2] <= threshold, x[:, 2] > threshold)
    tree = DecisionTreeClassifier(criterion="entropy", max_depth=2, random_state=0)
    return sum(int((tree.fit(x[side], y[side]).predict(x[side]) != y[side]).sum()) for side in sides)


def unit_scores(batch: list[float]) -> list[float]:
    """Return distances from the mean in standard deviations, by SciPy."""
    return [float(score) for score in zscore(batch)]


def delivered(lab: str, start: str) -> list[list[int]]:
    """Count updates by others between two deliveries of each learner, in the order of their numbers or the reverse."""
    state = preset(lab, start)
    periods = [state["others"]] * state["learners"]
    periods[1] = state["period"]
    turn = -1 if state["tie"] == "last" else 1
    events = sorted(
        (k * p, turn * i, i) for i, p in enumerate(periods) for k in range(1, int(state["horizon"] / p) + 1)
    )
    who = [i for _, _, i in events]
    out: list[list[int]] = []
    for i in range(len(periods)):
        own = [-1, *(at for at, one in enumerate(who) if one == i)]
        out.append([after - at - 1 for at, after in zip(own, own[1:], strict=False)])
    return out


def stable_rates(old: int) -> list[float]:
    """Return the default rate, at which gradients that old make descent diverge, and one at which they do not."""
    largest = [np.abs(np.roots([1, -1, *[0] * (old - 1), rate])).max() for rate in (0.4, 0.2)]
    assert largest[0] > 1 > largest[1]
    assert bounds_default("staleness", "eta") == 0.4
    return [0.4, 0.2]


def given(*numbers: float) -> Callable[[], Numbers]:
    """Return numbers that are definitions or published facts: stated once here, with the reason next to them."""
    return lambda: numbers


def cancer_limit(curvature: float) -> float:
    """Return 2/L of a linear model of the standardized breast cancer data, whose loss curves this much."""
    x = load_breast_cancer().data
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    return float(2 / (curvature * np.linalg.svd(x, compute_uv=False)[0] ** 2 / len(x)))


def fourth_power() -> Numbers:
    """Start and rate of the preset, and a start from which the steps no longer shrink: the border is √(1/(2η))."""
    start, rate = values("descent", "x⁴", "x0", "rate")
    assert start < math.sqrt(1 / (2 * rate)) < 2.24
    return [start, rate, 2.24]


# The six points of a textbook exercise on neighbors.
SIX = np.array([[0, 3, 0], [2, 0, 0], [0, 1, 3], [0, 1, 2], [-1, 0, 1], [1, 1, 1]])

EXPERIMENT = {
    "help inputs": given(0, 1),  # the standard normal distribution, by its name
    "help max_degree": given(1),  # the first degree
}

RUNS = {"help precision": lambda: [np.finfo(np.float32).nmant + 1, 8]}  # bfloat16 has 7 bits behind the leading one

KNOWN: dict[str, dict[str, Callable[[], Numbers]]] = {
    "bias_variance": EXPERIMENT
    | {
        "preset By eye: degree 1, 3, or 10": lambda: [
            *preset("bias_variance", "By eye")["compare"],
            *values("bias_variance", "By eye", "n_train"),
        ],
        "preset One test set says 7, best is 8": one_test_set,
        "preset Picking a degree 400 times": lambda: [
            *quadratic("bias_variance", "Picking"),
            *values("bias_variance", "Picking", "repetitions"),
        ],
        "preset 12 points, 9 weights": lambda: [
            *values("bias_variance", "12 points", "n_train"),
            preset("bias_variance", "12 points")["degree"] + 1,
        ],
    },
    "model_selection": EXPERIMENT
    | {
        "preset Leave-one-out, degrees 1 to 4": lambda: quadratic("model_selection", "Leave-one-out, degrees"),
        "preset One-standard-error rule": leave_one_out_pick,
        "preset 15 points: GCV, AIC, BIC fail": lambda: [
            *values("model_selection", "15 points", "n_train"),
            preset("model_selection", "15 points")["n_train"] - 1,
        ],
        "preset AIC and BIC pick degree 18": information_picks,
        "help view": given(1),  # of the formula r/(1 − h)
        "ask 1": lambda: [
            len(LAB["model_selection"].result(preset("model_selection", "Two")).reseeded.data_left_out_picks)
        ],
    },
    "regularization": {
        "help inputs": EXPERIMENT["help inputs"],
        "preset α = 10: does it help?": lambda: [*values("regularization", "α = 10: does", "alpha", "degree"), 0],
        "preset α = 10, inside the data": lambda: values("regularization", "α = 10, inside", "alpha"),
        "preset 15 noisy points": lambda: values("regularization", "15 noisy", "n_train", "degree"),
        "preset Degree 20, 12 points": lambda: [*values("regularization", "Degree 20", "n_train", "degree"), 0],
        "help alpha": given(0),  # least squares
        "help l1_ratio": lambda: bounds("regularization", "l1_ratio"),
        "ask 0": given(0, 10),  # the preset's α, and none
        "section 1": given(10),  # the same
        "section 7": given(0),  # the name of the loss
    },
    "ranking_curves": {
        "preset Credit: too close to call": given(
            0.232, 0.218
        ),  # as they were reported, with AdaBoost of scikit-learn 1.5
        "preset One digit against nine": lambda: [digit_share()],
        "help separation": given(0),  # where the scores of the negatives are
        "help separation_2": given(0),
        "help spread": given(1),  # how far they spread
        "help spread_2": given(1),
        "help bands": given(95),  # the level of every interval
    },
    "cnn_cost": {
        "preset VGG19 without biases": lambda: [vgg19_rounded_activations()],
        "preset Fill in: 256×256": lambda: [int(preset("cnn_cost", "Fill in: 256")["net"].split("_")[1])],
        "preset Fill in: 386×386": lambda: [int(preset("cnn_cost", "Fill in: 386")["net"].split("_")[1])],
        "preset LeNet-5": lambda: [lenet5(full=True), lenet5(full=False), 1998],  # LeCun et al. 1998
        "preset AlexNet: 96% in three layers": lambda: [alexnet_linear_share()],
        "preset GoogLeNet: paper, torchvision": given(5, 3),  # Szegedy et al. 2015; pytorch/vision, issue 906
        "preset ResNet-152": lambda: [resnet152_operations()],
        "help layer": given(0),
        "help text": given(3, 64, 2),  # read back from conv3-64 and /2
        "help height": given(32, 48),  # common heights of text recognition
        "help channels": given(3, 1),
        "help unit": given(2),
        "help precision": given(32),
    },
    "convolution": {
        "preset A ramp: −40 everywhere": ramp_output,
        "preset Kernel flipped": given(180),
        "preset One bright pixel": given(180),
        "preset Stride 2": lambda: values("convolution", "Stride", "stride"),
        "preset 1×1": lambda: [len(preset("convolution", "1×1")["kernel"])],
        "preset Checkerboard": lambda: values("convolution", "Checkerboard", "stride"),
        "help image": given(8),
        "help kernel": given(5),
        "help padding": given(1, 2),
        "help operation": given(180),
        "help c3": given(16, 0, 5),  # maps of C3, and the first and last of the six of S2
        "section 1": given(1),
    },
    "inception": {
        "preset 3b on 32×32": lambda: values("inception", "3b on", "size"),
        "preset 128×128, pooling counted": lambda: values("inception", "128", "size"),
        "preset Five ways to see 7×7": given(7),
        "preset One bottleneck sees 3×3": given(3),
        "help reduce": given(1, 5, 3, 0),
        "help view": given(7),
        "help w1": given(1),
        "help r3": given(1, 3, 0),
        "help w3": given(3),
        "help w5": given(5),
        "help pool_proj": given(1, 0),
        "help stack": given(2),
        "ask 2": given(7),
    },
    "logistic": {
        "preset Forty hours": lambda: [*values("logistic", "Forty", "x1", "x2"), success("Forty")],
        "preset Nine in ten": lambda: [
            preset("logistic", "Nine")["target"],
            hours_for("Nine"),
            hours_for("Nine") - hours_for("Nine", 0.5),
        ],
        "preset Sure and wrong": lambda: [success("Sure")],
        "preset Bits": lambda: [2, -math.log2(0.5), 0.5],
        "help penalty": given(2),  # of the formula λw²/2
        "help predictions": given(0, 1),  # the labels
    },
    "gradients": {
        # (xy + x)² at x = 2, y = −3: s = xy + x = −4, the square hands back 2s, the product times y, the sum times 1.
        "preset Two ways to x": lambda: [2 * -4 * -3, 2 * -4 * 1, 2 * -4 * (-3 + 1)],
        "preset Softmax": given(1, 0),  # f − 1 for the true class; probabilities less a one-hot vector add up to 0
        "preset A tie": lambda: [*values("gradients", "A tie", "value"), 0, 1],
        "preset Ten sigmoids": lambda: [1, 1 / 0.25],  # σ' = σ(1 − σ) is at most 1/4
        "preset A dead ReLU": given(0, 0),
        "preset σ(Ax + b)": lambda: [*(float(v) for v in preset("gradients", "σ(Ax")["delta"].split()), 1],
        "help inputs": given(-9, 9),
        "help weights": given(3, 4),
        "ask 0": given(0),
        "ask 1": lambda: bounds("gradients", "value"),
    },
    "neighbors": {
        "preset One neighbor": lambda: [1 + int(np.argmin(np.sum(SIX**2, axis=1))), 0, 3],
        "preset Another unit": given(1),
        "preset Everybody votes": lambda: [len(SIX)],
        "preset Islands": lambda: values("neighbors", "Islands", "k"),
        "preset Three classes": lambda: [1, *values("neighbors", "Three", "k")],
        "help data": given(0),
        "ask 0": given(0, 0),
        "ask 1": given(0, 0),
        "ask 2": given(1),
    },
    "trees": {
        "preset The best question": lambda: [1.75, gain(3, 1.75)],
        "preset A poor feature": lambda: [most(1)],
        "preset Error sees less": given(1.65, 1.75, 1.75),  # the positions that are compared
        "preset Greedy": lambda: [wrong(4.75), 4.95, wrong(4.95)],
        "preset Nats": lambda: [math.log(2)],
    },
    "descent": {
        "preset Just past the limit": lambda: [2.1, 100 * (1.1**2 - 1), 2, 1.9],  # λ = 1: factor 1 − 2.1, limit 2
        "preset Four rates in a valley": lambda: values("descent", "Four rates", "steps"),
        "preset x⁴: the start decides": fourth_power,
        "preset Out of a sharp valley": lambda: [2 / 16],
        "preset A real loss breaks": lambda: [
            569,
            *values("descent", "A real loss breaks", "rate"),
            2,
            cancer_limit(1),
        ],
        "preset A real loss holds": lambda: [2, cancer_limit(1 / 4), *values("descent", "A real loss holds", "rate")],
        "help loss": lambda: [len(load_breast_cancer().target)],
        "ask 1": given(2),  # the limit 2/L
        "ask 2": given(2),
        "section 0": given(2),
    },
    "normalization": {
        "preset Two values land at ±1": lambda: unit_scores([1, 6]),
        "preset A batch of one": lambda: values("normalization", "A batch of one", "beta"),
        "preset An outlier takes it all": lambda: [
            *values("normalization", "An outlier", "moved"),
            max(unit_scores([1, 1.5, 2, 10])),
            3,
            math.sqrt(3),
        ],
        "preset ε matters": lambda: values("normalization", "ε", "eps"),
        "preset Momentum 0.99 in Keras": lambda: [0.99, 100 * 0.99, 100 * 0.99**10],
        "help batch": lambda: bounds("normalization", "moved"),
        "help eps": given(0),
        "help updates": given(0, 1),  # as torch.nn.BatchNorm1d starts
        "ask 0": given(6, 10),
        "ask 1": given(1, 100, 1, 0),  # the batch, γ, and β
    },
    "staleness": {
        "preset Two learners": lambda: [
            *values("staleness", "Two", "horizon"),
            *delivered("staleness", "Two")[1][:1],
            2,
        ],
        "preset A tie": lambda: [*values("staleness", "A tie", "horizon"), 1, 2, delivered("staleness", "A tie")[1][1]],
        "preset Equal learners": lambda: [preset("staleness", "Equal")["learners"] - 1],
        "preset One straggler": lambda: [2, delivered("staleness", "One")[1][0]],
        "preset Bounded": lambda: [1, bounds_default("staleness", "bound")],
        "preset Synchronous": lambda: [100 * (1 - 1 / bounds_default("staleness", "period")), 1, 2, 1],
        "preset Eight are too many": lambda: [preset("staleness", "Eight")["learners"] - 1, *stable_rates(7)],
        "help period": given(2),
        "ask 0": given(2, 2.5),
        "ask 2": given(1),
    },
    "lr_range": RUNS
    | {
        "preset Batch norm: no explosion": lambda: [bounds_default("lr_range", "high")],
        "preset Only 40 steps": smoothing_noise,
        "help data": lambda: [10, 6_000],  # a tenth of the 60,000 of Xiao et al. 2017
        "ask 1": given(60_000, 64),
    },
    "schedules": RUNS
    | {
        "preset γ = 1: no decay": lambda: values("schedules", "γ = 1", "gamma"),
        "preset γ < 1: decay": lambda: [1, *values("schedules", "γ < 1", "gamma")],
        "preset Growing batch": growing_batch,
        "preset Cosine, 5 of 200 epochs": lambda: values("schedules", "Cosine, 5", "epochs", "length"),
        "help low": given(1, 25),  # torch's OneCycleLR, div_factor = 25
        "help gamma": given(1),  # torch's CyclicLR
        "help warm": given(0),  # torch's pct_start
        "help milestones": lambda: [1, 2, 80 / 30, 30, 60, 80, 30],  # fractions of the first of three milestones
        "help power": given(1),  # torch's PolynomialLR, a straight line by default
        "help n_train": given(60_000, 6_000, 50_000),  # Xiao et al. 2017, a tenth of it, Krizhevsky 2009
        "help net": given(32),
        "ask 0": given(5_000),
    },
    "momentum": {
        "preset Plain gradient descent": given(2),  # the formula 2/(λmax + λmin)
        "preset Best momentum": best_momentum,
        "preset κ = 1000": lambda: [1000, plain_steps(1000)],
        "help lr": given(1),
        "help momentum": given(0),
    },
    "transfer": RUNS
    | {
        "preset Freeze below layer 10": lambda: values("transfer", "Freeze below", "cut"),
        "preset ResNet-18, last stage": lambda: [224 / 2**5],  # the stride of the last stage
        "preset A head of 1.6 million": head,
        "preset 25 images": lambda: values("transfer", "25 images", "images"),
        "preset 1,000 images": lambda: values("transfer", "1,000", "images"),
        "help cut": given(0),
        "help side": given(28),
    },
}


def digit_share() -> float:
    """Return the percentage of one digit in scikit-learn's set of digits."""
    from sklearn.datasets import load_digits

    labels = load_digits().target
    return round(100 * float(np.mean(labels == preset("ranking_curves", "One digit")["digit"])))


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
def test_every_number_in_words_is_computed(lab: Lab) -> None:
    known = KNOWN[lab.name]
    found = {key: units_in(text) for key, text in texts(lab) if units_in(text)}
    assert sorted(found) == sorted(known), "a text with numbers that nothing computes, or an entry without a text"
    for key, written in found.items():
        right = [float(Fraction(number) if isinstance(number, int) else number) for number in known[key]()]
        for value, unit in written:
            assert any(abs(value - own) <= 0.501 * unit + 1e-9 * abs(own) for own in right), (key, value, right)
        for own in right:
            assert any(abs(value - own) <= 0.501 * unit + 1e-9 * abs(own) for value, unit in written), (key, own)
