"""Controls of the ranking lab: the examples, the models, and the cost of a decision."""

from __future__ import annotations

from core.kit.brought import Fetch, File, Pick
from core.kit.controls import Choice, LogSlider, Seed, Slider, Toggle
from core.kit.words import number, percent
from core.labs.ranking_curves.compute.datasets import fetch
from core.labs.ranking_curves.compute.picking import classes_offered, columns_offered
from core.labs.ranking_curves.compute.roles import MOST
from core.labs.ranking_curves.compute.scored import MODELS, SECOND, SOURCES
from core.labs.ranking_curves.compute.uploads import read_scores

FITTED = ("source", ("credit", "cancer", "digits", "openml"))
DRAWN = ("source", ("gauss",))

CASES = (
    Choice(
        name="source",
        label="Data",
        default="credit",
        options=SOURCES,
        help="Data set whose examples are ranked. The bundled sets need no download.",
    ),
    Fetch(
        name="openml",
        label="Data set at OpenML",
        button="Download from openml.org",
        begin=fetch,
        when=("source", ("openml",)),
        help="Name or ID of any two-class data set on OpenML. Nothing is downloaded until you press the button.",
    ),
    File(
        name="upload",
        label="CSV with labels and scores",
        read=read_scores,
        sample=lambda file: tuple(zip(file.sketch.titles, file.sketch.samples, strict=True)),
        when=("source", ("upload",)),
        help="One column of labels and one to five of scores; ARFF and Weka's predictions are read, too. "
        "The file is kept only while this page is open.",
    ),
    Pick(
        name="label_column",
        label="Labels",
        of=("upload",),
        offered=columns_offered("label"),
        when=("source", ("upload",)),
        help="Column with the true classes.",
    ),
    Pick(
        name="positive_class",
        label="Positive class",
        of=("upload", "label_column"),
        offered=classes_offered,
        when=("source", ("upload",)),
        help="Value of the labels that counts as positive; all others are negative.",
    ),
    Pick(
        name="score_columns",
        label="Scores",
        of=("upload",),
        offered=columns_offered("scores"),
        limit=MOST,
        when=("source", ("upload",)),
        help="Up to five columns of scores, one for each model. Larger scores should mean positive.",
    ),
    Pick(
        name="count_column",
        label="Counts",
        of=("upload",),
        offered=columns_offered("counts"),
        place="more",
        when=("source", ("upload",)),
        help="Column that says how many equal cases a row stands for. Without one, each row is one case.",
    ),
    Choice(
        name="first",
        label="First model",
        default="logistic",
        options=MODELS,
        when=FITTED,
        help="Model drawn in blue. The threshold applies to its scores.",
    ),
    Choice(
        name="second",
        label="Second model",
        default="adaboost",
        options=SECOND,
        when=FITTED,
        help="Model drawn in orange, at a threshold that predicts about as many positives as the first.",
    ),
    Slider(
        name="digit",
        label="Positive digit",
        default=8,
        low=0,
        high=9,
        when=("source", ("digits",)),
        help="This digit is the positive class, all others are negative.",
    ),
    Slider(
        name="separation",
        label="First scorer: separation",
        default=1.5,
        low=-1,
        high=5,
        step=0.1,
        also=(1.06,),
        when=DRAWN,
        help="Mean score of the positives; negatives have mean 0. Raising it makes ranking easier.",
    ),
    Slider(
        name="spread",
        label="First scorer: spread",
        default=1.0,
        low=0.2,
        high=3,
        step=0.1,
        when=DRAWN,
        help="Standard deviation of the positives' scores; negatives have 1. Raising it mixes the classes.",
    ),
    Slider(
        name="separation_2",
        label="Second scorer: separation",
        default=1.0,
        low=-1,
        high=5,
        step=0.1,
        when=DRAWN,
        help="Mean score of the positives; negatives have mean 0. Raising it makes ranking easier.",
    ),
    Slider(
        name="spread_2",
        label="Second scorer: spread",
        default=1.0,
        low=0.2,
        high=3,
        step=0.1,
        when=DRAWN,
        help="Standard deviation of the positives' scores; negatives have 1. Raising it mixes the classes.",
    ),
    Slider(
        name="positives_share",
        label="Fraction of positives",
        default=0.3,
        low=0.01,
        high=0.99,
        step=0.01,
        also=(0.001, 0.002, 0.005, 0.995),
        when=DRAWN,
        display=percent,
        help="Fraction of the generated examples that are positive.",
    ),
    LogSlider(
        name="n_cases",
        label="Number of examples",
        default=1000,
        low=100,
        high=1_000_000,
        per_decade=1,
        when=DRAWN,
        display=lambda value: f"{value:,}",
        help="Total number of examples. More make the curves smoother.",
    ),
    Slider(
        name="prevalence",
        label="Prevalence",
        default=0.0,
        low=0.0,
        high=0.99,
        step=0.01,
        also=(0.001, 0.002, 0.005, 0.995, 0.999),
        display=lambda value: percent(value) if value else "as in the data",
        help="Fraction of positives where the model is used. Changing it moves PR and PRG, not ROC.",
    ),
    LogSlider(
        name="cost_ratio",
        label="Cost ratio FP : FN",
        default=1.0,
        low=0.01,
        high=100.0,
        per_decade=4,
        also=(0.2, 5.0),
        display=lambda value: f"{number(value)} : 1" if value >= 1 else f"1 : {number(1 / value)}",
        help="Cost of a false positive relative to a false negative. Raising it favors a higher threshold.",
    ),
    Slider(
        name="beta",
        label="β of the F measure",
        default=1.0,
        low=0.5,
        high=3.0,
        step=0.5,
        help="Weight of recall relative to precision. F₁ weighs both alike; larger β favors recall.",
    ),
    Toggle(
        name="swap",
        label="Swap the classes",
        help="Treat the other class as positive.",
    ),
    Slider(
        name="test_share",
        label="Test fraction",
        default=0.3,
        low=0.1,
        high=0.9,
        step=0.05,
        place="more",
        when=FITTED,
        display=percent,
        help="Fraction of examples used for testing; the models train on the rest.",
    ),
    Slider(
        name="resamples",
        label="Bootstrap samples",
        default=500,
        low=100,
        high=2000,
        step=100,
        place="more",
        help="Number of bootstrap resamples for intervals and bands. More give steadier intervals but take longer.",
    ),
    Seed(
        default=26,
        place="more",
        help="Seed of the train–test split or of the generated scores.",
    ),
)

