"""Right, named mistakes, too coarse, unreadable: one voice."""

from fractions import Fraction as F

import pytest

from core.exercises.digits import digits_needed, significant, tolerance
from core.exercises.kinds import Count, Number, Order, Shape, Share, Vector
from core.exercises.questions import Question, Slip, choice, count, number
from core.exercises.recipes import Edit, Recipe, asked


def state(question: Question, text: str) -> str:
    return question.judge(text).state


LAST_RATE = number("Last rate", 0.0959783, [Slip("whole_cycle", 2.78e-5, "The cycle is not complete.")])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.0960", "right"),
        ("0.096", "right"),
        (".0960", "right"),
        ("0,0960", "right"),
        ("9.60e-2", "right"),
        ("9.6·10^-2", "right"),
        ("0.09598", "right"),
        ("0.1", "coarse"),
        ("0.10", "coarse"),
        ("2.78e-5", "mistake"),
        ("2,78 × 10⁻⁵", "mistake"),
        ("3e-5", "coarse"),
        ("0.0950", "wrong"),
        ("zero", "unreadable"),
    ],
)
def test_a_number_is_judged_by_value_and_by_digits(text, expected):
    assert state(LAST_RATE, text) == expected


def test_a_comma_after_a_zero_is_a_decimal_comma():
    loss = number("Loss", 0.655, [Slip("chance", 0.693147, "That is ln 2, the loss of a coin toss.")])
    assert state(loss, "0,655") == "right"
    assert loss.judge("0,693").slips == ("chance",)
    assert state(loss, "0.7") == "coarse"


@pytest.mark.parametrize("text", [".6438", "64.38 %", "64.4%", "64,4", "0.644"])
def test_a_share_may_be_a_percentage(text):
    saving = number("Saving", F(6438, 10000), [Slip("left", F(3562, 10000), "That is what is left.")], share=True)
    assert state(saving, text) == "right"
    assert state(saving, "6e1") == "coarse"
    assert saving.judge("35.6").slips == ("left",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1651098", "right"),
        ("1,651,098", "right"),
        ("1.651.098", "right"),
        ("1 651 098", "right"),
        ("1.65M", "right"),
        ("1.65e6", "right"),
        ("1.7e6", "coarse"),
        ("1650000", "coarse"),
        ("1651000", "coarse"),
        ("1265466", "mistake"),
        ("1.27M", "mistake"),
        ("1,651,099", "wrong"),
        ("1.5", "unreadable"),
        ("many", "unreadable"),
    ],
)
def test_a_count_is_exact_or_rounded_to_three_digits(text, expected):
    slip = Slip("not_the_paper", 1265466, "That is the network with 1×1 reductions.")
    assert state(count("Parameters", 1651098, [slip]), text) == expected


def test_digits_follow_from_the_nearest_mistake():
    close = [Slip("close", 0.6552, "Close.")]
    assert number("x", 0.655, close).kind == Number(4)
    assert number("x", 0.655, [Slip("far", 0.7, "Far.")]).kind == Number(3)
    with pytest.raises(ValueError, match="six|6"):
        number("x", 0.655, [Slip("same", 0.6550000001, "Same.")])
    assert number("x", 0.5, [Slip("equal", F(1, 2), "Equal.")]).slips == ()


def test_two_mistakes_with_one_number_are_both_named():
    verdict = count("n", 10, [Slip("a", 7, "First."), Slip("b", 7, "Second."), Slip("c", 8, "Third.")]).judge("7")
    assert verdict.slips == ("a", "b")
    assert "First. Or: Second." in verdict.words


def test_the_unit_may_be_typed_or_not_but_not_another():
    hours = number("Hours", 50.0, [Slip("half", 60.0, "P is σ of the score.")], unit="h")
    assert state(hours, "50 h") == state(hours, "50.0h") == state(hours, "50") == "right"
    assert hours.judge("50 min").words == "Give the answer in h."
    assert "no unit" in number("x", 2.5).judge("2.5 kg").words


