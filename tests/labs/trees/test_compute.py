"""Data, impurities, gains, and trees against scikit-learn, SciPy, exact counts, and published tables."""

import math
import random
import re

import numpy as np
import pytest
from scipy.stats import entropy
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.metrics import mutual_info_score
from sklearn.tree import DecisionTreeClassifier

from core.data.tables import read_labeled
from core.kit.lab import Clickable
from core.labs.trees.compute.data import (
    EXAMPLE,
    FEATURES,
    FIVE,
    IRIS,
    KINDS,
    LABELS,
    TABLES,
    TENTHS,
    own_samples,
    read_rows,
    table,
)
from core.labs.trees.compute.gains import CRITERIA, best, branch, gain, gain_again, impurity, questions, remainder
from core.labs.trees.compute.splits import PLACES, Questions, explore
from core.labs.trees.panels import tree
from core.labs.trees.picture import picture
from core.labs.trees.sections import which_first

BOTH = {"table": "rows", "rows": FIVE}


def gains(name, criterion="entropy", base="2"):
    return [one.gain(criterion, base) for one in questions(table(name))]


def test_flowers_are_those_of_scikit_learn():
    iris = load_iris()
    names = [str(name).removesuffix(" (cm)") for name in iris.feature_names]
    columns = [names.index(name) for name in FEATURES.values()]
    np.testing.assert_allclose(TENTHS / 10, iris.data[50:, columns].T)
    np.testing.assert_array_equal(LABELS, iris.target[50:] - 1)
    assert tuple(iris.target_names[1:]) == KINDS


def test_entropy_is_that_of_scipy():
    counts = np.random.default_rng(0).integers(0, 9, (40, 3))
    counts = counts[counts.sum(axis=1) > 0]
    np.testing.assert_allclose(impurity(counts, "entropy"), entropy(counts, axis=1, base=2), atol=1e-14)
    np.testing.assert_allclose(impurity(counts, "entropy", "e"), entropy(counts, axis=1), atol=1e-14)
    assert [float(impurity((0, 0), name)) for name in CRITERIA] == [0, 0, 0]


def test_the_five_samples():
    rows = table("rows")
    assert impurity((3, 2), "entropy") == pytest.approx(0.9709505945, abs=1e-10)
    assert impurity((3, 2), "entropy", "e") == pytest.approx(0.6730116670, abs=1e-10)
    assert impurity((3, 2), "gini") == pytest.approx(0.48)
    assert gains("rows") == pytest.approx([0.1709505945, 0.4199730940, 0.0199730940], abs=1e-10)
    assert [remainder(one.children, "entropy") for one in questions(rows)] == pytest.approx(
        [0.8, 0.550978, 0.950978], abs=1e-6
    )
    assert gains("rows", "gini") == pytest.approx([0.08, 0.213333, 0.013333], abs=1e-6)
    assert gains("rows", "error") == pytest.approx([0, 0.2, 0], abs=1e-12)
    assert [one.ratio for one in questions(rows)] == pytest.approx([0.236797, 0.432538, 0.020571], abs=1e-6)
    assert best(questions(rows), "entropy") == ("A2",)
    after = questions(branch(rows, "A2", "1"))
    assert [one.gain("entropy") for one in after] == pytest.approx([0.918296, 0, 0.251629], abs=1e-6)


def test_tennis_and_a_day_of_its_own():
    assert gains("tennis") == pytest.approx([0.246750, 0.029223, 0.151836, 0.048127], abs=1e-6)
    day = questions(table("day"))[0]
    assert day.gain("entropy") == pytest.approx(0.940286, abs=1e-6)
    assert day.ratio == pytest.approx(0.246966, abs=1e-6)
    assert best(questions(table("day")), "entropy") == ("day",)


def test_xor_shows_a_greedy_tree_nothing():
    assert gains("xor") == [0, 0]
    assert best(questions(table("xor")), "entropy") == ()


def test_the_same_error_and_other_impurities():
    one, two = questions(table("errors"))
    assert one.children == ((3, 1), (1, 3))
    assert sorted(two.children) == [(2, 0), (2, 4)]
    for criterion, left in {"error": (0.25, 0.25), "gini": (0.375, 1 / 3), "entropy": (0.811278, 0.688722)}.items():
        assert [remainder(q.children, criterion) for q in (one, two)] == pytest.approx(left, abs=1e-6)


