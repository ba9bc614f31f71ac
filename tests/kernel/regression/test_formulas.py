"""Typed functions: values against SymPy and hand-written NumPy, the code that is exported, and what is refused."""

import json
import random
import re
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
import sympy
from sympy.parsing.sympy_parser import convert_xor, parse_expr, standard_transformations

from core.kit.refusal import reason
from core.regression import formulas, truths
from core.regression.formulas import CONSTANTS, FUNCTIONS, MAX_DEPTH, MAX_TEXT, parse

X = np.linspace(0.31, 4.07, 39)
BY_HAND: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "sin(2*x)/x": lambda x: np.sin(2 * x) / x,
    "-x^2": lambda x: -(x**2),
    "2^1.1^x - 1": lambda x: 2 ** (1.1**x) - 1,
    "2**-x": lambda x: 1 / 2**x,
    "x - 2 - 3*x/2/4": lambda x: (x - 2) - 3 * x / 8,
    "x - (2 - x)": lambda x: 2 * x - 2,
    "x/(2*x)": lambda x: 0.5 + 0 * x,
    "(-x)^3": lambda x: -(x**3),
    "-(x + 1)*--x": lambda x: -(x + 1) * x,
    "3": lambda x: 3 + 0 * x,
    "PI*e^-X": lambda x: np.pi * np.exp(-x),
    "ln(x) + log(x) + log10(x) + log2(x)": lambda x: np.log(x) * (2 + 1 / np.log(10) + 1 / np.log(2)),
    "asin(x/9) + acos(x/9)": lambda x: np.pi / 2 + 0 * x,
    "atan(tan(x/4))": lambda x: x / 4,
    "cosh(x)^2 - sinh(x)^2": lambda x: 1 + 0 * x,
    "max(x, 2) - min(x, 2)": lambda x: np.abs(x - 2),
    "tanh(x)*sqrt(x)*abs(x - 2)": lambda x: np.tanh(x) * x**0.5 * np.where(x < 2, 2 - x, x - 2),
    "sign(x - 2) + floor(x) - ceil(x)": lambda x: np.where(x < 2, -2.0, 0.0),
    "1.5e1*x + .5 + 2.": lambda x: 15 * x + 2.5,
    "2·x² − π×x³": lambda x: 2 * x**2 - np.pi * x**3,
    "1/(1 + exp(-9e4*(x - 2.05)))": lambda x: np.where(x < 2.05, 0.0, 1.0),
}


@pytest.mark.parametrize("text", BY_HAND)
def test_values_are_those_of_functions_written_by_hand(text: str) -> None:
    np.testing.assert_allclose(parse(text)(X), BY_HAND[text](X), rtol=1e-12, atol=1e-12)


def _grown(rng: random.Random, depth: int) -> str:
    """Return a random text of the grammar, with no more parentheses than needed now and then."""
    if depth == 0:
        return rng.choice(["x", "2", "0.5", "pi", "3"])
    left, right = _grown(rng, depth - 1), _grown(rng, depth - rng.randint(1, depth))
    name = rng.choice(["sin", "cos", "atan", "tanh", "abs", "exp"])
    signs = (f"{left} + {right}", f"{left} - {right}", f"{left}*{right}", f"{left}/{right}", f"-{left}")
    return rng.choice([*signs, f"({left}) - ({right})", f"({left})/({right})", f"({left})^2", f"{name}({left})"])


def test_random_texts_have_the_values_that_sympy_finds() -> None:
    rng, x, checked = random.Random(7), sympy.Symbol("x"), 0
    rules = (*standard_transformations, convert_xor)
    names = {"x": x, "abs": sympy.Abs, "pi": sympy.pi}
    for _ in range(120):
        text = _grown(rng, 4)
        if len(text) > MAX_TEXT:
            continue
        try:
            found = parse(text)(X[::6])
        except ValueError:
            continue  # a pole, or too large
        tree = parse_expr(text, local_dict=names, transformations=rules)
        exact = [float(sympy.N(tree.subs(x, sympy.Float(float(at), 40)), 30)) for at in X[::6]]
        np.testing.assert_allclose(found, exact, rtol=1e-9, atol=1e-9, err_msg=text)
        checked += 1
    assert checked > 60


def test_the_exported_code_gives_the_same_numbers_to_the_last_bit() -> None:
    rng = random.Random(3)
    texts = [*BY_HAND]
    while len(texts) < 120:
        text = _grown(rng, 3)
        try:
            parse(text)(X)
        except ValueError:
            continue
        texts.append(text)
    lines = ["import json, numpy as np", f"x = np.array({X.tolist()})", "np.seterr(all='ignore')"]
    lines += [f"print(json.dumps(list({parse(text).code})))" for text in texts]
    run = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True)
    for text, line in zip(texts, run.stdout.splitlines(), strict=True):
        assert parse(text)(X).tolist() == json.loads(line), text


