"""One table of labels and scores, as many programs write it: one answer."""

import itertools
import re
from collections.abc import Iterator

import numpy as np
import pytest

from core.labs.ranking_curves.compute.classes import ordered
from core.labs.ranking_curves.compute.uploads import Upload
from core.labs.ranking_curves.compute.uploads import read_scores as read_file

pytestmark = pytest.mark.usefixtures("readers_here")


def read_scores(name: str, content: bytes) -> Upload:
    return read_file(name, content).cases()


LABELS = [0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 0]
SCORES = [0.125, 0.75, 0.5, 0.25, 0.375, 0.875, 0.0625, 0.3125, 0.625, 0.4375, 0.1875]
NAMES = ("no", "yes")
WORDS = [NAMES[label] for label in LABELS]
LEARNED = [NAMES[score > 0.4] for score in SCORES]


def plain(score: float) -> str:
    return f"{score:g}"


def comma(score: float) -> str:
    return f"{score:g}".replace(".", ",")


# How a number is written: the name, the function, and whether a file separated by commas needs quotes around it.
NUMBERS = {
    "points": (plain, False),
    "exponents": (lambda score: f"{score:.6e}", False),
    "percent": (lambda score: f"{100 * score:g}%", False),
    "percent, a blank between": (lambda score: f"{100 * score:g} %", False),
    "commas": (comma, True),
    "percent with commas": (lambda score: f"{comma(100 * score)}%", True),
    "lists": (lambda score: f"[{score:g}]", False),
    "tensors": (lambda score: f"tensor({score:.4f})", False),
    "tensors of a card": (lambda score: f"tensor({score:.4f}, device='cuda:0')", True),
    "NumPy": (lambda score: f"np.float64({score!r})", False),
}
SEPARATORS = {"commas": ",", "semicolons": ";", "tabs": "\t", "bars": "|", "blanks": " "}


def files() -> Iterator[tuple[str, str]]:
    """Every number in every separator, with and without header, row names, and comments."""
    for (number, (write, marked)), (between, mark), header, index, remark in itertools.product(
        NUMBERS.items(), SEPARATORS.items(), (True, False), ("none", "numbers", "R"), (False, True)
    ):
        if index != "none" and not header:
            continue  # then nothing says that these are no scores
        quoted = (marked and mark == ",") or (mark == " " and " " in write(0.5))
        cells = [f'"{write(score)}"' if quoted else write(score) for score in SCORES]
        rows = [[word, cell] for word, cell in zip(WORDS, cells, strict=True)]
        names = ["truth", "score"]
        if index == "numbers":
            rows, names = [[str(k), *row] for k, row in enumerate(rows)], ["id", *names]
        if index == "R":
            rows, names = [[f'"{k + 1}"', *row] for k, row in enumerate(rows)], [f'"{name}"' for name in names]
        lines = [mark.join(row) for row in ([names, *rows] if header else rows)]
        yield (
            f"{number}, {between}, {header}, {index}, {remark}",
            "\n".join(["# made by hand"] * remark + lines) + "\n",
        )


FILES = dict(files())


def right(got: Upload) -> bool:
    return (
        got.classes == NAMES
        and got.labels.tolist() == LABELS
        and len(got.scores) == 1
        and np.allclose(got.scores[0], SCORES, rtol=0, atol=1e-12)
    )


def test_the_corpus_is_large() -> None:
    assert len(set(FILES.values())) >= 200


def test_every_dialect_gives_the_same_answer() -> None:
    wrong = [name for name, text in FILES.items() if not right(read_scores("a.csv", text.encode()))]
    assert not wrong, wrong[:10]


def listed(names: str, *columns: list[str]) -> str:
    return "\n".join([names, *map(",".join, zip(*columns, strict=True))]) + "\n"


ROWS = [str(k + 1) for k in range(len(LABELS))]
P = [plain(score) for score in SCORES]
Q = [plain(1 - score) for score in SCORES]
NUMERIC = [str(label) for label in LABELS]
HARD = [str(int(score > 0.4)) for score in SCORES]