@pytest.mark.parametrize("name", TABLES)
def test_gain_is_the_mutual_information_of_scikit_learn(name):
    rows = table(name)
    for k, asked in enumerate(questions(rows)):
        mutual = mutual_info_score([cells[k] for cells in rows.cells], rows.labels)
        assert asked.gain("entropy", "e") == pytest.approx(mutual, abs=1e-12)
        assert asked.again("entropy", "e") == pytest.approx(mutual, abs=1e-12)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_both_ways_to_a_gain_agree(criterion):
    children = np.random.default_rng(1).integers(0, 6, (200, 3, 4)) + np.eye(3, 4, dtype=int)
    np.testing.assert_allclose(gain(children, criterion), gain_again(children, criterion), atol=1e-14)


def test_ways_to_cut_levels_in_two_are_counted():
    for q in (2, 3, 4, 10):
        rows = read_rows(", ".join(f"{level} {level % 2}" for level in range(q)))
        sides = {frozenset((frozenset(s), frozenset(range(q)) - frozenset(s))) for s in _subsets(q)}
        assert questions(rows)[0].cuts == len(sides) == {2: 1, 3: 3, 4: 7, 10: 511}[q]


def _subsets(q):
    return [[k for k in range(q) if mask >> k & 1] for mask in range(1, 2**q - 1)]


@pytest.mark.parametrize("feature", FEATURES)
@pytest.mark.parametrize("criterion", ["entropy", "gini"])
def test_the_best_threshold_is_that_of_scikit_learn(feature, criterion):
    result = explore(feature=feature, criterion=criterion, depth=1)
    column = TENTHS[list(FEATURES).index(feature)] / 10
    stump = DecisionTreeClassifier(criterion=criterion, max_depth=1).fit(column[:, None], LABELS).tree_
    own = result.gains(criterion)
    n = stump.n_node_samples
    theirs = stump.impurity[0] - (n[1] * stump.impurity[1] + n[2] * stump.impurity[2]) / n[0]
    assert own.max() == pytest.approx(theirs, abs=1e-12)
    assert own[np.abs(result.thresholds - stump.threshold[0]).argmin()] == pytest.approx(theirs, abs=1e-12)


def test_published_splits_of_the_flowers():
    length, width = explore(), explore(feature="petal_width")
    assert length.thresholds[length.best] == pytest.approx(4.75)
    assert length.gains("entropy")[length.best] == pytest.approx(0.657374, abs=1e-6)
    np.testing.assert_array_equal(length.children[length.best], [[44, 1], [6, 49]])
    assert width.thresholds[width.best] == pytest.approx(1.75)
    assert width.gains("entropy")[width.best] == pytest.approx(0.690160, abs=1e-6)
    np.testing.assert_array_equal(width.children[width.best], [[49, 5], [1, 45]])


@pytest.mark.parametrize("criterion", ["entropy", "gini"])
def test_questions_below_gain_as_much_as_those_of_scikit_learn(criterion):
    rng = np.random.default_rng(3)
    for _ in range(12):
        inside = rng.random(100) < 0.4
        position, cut = Questions(IRIS, criterion).best(inside)
        low = inside & (TENTHS[position] <= cut)
        pair = [np.bincount(LABELS[part], minlength=2) for part in (low, inside & ~low)]
        stump = DecisionTreeClassifier(criterion=criterion, max_depth=1).fit(TENTHS[:, inside].T, LABELS[inside])
        n, left = stump.tree_.n_node_samples, stump.tree_.impurity
        theirs = left[0] - (n[1] * left[1] + n[2] * left[2]) / n[0]
        assert gain(pair, criterion) == pytest.approx(theirs, abs=1e-12)
    assert Questions(IRIS, criterion).best(LABELS == 1) is None


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_mistakes_of_the_tree_are_those_of_walking_through_it(depth):
    result = explore(depth=depth, criterion="gini")
    for step in (0, 12, result.best, len(result.thresholds) - 1):
        groups: dict[int, list[int]] = {}
        for flower in range(100):
            node = 0
            while node < 7 and result.asked[step, node] >= 0:
                above = TENTHS[result.asked[step, node], flower] / 10 > result.cuts[step, node]
                node = 2 * node + 1 + int(above)
            groups.setdefault(node, []).append(int(LABELS[flower]))
        wrong = sum(min(labels.count(0), labels.count(1)) for labels in groups.values())
        assert result.wrong[step] == wrong
        assert set(groups) == set(np.flatnonzero(result.leaves[step]).tolist())


def test_a_deeper_tree_is_never_worse():
    wrong = np.array([explore(depth=depth).wrong for depth in (1, 2, 3)])
    assert (np.diff(wrong, axis=0) <= 0).all()


