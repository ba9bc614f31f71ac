"""Logistic regression at one point: probability, hours for a target, four losses; and a fit by Newton's method."""

import numpy as np

# settings
b0, b1, b2, x1, x2 = -6.0, 0.05, 1.0, 40, 3.5
target, y, base, penalty = 0.5, "1", "e", 0.0
predictions = "1 0.2, 0 0.5, 0 0.1"
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

X, L = np.arange(1.0, 7.0), np.array([0, 0, 1, 0, 1, 1])
A, w = np.column_stack([np.ones(6), X]), np.zeros(2)
for _ in range(50):
    q = 1 / (1 + np.exp(-A @ w))
    H = (A * (q * (1 - q))[:, None]).T @ A + np.diag([0, penalty])
    w = w - np.linalg.solve(H, A.T @ (q - L) + penalty * np.array([0, w[1]]))
print(f"fit of six points: b = {w[0]:.6f}, w = {w[1]:.6f}, border at {-w[0] / w[1]:.6f}")