# What programs export, from their manuals and sources.
EXPORTS = {
    "caret": listed("pred,obs,no,yes,rowIndex,Resample", LEARNED, WORDS, Q, P, ROWS, ["Fold1"] * 11),
    "yardstick": listed("truth,no,yes,predicted", WORDS, Q, P, LEARNED),
    "tidymodels": listed(".pred_class,.pred_no,.pred_yes,.row,class", LEARNED, Q, P, ROWS, WORDS),
    "RapidMiner": listed("id,label,prediction(label),confidence(no),confidence(yes)", ROWS, WORDS, LEARNED, Q, P),
    "KNIME": listed("RowID,class,P (class=no),P (class=yes),Prediction (class)", ROWS, WORDS, Q, P, LEARNED),
    "Orange": listed("class,Tree (no),Tree (yes),Tree,Fold", WORDS, Q, P, LEARNED, ["1"] * 11),
    "Orange's header of three lines": "class\tTree\tTree (no)\tTree (yes)\nno yes\tno yes\tcontinuous\tcontinuous\n"
    + "class\tmeta\tmeta\tmeta\n"
    + listed("", WORDS, LEARNED, Q, P)[1:].replace(",", "\t"),
    "Azure": listed("label,Scored Labels,Scored Probabilities", WORDS, LEARNED, P),
    "Kaggle": listed("PassengerId,Survived,oof_prob", ROWS, WORDS, P),
    "Kaggle, with the passengers": listed(
        "PassengerId,Survived,Sex,Fare,oof_prob", ROWS, WORDS, ["m", "f", *["m"] * 9], ROWS, P
    ),
    "pROC": listed("truth,No,Yes", WORDS, Q, P),
    "H2O": listed("predict,no,yes,actual", LEARNED, Q, P, WORDS),
    "Spark": listed("label,prediction,probability", WORDS, HARD, [f'"[{q},{p}]"' for p, q in zip(P, Q, strict=True)]),
    "NumPy's rows": listed("y_true,proba", WORDS, [f"[{q} {p}]" for p, q in zip(P, Q, strict=True)]),
    "both probabilities, named": listed("label,p_no,p_yes", WORDS, Q, P),
    "a customer": listed("customer_id,churn,gbm", ROWS, WORDS, P),
    "row numbers without a name for it": listed("k,churn,gbm", ROWS, WORDS, P),
    "predictions beside scores": listed("y_true,y_pred,y_prob", WORDS, HARD, P),
    "Markdown": "| truth | score |\n|---|--:|\n" + "".join(f"| {w} | {p} |\n" for w, p in zip(WORDS, P, strict=True)),
    "NumPy's header": "# truth,score\n" + listed("", WORDS, P)[1:],
    "a header in the middle": listed("truth,score", WORDS[:5], P[:5]) + listed("truth,score", WORDS[5:], P[5:]),
    "ARFF": "% by hand\n@RELATION r\n\n@ATTRIBUTE truth {no,yes}\n@attribute 'the score' NUMERIC\n@DATA\n"
    + listed("% rows", WORDS, P),
    "ARFF with quotes": "@relation r\n@attribute truth {'no','yes'}\n@attribute score real\n@data\n"
    + listed("", [f"'{word}'" for word in WORDS], P),
    "SAS": listed("truth,score", [*WORDS, "yes", "no"], [*P, ".", ".A"]),
    "pandas": listed("truth,score", [*WORDS, "yes", "<NA>"], [*P, "<NA>", "0.5"]),
}


