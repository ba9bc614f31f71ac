"""Controls of a simulated regression experiment, shared by every page that draws data sets from a known truth.

Their names are the settings of `core.regression.designs.Settings`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from core.kit.brought import File
from core.kit.controls import Choice, Control, Seed, Slider, Text
from core.kit.lab import Section
from core.kit.packed import from_link, to_link
from core.kit.words import number
from core.regression import points
from core.regression.designs import LIMITS, Settings
from core.regression.formulas import MAX_TEXT
from core.regression.truths import OWN, TRUTHS

DRAWN = ("truth", (*TRUTHS, OWN))
BROUGHT = ("truth", (points.POINTS,))


def _slider(name: str, label: str, help: str, **more: Any) -> Slider:
    low, high = LIMITS[name]
    spec = {"low": low, "high": high, "default": getattr(Settings, name)} | more
    return Slider(name=name, label=label, help=help, **spec)


def _choice(name: str, label: str, help: str, options: dict[str, str], **more: Any) -> Choice:
    return Choice(name=name, label=label, help=help, default=getattr(Settings, name), options=options, **more)


EXPERIMENT: tuple[Control, ...] = (
    _choice(
        "truth",
        "True function",
        "The true function f behind the data: y = f(x) + noise. In practice it is unknown.",
        {key: truth.label for key, truth in TRUTHS.items()} | {OWN: "Your own"},
    ),
    Text(
        name="formula",
        label="Your function",
        default="3*exp(-x/4)*sin(2*x)",
        limit=MAX_TEXT,
        lines=False,
        when=("truth", (OWN,)),
        examples=("sin(2*x)/x", "x - floor(x)", "2sin(x)"),
        help="A function of x from + - * / ^, parentheses, pi, e, and functions such as sin, exp, log, sqrt, abs, max.",
    ),
    _slider(
        "noise_std",
        "Noise σ",
        "Standard deviation of the Gaussian noise in y. More noise raises the variance of the "
        "fits and the error that no model can avoid.",
        step=0.05,
        high=3,
        also=(Settings.noise_std,),
        display=lambda sigma: f"{sigma:.3g} (variance {number(sigma**2)})",
    ),
    _slider("n_train", "Training points", "Number of training points per data set. More points lower the variance."),
    _slider(
        "n_sets",
        "Data sets",
        "Number of simulated data sets. More sets make the simulated averages more precise; the "
        "exact curves for fixed x do not change.",
    ),
    _choice(
        "protocol",
        "Training inputs",
        "How each data set gets its x: always the same, a random subset of a fixed pool, or new draws.",
        {"fixed": "fixed x", "subset": "random subset of a pool", "random": "new x each time"},
    ),
    _choice(
        "test_at",
        "Test points",
        "Where the test error is measured. Moving test points outside the training range makes the error grow fast.",
        {
            "held_out": "Held-out",
            "inside": "Held-out, inside the range",
            "train": "Training x, fresh noise",
            "beyond": "Beyond the range",
        },
    ),
    Seed(default=26),  # a draw without conspicuous chance: no cross term is far from zero
    _slider(
        "n_test",
        "Number of test points",
        "Number of points over which the test error is averaged. More points cover the range more finely.",
        default=50,
        place="more",
    ),
    _slider("low", "Smallest x", "Left end of the input range.", step=0.5, high=19.5, place="more"),
    _slider("high", "Largest x", "Right end of the input range.", step=0.5, low=-19.5, place="more"),
    _choice(
        "inputs",
        "Input distribution",
        "How x is distributed: evenly spaced (uniform for new x), or drawn from N(0, 1).",
        {"even": "evenly spaced", "normal": "normal"},
        place="more",
    ),
    _slider(
        "max_degree",
        "Largest degree",
        "Highest degree on the slider; all degrees from 1 up to it are fitted.",
        place="more",
    ),
    _choice(
        "generator",
        "Random generator",
        "Which NumPy generator draws the data. The legacy one reproduces older published numbers.",
        {"pcg64": "PCG64 (current)", "legacy": "RandomState (legacy)"},
        place="more",
    ),
)

# Points of the visitor's own: a text, or a file in its place.
PASTED = Text(
    name="pasted",
    label="Your points",
    default=points.CARS,
    limit=points.MAX_TEXT,
    pack=to_link,
    unpack=from_link,
    when=BROUGHT,
    examples=("1 2,5\n2 3,5\n3 3\n4 5\n5 7,25\n6 7\n7 8\n8 9\n9 9,5\n10 12", "1,2\n1,3\n1,4\n1,nan"),
    help="One point a line: x and y, separated by a comma, semicolon, tab, or blank. Ctrl+Enter applies it.",
)
UPLOAD = File(
    name="upload",
    label="Or a file of points",
    read=points.read_file,
    when=BROUGHT,
    help="CSV or text with two columns, x and y; it replaces the points above. It is read once and not kept.",
)


def or_points(controls: Collection[Control], always: Collection[str]) -> tuple[Control, ...]:
    """Offer a visitor's own points as another true function, one that nobody knows.

    The other controls of an experiment matter only where data are drawn, apart from those named in `always`.
    """

    def change(control: Control) -> Control:
        if isinstance(control, Choice) and control.name == "truth":
            return replace(control, options={**control.options, points.POINTS: "Unknown: your points"})
        return control if control.name in ("formula", *always) else replace(control, when=DRAWN)

    return tuple(change(control) for control in controls)


def if_known(section: Section) -> Section:
    """Return a section that says so where it needs the true function and nobody knows it."""

    def blocks(result: Any, values: Mapping[str, Any]) -> Any:
        return (points.UNKNOWN,) if values["truth"] == points.POINTS else section.blocks(result, values)

    return Section(section.title, blocks)
