"""Bias, variance, and noise of polynomial fits: exact values and a simulation, with NumPy alone."""

import numpy as np
from numpy.polynomial.chebyshev import chebvander

# settings
noise_std = 0.3**0.5
n_train, n_test, n_sets, max_degree, degree = 40, 10, 100, 15, 3
repetitions, folds = 400, 5
low, high, inputs, protocol, test_at = 0.0, 10.0, "even", "fixed", "held_out"
generator, seed = "pcg64", 0
# end of settings


def f(x):
    return x + np.sin(1.5 * x)


def draw(n_sets):
    """Draw inputs and noise of the data sets, test inputs, noise of one test set, fresh test noise per data set."""
    rng = np.random.default_rng(seed) if generator == "pcg64" else np.random.RandomState(seed)
    held_out = test_at in ("held_out", "inside")
    n_pool = 2 * n_train if protocol == "subset" else n_train
    size = n_pool + n_test * held_out
    pool = np.linspace(low, high, size) if inputs == "even" else rng.standard_normal(size)
    if held_out:
        pool = rng.permutation(pool)
        y_noise = noise_std * rng.standard_normal(n_test)
    X, E = [], []
    for _ in range(n_sets):
        if protocol == "fixed":
            X.append(pool[:n_train])
        elif protocol == "subset":
            X.append(rng.permutation(pool[:n_pool])[:n_train])
        else:
            X.append(rng.uniform(low, high, n_train) if inputs == "even" else rng.standard_normal(n_train))
        E.append(noise_std * rng.standard_normal(n_train))
    if held_out:
        x_test = pool[n_pool:]
    elif test_at == "train":
        x_test = pool
    else:
        start, width = (high, high - low) if inputs == "even" else (np.max(X), np.ptp(X))
        x_test = start + 0.1 * width * np.arange(1, n_test + 1) / n_test
    if not held_out:
        y_noise = noise_std * rng.standard_normal(x_test.size)
    fresh = noise_std * rng.standard_normal((n_sets, x_test.size))
    if test_at == "inside":
        keep = (x_test >= max(map(min, X))) & (x_test <= min(map(max, X)))
        x_test, y_noise, fresh = x_test[keep], y_noise[keep], fresh[:, keep]
    return X, E, x_test, y_noise, fresh


def hat(x, at, d):
    """Return H: a least-squares fit is linear in y, with values H y at the points `at`."""
    u = [(2 * t - x.min() - x.max()) / (x.max() - x.min()) for t in (x, at)]
    q, r = np.linalg.qr(chebvander(u[0], d))
    return np.linalg.solve(r.T, chebvander(u[1], d).T).T @ q.T


def left_out(x, y, d):
    """Return leave-one-out residuals without refits: residual over 1 - h, with h the diagonal of the hat matrix."""
    u = (2 * x - x.min() - x.max()) / (x.max() - x.min())
    q = np.linalg.qr(chebvander(u, d), mode="complete")[0][:, d + 1 :]  # orthogonal to all polynomials of degree d
    slack = np.sum(q**2, axis=1)
    return q @ (q.T @ y) / np.where(slack < 1e-26, np.nan, slack)


X, E, x_test, y_noise, fresh = draw(n_sets)
s2, fixed = noise_std**2, protocol == "fixed"
degrees = range(1, min(max_degree, min(len(set(x)) for x in X) - 1) + 1)
degree = min(degree, degrees[-1])