def weka(form: str) -> str:
    """Weka's list of predictions: text or CSV, with the probability of the predicted class or of both."""
    lines = []
    for k, (label, score) in enumerate(zip(LABELS, SCORES, strict=True)):
        learned = int(score > 0.4)
        both = [f"{1 - score:g}", f"{score:g}"]
        one = both[learned]
        both[learned] = f"*{both[learned]}"
        prediction = ",".join(both) if "both" in form else one
        actual, predicted = f"{label + 1}:{NAMES[label]}", f"{learned + 1}:{NAMES[learned]}"
        error = "+" if learned != label else ""
        lines.append(
            f"{k + 1},{actual},{predicted},{error},{prediction}"
            if "csv" in form
            else f"{k + 1:>9} {actual:>10} {predicted:>10} {error:>6} {prediction} (0.5)"
        )
    if "csv" in form:
        return "inst#,actual,predicted,error,prediction\n" + "\n".join(lines) + "\n"
    head = "=== Predictions on test data ===\n\n    inst#     actual  predicted error prediction (x)\n"
    return head + "\n".join(lines) + "\n\n=== Evaluation on test set ===\nCorrectly Classified Instances  8\n"


EXPORTS |= {f"Weka, {form}": weka(form) for form in ("text", "text both", "csv", "csv both")}


@pytest.mark.parametrize("name", EXPORTS)
def test_what_programs_export_is_read(name: str) -> None:
    got = read_scores("a.csv", EXPORTS[name].encode())
    assert right(got), (got, got.notes, got.scores)


def test_other_minus_signs_and_thousands() -> None:
    values = [-1234.5, 2.25, 1234567.0, -0.5, 12.0, 3.0]
    forms = {
        ",": [f'"{value:,}"' for value in values],
        ";": [f"{value:,}".translate(str.maketrans(",.", ".,")) for value in values],
        "\t": [f"{value:,}".replace(",", "\N{NO-BREAK SPACE}").replace("-", "\N{MINUS SIGN}") for value in values],
        "|": [f"{value:,}".replace(",", "'").replace("-", "\N{EN DASH}") for value in values],
    }
    for mark, texts in forms.items():
        text = "\n".join([f"y{mark}p", *(f"{k % 2}{mark}{one}" for k, one in enumerate(texts))])
        got = read_scores("a.csv", text.encode())
        assert got.scores[0].tolist() == values, mark
        assert any("is read as -1234.5." in note for note in got.notes)


@pytest.mark.parametrize(
    ("texts", "quoted"),
    [
        (['"1.234.5"', "2"], "“1.234.5” in line 3"),
        (["2,5", "1.2.3,4"], "“1.2.3,4” in line 4"),
        (["0,5", "x1,5"], "“x1,5” in line 4"),
        (["10%", "0.2"], "“10%” in line 3 is a percentage, and “0.2” in line 4 is not"),
    ],
)
def test_a_sentence_quotes_what_is_in_the_file_with_its_line(texts: list[str], quoted: str) -> None:
    content = f"y;p\n\n0;{texts[0]}\n1;{texts[1]}\n"
    with pytest.raises(ValueError, match=re.escape(quoted)):
        read_scores("a.csv", content.encode())


def test_p_and_its_complement_are_one_scorer_and_it_is_said() -> None:
    got = read_scores("a.csv", listed("y,p0,p1", NUMERIC, Q, P).encode())
    assert got.columns == ("p1",) and got.scores[0].tolist() == SCORES
    assert got.notes == ("“p0” and “p1” are two halves of one score; “p1” is taken.",)
    # Where the positive class comes first in the order of the classes, so does its column.
    sick = listed("state,p0,p1", ["abnormal" if label else "normal" for label in LABELS], P, Q)
    assert read_scores("a.csv", sick.encode()).columns == ("p0",)
    rounded = [f"{1 - score:.2f}" for score in SCORES]
    assert len(read_scores("a.csv", listed("y,a,b", NUMERIC, rounded, P).encode()).scores) == 1
    apart = listed("y,a,b", NUMERIC, [f"{1 - score / 2:g}" for score in SCORES], P)
    assert len(read_scores("a.csv", apart.encode()).scores) == 2


