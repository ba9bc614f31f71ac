"""Ranking lab: which curve tells which model is better?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.kit.lab import Lab, Preset
from core.kit.scripts import parts_of
from core.labs.ranking_curves.compute.comparison import awaited, compare, completing, cost, tables
from core.labs.ranking_curves.controls import CONTROLS
from core.labs.ranking_curves.exercises import EXERCISES
from core.labs.ranking_curves.picture import picture, thumbnail
from core.labs.ranking_curves.sections import SECTIONS
from core.labs.ranking_curves.stories import STORIES
from core.labs.ranking_curves.words import PREDICTIONS

GAUSS = {"source": "gauss", "n_cases": 10_000}
PRESETS = (
    Preset(
        "Credit: too close to call",
        "Two models on German credit. A wrong formula gives AUPRG 0.232 and 0.218 (red curve). Which is really better?",
        {"seed": 43, "homework": True},
    ),
    Preset(
        "Same AUROC, different top",
        "Two scorers with nearly the same area under ROC. Which one ranks far better at the top of the list?",
        GAUSS | {"separation": 1.5, "separation_2": 2.4, "spread_2": 2.0, "threshold": 0.2},
    ),
    Preset(
        "Rare positives",
        "One example in a hundred is positive. ROC hides it, PR shows it. Drag Prevalence.",
        GAUSS | {"positives_share": 0.01, "separation": 2.0, "threshold": 0.3},
    ),
    Preset(
        "Tied scores",
        "A tree gives few distinct scores. Compare three ways to connect its PR points.",
        {"first": "tree", "second": "neighbours", "interpolation": "straight", "swap": True},
    ),
    Preset(
        "A miss costs five",
        "A missed bad loan costs five times a false alarm. The best threshold is where the cost line touches the hull.",
        {"swap": True, "cost_ratio": 0.2, "lines": "cost", "hull": True},
    ),
    Preset(
        "Overconfident naive Bayes",
        "Naive Bayes ranks well but is overconfident: its scores are not calibrated.",
        {"source": "cancer", "first": "bayes", "lower": "calibration"},
    ),
    Preset(
        "One digit against nine",
        "One digit versus the other nine: 10% positives and two nearly perfect models.",
        {"source": "digits"},
    ),
    Preset(
        "A million examples",
        "The same plots from a million examples: the noise is gone.",
        {"source": "gauss", "n_cases": 1_000_000},
    ),
)

SCRIPT = Path(__file__).with_name("script.py")


# Parts of the script of the ranking lab by source of the cases.
_CASES = {
    "gauss": ["gauss"],
    "upload": ["file"],
    "cancer": ["bundled", "models"],
    "digits": ["bundled", "models"],
    "credit": ["table", "models"],
    "openml": ["table", "models"],
}


def script(values: Mapping[str, Any]) -> str:
    """Return the script of the ranking lab: scores from the current source, and the numbers at the threshold."""
    head, parts = parts_of(SCRIPT)
    script = head + "".join(parts[name] for name in (*_CASES[values["source"]], "numbers"))
    return script.replace("  # noqa: E402", "").rstrip() + "\n"


LAB = Lab(
    name="ranking_curves",
    title="ROC, PR, and PRG",
    question="Which classifier is better, and at what threshold?",
    controls=CONTROLS,
    main="threshold",
    open=(
        "source",
        "openml",
        "upload",
        "label_column",
        "positive_class",
        "score_columns",
        "first",
        "second",
        "digit",
        "prevalence",
        "separation",
        "separation_2",
        "spread_2",
    ),
    start={"source": "gauss", "n_cases": 10_000, "separation": 2.0, "positives_share": 0.3, "prevalence": 0.1},
    presets=PRESETS,
    compute=compare,
    picture=picture,
    predictions=PREDICTIONS,
    script=script,
    tables=tables,
    thumbnail=thumbnail,
    sections=SECTIONS,
    exercises=EXERCISES,
    stories=STORIES,
    needs=awaited,
    completing=completing,
    cost=cost,
    saving=("n_cases", "resamples"),
)
