"""Ridge, lasso, and elastic net on polynomials at one penalty: exact errors and a simulation, with NumPy alone.

The objective is |y - b - A w|^2 / 2 + alpha (l1_ratio |w|_1 + (1 - l1_ratio) |w|^2 / 2), a sum over the points: that of
scikit-learn's Ridge(alpha), Lasso(alpha / n_train) and ElasticNet(alpha / n_train, l1_ratio=l1_ratio).
"""

import numpy as np
from numpy.polynomial.chebyshev import chebvander

# settings
alpha, degree, basis, l1_ratio = 10.0, 10, "monomial", 1.0
noise_std = 0.3**0.5
n_train, n_test, n_sets = 40, 50, 100
low, high, inputs, test_at = 0.0, 10.0, "even", "held_out"
generator, seed = "pcg64", 26
# end of settings


def f(x):
    return x + np.sin(1.5 * x)


def draw():
    """Draw training inputs, noise of the data sets, test inputs, fresh test noise per data set."""
    rng = np.random.default_rng(seed) if generator == "pcg64" else np.random.RandomState(seed)
    held_out = test_at in ("held_out", "inside")
    size = n_train + n_test * held_out
    pool = np.linspace(low, high, size) if inputs == "even" else rng.standard_normal(size)
    if held_out:
        pool = rng.permutation(pool)
        rng.standard_normal(n_test)  # of one test set, which only the page shows
    x, E = pool[:n_train], noise_std * np.array([rng.standard_normal(n_train) for _ in range(n_sets)])
    if held_out:
        x_test = pool[n_train:]
    elif test_at == "train":
        x_test = pool
    else:
        start, width = (high, high - low) if inputs == "even" else (np.max(x), np.ptp(x))
        x_test = start + 0.1 * width * np.arange(1, n_test + 1) / n_test
    if not held_out:
        rng.standard_normal(x_test.size)
    fresh = noise_std * rng.standard_normal((n_sets, x_test.size))
    if test_at == "inside":
        keep = (x_test >= x.min()) & (x_test <= x.max())
        x_test, fresh = x_test[keep], fresh[:, keep]
    return x, E, x_test, fresh


def columns(x, at):
    """Return the penalized columns, standardized on the training points."""
    u = [(2 * t - x.min() - x.max()) / (x.max() - x.min()) for t in (x, at)]
    raw = [t[:, None] ** np.arange(1, degree + 1) for t in (x, at)]
    raw = raw if basis == "monomial" else [chebvander(t, degree)[:, 1:] for t in u]
    mean, std = raw[0].mean(axis=0), raw[0].std(axis=0)
    std[std <= 1e-12 * abs(raw[0]).max(axis=0)] = np.inf  # a constant column tells nothing
    return [(t - mean) / std for t in raw]


def directions(x, at):
    """Return singular directions of the columns, by way of QR, since the columns are nearly dependent."""
    known = min(degree, len(set(x)) - 1)
    q, r = np.linalg.qr(chebvander((2 * x - x.min() - x.max()) / (x.max() - x.min()), known))
    away = np.linalg.solve(r.T, chebvander((2 * at - x.min() - x.max()) / (x.max() - x.min()), known).T)[1:]
    A, B = columns(x, at)
    small = q[:, 1:].T @ A
    U, s, V = np.linalg.svd(small, full_matrices=False)
    at_points = U.T @ away
    told = s > len(s) * np.finfo(float).eps * s[0]
    more = (B - away.T @ small)[:, known:] @ V[:, known:].T  # of columns that the training points do not tell apart
    at_points[told] += more.T[told] / s[told, None]
    return q[:, 1:] @ U, at_points.T, s, V, told


x, E, x_test, fresh = draw()
s2, y = noise_std**2, f(x) + E[0]  # the first data set
U, U_test, s, V, told = directions(x, x_test)


def hat(kept, at):
    """Return H: a fit is linear in y, with values H y. It keeps a fraction of each direction, and all of the mean."""
    return 1 / len(x) + (at * kept) @ U.T


# --- ridge: the noise is averaged exactly, with H
for a in dict.fromkeys((0.0, alpha)):
    kept = np.ones_like(s) if a == 0 else s**2 / (s**2 + a)
    H = hat(kept, U_test)
    bias, S = H @ f(x) - f(x_test), s2 * (H @ H.T + np.eye(len(x_test)))
    bias2, variance = np.mean(bias**2), s2 * np.mean(np.sum(H**2, axis=1))
    mark = "  <- the slider" if a == alpha else ""
    print(f"penalty {a:g}{mark}")
    print(f"bias^2 {bias2:.7g}, variance {variance:.7g}, noise {s2:.7g}{mark}")
    print(f"expected test error {bias2 + variance + s2:.7g}  <- the slider")
    errors = np.mean((f(x_test) + fresh - (f(x) + E) @ H.T) ** 2, axis=1)
    se = np.sqrt((2 * np.sum(S**2) + 4 * bias @ S @ bias) / n_sets) / len(x_test)
    print(f"simulated {errors.mean():.7g} +- {se:.7g} with {n_sets} data sets{mark}")
    print(f"degrees of freedom {1 + kept.sum():.7g}{mark}")

# --- paths: one data set; the minimum by a search over the signs of the weights
F, target = s[:, None] * V, U.T @ y  # the least squares of the columns, without what no weights can reach
l1, l2 = alpha * l1_ratio, alpha * (1 - l1_ratio)
gains = s / (s**2 + alpha) if alpha > 0 else np.divide(1, s, where=told, out=np.zeros_like(s))
ridge, eps = V.T @ (gains * target), np.finfo(float).eps
w = np.zeros(degree) if l1 > 0 else ridge
signs, norms = np.sign(w) * (l1 > 0), np.linalg.norm(F, axis=0)
for _ in range(100 * degree * (l1 > 0)):
    on = np.flatnonzero(signs)
    if on.size:  # with these signs the minimum is a linear system; go there, or to the first change of a sign
        root = np.sqrt(l2) + eps * np.linalg.norm(F[:, on])
        q, r = np.linalg.qr(np.vstack([F[:, on], root * np.eye(on.size)]))
        goal = np.linalg.solve(r, q[: len(s)].T @ target - l1 * np.linalg.solve(r.T, signs[on]))
        crossed = goal * signs[on] <= 0
        if crossed.any():
            steps = np.where(crossed, w[on] / np.where(crossed, w[on] - goal, 1), np.inf)
            first = np.argmin(steps)
            w[on] += steps[first] * (goal - w[on])
            w[on[first]] = signs[on[first]] = 0
            continue
        w[on] = goal
    slope = F.T @ (target - F @ w) - l2 * w
    rounding = 4 * eps * norms * (np.linalg.norm(target) + norms @ abs(w))
    excess = np.where(signs == 0, abs(slope) - l1 - rounding, -np.inf)
    if excess.max() <= 0:
        break
    signs[np.argmax(excess)] = np.sign(slope[np.argmax(excess)])
A, A_test = columns(x, x_test)
for name, v in ((f"l1_ratio {l1_ratio:g}", w), ("ridge", ridge)):
    error = np.mean((y.mean() + A_test @ v - f(x_test)) ** 2) + s2
    print(f"{name}: error of this fit {error:.7g}, training error {np.mean((y - y.mean() - A @ v) ** 2):.7g}, ", end="")
    print(f"sum of |w| {abs(v).sum():.7g}, root of the sum of squares {np.linalg.norm(v):.7g}  <- the slider")
