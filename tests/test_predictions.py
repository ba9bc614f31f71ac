"""Questions asked before the picture: they follow the state, and their reasons are those of the mathematics."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit

from core.exercises.kinds import Pick
from core.kit.controls import defaults
from core.kit.lab import Lab
from core.kit.prediction import Prediction, Spot
from pages.ui import shell

LABS = shell.labs()


def asked(name: str, **change: Any) -> tuple[Any, dict[str, Prediction]]:
    """Result of a state and its questions, by how they begin."""
    lab: Lab = LABS[name]
    result = lab.result(defaults(lab.all_controls) | change)
    return result, {prediction.ask(result): prediction for prediction in lab.questions(result)}


def truth(name: str, start: str, **change: Any) -> Any:
    result, found = asked(name, **change)
    (prediction,) = (one for text, one in found.items() if text.startswith(start))
    return prediction.truth(result)


def test_with_noise_and_nested_models_at_the_training_points_only_variance_grows() -> None:
    """There variance is σ² · weights / points, and a larger least-squares model has no more bias."""
    assert truth("bias_variance", "Why is degree 15", test_at="train", noise_std=1.0, n_train=20) == "variance"


def test_without_noise_only_bias_is_left() -> None:
    assert truth("bias_variance", "Why is degree 1 ", noise_std=0.0, test_at="train") == "bias"
    assert truth("regularization", "Does the expected", noise_std=0.0) == "rises"
    assert truth("regularization", "Why does it rise?", noise_std=0.0) == "bias"


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("noise_std", [0.3, 1.0, 2.0])
def test_the_term_that_decides_fits_what_the_error_does(seed: int, noise_std: float) -> None:
    change = {"seed": seed, "noise_std": noise_std, "n_train": 20}
    rises = truth("regularization", "Does the expected", **change) == "rises"
    why = truth("regularization", "Why does it", **change)
    assert why == "both" or (why == "bias") == rises


@pytest.mark.parametrize(
    ("target", "x2", "b1"), [(0.5, 3.5, 0.05), (0.9, 3.5, 0.05), (0.2, 2.0, 0.08), (0.9, 0.0, 0.05)]
)
def test_hours_for_a_probability_are_those_of_a_root_finder(target: float, x2: float, b1: float) -> None:
    def gap(x: float) -> float:
        return float(expit(-6 + b1 * x + x2)) - target

    _, found = asked("logistic", target=target, x2=x2, b1=b1)
    question = f"After how many hours is the probability {target:g}?"
    if gap(0) * gap(120) > 0:
        assert question not in found
        return
    assert truth("logistic", question, target=target, x2=x2, b1=b1) == round(brentq(gap, 0, 120))
    assert f"average of {x2:g}" in next(iter(found))


@pytest.mark.parametrize(("b1", "x2"), [(0.05, 3.5), (0.05, 0.0), (-0.03, 4.0), (0.3, 2.0)])
def test_an_hour_counts_most_where_the_probability_is_nearest_to_one_half(b1: float, x2: float) -> None:
    far = np.abs(expit(-6 + b1 * np.array([40.5, 100.5]) + x2) - 0.5)
    assert truth("logistic", "Where does one more", b1=b1, x2=x2) == ("40" if far[0] < far[1] else "100")
    assert truth("logistic", "Why there?", b1=b1, x2=x2) == "half"


def test_without_a_weight_no_reason_is_asked_for() -> None:
    _, found = asked("logistic", b1=0.0)
    assert "Why there?" not in found
    assert not any(text.startswith("After how many") for text in found)


@pytest.mark.parametrize("lab", LABS.values(), ids=LABS)
def test_a_prediction_is_a_question_with_known_mistakes_and_a_reason(lab: Lab) -> None:
    reasons = 0
    for values in (lab.fresh, *(lab.preset_values(preset) for preset in lab.presets[:3])):
        if lab.tasks(values):
            continue
        result = lab.result(values)
        for prediction in lab.questions(result):
            asked, why = prediction.asked(result), prediction.why(result)
            reasons += why is not None or asked.label.startswith(("Why", "Because"))
            for question in (asked, why) if why else (asked,):
                assert question.judge(question.kind.write(question.truth)).right, question.label
                for slip in question.slips:
                    verdict = question.judge(question.kind.write(slip.value))
                    assert verdict.state == "mistake" and slip.name in verdict.slips, (question.label, slip.name)
                    assert slip.words in verdict.words
                assert "Correct" not in question.reason and "Not quite" not in question.reason
                if isinstance(question.kind, Pick):
                    assert len(question.slips) == len(question.kind.options) - 1
    assert reasons, "no prediction asks why"


def test_a_margin_holds_for_each_coordinate() -> None:
    spot = Spot(lambda result, place: None, ((0.0, 0.0),))
    at = Prediction("Where?", spot, lambda result: (1.0, 2.0), lambda guess, truth, result: "There.", margin=0.1)
    assert at.right((1.1, 1.9), None)
    assert not at.right((1.1, 1.8), None)
    assert at.asked(None).judge("(1; 2)").words == "Correct. There."
