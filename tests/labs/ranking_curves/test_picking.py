"""Columns that a visitor chooses: label, positive class, one to five scores, and counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from core.kit.controls import defaults
from core.kit.links import from_link, to_link
from core.kit.results import nbytes
from core.labs.ranking_curves.compute.comparison import Comparison, cost
from core.labs.ranking_curves.compute.picking import NAMES, classes_offered, columns_offered
from core.labs.ranking_curves.compute.uploads import Picks, ScoreFile, read_scores
from core.labs.ranking_curves.controls import CONTROLS
from core.labs.ranking_curves.lab import LAB

pytestmark = pytest.mark.usefixtures("readers_here")

UNSURE = "seen,sold,kind,price,stock\n0,0,a,2.5,3\n1,0,b,1.5,9\n1,1,c,4.5,4\n0,1,a,3.5,1\n1,0,b,0.5,5\n"


def file(text: str = UNSURE) -> ScoreFile:
    return read_scores("a.csv", text.encode())


def state(given: ScoreFile, **chosen: tuple[int, ...]) -> dict[str, Any]:
    return defaults(CONTROLS) | {"source": "upload", "upload": given} | chosen


def comparison(given: ScoreFile, **chosen: tuple[int, ...]) -> Comparison:
    found: Comparison = LAB.compute(**{name: state(given, **chosen)[name] for name, _ in LAB.settings(LAB.fresh)})
    return found


def test_an_unclear_table_is_taken_and_asks() -> None:
    given = file()
    assert str(given) == "a.csv: 5 rows, 5 columns"
    assert given.sketch.titles == ("seen", "sold", "kind", "price", "stock")
    assert given.sketch.samples[3] == ("2.5", "1.5", "4.5")
    with pytest.raises(ValueError, match="Exactly two different values are in “seen”, “sold”"):
        given.cases()


def test_the_guess_is_filled_in_as_far_as_there_is_one() -> None:
    every = dict(enumerate(file().sketch.titles, 1))
    for what in ("label", "scores", "counts"):
        assert columns_offered(what)(state(file())) == (every, ())
    assert classes_offered(state(file())) == ({}, ())
    chosen = state(file(), label_column=(2,))
    assert columns_offered("label")(chosen) == (every, (2,))
    assert classes_offered(chosen) == ({1: "0", 2: "1"}, (2,))
    assert columns_offered("scores")(chosen) == (every, (1, 4, 5))
    clear = state(file("id,y,model\n1,0,.2\n2,1,.4\n3,1,.3\n"))
    assert columns_offered("label")(clear)[1] == (2,) and columns_offered("scores")(clear)[1] == (3,)


def test_a_choice_is_what_is_drawn() -> None:
    found = comparison(file(), label_column=(2,), positive_class=(1,), score_columns=(4,))
    assert (found.scored.negative, found.scored.positive) == ("1", "0")
    labels, price = [1, 1, 0, 0, 1], [2.5, 1.5, 4.5, 3.5, 0.5]
    assert found.scored.labels.tolist() == labels and found.scored.scores[0].tolist() == price
    assert found.rankings[0].areas(None).auroc == roc_auc_score(labels, price)


def test_one_value_of_many_against_all_others() -> None:
    with pytest.raises(ValueError, match="choose the positive class"):
        comparison(file(), label_column=(3,), score_columns=(4,))
    found = comparison(file(), label_column=(3,), positive_class=(3,), score_columns=(4,))
    assert (found.scored.negative, found.scored.positive) == ("all others", "c")
    assert found.scored.labels.tolist() == [0, 0, 1, 0, 0]


def test_counts_repeat_a_row() -> None:
    text = "y,score,n\n0,.1,3\n1,.3,2\n0,.5,0\n0,.4,1\n1,.2,4\n"
    found = comparison(file(text), count_column=(3,))
    labels, scores, times = [0, 1, 0, 0, 1], [0.1, 0.3, 0.5, 0.4, 0.2], [3, 2, 0, 1, 4]
    assert len(found.scored.labels) == sum(times)
    assert found.rankings[0].areas(None).auroc == pytest.approx(
        roc_auc_score(labels, scores, sample_weight=times), abs=1e-12
    )
    assert "Each row counts as often as “n” says." in found.scored.notes
    values = {"source": "upload", "n_cases": 100, "resamples": 100}
    small, large = (
        cost(**values, upload=file(text.replace("4\n", many)), count_column=(3,)) for many in ("4\n", "90000\n")
    )
    assert large.nbytes > 10 * small.nbytes


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"label_column": (9,)}, "The file has no column 9; it has 5. Choose again."),
        ({"label_column": (2,), "score_columns": (2,)}, "“sold” cannot be both the label and a score."),
        ({"label_column": (2,), "score_columns": (3,)}, "The scores in “kind” cannot be read: “a” in line 2 is not"),
        ({"label_column": (2,), "positive_class": (3,)}, "The labels in “sold” have no value 3."),
        ({"label_column": (2,), "count_column": (4,)}, "The counts in “price” must be whole numbers"),
        ({"label_column": (2,), "count_column": (3,)}, "The counts in “kind” cannot be read"),
    ],
)
def test_choices_that_do_not_fit_are_told(chosen: dict[str, tuple[int, ...]], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence.replace(".", r"\.")):
        comparison(file(), **chosen)


def test_counts_stay_below_a_million_cases() -> None:
    with pytest.raises(ValueError, match="The counts add up to 1,000,001; it must be 1 to 1,000,000"):
        comparison(file("y,score,n\n0,.1,1\n1,.3,1000000\n"), count_column=(3,))


def test_choices_are_kept_in_a_link() -> None:
    values = state(file(), label_column=(2,), score_columns=(5, 4), count_column=(1,))
    link = to_link(CONTROLS, values)
    assert link == {"source": "upload", "label_column": "2", "score_columns": "5.4", "count_column": "1"}
    read, notes = from_link(CONTROLS, {key: [text] for key, text in link.items()})
    assert notes == [] and {name: read[name] for name in NAMES} == {name: values[name] for name in NAMES}
    read, notes = from_link(CONTROLS, {"label_column": ["x"], "score_columns": ["1.2.3.4.5.6.7"]})
    assert read["label_column"] == () and "Ignored the link's value for “Labels”" in notes[0]
    assert read["score_columns"] == (1, 2, 3, 4, 5)


def test_one_reading_is_made_for_one_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    given = file()
    one = given.reading(Picks(label=2))
    assert given.reading(Picks(label=2)) is one and given.reading(Picks(label=1)) is not one
    assert nbytes(given) >= len(UNSURE)


P, Q = [0.2, 0.7, 0.9, 0.1], [0.8, 0.3, 0.1, 0.9]


@pytest.mark.parametrize("name", ["p_no", "prob(no)", "Probability no", "confidence(no)", "P (y=no)"])
def test_the_probability_of_the_negative_class_alone_is_turned(name: str) -> None:
    rows = zip(["no", "yes", "yes", "no"], Q, strict=True)
    got = file(f"y,{name}\n" + "".join(f"{a},{b}\n" for a, b in rows)).cases()
    np.testing.assert_allclose(got.scores[0], P, atol=1e-15)
    assert any(note.endswith("is the probability of “no”; 1 minus it is taken.") for note in got.notes)


@pytest.mark.parametrize(("name", "turned"), [("prob_0", True), ("p0", True), ("prob_1", False), ("score_0", False)])
def test_numbers_in_names_of_probabilities(name: str, turned: bool) -> None:
    got = file(f"y,{name}\n" + "".join(f"{a},{b}\n" for a, b in zip([0, 1, 1, 0], Q, strict=True))).cases()
    np.testing.assert_allclose(got.scores[0], P if turned else Q, atol=1e-15)


def test_numbers_of_several_models_are_no_classes() -> None:
    got = file("y,prob_0,prob_1,prob_2\n0,.1,.3,.2\n1,.2,.5,.6\n1,.9,.4,.7\n").cases()
    assert got.scores[0].tolist() == [0.1, 0.2, 0.9] and got.columns == ("prob_0", "prob_1", "prob_2")
