"""Gradient descent at one rate: the loss after some steps, the limit 2/L, and four fixed rates, with NumPy alone."""

import numpy as np

# settings
loss, rate, x0, steps, noise, top, seed = "bowl", 1.6, 2.0, 50, 0.0, 1.0, 0
# end of settings

real = loss in ("squares", "logistic")
curvatures = np.array({"valley": [1.0, 10.0, 100.0]}.get(loss, [1.0]))
lowest = 0.0
if real:  # 569 tumors, offered for download by the page
    data = np.loadtxt("cancer.csv", delimiter=",", skiprows=1)
    X, s = (data[:, :-1] - data[:, :-1].mean(axis=0)) / data[:, :-1].std(axis=0), 2 * data[:, -1] - 1
    curvatures = np.linalg.eigvalsh(X.T @ X / len(X))


def both(w):
    """Return the loss and its gradient."""
    if loss in ("bowl", "valley"):
        return (w * w * curvatures).sum() / 2, w * curvatures
    if loss == "quartic":
        return w[0] ** 4, 4 * w**3
    if loss == "absolute":
        return abs(w[0]), np.sign(w)
    if loss == "two":
        if w[0] <= -1 / 6:
            return (w[0] + 1.5) ** 2 / 2, w + 1.5
        return (
            (8 * (w[0] - 1) ** 2, 16 * (w - 1)) if w[0] >= 5 / 6 else (10 / 9 - 2 * (w[0] - 1 / 6) ** 2, 2 / 3 - 4 * w)
        )
    if loss == "squares":
        return ((X @ w - s) ** 2).mean() / 2, X.T @ (X @ w - s) / len(X)
    return np.logaddexp(0, -s * (X @ w)).mean(), -X.T @ (s / (1 + np.exp(np.clip(s * (X @ w), -700, 700)))) / len(X)


def descend(rate):
    """Return the losses of all steps, and whether the run diverges."""
    w = np.zeros(30) if real else np.full(len(curvatures), float(x0))
    added = (0 if real else noise) * np.random.default_rng(seed).standard_normal((100, len(w)))
    losses, gone = [both(w)[0]], False
    for k in range(steps):
        w = np.clip(w - rate * (both(w)[1] + added[k]), -1e9, 1e9)
        losses.append(both(w)[0])
        gone = gone or abs(w).max() >= 1e9
    return np.array(losses), gone


losses, gone = descend(rate)
half = np.flatnonzero(losses <= losses[0] / 2)
print(f"loss after {steps} steps: {'diverged' if gone else f'{losses[-1]:.10g}'}  <- the slider")
print(f"steps to half: {half[0] if len(half) else 'never'}, up: {(np.diff(losses) > 0).sum()}  <- the slider")
L = {"quartic": 4 * x0**2, "absolute": 0, "two": 16 if x0 >= 1 / 6 else 1, "logistic": curvatures.max() / 4}
largest = L.get(loss, curvatures.max())
if largest > 0:
    print(f"limit 2/L = 2 / {largest:.8g} = {2 / largest:.8g}  <- shown")
if loss in ("bowl", "valley") and rate * largest < 2:
    print(f"noise floor {(rate * noise**2 / (2 - rate * curvatures)).sum() / 2:.8g}  <- the slider")
for fixed in (top, top / 10, top / 100, top / 1000):
    print(f"at the rate {fixed:g}: {descend(fixed)[0][-1]:.6g}")