def test_the_greedy_question_is_not_the_best_start():
    result = explore()
    assert result.wrong[result.best] == 5
    assert result.wrong[np.abs(result.thresholds - 4.95).argmin()] == 3


def test_the_drawn_tree_says_its_counts_and_questions():
    result = explore()
    panel = tree(result)
    texts = {frames.trace: frames.at(result.best) for frames in panel.frames if frames.attr == "text"}
    counts, asked = texts.values()
    assert counts[:3] == ["50 : 50", "44 : 1", "6 : 49"]
    assert asked[0] == "petal length<br>≤ 4.75 cm"
    assert max(result.nbytes, 1) == sum(
        a.nbytes for a in (result.thresholds, result.children, result.counts, result.asked, result.cuts)
    )


NONE = ["", ",", "1", "1 0, 1", "1 0 yes, 1 no", "1 2 3 4 5 6 7", "a-b 1", ", ".join(["1 0"] * 25), "x" * 13 + " 1"]


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_table_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match=r"\.$"):
        read_rows(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 yes, 0 yes", "nothing to ask"),
        ("0 0 0, 0 1 1, 1 0 1, 1 1 0", "No single question"),
        ("0 0 0, 1 1 1", "tie between A1 and A2"),
        ("1 a, 1 b", "No single question"),
        (FIVE, "Ask A2 first"),
        ("0 0 0, 0 0 1, 1 0 1, 1 0 1", "no question helps"),
    ],
)
def test_the_section_says_what_to_ask(text, said):
    blocks = list(which_first(explore(), {**BOTH, "rows": text}))
    assert said in blocks[-1]


@pytest.mark.parametrize("criterion", CRITERIA)
def test_the_section_explains_every_cell(criterion):
    for name in TABLES:
        blocks = list(which_first(explore(criterion=criterion), {"table": name, "rows": FIVE}))
        asked = blocks[-2]
        for row in range(len(asked.columns["feature"])):
            for column in list(asked.columns)[1:]:
                assert asked.explain(row, column)
            gained = next(c for c in asked.columns if c.startswith("gain") and c != "gain ratio")
            assert asked.explain(row, gained).endswith(f"{asked.columns[gained][row]:.6f}")
    assert math.isnan(questions(read_rows("1 a, 1 b"))[0].ratio)


def test_any_table_is_read_or_refused():
    rng = random.Random(5)
    for _ in range(300):
        text = "".join(rng.choice("01ab ,;-\n") for _ in range(rng.randint(0, 40)))
        try:
            rows = read_rows(text)
        except ValueError:
            continue
        assert all(-1e-12 < one.gain("gini") < 1 for one in questions(rows))


@pytest.mark.parametrize(
    ("name", "value"),
    [("feature", "tail"), ("criterion", "gain"), ("base", "10"), ("depth", 0), ("depth", 4), ("depth", 1.5)],
)
def test_settings_out_of_range_are_refused_by_name(name, value):
    with pytest.raises(ValueError, match=f"`{name}`"):
        explore(**{name: value})


@pytest.mark.parametrize("feature", FEATURES)
def test_every_number_has_a_second_computation_that_agrees(feature):
    for criterion in CRITERIA:
        shown = picture(explore(feature=feature, criterion=criterion))
        assert all(shown.readouts[0].check.agrees)


CANCER = load_breast_cancer()


def cancer_text(*columns):
    names = [str(CANCER.feature_names[k]) for k in columns]
    rows = [
        ",".join([*map(repr, row), str(CANCER.target_names[t])])
        for row, t in zip(CANCER.data[:500, columns].tolist(), CANCER.target[:500], strict=True)
    ]
    return "\n".join([",".join([*names, "class"]), *rows])


