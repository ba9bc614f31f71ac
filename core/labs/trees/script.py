"""A first question: its gain, and a small tree below it."""

import numpy as np

# settings
feature, threshold, criterion, base, depth = "petal_length", 4.25, "entropy", "2", 2
rows = "1 0 0 0, 1 0 1 0, 0 1 0 0, 1 1 1 1, 1 1 0 1"
# end of settings

# --- iris: two kinds of flowers, in tenths of a centimeter
from sklearn.datasets import load_iris  # noqa: E402

names = ["petal_length", "petal_width", "sepal_length", "sepal_width"]
X = np.round(10 * load_iris().data[50:, [2, 3, 0, 1]]).astype(int)
y = np.repeat([0, 1], 50)
per, first, cut = 10, names.index(feature), round(10 * threshold, 1)

# --- own: a table and the thresholds on its first column, which the page offers for download
import csv  # noqa: E402

with open("samples.csv", encoding="utf-8-sig") as file:
    names, *rows_of_samples = csv.reader(file)
X = np.array([row[:-1] for row in rows_of_samples], float)
y = np.array([int(row[-1]) for row in rows_of_samples])
with open("gains.csv", encoding="utf-8-sig") as file:
    cuts = [float(row["threshold"]) for row in csv.DictReader(file)]
per, first, cut = 1, 0, cuts[min(round((threshold - 1.05) / 0.1), len(cuts) - 1)]


# --- tree: the gain, the tree, and the table of the section
def impurity(labels):
    p = np.unique(labels, return_counts=True)[1] / len(labels)
    if criterion == "entropy":
        return -(p * np.log(p)).sum() / np.log({"2": 2, "e": np.e}[base]) + 0.0
    return 1 - (p**2).sum() if criterion == "gini" else 1 - p.max()


def gain(labels, children):
    return impurity(labels) - sum(len(c) / len(labels) * impurity(c) for c in children)


def best(inside):
    top, found = 1e-12, None
    for k in range(X.shape[1]):
        values = np.unique(X[inside, k])
        for cut in (values[1:] + values[:-1]) / 2:
            low = X[inside, k] <= cut
            g = gain(y[inside], (y[inside][low], y[inside][~low]))
            if g > top + 1e-12:
                top, found = g, (k, cut)
    return found


def wrong(inside, question, left):
    """Count the mistakes of the tree below a node; print its questions."""
    if left == 0 or question is None:
        return inside.sum() - np.bincount(y[inside]).max()
    k, cut = question
    print(f"{'    ' * (depth - left)}{names[k]} <= {cut / per:g}?")
    low = X[:, k] <= cut
    return sum(wrong(part, best(part) if left > 1 else None, left - 1) for part in (inside & low, inside & ~low))


low = X[:, first] <= cut
print(f"gain {gain(y, (y[low], y[~low])):.6f}  <- the slider")
print(f"{criterion}: yes {impurity(y[low]):.6f}, no {impurity(y[~low]):.6f}  <- the slider")
mistakes = wrong(np.ones(len(y), bool), (first, cut), depth)
print(f"wrong in the tree: {mistakes} of {len(y)}  <- the slider")

table = np.array([entry.split() for entry in rows.replace(";", ",").replace("\n", ",").split(",") if entry.strip()])
for k in range(table.shape[1] - 1):
    children = [table[table[:, k] == v, -1] for v in np.unique(table[:, k])]
    print(f"table, A{k + 1}: gain {gain(table[:, -1], children):.6f}")