def test_shapes_vectors_orders_and_choices():
    shape = Question(
        "Shape", Shape(3), (64, 24, 24), (Slip("rgb", (3, 24, 24), "The depth is the number of filters."),)
    )
    assert {state(shape, text) for text in ("64x24x24", "64@24x24", "(64, 24, 24)", "64 × 24 × 24", "64 24 24")} == {
        "right"
    }
    assert state(shape, "3,24,24") == "mistake"
    assert "two" in Question("Side", Shape(2), (24, 24)).judge("64,24,24").words
    vector = Question("g", Vector(2), (0.55905517, -0.21615246), (Slip("no_activation", (1.0, 1.0), "σ' is missing."),))
    assert {state(vector, text) for text in ("0.559; -0.216", "(0.559, −0.216)", "0,559 -0,216")} == {"right"}
    assert state(vector, "1 1") == "mistake"
    assert state(vector, "0.56 -0.22") == "coarse"
    assert state(vector, "0.559") == "unreadable"
    order = Question("Order", Order("ABCD"), "DBAC")
    assert {state(order, text) for text in ("DBAC", "d b a c", "D, B, A, C", "D > B > A > C")} == {"right"}
    assert state(order, "DBA") == "unreadable"
    pick = choice("Which?", ("bias", "variance"), "variance", {"bias": "Bias falls."}, "It is the spread of the fits.")
    assert pick.judge("2").words == "Correct. It is the spread of the fits."
    assert pick.judge("Bias").words == "Not quite: Bias falls."


CONVOLUTION = Recipe(({"k": 5, "k2": 5, "in": 128, "out": 64}, {"biases": 64}))
EDITS = (
    Edit("bias_forgotten", "Each filter has a bias.", lambda r: r.without(len(r.terms) - 1) if len(r.terms) > 1 else r),
    Edit("depth_forgotten", "A filter is as deep as its input.", lambda r: r.drop("in")),
)


def test_a_recipe_gives_truth_steps_single_mistakes_and_pairs():
    question = asked("Parameters", CONVOLUTION, EDITS)
    assert question.truth == 5 * 5 * 128 * 64 + 64
    assert question.steps == ("5 · 5 · 128 · 64 = 204,800", "204,800 + 64 = 204,864")
    assert {slip.name: slip.value for slip in question.slips} == {
        "bias_forgotten": 204800,
        "depth_forgotten": 5 * 5 * 64 + 64,
        "bias_forgotten+depth_forgotten": 5 * 5 * 64,
    }
    verdict = question.judge("1600")
    assert verdict.slips == ("bias_forgotten+depth_forgotten",)
    assert "bias" in verdict.words and "deep" in verdict.words


def test_a_mistake_that_reads_as_the_truth_is_noticed():
    assert CONVOLUTION.value != Recipe(()).value == 0
    assert Question("x", Number(2), 0.5, (Slip("near", 0.501, "Near."),)).apart is False
    assert Question("x", Number(3), 0.5, (Slip("near", 0.51, "Near."),)).apart
    assert Question("n", Count(), 1000, (Slip("same", 1000, "Same."),)).apart is False


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.09598, 3, "0.0960"),
        (9.996, 3, "10.0"),
        (-1234.5, 3, "−1230"),
        (2.78e-5, 3, "2.78e-5"),
        (5e9, 2, "5.0e9"),
        (0, 3, "0"),
    ],
)
def test_numbers_are_written_with_the_digits_asked_for(value, digits, text):
    assert significant(value, digits) == text
    kind = Number(digits)
    assert all(kind.fits(reading, value) for reading in kind.read(kind.write(value))[:1])
    assert Share(3).write(F(6438, 10000)) == "64.4%"
    assert tolerance(0.09598, 3) == pytest.approx(0.00005, rel=1e-6)
    assert digits_needed(1.0, [2.0]) == 3


def test_hostile_answers_get_a_sentence_each():
    for text in ("9" * 10_000, "1e999", "9^9^9", "\x00", "٣", "=cmd()", "🂡", "((((((", "--", "1e", "%"):
        for question in (
            LAST_RATE,
            count("n", 5),
            Question("s", Shape(2), (1, 1)),
            Question("v", Vector(2), (1.0, 2.0)),
        ):
            verdict = question.judge(text)
            assert verdict.state in ("unreadable", "wrong")
            assert verdict.words.endswith(".")