# --- decomposition: the noise is averaged exactly, with H
y = f(X[0]) + E[0]  # the first data set
means, medians, others = [], [], []
for d in degrees:
    bias, spread, errors, on_one_set = [], [], [], []
    for x, e, new in zip(X, E, fresh):
        if not bias or not fixed:
            H = hat(x, x_test, d)
            bias.append(H @ f(x) - f(x_test))
            spread.append(s2 * (H**2).sum(axis=1))
        errors.append(np.mean((f(x_test) + new - H @ (f(x) + e)) ** 2))
        on_one_set.append(np.mean((f(x_test) + y_noise - H @ (f(x) + e)) ** 2))
    bias, spread = np.array(bias), np.array(spread)
    between = 0 * spread[0] if fixed else bias.var(axis=0, ddof=1)  # of the designs: law of total variance
    bias2 = np.mean(bias.mean(axis=0) ** 2 - between / len(bias))
    means.append((bias2, np.mean(spread.mean(axis=0) + between), np.mean(bias**2 + spread) + s2))
    by_design = np.mean(bias**2, axis=1), spread.mean(axis=1)
    medians.append((np.median(by_design[0]), np.median(by_design[1]), np.median(sum(by_design)) + s2))
    if fixed:
        S, t = s2 * (H @ H.T + np.eye(len(x_test))), len(x_test)
        se = np.sqrt(2 * np.sum(S**2) + 4 * bias[0] @ S @ bias[0]) / t / n_sets**0.5
    else:
        se = np.std(errors, ddof=1) / n_sets**0.5
    own = np.mean((y - hat(X[0], X[0], d) @ y) ** 2)
    others.append((np.mean(errors), se, np.mean(on_one_set), own))

# Where x is redrawn, means can hang on a few unlucky designs; then the medians tell more.
heavy = protocol == "random" or any(mean[2] > 2 * median[2] for mean, median in zip(means, medians))
print("medians over the designs" if heavy else "expected values")
print("degree    bias^2  variance  expected     noise simulated        +-  one test  training, first set")
for d, row, more in zip(degrees, medians if heavy else means, others):
    print(f"{d:6d}", *(f"{v:9.5g}" for v in (*row, s2, *more)), "  <- the slider" if d == degree else "")

# --- choice: how often each rule chooses each degree, over repetitions of the experiment
loo = [np.mean(left_out(X[0], y, d) ** 2) ** 0.5 for d in degrees]
X, E, x_test, _, fresh = draw(repetitions)
degrees = range(1, min(max_degree, min(len(set(x)) for x in X) - 1) + 1)
fold = np.arange(n_train) % folds
scores, own_risk = {rule: [] for rule in ("one test set", "hold-out", "k-fold", "leave-one-out")}, []
for r, (x, e, new) in enumerate(zip(X, E, fresh)):
    if r == 0 or not fixed:
        here = [hat(x, x_test, d) for d in degrees]
        there = [
            [(hat(x[fold != k], x[fold == k], d) if len(set(x[fold != k])) > d else None) for d in degrees]
            for k in range(folds)
        ]
    y = f(x) + e
    held = [
        [np.inf if H is None else np.sum((y[fold == k] - H @ y[fold != k]) ** 2) for H in there[k]]
        for k in range(folds)
    ]
    scores["one test set"].append([np.mean((f(x_test) + new - H @ y) ** 2) for H in here])
    scores["hold-out"].append(held[r % folds])
    scores["k-fold"].append(np.sum(held, axis=0))
    missed = [np.sum(left_out(x, y, d) ** 2) for d in degrees]
    scores["leave-one-out"].append(np.where(np.isnan(missed), np.inf, missed))
    own_risk.append([np.mean((H @ f(x) - f(x_test)) ** 2 + s2 * np.sum(H**2, axis=1)) + s2 for H in here])
own_risk = np.array(own_risk)
oracle = np.argmin(own_risk.mean(axis=0))
print("degree  leave-one-out RMSE of the first data set")
for d, value in zip(degrees, loo):
    print(f"{d:6d} {value:9.5g}", "  <- the slider" if d == degree else "")
for rule, table in scores.items():
    # an error that is only rounding counts as none, so that ties go to the lower degree
    pick = np.argmin(np.where(np.array(table) < 1e-18 * np.mean(f(X[0]) ** 2), 0, table), axis=1)
    shares = np.bincount(pick, minlength=len(degrees)) / repetitions
    extra = np.mean(own_risk[np.arange(repetitions), pick] - own_risk[:, oracle]) / own_risk.mean(axis=0).min()
    print(f"{rule:>13}: error +{100 * extra:.1f} %;", *(f"{d}: {p:.1%}" for d, p in zip(degrees, shares) if p))
    print(f"{'':>13}  degree {degree}: {100 * shares[degree - 1]:.5g} %  <- the slider")
