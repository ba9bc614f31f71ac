"""Points that a visitor brings: the notations that are read, what is refused, and what is computed from them."""

import random
import re
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import LeaveOneOut, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, PolynomialFeatures

from core.kit.refusal import reason
from core.regression.points import CARS, FEWEST, MOST, file_values, read_file, read_text
from core.regression.resampling import MIDDLE, RESAMPLES, resample
from core.regression.validation import MOST_REFITTED, RULES, validate_points

SETTINGS: dict[str, Any] = {"max_degree": 4, "held_out_share": 0.2, "folds": 10, "repeats": 3, "split_seed": 0}
X, Y = [1.0, 2.5, -3.0, 4e2], [0.5, 1.0, 1.5, -2.25]
DIALECTS = {
    "comma": "1,0.5\n2.5,1\n-3,1.5\n4e2,-2.25",
    "comma and blank": "1, 0.5\n2.5, 1\n-3, 1.5\n4e2, -2.25",
    "semicolon": "1;0.5\n2.5;1\n-3;1.5\n4e2;-2.25",
    "decimal comma": "1;0,5\n2,5;1\n-3;1,5\n4e2;-2,25",
    "tab": "1\t0,5\n2,5\t1\n-3\t1,5\n400\t-2,25",
    "blanks": "  1   0.5\n2.5 1\n-3 1.5\n400 -2.25  ",
    "blanks and decimal comma": "1 0,5\n2,5 1\n-3 1,5\n400 -2,25",
    "header": "x,y\n1,0.5\n2.5,1\n-3,1.5\n400,-2.25\n",
    "header in words": "time (s);height (m)\n1;,5\n2,5;1\n-3;1,5\n400;-2,25\n",
    "header between blanks": "speed dist\n1 .5\n2.5 1\n-3 1.5\n400 -2.25\n",
    "gaps and comments": "# two columns\n\n1,0.5\n\n2.5,1\n-3,1.5\n400,-2.25\n\n",
    "other ends of lines": "1,0.5\r\n2.5,1\r-3,1.5\r\n400,-2.25",
    "a true minus": "1,0.5\n2.5,1\n−3,1.5\n400,−2.25",
    "quotes": '"x","y"\n"1","0.5"\n"2.5","1"\n"-3","1.5"\n"400","-2.25"',
    "pairs in brackets": "(1, 0.5)\n(2.5, 1)\n[-3, 1.5]\n(400, -2.25)",
    "signs and powers": "+1,5e-1\n2.5,1.\n-3E0,+1.5\n4e+2,-225e-2",
}


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_one_table_in_any_notation(name: str, encoding: str) -> None:
    found = file_values(DIALECTS[name].encode(encoding))
    np.testing.assert_array_equal(found["x"], X)
    np.testing.assert_array_equal(found["y"], Y)


def test_a_file_is_read_in_its_own_process() -> None:
    points = read_file("my\u202e data.csv", DIALECTS["header"].encode())
    np.testing.assert_array_equal([points.x, points.y], [X, Y])
    assert str(points) == "my data.csv: 4 points"
    assert not points.x.flags.writeable
    assert points == read_file("my data.csv", DIALECTS["header"].encode())
    assert points != read_file("my data.csv", DIALECTS["comma"].encode())
    with pytest.raises(ValueError, match=r"^“a” in line 4 is not a number; correct it or leave out the line\.$"):
        read_file("data.csv", b"1,2\n2,3\n3,4\n4,a\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "There are 0 points; bring between 4 and 2,000."),
        ("x,y", "There are 0 points; bring between 4 and 2,000."),
        ("1,2\n2,3\n3,5", "There are 3 points; bring between 4 and 2,000."),
        ("\n".join(f"{k},{k * k}" for k in range(MOST + 1)), "There are 2,001 points; bring between 4 and 2,000."),
        ("1,2\n2,3\n3,nan\n4,5", "“nan” in line 3 is not a number; correct it or leave out the line."),
        ("1,nan\n2,3\n3,2\n4,5", "“nan” in line 1 is not a number; correct it or leave out the line."),
        ("1,2\n2,inf\n3,2\n4,5", "“inf” in line 2 is not a number; correct it or leave out the line."),
        ("1,2\n2,\n3,2\n4,5", "“” in line 2 is not a number; correct it or leave out the line."),
        ("1;2\n2;1.234,5\n3;2\n4;5", "“1.234,5” in line 2 is not a number; correct it or leave out the line."),
        ("1,2\n2,1e400\n3,2\n4,5", "“1e400” in line 2 is beyond ±1,000,000,000; use a larger unit."),
        ("1,2\n-2e9,1\n3,2\n4,5", "“-2e9” in line 2 is beyond ±1,000,000,000; use a larger unit."),
        ("1,2,3\n2,3,4", "Line 1 has 3 values; write two, x and y, separated by a comma or a blank."),
        ("1,2\n2\n3,4\n4,5", "Line 2 has 1 value; write two, x and y, separated by a comma or a blank."),
        ("7,1\n7,2\n7,3\n7,4", "All x are equal, 7; they must differ."),
        ("1,5\n2,5\n3,5\n4,5", "All y are equal, 5; they must differ."),
        ("1,1\n1,2\n2,3\n2,4", "There are only two different x; a choice of degree needs at least three."),
        ("1e-9,1\n2e-9,2\n3e-9,3\n4e-9,4", "All x lie within 3e-09; use a smaller unit."),
        ("1,900000001\n2,900000002\n3,900000003\n4,900000004", "The y differ by too little for their size; subtract"),
        ("<script>", "There are 0 points; bring between 4 and 2,000."),
        ("٣,٤\n1,2\n2,3\n3,4", "There are 3 points; bring between 4 and 2,000."),
    ],
)
def test_what_is_no_set_of_points_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(words)) as error:
        read_text(text)
    assert reason(error.value)