def test_raw_predictions_of_spark_are_one_scorer() -> None:
    raw = [f'"[-{p},{p}]"' for p in P]
    both = [f'"[{q},{p}]"' for p, q in zip(P, Q, strict=True)]
    got = read_scores("a.csv", listed("label,rawPrediction,probability,prediction", NUMERIC, raw, both, HARD).encode())
    assert got.columns == ("rawPrediction [1]", "probability [1]")
    assert [score.tolist() for score in got.scores] == [SCORES, SCORES]


def test_two_columns_of_two_values_beside_named_scores_are_told() -> None:
    text = listed("left,right,score", NUMERIC, WORDS, P)
    with pytest.raises(ValueError, match="Exactly two different values are in “left”, “right”"):
        read_scores("a.csv", text.encode())


def test_predicted_classes_are_named_as_such() -> None:
    alone = read_scores("a.csv", listed("y_true,y_pred", NUMERIC, HARD).encode())
    assert alone.notes == ("“y_pred” holds predicted classes, not scores: its curves have a single corner.",)
    beside = read_scores("a.csv", listed("y_true,y_pred,y_prob", NUMERIC, HARD, P).encode())
    assert beside.columns == ("y_prob",)
    assert beside.notes == ("Columns left out: “y_pred” (predicted classes).",)


def test_a_column_without_a_name_is_called_by_its_place() -> None:
    text = listed(",y,p", ROWS, NUMERIC, P)
    assert read_scores("a.csv", text.encode()).notes == ("Columns left out: column 1.",)


def test_a_probability_of_cases_is_a_score() -> None:
    """A column called “case” numbers the rows only if it holds whole numbers."""
    text = listed("truth,Control,Case", ["Case" if label else "Control" for label in LABELS], Q, P)
    got = read_scores("a.csv", text.encode())
    assert (got.columns, got.classes) == (("Case",), ("Control", "Case"))


@pytest.mark.parametrize(
    ("one", "other", "n_one", "n_other", "positive", "why"),
    [
        ("1", "2", 3, 9, "1", "the rarer one"),
        ("1", "2", 9, 3, "2", "the rarer one"),
        ("2", "4", 5, 5, "4", "the larger number"),
        ("0", "1", 1, 9, "1", "by its meaning"),
        ("-1", "1", 1, 9, "1", "by its meaning"),
        ("0", "5", 1, 9, "5", "by its meaning"),
        ("red", "blue", 4, 5, "red", "the rarer one"),
        ("red", "blue", 5, 5, "red", "the last in alphabetical order"),
        ("ja", "nein", 9, 1, "ja", "by its meaning"),
        ("tot", "lebendig", 9, 1, "tot", "by its meaning"),
        ("malade", "sain", 9, 1, "malade", "by its meaning"),
        ("fraude", "normal", 9, 1, "fraude", "by its meaning"),
        ("да", "нет", 9, 1, "да", "by its meaning"),
        ("болен", "здоров", 9, 1, "болен", "by its meaning"),
        ("हाँ", "नहीं", 9, 1, "हाँ", "by its meaning"),
        ("نعم", "لا", 9, 1, "نعم", "by its meaning"),
        ("异常", "正常", 9, 1, "异常", "by its meaning"),
        ("悪性", "良性", 9, 1, "悪性", "by its meaning"),
        ("예", "아니오", 9, 1, "예", "by its meaning"),
        ("evet", "hayır", 9, 1, "evet", "by its meaning"),
        ("ya", "tidak", 9, 1, "ya", "by its meaning"),
        ("1", "no", 9, 1, "1", "by its meaning"),
    ],
)
def test_the_positive_class_by_meaning_else_the_rarer_one(one, other, n_one, n_other, positive, why) -> None:
    for got in (ordered(one, other, n_one, n_other), ordered(other, one, n_other, n_one)):
        assert got == (({one, other} - {positive}).pop(), positive, why)


def test_why_a_class_is_positive_is_always_said() -> None:
    rare = read_scores("a.csv", listed("y,p", [str(2 - label) for label in LABELS], P).encode())
    assert str(rare) == "a.csv: 11 cases, 4 positive (“1”, the rarer one)"
