"""Every input that cannot be ranked is refused with a sentence that says why; the others are understood."""

import numpy as np
import pandas as pd
import pytest

from core.ranking.checks import check_labels, check_scores, check_weights
from core.ranking.curves import rank

SCORES = [0.1, 0.4, 0.3, 0.9]


@pytest.mark.parametrize(
    ("labels", "positive"),
    [
        ([0, 1, 0, 1], None),
        ([-1, 1, -1, 1], None),
        ([False, True, False, True], None),
        ([0.0, 1.0, 0.0, 1.0], None),
        (np.array([0, 1, 0, 1], dtype=np.int8), None),
        (np.array([0, 1, 0, 1], dtype=object), None),
        ([1, 0, 1, 0], 0),
        ([1, 2, 1, 2], 2),
        ([2, 1, 2, 1], 1),
        ([2, 1, 2, 1], np.int64(1)),
        ([0.5, 1, 0.5, 1], 1),
        (["bad", "good", "bad", "good"], "good"),
        (np.array(["bad", "good", "bad", "good"]), np.str_("good")),
        (pd.Series(["bad", "good", "bad", "good"], index=[9, 8, 7, 6]), "good"),
        (pd.Series([0, 1, 0, 1], dtype="Int64"), None),
        (np.array([[0, 9], [1, 9], [0, 9], [1, 9]])[:, 0], None),
    ],
)
def test_positive_class(labels, positive) -> None:
    found = check_labels(labels, positive)
    assert found.dtype == bool and found.tolist() == [False, True, False, True]
    ranking = rank(labels, SCORES, positive=positive)
    assert ranking.tp.tolist() == [1, 2, 2, 2] and ranking.fp.tolist() == [0, 0, 1, 2]


@pytest.mark.parametrize(
    ("labels", "positive", "message"),
    [
        ([1, 1, 1], None, "A ranking needs both classes: 3 positives, 0 negatives."),
        ([True, True], None, "A ranking needs both classes: 2 positives, 0 negatives."),
        ([0, 0, 0], None, "A ranking needs both classes: 0 positives, 3 negatives."),
        ([-1, -1], None, "A ranking needs both classes: 0 positives, 2 negatives."),
        (["good"] * 3, "good", "A ranking needs both classes: 3 positives, 0 negatives."),
        (["good"] * 3, "bad", "A ranking needs both classes: 0 positives, 3 negatives."),
        ([], None, "A ranking needs at least two examples; got 0."),
        ([1], None, "A ranking needs at least two examples; got 1."),
        ([1, 2, 1], None, "The labels are 1, 2; specify which one is positive."),
        (["a", "b"], None, "The labels are 'a', 'b'; specify which one is positive."),
        ([0, 0.5], None, "The labels are 0.0, 0.5; specify which one is positive."),
        (["a", "a"], None, "The labels are 'a'; specify which one is positive."),
        ([-1, 0, 1], None, "Binary labels are needed; got 3: -1, 0, 1."),
        ([0.5, 0, 1, 0.5], 1, "Binary labels are needed; got 3: 0.0, 0.5, 1.0."),
        (["b", "a", "c"], "a", "Binary labels are needed; got 3: 'a', 'b', 'c'."),
        (list("abcdefg"), "a", "Binary labels are needed; got 7: 'a', 'b', 'c', 'd', 'e', ...."),
        ([0, 1], 2, "The positive class, 2, is not among the labels 0, 1."),
        (["0", "1"], 1, "The positive class, 1, is not among the labels '0', '1'."),
        ([0, 1, np.nan], None, "The label at index 2 is missing."),
        ([np.nan, 1], None, "The label at index 0 is missing."),
        (np.array([0, 1, None]), None, "The label at index 2 is missing."),
        (pd.Series([1, None, 0], dtype="Int64"), None, "The label at index 1 is missing."),
        (pd.Series(["a", None, "b"]), "a", "The label at index 1 is missing."),
        ([[0], [1]], None, "The labels must be one column; got an array of shape (2, 1)."),
    ],
)
def test_labels_that_are_refused(labels, positive, message) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011  the whole text follows
        check_labels(labels, positive)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ([0.1, np.nan, 0.3, np.nan], "The scores must be finite; 2 of 4 NaN, first at index 1."),
        ([0.1, np.nan, np.inf, 0.2], "The scores must be finite; 1 of 4 NaN, first at index 1."),
        ([0.1, 0.2, 0.3, np.inf], "The scores must be finite; 1 of 4 infinite, first at index 3."),
        ([-np.inf, 0.2, 0.3, -np.inf], "The scores must be finite; 2 of 4 infinite, first at index 0."),
        ([0.1, 0.2, 0.3], "There are 4 labels, but 3 scores."),
        ([], "There are 4 labels, but 0 scores."),
        ([[0.9, 0.1]] * 4, "The scores have two columns; give that of the positive class, [:, 1]."),
        ([[0.9]] * 4, "The scores must be one column; got an array of shape (4, 1)."),
        (0.5, "The scores must be one column; got an array of shape ()."),
        ([0.1, 0.2, 1j, 0], "The scores must be real numbers; got the type complex128."),
        (["0.1", "0.2", "0.3", "0.4"], "The scores must be real numbers; got the type <U3."),
        ([0.1, None, 0.3, 0.4], "The scores must be finite; 1 of 4 NaN, first at index 1."),
        (pd.array([1, None, 3, 4], dtype="Int64"), "The scores must be finite; 1 of 4 NaN, first at index 1."),
        (np.array([0.1, "0.2", 0.3, 1], object), "The scores must be real numbers; a value is of another type."),
        (np.array([0.1, 1j, 0.3, 1], object), "The scores must be real numbers; a value is of another type."),
        (np.array([0.1, pd.NA, 0.3, 1], object), "The scores must be real numbers; a value is of another type."),
    ],
)
def test_scores_that_are_refused(scores, message) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011
        check_scores(scores, 4)
    assert str(error.value) == message
    with pytest.raises(ValueError) as error:  # noqa: PT011
        rank([0, 1, 0, 1], scores)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1, 1, 1, np.nan], "The weights must be finite; 1 of 4 NaN, first at index 3."),
        ([1, np.inf, 1, 1], "The weights must be finite; 1 of 4 infinite, first at index 1."),
        ([1, 1, -0.5, 1], "The weights must not be negative; got -0.5 at index 2."),
        ([1, 1], "There are 4 labels, but 2 weights."),
        (["1"] * 4, "The weights must be real numbers; got the type <U1."),
    ],
)
def test_weights_that_are_refused(weights, message) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011
        check_weights(weights, 4)
    assert str(error.value) == message


@pytest.mark.parametrize("weights", [[0, 1, 0, 1], [1, 0, 1, 0], [0, 0, 0, 0]])
def test_a_class_without_weight_is_missing(weights) -> None:
    with pytest.raises(ValueError, match=r"^A ranking needs both classes; one of them has no weight\.$"):
        rank([0, 1, 0, 1], SCORES, weights=weights)


def test_zeros_of_both_signs_are_equal() -> None:
    assert rank([0, 1, 1], [0.0, -0.0, 1.0]).thresholds.tolist() == [1, 0]
    assert not np.signbit(check_scores([-0.0, 0.0], 2)).any()


def test_integers_beyond_floats_may_be_equal() -> None:
    assert len(rank([0, 1], [2**53, 2**53 + 1]).thresholds) == 1
    assert len(rank([0, 1], [2**53, 2**53 - 1]).thresholds) == 2


def test_scores_are_copied() -> None:
    given = np.array([0.1, 0.2])
    assert not np.shares_memory(check_scores(given, 2), given)