def test_files_that_are_something_else_are_refused() -> None:
    for content, words in [
        (b"\x89PNG\xff\xfe\x00", "The file is not a text file; save the two columns as CSV."),
        (b"1,2\n" * 400_000, "The file has 1.5 MB; at most 1 MB is read."),
    ]:
        with pytest.raises(ValueError, match="^" + re.escape(words)):
            file_values(content)


def _told(text: str) -> str:
    try:
        x, _ = read_text(text)
    except ValueError as error:
        return reason(error)
    return str(x.size >= FEWEST)


def test_noise_is_points_or_a_sentence() -> None:
    rng = random.Random(0)
    pieces = [*"0123456789.,;\t -+e()[]\"'#", "\n", "\n", "\n", "nan", "−", "\u202e", "½", "\x00", "1,2\n", "2 3\n"]
    for _ in range(3000):
        assert _told("".join(rng.choices(pieces, k=rng.randint(1, 60))))


# --- what is computed from them; residuals of R's lm(dist ~ poly(speed, degree), cars)


def test_residuals_of_the_cars_are_the_published_ones() -> None:
    x, y = read_text(CARS)
    got = validate_points(x, y, **SETTINGS)
    np.testing.assert_allclose(50 * got.train_mse[:2], [11353.52, 10824.72], atol=0.005)


def test_rules_are_those_of_scikit_learn() -> None:
    x, y = read_text(CARS)
    got = validate_points(x, y, **SETTINGS)
    for degree in got.degrees:
        model = make_pipeline(MinMaxScaler(), PolynomialFeatures(degree), LinearRegression())
        how = {"cv": LeaveOneOut(), "scoring": "neg_mean_squared_error"}
        errors = -cross_val_score(model, x[:, np.newaxis], y, **how)
        assert got.scores[RULES.index("leave-one-out"), degree - 1] == pytest.approx(errors.mean(), rel=1e-9)
        assert got.score_ses[RULES.index("leave-one-out"), degree - 1] == pytest.approx(
            errors.std(ddof=1) / 50**0.5, rel=1e-8
        )
        columns = PolynomialFeatures(degree).fit_transform(MinMaxScaler().fit_transform(x[:, np.newaxis]))
        np.testing.assert_allclose(got.leverage[degree - 1], np.diag(columns @ np.linalg.pinv(columns)), rtol=1e-8)


def test_what_only_the_truth_tells_is_not_told() -> None:
    got = validate_points(*read_text(CARS), **SETTINGS)
    assert not got.known
    for values in (got.noise, got.risk, got.own_risk, got.f_grid):
        assert np.isnan(values).all()


def test_shifted_points_have_the_same_scores() -> None:
    x, y = read_text(CARS)
    here, there = validate_points(x, y, **SETTINGS), validate_points(x + 1e5, y + 1e6, **SETTINGS)
    np.testing.assert_allclose(here.scores, there.scores, rtol=1e-6)
    large = validate_points(1e6 * x, 1e6 * y, **SETTINGS)
    np.testing.assert_allclose(large.scores[:5], 1e12 * here.scores[:5], rtol=1e-9)


def test_many_points_are_judged_without_refitting_each() -> None:
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 10, MOST_REFITTED + 1)
    y = np.sin(x) + rng.normal(size=x.size)
    got, fewer = validate_points(x, y, **SETTINGS), validate_points(x[1:], y[1:], **SETTINGS)
    assert np.isnan(got.refitted).all() and not np.isnan(fewer.refitted).any()
    for degree in got.degrees:
        fits = [np.polyval(np.polyfit(x[got.fold[0] != k], y[got.fold[0] != k], degree), x) for k in range(10)]
        errors = (np.array(fits)[got.fold[0], np.arange(x.size)] - y) ** 2
        assert got.scores[RULES.index("k-fold"), degree - 1] == pytest.approx(errors.mean(), rel=1e-8)
    with pytest.raises(ValueError, match=r"^1,000 fits to 2,000 points take too long; `folds` times `repeats` must be"):
        validate_points(np.arange(2000.0), np.sin(np.arange(2000)), **SETTINGS | {"folds": 20, "repeats": 50})


def test_more_folds_than_points_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^`folds` must be at most the number of points, 4; got 10\.$"):
        validate_points(np.array(X), np.array(Y), **SETTINGS)


def test_the_bootstrap_band_holds_the_middle_of_separate_fits() -> None:
    x, y = read_text(CARS)
    grid = np.linspace(4, 25, 11)
    got = resample(x, y, grid, 3, seed=5).band
    rows = np.random.default_rng([5, 2]).integers(50, size=(RESAMPLES, 50))
    for degree in (1, 2, 3):
        fits = [np.polyval(np.polyfit(x[row], y[row], degree), grid) for row in rows]
        np.testing.assert_allclose(got[:, degree - 1], np.percentile(fits, MIDDLE, axis=0), rtol=1e-8)


def test_half_the_band_is_the_standard_error_of_a_line() -> None:
    """White's standard error of the fit, which holds for any noise, is what the bootstrap of pairs estimates."""
    rng = np.random.default_rng(1)
    x = rng.uniform(0, 1, 400)
    y = 1 + 2 * x + (0.2 + x) * rng.normal(size=400)
    grid = np.linspace(0, 1, 5)
    columns, at = np.vander(x, 2), np.vander(grid, 2)
    pinv = np.linalg.pinv(columns)
    residuals = y - columns @ (pinv @ y)
    expected = np.sqrt((((at @ pinv) * residuals) ** 2).sum(axis=1))
    low, high = resample(x, y, grid, 1, seed=0).band[:, 0]
    np.testing.assert_allclose((high - low) / 2, expected, rtol=0.25)
