"""Choosing the degree of a polynomial by hold-out, cross-validation, GCV, AIC, and BIC, with NumPy alone."""

import numpy as np

# settings
noise_std = 0.3**0.5
n_train, n_test, max_degree, degree = 40, 50, 15, 7
rule, folds, repeats, held_out_share, split_seed = "k-fold", 10, 10, 0.2, 0
low, high, inputs, protocol, test_at = 0.0, 10.0, "even", "fixed", "held_out"
generator, seed = "pcg64", 26
# end of settings

# --- drawn: data from a known function


def f(x):
    return x + np.sin(1.5 * x)


def draw(n_sets):
    """Draw inputs and noise of the first of some data sets, and the test inputs."""
    rng = np.random.default_rng(seed) if generator == "pcg64" else np.random.RandomState(seed)
    held_out = test_at in ("held_out", "inside")
    n_pool = 2 * n_train if protocol == "subset" else n_train
    size = n_pool + n_test * held_out
    pool = np.linspace(low, high, size) if inputs == "even" else rng.standard_normal(size)
    if held_out:
        pool = rng.permutation(pool)
        rng.standard_normal(n_test)  # noise of a test set, which is not needed here
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
    if test_at == "inside":
        x_test = x_test[(x_test >= max(map(min, X))) & (x_test <= min(map(max, X)))]
    return X[0], E[0], x_test


x, e, x_test = draw(2)
y, signal, s2 = f(x) + e, f(x), noise_std**2

# --- brought: the points, as the page offers them for download
x, y = np.genfromtxt("data.csv", delimiter=",", skip_header=1, ndmin=2).T[:2]
signal = y - y.mean()

# --- rules: every one at every degree


def columns(x, at):
    """Return polynomials of degrees 0 to D, orthonormal on the points x: their values there and elsewhere."""
    top = min(D, len(set(x)) - 1)
    u, v = ((2 * t - x.min() - x.max()) / (x.max() - x.min()) for t in (x, at))
    Q, W = np.empty((top + 1, len(x))), np.empty((top + 1, len(at)))
    Q[0] = W[0] = len(x) ** -0.5
    for k in range(top):  # multiply the last one by x and take the others off; twice, for the sake of rounding
        q, w = u * Q[k], v * W[k]
        for _ in range(2):
            h = Q[: k + 1] @ q
            q, w = q - h @ Q[: k + 1], w - h @ W[: k + 1]
        Q[k + 1], W[k + 1] = q / np.linalg.norm(q), w / np.linalg.norm(q)
    return Q, W


def fits(x, y, at):
    """Return values at some points of the fits of degrees 1 to D; nan where the points x do not determine the fit."""
    out = np.full((D, len(at)), np.nan)
    if len(set(x)) > 1:
        Q, W = columns(x, at)
        out[: len(Q) - 1] = np.cumsum((Q @ y)[:, None] * W, axis=0)[1:]
    return out


def clean(squares):
    """Return mean squares, with those that are only rounding set to 0."""
    return np.where(squares < 1e-18 * np.mean(signal**2), 0, squares)


def mean(squares):
    """Return the mean over the last axis, and its standard error."""
    n = squares.shape[-1]
    return np.mean(squares, axis=-1), np.std(squares, axis=-1, ddof=1) / n**0.5 if n > 1 else np.nan


n = len(x)
D = min(max_degree, len(set(x)) - 1)
degree = min(degree, D)
Q, _ = columns(x, x)

# who is held out
held = np.random.default_rng([split_seed, 1]).permutation(n) < max(1, min(round(held_out_share * n), n - 2))
rng = np.random.default_rng(split_seed)
divisions = [rng.permutation(n) % folds for _ in range(repeats)]

