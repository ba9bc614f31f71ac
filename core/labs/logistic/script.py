"""Logistic regression at one point: probability, hours for a target, four losses; and a fit by Newton's method."""

import csv
from pathlib import Path

import numpy as np

# settings
b0, b1, b2, x1, x2 = -6.0, 0.05, 1.0, 40, 3.5
target, y, base, penalty = 0.5, "1", "e", 0.0
predictions = "1 0.2, 0 0.5, 0 0.1"
fitted = "six"
# end of settings

unit = np.log({"e": np.e, "2": 2, "10": 10}[base])
sign = 1 if y == "1" else -1

z = b0 + b1 * x1 + b2 * x2
p = 1 / (1 + np.exp(-z))
print(f"score {z:.6g}, odds {np.exp(z):.6g}, probability {p:.6f}  <- the slider")
print(f"another way: (1 + tanh(z/2))/2 = {(1 + np.tanh(z / 2)) / 2:.6f}")
print(f"one more hour changes it by {1 / (1 + np.exp(-z - b1)) - p:.6g}; the slope is {b1 * p * (1 - p):.6g}")
if b1:
    print(f"P = {target:g} at {(np.log(target / (1 - target)) - b0 - b2 * x2) / b1:.6g} hours")

miss = 1 / (1 + np.exp(sign * z))
print(f"cross-entropy {np.logaddexp(0, -sign * z) / unit:.6g}, squared {miss**2:.6g}, absolute {miss:.6g}", end=", ")
print(f"hinge {max(0, 1 - sign * z):.6g}  <- the slider")

rows = [entry.split() for entry in predictions.replace(";", ",").split(",") if entry.strip()]
Y, P = np.array([int(a) for a, _ in rows]), np.array([float(b) for _, b in rows])
with np.errstate(divide="ignore"):
    terms = -np.log(np.where(Y == 1, P, 1 - P)) / unit
print("cross-entropy of each prediction:", *(f"{t:.6f}" for t in terms), f"mean {terms.mean():.6f}")

X, L, names = np.arange(1.0, 7.0)[:, None], np.array([0, 0, 1, 0, 1, 1]), ["six points", ""]
if fitted == "own" and Path("table.csv").exists():
    with open("table.csv", encoding="utf-8-sig") as file:
        names, *table = csv.reader(file)
    X, L = np.array([row[:-1] for row in table], float), np.array([int(row[-1]) for row in table])
middle, spread = X.mean(axis=0), X.std(axis=0)
A, w = np.column_stack([np.ones(len(L)), (X - middle) / spread]), np.zeros(X.shape[1] + 1)
hold = np.array([0, *(penalty / spread**2)])


def cost(w):
    return np.logaddexp(0, -(A @ w) * (2 * L - 1)).sum() + hold @ w**2 / 2


for _ in range(100):
    q = 1 / (1 + np.exp(-A @ w))
    H = (A * (q * (1 - q))[:, None]).T @ A + np.diag(hold + 1e-12)
    step = np.linalg.solve(H, A.T @ (q - L) + hold * w)
    while cost(w - step) > cost(w) + 1e-12:
        step = step / 2
    w = w - step
slopes = w[1:] / spread
b = w[0] - middle @ slopes
loss = np.logaddexp(0, -(A @ w) * (2 * L - 1)).mean()
print(f"fit to {', '.join(names[:-1])}: b = {b:.6f}, w =", *(f"{v:.6f}" for v in slopes), f"mean loss {loss:.6f}")
if len(slopes) == 1:
    print(f"border at {-b / slopes[0]:.6f}")