@pytest.mark.parametrize("criterion", ["entropy", "gini"])
def test_the_best_question_of_a_table_is_that_of_scikit_learn(criterion):
    table = read_labeled(cancer_text(3, 7, 20, 21))
    result = explore(data="own", upload=table, columns="3, 1, 2, 4", criterion=criterion, depth=3)
    x, y = table.numbers[:, [2, 0, 1, 3]], table.labels
    stump = DecisionTreeClassifier(criterion=criterion, max_depth=1).fit(x[:, :1], y)
    assert result.thresholds[result.best] == pytest.approx(stump.tree_.threshold[0])
    assert len(result.thresholds) == PLACES < len(np.unique(x[:, 0])) - 1
    for step in (0, 20, result.best, PLACES - 1):
        low = x[:, 0] <= result.thresholds[step]
        for node, inside in ((1, low), (2, ~low)):
            np.testing.assert_array_equal(result.counts[step, node], np.bincount(y[inside], minlength=2))
            theirs = DecisionTreeClassifier(criterion=criterion, max_depth=1).fit(x[inside], y[inside]).tree_
            if result.asked[step, node] < 0:
                assert theirs.node_count == 1
                continue
            side = inside & (x[:, result.asked[step, node]] <= result.cuts[step, node])
            pair = [np.bincount(y[part], minlength=2) for part in (side, inside & ~side)]
            n, left = theirs.n_node_samples, theirs.impurity
            expected = left[0] - (n[1] * left[1] + n[2] * left[2]) / n[0]
            assert gain(pair, criterion) == pytest.approx(expected, abs=1e-12)


def own_text(x, y, names):
    rows = [",".join([*map(repr, row), names[kind]]) for row, kind in zip(x.tolist(), y.tolist(), strict=True)]
    return "\n".join([",".join([*(f"c{k}" for k in range(x.shape[1])), "class"]), *rows])


def many(name):
    """Return four features and the classes of a data set of scikit-learn with three or five classes."""
    if name == "digits":
        found = load_digits()
        x, y = found.data[found.target < 5][:450, [21, 42, 36, 20]], found.target[found.target < 5][:450]
        return x, y, ["zero", "one", "two", "three", "four"]
    found = {"iris": load_iris, "wine": load_wine}[name]()
    return found.data[:, -4:], found.target, [f"kind {k}" for k in range(3)]


@pytest.mark.parametrize("criterion", ["entropy", "gini"])
@pytest.mark.parametrize("name", ["iris", "wine", "digits"])
def test_trees_of_more_classes_are_those_of_scikit_learn(name, criterion):
    x, y, names = many(name)
    table = read_labeled(own_text(x, y, names))
    y = np.array([table.classes.index(names[kind]) for kind in y])
    result = explore(data="own", upload=table, columns="1, 2, 3, 4", criterion=criterion, depth=3)
    stump = DecisionTreeClassifier(criterion=criterion, max_depth=1).fit(x[:, :1], y).tree_
    n, left = stump.n_node_samples, stump.impurity
    assert result.gains(criterion).max() == pytest.approx(left[0] - (n[1] * left[1] + n[2] * left[2]) / n[0], abs=1e-12)
    assert result.thresholds[result.best] == pytest.approx(stump.threshold[0], abs=1e-6)
    children = result.children[result.best]
    np.testing.assert_allclose(impurity(children, criterion), left[1:], atol=1e-12)
    np.testing.assert_allclose(impurity(children, "entropy"), entropy(children, axis=1, base=2), atol=1e-12)
    for step in {0, result.best, len(result.thresholds) - 1}:
        low, wrong = x[:, 0] <= result.thresholds[step], 0
        there = {1: low, 2: ~low}
        for node in range(1, 15):
            if node not in there:
                continue
            inside = there[node]
            np.testing.assert_array_equal(result.counts[step, node], np.bincount(y[inside], minlength=len(names)))
            if node > 6 or result.asked[step, node] < 0:
                wrong += int(inside.sum() - np.bincount(y[inside]).max())
                continue
            below = inside & (x[:, result.asked[step, node]] <= result.cuts[step, node])
            there |= {2 * node + 1: below, 2 * node + 2: inside & ~below}
            theirs = DecisionTreeClassifier(criterion=criterion, max_depth=1).fit(x[inside], y[inside]).tree_
            n, left = theirs.n_node_samples, theirs.impurity
            pair = [np.bincount(y[part], minlength=len(names)) for part in (below, inside & ~below)]
            expected = left[0] - (n[1] * left[1] + n[2] * left[2]) / n[0]
            assert gain(pair, criterion) == pytest.approx(expected, abs=1e-12)
        assert result.wrong[step] == wrong
    shown = picture(result)
    assert all(shown.readouts[0].check.agrees)


def test_the_best_question_among_five_classes_errs_least():
    x, y, names = many("digits")
    samples = own_samples(read_labeled(own_text(x, y, names)), "1, 2, 3, 4")
    position, cut = Questions(samples, "error").best(np.ones(len(y), bool))

    def right(column, at):
        return sum(np.bincount(y[side]).max() for side in (column <= at, column > at))

    every = [right(column, at) for column in x.T for at in np.unique(column)[:-1]]
    assert right(x[:, position], cut) == max(every)