# scores of all degrees, and their standard errors
scores, ses = {}, {}
scores["hold-out"], ses["hold-out"] = mean((y[held] - fits(x[~held], y[~held], x[held])) ** 2)
by_fold = np.array(
    [
        [np.mean((y[fold == j] - fits(x[fold != j], y[fold != j], x[fold == j])) ** 2, axis=1) for j in range(folds)]
        for fold in divisions
    ]
)
sizes = np.bincount(divisions[0])
pooled, spread = np.average(by_fold, axis=1, weights=sizes), by_fold.std(axis=1, ddof=1) / folds**0.5
scores["k-fold"], ses["k-fold"] = pooled[0], spread[0]
scores["repeated k-fold"], ses["repeated k-fold"] = pooled.mean(axis=0), np.mean(spread**2, axis=0) ** 0.5
residuals = y - fits(x, y, x)
full = np.concatenate([Q, np.linalg.qr(Q.T, mode="complete")[0].T[len(Q) :]])  # and what no fit reaches
rest = [full[d + 1 :] for d in range(1, D + 1)]  # orthogonal to the fits of degree d: gives residual and 1 - h
slack = np.array([np.sum(q**2, axis=0) for q in rest])
left_out = np.array([q @ y @ q for q in rest]) / np.where(slack < 1e-26, np.nan, slack)
others = [np.arange(n) != i for i in range(n)]
refits = np.transpose([y[i] - fits(x[o], y[o], x[i : i + 1])[:, 0] for i, o in enumerate(others)])
refitted = np.mean(refits**2, axis=1)
scores["leave-one-out"], ses["leave-one-out"] = mean(np.where(np.isnan(left_out), refits, left_out) ** 2)
train, df = clean(np.mean(residuals**2, axis=1)), np.arange(2, D + 2)
with np.errstate(divide="ignore", invalid="ignore"):
    left = np.where(df < n, n - df, np.nan)
    scores["GCV"] = n**2 * train / left**2
    scores["AIC"] = n * np.log(train) + 2 * df + 0 * left
    scores["BIC"] = n * np.log(train) + np.log(n) * df + 0 * left

# what they pick
for name in scores:
    score = scores[name] if name in ("AIC", "BIC") else clean(scores[name])
    se = ses.get(name, np.full(D, np.nan))
    se = np.broadcast_to(se, D)
    best = np.nanargmin(score)
    simple = np.argmax(score <= score[best] + np.nan_to_num(se[best]))
    drawn = np.exp(score / n) if name in ("AIC", "BIC") else score  # in units of y^2; the same minimum
    mark = "  <- the slider" if name == rule else ""
    print(f"{name} picks {best + 1}, within one standard error {simple + 1}{mark}")
    print(f"    degree {degree}: {drawn[degree - 1]:.7g} +- {se[degree - 1]:.7g}{mark}")
k = degree - 1
print(f"training error {train[k]:.7g}  <- the slider")
loo = clean(scores["leave-one-out"]) ** 0.5
print(f"leave-one-out RMSE {loo[k]:.7g}, by {n} refits {clean(refitted)[k] ** 0.5:.7g}  <- the slider")

# --- truth: what only it tells
Q, W = columns(x, x_test)
bias = np.cumsum((Q @ f(x))[:, None] * W, axis=0)[1:] - f(x_test)
risk = np.mean(bias**2 + s2 * np.cumsum(W**2, axis=0)[1:], axis=1) + s2
own = np.mean((fits(x, y, x_test) - f(x_test)) ** 2, axis=1) + s2
print(f"expected error {risk[k]:.7g}, of this very fit {own[k]:.7g}  <- the slider")

# --- resamples: where the middle 68% of the fits to points drawn from the points lie
grid = np.linspace(x.min(), x.max(), 81)
rows = np.random.default_rng([split_seed, 2]).integers(n, size=(200, n))
again = np.array([fits(x[row], y[row], grid)[k] for row in rows])
ends = np.percentile(again, (16, 84), axis=0)
print(f"bootstrap spread of the fit {np.median(ends[1] - ends[0]) / 2:.7g}  <- the slider")