VIEW = (
    Choice(
        name="lines",
        label="Contours",
        default="none",
        options={"none": "No contours", "f": "F contours", "cost": "Cost contours"},
        place="stage",
        help="Contours along which the F measure or the expected cost is constant.",
    ),
    Choice(
        name="interpolation",
        label="PR interpolation",
        default="steps",
        options={"steps": "steps", "achievable": "achievable", "straight": "linear (wrong)"},
        place="stage",
        help="How PR points are connected. Linear interpolation overestimates the area.",
    ),
    Choice(
        name="lower",
        label="Lower plot",
        default="costs",
        options={"costs": "Costs", "calibration": "Calibration"},
        place="stage",
        help="Plot below the PRG curves: cost curves or calibration.",
    ),
    Toggle(
        name="hull", label="Convex hull", place="stage", help="Performance reachable by randomizing between thresholds."
    ),
    Toggle(name="bands", label="Bands", place="stage", help="Pointwise 95% bootstrap bands around the curves."),
    Toggle(
        name="homework",
        label="Wrong PRG curve",
        place="stage",
        help="Add the curve from a common wrong formula next to the correct one.",
    ),
)

CONTROLS = (
    Slider(
        name="threshold",
        label="Threshold",
        default=0.65,
        low=0.0,
        high=1.0,
        step=0.001,
        display="place {:g}".format,
        help="Examples scoring at least this are predicted positive. Raising it lowers recall and "
        "usually raises precision. A link stores its position on the first model's ROC curve.",
    ),
    *CASES,
    *VIEW,
)
