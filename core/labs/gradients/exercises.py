"""Exercises: back through a layer, through softmax, and along two ways and a tie."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.exercises.kinds import Shape, Vector
from core.exercises.questions import Question, Slip, choice, count, number
from core.exercises.templates import Refused, Template

TOPIC = "Networks"
Row = tuple[float, ...]


@dataclass(frozen=True)
class Layer:
    """L = δᵀ act(Wx + b)."""

    weights: tuple[Row, ...]
    bias: Row
    x: Row
    delta: Row

    @property
    def scores(self) -> Row:
        """Wx + b."""
        return tuple(_dot(row, self.x) + b for row, b in zip(self.weights, self.bias, strict=True))

    def back(self, g: Row) -> Row:
        """Wᵀg."""
        return tuple(_dot(column, g) for column in zip(*self.weights, strict=True))


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    return math.fsum(p * q for p, q in zip(a, b, strict=True))


def _times(a: Row, b: Row) -> Row:
    return tuple(p * q for p, q in zip(a, b, strict=True))


def _sigma(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def _g(value: float) -> str:
    return f"{value:.6g}".replace("-", "−")


def _row(values: Sequence[float]) -> str:
    return f"({'; '.join(map(_g, values))})"


def _text(values: Sequence[float]) -> str:
    return " ".join(f"{value:g}" for value in values)


def _tenths(rng: random.Random, n: int, most: int = 9) -> Row:
    return tuple(rng.choice((-1, 1)) * rng.randint(1, most) / 10 for _ in range(n))


def _draw_layer(columns: int, scale: int) -> Callable[[random.Random], Layer]:
    def draw(rng: random.Random) -> Layer:
        x = tuple(float(rng.choice((-2, -1, 1, 2, 3))) for _ in range(columns))
        weights = tuple(tuple(v * scale for v in _tenths(rng, columns, 9 // scale)) for _ in range(2))
        layer = Layer(weights, _tenths(rng, 2, 3), x, tuple(float(rng.choice((-2, -1, 1, 2))) for _ in range(2)))
        if not all(0.2 < abs(z) < 2 for z in layer.scores):
            raise Refused("A score near 0 or a saturated one hides mistakes.")
        return layer

    return draw


def _told(p: Layer) -> str:
    rows = "; ".join(" ".join(map(_g, row)) for row in p.weights)
    return f"W = [{rows}], b = {_row(p.bias)}, x = {_row(p.x)}, and the gradient of L by o is δ = {_row(p.delta)}"


def _state(p: Layer, act: str) -> dict[str, object]:
    return {
        "graph": "perceptron",
        "act": act,
        "inputs": _text(p.x),
        "weights": "; ".join(map(_text, p.weights)),
        "bias": _text(p.bias),
        "delta": _text(p.delta),
        "value": p.x[0],
    }


def _ask_tanh(p: Layer) -> Sequence[Question]:
    out = tuple(map(math.tanh, p.scores))
    g = _times(p.delta, tuple(1 - o * o for o in out))
    m, n = len(p.weights), len(p.x)
    twice = _times(p.delta, tuple(1 - math.tanh(o) ** 2 for o in out))
    return (
        Question(
            "Gradient g by z",
            Vector(m),
            g,
            (
                Slip("tanh_of_output", twice, "o is already tanh z: the slope is 1 − o²."),
                Slip("no_activation", p.delta, "The slope of tanh is missing."),
            ),
            (f"z = {_row(p.scores)}", f"o = {_row(out)}", f"δ · (1 − o²) = {_row(g)}"),
        ),
        Question(
            "Gradient by x",
            Vector(n),
            p.back(g),
            (
                Slip("no_activation", p.back(p.delta), "The slope of tanh is missing."),
                Slip("tanh_of_output", p.back(twice), "o is already tanh z: the slope is 1 − o²."),
            ),
            (f"Wᵀg = {_row(p.back(g))}",),
        ),
        Question(
            "Shape of the gradient by W̃ = [W b]",
            Shape(2),
            (m, n + 1),
            (
                Slip("outer_swapped", (n + 1, m), "A gradient has the shape of what it belongs to: g times x̃ᵀ."),
                Slip("bias_forgotten", (m, n), "The bias is a column of W̃."),
            ),
            (f"g x̃ᵀ has {m}×{n + 1} entries",),
        ),
        count(
            "Entries of the gradient by x",
            n,
            (Slip("bias_in_dx", n + 1, "The 1 of x̃ belongs to the bias; it is no entry of x."),),
            (f"x has {n} entries; W̃ has one column more, and the gradient has {n}",),
        ),
    )


TANH = Template(
    key="gradients.layer",
    title="Back through a layer",
    topic=TOPIC,
    minutes=6,
    draw=_draw_layer(3, 1),
    published=Layer(((0.5, -0.3, 0.8), (0.2, 0.4, -0.6)), (0.1, -0.2), (1.0, 2.0, -1.0), (1.0, 1.0)),
    text=lambda p: f"A layer computes o = tanh(Wx + b), with {_told(p)}.",
    ask=_ask_tanh,
    state=lambda p: _state(p, "tanh"),
    hints=lambda p: ("Compute z and o first.", "g = δ · (1 − o²), entry by entry; then Wᵀg reaches x."),
    lesson="A gradient has the shape of its variable; an activation multiplies it by a slope at its own input.",
)


@dataclass(frozen=True)
class Sizes:
    """A layer and the sizes of another one."""

    layer: Layer
    m: int
    n: int


def _draw_sizes(rng: random.Random) -> Sizes:
    m, n = rng.sample(range(2, 60), 2)
    return Sizes(_draw_layer(2, 1)(rng), m, n)


def _ask_sigmoid(p: Sizes) -> Sequence[Question]:
    layer = p.layer
    out = tuple(map(_sigma, layer.scores))
    g = _times(layer.delta, tuple(o * (1 - o) for o in out))
    half = _times(layer.delta, out)
    return (
        Question(
            "Gradient g by z",
            Vector(2),
            g,
            (
                Slip("no_one_minus_sigma", half, "The slope of σ is o(1 − o), not o."),
                Slip("no_activation", layer.delta, "The slope of σ is missing."),
            ),
            (f"o = {_row(out)}", f"δ · o(1 − o) = {_row(g)}"),
        ),
        Question(
            "Gradient by x",
            Vector(2),
            layer.back(g),
            (
                Slip("A_not_transposed", tuple(_dot(row, g) for row in layer.weights), "It is Wᵀg: use the columns."),
                Slip("no_one_minus_sigma", layer.back(half), "The slope of σ is o(1 − o), not o."),
            ),
            (f"Wᵀg = {_row(layer.back(g))}",),
        ),
        count(
            "Entries of the gradient by b in the larger layer",
            p.m,
            (
                Slip("n_for_m", p.n, "A bias belongs to an output, not to an input."),
                Slip("all_weights", p.m * p.n, "That is the gradient by W."),
            ),
            (f"b has as many entries as the layer has outputs: {p.m}",),
        ),
    )


SIGMOID = Template(
    key="gradients.sigmoid",
    title="Back through sigmoids",
    topic=TOPIC,
    minutes=5,
    draw=_draw_sizes,
    text=lambda p: (
        f"A layer computes o = σ(Wx + b), with {_told(p.layer)}.\n\nA larger layer of the same kind has {p.n} inputs "
        f"and {p.m} outputs."
    ),
    ask=_ask_sigmoid,
    state=lambda p: _state(p.layer, "sigmoid"),
    hints=lambda p: ("The slope of σ is o(1 − o).", "What z = Wx hands to x is Wᵀg."),
    lesson="σ multiplies a gradient by o(1 − o), at most 1/4; a matrix hands it back transposed.",
)


@dataclass(frozen=True)
class Scores:
    """Scores of three classes and the true one, counted from 0."""

    x: tuple[int, ...]
    label: int


def _draw_scores(rng: random.Random) -> Scores:
    x = tuple(rng.sample(range(-2, 4), 3))
    if max(x) - min(x) > 4:
        raise Refused("A probability near 0 hides mistakes.")
    return Scores(x, rng.randrange(3))


def _soft(x: Sequence[float]) -> Row:
    powers = [math.exp(v) for v in x]
    return tuple(v / math.fsum(powers) for v in powers)


def _ask_scores(p: Scores) -> Sequence[Question]:
    f, y = _soft(p.x), p.label
    loss = -math.log(f[y])
    hot = tuple(float(k == y) for k in range(3))
    gradient = tuple(a - b for a, b in zip(f, hot, strict=True))
    return (
        number(
            "Cross-entropy",
            loss,
            (
                Slip("softmax_twice", -math.log(_soft(f)[y]), "The softmax was taken twice."),
                Slip("log10", -math.log10(f[y]), "The natural logarithm is asked for."),
                Slip("no_minus", -loss, "The logarithm of a probability is negative; the loss has a minus sign."),
            ),
            (f"f = {_row(f)}", f"−ln {f[y]:.6f} = {loss:.6f}"),
        ),
        Question(
            "Gradient by the scores",
            Vector(3),
            gradient,
            (
                Slip("sign", tuple(-v for v in gradient), "It is f − h, prediction minus truth."),
                Slip("diag_only", tuple(v * (1 - v) for v in f), "That is the diagonal of the Jacobian of softmax."),
                Slip(
                    "minus_one_over_f", tuple(-v / f[y] for v in hot), "That is the gradient by f, not by the scores."
                ),
                Slip("softmax_alone", f, "Subtract 1 at the true class."),
            ),
            (f"f − h = {_row(gradient)}",),
        ),
    )


SOFTMAX = Template(
    key="gradients.softmax",
    title="Softmax with cross-entropy",
    topic=TOPIC,
    minutes=4,
    draw=_draw_scores,
    published=Scores((2, 1, 0), 0),
    text=lambda p: f"Three classes have the scores {_row(p.x)}; class {p.label + 1} is the true one. Use ln.",
    ask=_ask_scores,
    state=lambda p: {
        "graph": "softmax",
        "inputs": _text(p.x),
        "label": str(p.label + 1),
        "value": float(p.x[0]),
    },
    hints=lambda p: ("f = eˣ/Σeˣ; the loss is −ln of the true class's f.", "The gradient is f − h."),
    lesson="Softmax with cross-entropy hands back f − h: its entries add up to 0, and only the true one is negative.",
)


@dataclass(frozen=True)
class Ways:
    """A place of (xy + x)², and a direction at a tie of the maximum."""

    x: int
    y: int
    direction: tuple[int, int, int]


def _draw_ways(rng: random.Random) -> Ways:
    x, y = rng.choice((-3, -2, -1, 1, 2, 3)), rng.choice((-3, -2, 1, 2, 3))
    direction = tuple(rng.choice((-4, -3, -2, -1, 1, 2, 3, 4)) for _ in range(3))
    if direction[0] == direction[2] or direction[0] + direction[2] == 0:
        raise Refused("A symmetric direction hides mistakes.")
    return Ways(x, y, (direction[0], direction[1], direction[2]))


def _ask_ways(p: Ways) -> Sequence[Question]:
    s = p.x * p.y + p.x
    a, _, c = p.direction
    return (
        number(
            "Derivative of f by x",
            2 * s * p.y + 2 * s,
            (
                Slip("second_path_forgotten", 2 * s * p.y, "x is also added: that way brings 2s more."),
                Slip("first_path_forgotten", 2 * s, "x is also multiplied: that way brings 2s · y more."),
                Slip("no_square", p.y + 1, "The square multiplies by 2s."),
            ),
            (f"2s = {_g(2 * s)}", f"2s · y + 2s = {_g(2 * s * p.y + 2 * s)}"),
        ),
        number(
            "Derivative of f by y",
            2 * s * p.x,
            (
                Slip("no_square", p.x, "The square multiplies by 2s."),
                Slip("no_product", 2 * s, "The product multiplies by x."),
            ),
            (f"2s · x = {_g(2 * s * p.x)}",),
        ),
        number(
            "Derivative of the maximum along d",
            max(a, c),
            (
                Slip("all_ties_one", a + c, "Not both entries count in full: shares add up to 1."),
                Slip(
                    "split",
                    (a + c) / 2,
                    "That is the slope of one subgradient; the larger entry counts.",
                ),
                Slip("smaller", min(a, c), "The maximum follows the entry that grows more."),
            ),
            (f"max(d₁, d₃) = {_g(max(a, c))}",),
        ),
        choice(
            "Which is a subgradient of the maximum there?",
            ("(0.3, 0, 0.7)", "(1, 0, 1)", "(1/3, 1/3, 1/3)"),
            "(0.3, 0, 0.7)",
            {
                "(1, 0, 1)": "The shares must add up to 1.",
                "(1/3, 1/3, 1/3)": "The second entry is not the largest: its share is 0.",
            },
            "Any shares of the tied entries that add up to 1 are one.",
        ),
    )


WAYS = Template(
    key="gradients.ways",
    title="Two ways and a tie",
    topic=TOPIC,
    minutes=5,
    draw=_draw_ways,
    published=Ways(2, -3, (-1, 0, 2)),
    text=lambda p: (
        f"f = (xy + x)² at x = {_g(p.x)}, y = {_g(p.y)}; write s = xy + x.\n\nThe maximum of three entries at "
        f"(3, 1, 3), and the direction d = {_row(p.direction)}."
    ),
    ask=_ask_ways,
    state=lambda p: {"graph": "shared", "variable": "x", "value": float(p.x), "held": float(p.y)},
    hints=lambda p: ("x reaches f in two ways; their gradients add up.", "At a tie, step a little along d and look."),
    lesson="Ways add up. At a tie there is no gradient, but every choice of shares is a subgradient.",
)

EXERCISES: tuple[Template, ...] = (TANH, SIGMOID, SOFTMAX, WAYS)  # type: ignore[type-arg]