def test_a_tree_of_five_classes_is_drawn_in_five_colors():
    x, y, names = many("digits")
    result = explore(data="own", upload=read_labeled(own_text(x, y, names)), columns="1, 2, 3, 4", depth=3)
    drawn = tree(result)
    bars = drawn.figure["data"][1:6]
    assert [bar["name"] for bar in bars] == sorted(names) and len({bar["fillcolor"] for bar in bars}) == 5
    texts = next(frames.at(result.best) for frames in drawn.frames if frames.attr == "text")
    assert texts[0] == ":".join(str(n) for n in np.bincount([sorted(names).index(names[kind]) for kind in y]))
    places = [frames for frames in drawn.frames if frames.trace in range(1, 6)]
    for kind, frames in enumerate(places):  # the bar of the root: its width is the share of the class
        left, right = frames.at(result.best)[:2]
        assert right - left == pytest.approx(1.6 / 2 * result.counts[0, 0, kind] / len(y), abs=1e-5)
    stack = picture(result).panels[0]
    highest = max(max(trace["y"]) for trace in stack.figure["data"][:5])
    assert highest == np.unique(x[:, 0], return_counts=True)[1].max()
    assert sum(len(trace["y"]) for trace in stack.figure["data"][:5]) == len(y)


def test_a_short_table_shows_every_threshold():
    result = explore(data="own")
    values = sorted({4.7, 4.5, 4.9, 5.0, 5.1, 4.8, 5.8})
    assert result.thresholds.tolist() == pytest.approx([(a + b) / 2 for a, b in zip(values, values[1:], strict=False)])
    drawn = picture(result)
    assert drawn.axis.texts[0] == "4.6" and drawn.axis.values[0] == 1.05
    assert "6 versicolor stacked upward and 6 virginica downward" in drawn.panels[0].alt
    assert drawn.text(drawn.readouts[-1], 0) == str(result.wrong[0])


def test_the_default_table_is_part_of_iris():
    table = read_labeled(EXAMPLE)
    known = {(*row, KINDS[kind]) for row, kind in zip((TENTHS[:2].T / 10).tolist(), LABELS, strict=True)}
    shown = [(*row, table.classes[c]) for row, c in zip(table.numbers.tolist(), table.labels, strict=True)]
    assert len(shown) == 12 and set(shown) <= known


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"pasted": "1 a\n2 a"}, "Column “class” must have 2 to 5 classes; it has 1: “a”."),
        ({"pasted": "1 a\n2 b\n3 c\n4 d\n5 e\n6 f"}, "Column “class” must have 2 to 5 classes; it has 6: “a”"),
        ({"pasted": "1 2 a\n1 3 b"}, "Column “x1” has one value everywhere"),
        ({"pasted": "1 2 a\n1 q b"}, "Line 2, column “x2”: “q” is not a number"),
        ({"columns": "1, 7"}, "“7” is not a column of numbers; this table has 1: petal length, 2: petal width"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(change, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        explore(data="own", **change)


def test_a_click_on_a_cell_changes_it_alone():
    values = {"table": "tennis", "rows": FIVE}
    blocks = list(which_first(explore(), values))
    (clickable,) = [block for block in blocks if isinstance(block, Clickable)]
    drawn = clickable.picture.panels[0].figure["data"][-1]
    before = table("tennis")
    columns = [*zip(*before.cells, strict=True), before.labels]
    for x, y, text in zip(drawn["x"].tolist(), drawn["y"].tolist(), drawn["text"], strict=True):
        k, row = int(x), int(y) - 1
        assert text == columns[k][row]
        taken = clickable.take((x + 0.3, y - 0.3), values)
        after = table(taken["table"], taken["rows"])
        changed = [*zip(*after.cells, strict=True), after.labels]
        levels = list(dict.fromkeys(columns[k]))
        assert changed[k][row] == levels[(levels.index(text) + 1) % len(levels)] != text
        different = [(i, j) for i in range(5) for j in range(14) if changed[i][j] != columns[i][j]]
        assert different == [(k, row)]
    assert (
        clickable.take((0.0, 0.0), values) == clickable.take((5.0, 1.0), values) == {}
    )  # a name, and beside the table
    alone = [
        block for block in which_first(explore(), {"table": "rows", "rows": "1 a, 0 a"}) if isinstance(block, Clickable)
    ]
    assert alone[0].take((1.0, 2.0), values)["rows"] == "1 a, 0 0"