def test_the_exported_code_reads_like_written_by_hand() -> None:
    assert parse("sin(2x)".replace("2x", "2*x") + "/x").code == "np.sin(2 * x) / x"
    assert parse("-(X-5)^2/4 + e^-x").code == "-(x - 5)**2 / 4 + np.e**-x"
    assert parse("pi").code == "np.pi + 0 * x"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Type a function of x, such as sin(2*x)."),
        ("  ", "Type a function of x, such as sin(2*x)."),
        ("2 + exq(x)", "Unknown name “exq” at 5; did you mean exp?"),
        ("y + 1", "Unknown name “y” at 1; known: x, pi, e, sin, cos, tan,"),
        ("__import__('os')", "Unexpected “'” at 12;"),
        ("__import__", "Unknown name “__import__” at 1;"),
        ("x.real", "Unexpected “.” at 2;"),
        ("x[0]", "Unexpected “[” at 2;"),
        ("lambda: 1", "Unexpected “:” at 7;"),
        ("2x", "An operator such as * is missing before “x” at 2."),
        ("2(x)", "An operator such as * is missing before “(” at 2."),
        ("(x 2)", "An operator such as * is missing before “2” at 4."),
        ("1.2.3", "An operator such as * is missing before “.3” at 4."),
        ("0,5*x", "Unexpected comma at 2; write a decimal point, and commas only in min and max."),
        ("(0,5)*x", "Unexpected comma at 3; write a decimal point, and commas only in min and max."),
        ("sin(x, 2)", "sin at 1 takes 1, not 2, values; use a decimal point."),
        ("1 + max(x)", "max at 5 takes 2, not 1, values; use a decimal point."),
        ("sin x", "A parenthesis is missing after “sin” at 1; write sin(x)."),
        ("sin", "A parenthesis is missing after “sin” at 1; write sin(x)."),
        ("2*(x + 1", "The parenthesis at 3 is never closed."),
        ("x + 1)", "No parenthesis is open for the “)” at 6."),
        ("x +", "A number, x, or a function is missing at the end."),
        ("()", "A number, x, or a function is missing before “)” at 2."),
        ("* x", "A number, x, or a function is missing before “*” at 1."),
        ("x + 1/0", "What is computed at 6 is not a finite number."),
        ("(-8)^0.5*x", "What is computed at 5 is not a finite number."),
        ("9^9^9^9", "What is computed at 4 is not a finite number."),
        ("1e999", "The number at 1 is too large."),
        ("²x", "A number, x, or a function is missing before “^” at 1."),
        ("x" * (MAX_TEXT + 1), f"Your function has {MAX_TEXT + 1} characters; the limit is {MAX_TEXT}."),
        ("(" * 100 + "x", f"Your function is nested more than {MAX_DEPTH} deep at 26; write it more simply."),
        ("-" * 199 + "x", f"Your function is nested more than {MAX_DEPTH} deep at 26; write it more simply."),
        ("x" + "^x" * 99, f"Your function is nested more than {MAX_DEPTH} deep at 51; write it more simply."),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_position(text: str, words: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(words)) as error:
        parse(text)
    assert reason(error.value)


def _told(text: str) -> str:
    try:
        return parse(text).code
    except ValueError as error:
        return reason(error)


def test_noise_is_a_function_or_a_sentence() -> None:
    rng = random.Random(0)
    pieces = [*"x+-*/^(),. 012eE", "**", *FUNCTIONS, *CONSTANTS, "\u202e", "٣", "½", "İ", "ß", "\x00", "\n", "`", "é"]
    for _ in range(3000):
        text = "".join(rng.choices(pieces, k=rng.randint(1, 12)))
        assert _told(text), text


def test_deep_sums_are_read() -> None:
    text = "x" + "+x" * 99
    np.testing.assert_allclose(parse(text)(X), 100 * X)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sin(2*x)/x", "Your function has no finite value at x = 0; change it or the range of x."),
        ("log(x + 1)", "Your function has no finite value at x = -1; change it or the range of x."),
        ("1/(x - 0.5)", "Your function has no finite value at x = 0.5; change it or the range of x."),
        ("exp(40*x)", "Your function is beyond ±1,000,000 at x = 0.5; change it or the range of x."),
    ],
)
def test_values_without_a_number_are_refused_with_their_x(text: str, words: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(words) + "$") as error:
        parse(text)(np.array([[-1.0, 0.0], [0.5, 1.0]]))
    assert reason(error.value)


def test_keeps_shape_and_type() -> None:
    y = parse("2")(np.zeros((3, 4)))
    assert y.shape == (3, 4) and y.dtype == np.float64


def test_a_typed_truth_is_found_by_its_name() -> None:
    assert truths.named("own", "x^2") == "=x^2"
    assert truths.named("sine", "x^2") == "sine"
    np.testing.assert_array_equal(truths.find("=x^2").function(X), X**2)
    assert truths.find("sine") is truths.TRUTHS["sine"]
    assert formulas.parse.cache_info().maxsize is not None


@pytest.mark.parametrize("key", truths.TRUTHS)
def test_known_truths_can_be_typed(key: str) -> None:
    """Each known function but the jump, as a visitor would type it."""
    typed = {
        "x_sin": "x + sin(1.5*x)",
        "quadratic": "x - 2x²".replace("2x", "2*x"),
        "sine": "2 sin(x)".replace(" ", "*"),
        "step": "2*sign(x - 5)",
        "abs": "abs(x - 5)",
        "runge": "5/(1 + (x - 5)^2)",
        "cubic": "x*(x - 5)*(x - 10)/20",
    }
    np.testing.assert_array_equal(parse(typed[key])(X), truths.TRUTHS[key].function(X))
