"""Tables with labels as visitors write them: iris of scikit-learn in many spellings, and what is refused."""

import csv
import io
import re

import numpy as np
import pytest
from sklearn.datasets import load_iris

from core.data.tables import MOST_ROWS, read_file, read_labeled


def iris_text(delimiter=",", decimal=".", quoting=csv.QUOTE_MINIMAL, mark=""):
    iris = load_iris()
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="\r\n")
    writer.writerow([*iris.feature_names, "species"])
    for row, target in zip(iris.data.tolist(), iris.target, strict=True):
        writer.writerow([*(str(v).replace(".", decimal) for v in row), iris.target_names[target]])
    return mark + out.getvalue()


@pytest.mark.parametrize(("delimiter", "decimal"), [(",", "."), (";", ","), (";", "."), ("\t", ","), ("\t", ".")])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_iris_is_read_however_it_is_written(delimiter, decimal, quoting):
    iris = load_iris()
    found = read_labeled(iris_text(delimiter, decimal, quoting))
    np.testing.assert_array_equal(found.numbers, iris.data)
    np.testing.assert_array_equal(found.labels, iris.target)
    assert found.classes == tuple(iris.target_names)
    assert found.columns == tuple(iris.feature_names)
    assert found.label == "species"


def test_a_file_is_read_in_a_process_of_its_own():
    found = read_file("my iris.csv", iris_text(mark="\N{ZERO WIDTH NO-BREAK SPACE}").encode())
    np.testing.assert_array_equal(found.numbers, load_iris().data)
    assert str(found) == "my iris.csv: 150 rows, 4 columns of numbers"
    with pytest.raises(ValueError, match="control characters"):
        read_file("x.csv", b"\x00\x01")


@pytest.mark.parametrize(
    ("text", "columns", "label", "classes"),
    [
        ("1 2 a\n2 1 b", ("x1", "x2"), "class", ("a", "b")),  # no header: the column that is not numeric
        ("a,1,2\nb,3,4", ("x2", "x3"), "class", ("a", "b")),
        ("1,2,0\n3,4,1\n\n5,6,1", ("x1", "x2"), "class", ("0", "1")),  # numbers alone: the last column
        ("target,h,w\n1,2,3\n0,4,5", ("h", "w"), "target", ("0", "1")),
        ("h  w   class\n−1  2e1  yes\n.5 +3 no", ("h", "w"), "class", ("no", "yes")),
    ],
)
def test_columns_are_told_apart(text, columns, label, classes):
    found = read_labeled(text)
    assert (found.columns, found.label, found.classes) == (columns, label, classes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The table is empty"),
        ("1,2,a", "must have 2 to 500 rows; it has 1"),
        ("1,2,a\n" * (MOST_ROWS + 1), "must have 2 to 500 rows; it has 501"),
        ("5\n6", "Line 1 has 1 values"),
        ("h,w,class\n1,2,a\n1,b", "Line 3 has 2 values, and line 1 has 3"),
        ("h,w,class\n1,2,a\n1,tall,b", "Line 3, column “w”: “tall” is not a number"),
        ("h,w,class\n1,2,a\n\n,2,b", "Line 4, column “h” is empty"),
        ("h,w,class\n1,nan,a\n1,2,b", "Line 2, column “w”: “nan” is not a number"),
        ("h,w,class\n1,1e10,a\n1,2,b", "Line 2, column “w”: 1e10 is not in"),
        ("h,w,class\n1,1e999,a\n1,2,b", "Line 2, column “w”: 1e999 is not in"),
        ("h,w,class\n1,2,<b>\n1,2,b", "Line 2: “<b>” cannot be a class"),
        ("h,w,class\n1,2,a\n1,2,", "Line 3 has an empty class"),
        ("h,[w],class\n1,2,a\n1,2,b", "Line 1: “[w]” cannot be a column name"),
        ("h,H,class\n1,2,a\n1,2,b", "Two columns have the same name"),
        ('h,w,class\n1,"2,a\n1,2,b', "its quotes do not match"),
        ("h,w,class\nx,y,z\n1,2,b", "Line 2 has no number"),
    ],
)
def test_what_is_no_table_is_refused_by_line_and_column(text, said):
    with pytest.raises(ValueError, match=rf"{re.escape(said)}.*\.$"):
        read_labeled(text)


def test_columns_are_chosen_by_name_or_number():
    found = read_labeled("height,weight,age,class\n1,2,3,a\n4,5,6,b\n7,8,9,c")
    assert found.choose("age, Height", 2, 2) == (2, 0)
    assert found.choose("2", 1, 2) == (1,)
    for text in ("", "1, 1", "1, 2, 3"):
        with pytest.raises(
            ValueError, match=r"Name 2 different columns; this table has 1: height, 2: weight, 3: age\."
        ):
            found.choose(text, 2, 2)
    with pytest.raises(ValueError, match=r"“size” is not a column of numbers"):
        found.choose("size, age", 2, 2)
    with pytest.raises(ValueError, match=r"Column “class” must have 2 classes; it has 3: “a”, “b”, “c”\."):
        found.need(2, 2)
