"""K nearest neighbors at one query: distances in two ways, the vote, and the errors; reads points.csv next to it."""

import csv

import numpy as np

# settings
qx, qy, k, metric, stretch, standardize, weights, tie = 0.0, 0.0, 3, "euclid", 1.0, False, "equal", "nearest"
data = "homework"
# end of settings

with open("points.csv", encoding="utf-8-sig") as file:
    rows = list(csv.reader(file))[1:]
names = sorted({row[-1] for row in rows})
X, y = np.array([row[:-1] for row in rows], float), np.array([names.index(row[-1]) for row in rows])
scale = 1 / X.std(axis=0) if standardize else np.array([stretch] + [1.0] * (X.shape[1] - 1))
q = np.array([qx, qy] + [0.0] * (X.shape[1] - 2))
if data == "own":  # qx and qy run from -2 to 4 across a map with a margin of 8%
    q = X.min(axis=0) + ((q + 2) / 6 * 1.16 - 0.08) * np.ptp(X, axis=0)
q, X = q * scale, X * scale


def distance(a, B):
    if metric == "cosine":
        lengths = np.linalg.norm(a) * np.linalg.norm(B, axis=1)
        d = 1 - B @ a / np.where(lengths == 0, 1, lengths)
    else:
        d = np.linalg.norm(B - a, ord={"euclid": 2, "manhattan": 1, "chebyshev": np.inf}[metric], axis=1)
    return np.where(d < 1e-12, 0, d)


def nearest(a, B, labels):
    d = distance(a, B)
    order = np.argsort(d.round(9), kind="stable")[:k]
    d, voters = d[order], labels[order]
    if weights == "equal":
        w = np.ones(len(d))
    else:
        power = 1 if weights == "inverse" else 2
        w = (d == 0) * 1.0 if (d == 0).any() else d**-power
    share = np.array([w[voters == c].sum() for c in range(len(names))]) / w.sum()
    tied = np.flatnonzero(share > share.max() - 1e-9)
    if len(tied) > 1 and tie == "undecided":
        return -1, share, d
    first = tied[0] if tie == "first" else next(c for c in voters if c in tied)
    return first, share, d


winner, share, d = nearest(q, X, y)
print(f"distance of neighbor {k}: {d[-1]:.6f}, share of the winner {share.max():.6f}  <- the slider")
if metric == "cosine" and not q.any():
    print("the query is 0 and has no direction")
else:
    print("winner:", names[winner] if winner >= 0 else "undecided", share.round(6), " <- the slider")
if metric == "euclid":
    print(f"another way: {np.sqrt(np.sort((X**2).sum(axis=1) + q @ q - 2 * X @ q).clip(0)[k - 1]):.6f}")

training = np.mean([nearest(x, X, y)[0] != c for x, c in zip(X, y)])
print(f"training error {training:.6f}  <- the slider")
if k < len(X):
    rest = [np.arange(len(X)) != i for i in range(len(X))]
    left_out = np.mean([nearest(X[i], X[r], y[r])[0] != y[i] for i, r in enumerate(rest)])
    print(f"leave-one-out error {left_out:.6f}  <- the slider")
