"""Polynomials of every degree on your own points: leave-one-out error and bootstrap variance, with NumPy alone."""

import numpy as np

# settings
degree, max_degree, seed = 3, 15, 26
# end of settings

x, y = np.genfromtxt("data.csv", delimiter=",", skip_header=1, ndmin=2).T[:2]  # as the page offers it for download
n = len(x)
D = min(max_degree, len(set(x)) - 1)
degree = min(degree, D)


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
    return np.where(squares < 1e-18 * np.var(y), 0, squares)


# each point left out in turn, and predicted by the fit to all others
Q, _ = columns(x, x)
leverage = np.cumsum(Q**2, axis=0)[1:]
others = [np.arange(n) != i for i in range(n)]
refits = np.transpose([y[i] - fits(x[o], y[o], x[i : i + 1])[:, 0] for i, o in enumerate(others)])
left_out, train = clean(np.mean(refits**2, axis=1)), clean(np.mean((y - fits(x, y, x)) ** 2, axis=1))

# fits to points that are drawn from the points, with replacement
grid = np.linspace(x.min(), x.max(), 81)
rows = np.random.default_rng([seed, 2]).integers(n, size=(200, n))
again = np.array([fits(x[row], y[row], grid) for row in rows])
variance = np.median(np.var(again, axis=0, ddof=1), axis=1)

print("degree  training  leave-one-out  bootstrap variance  largest leverage")
for k in range(D):
    row = train[k], left_out[k], variance[k], leverage[k].max()
    print(f"{k + 1:6d}", *(f"{v:.7g}" for v in row), "  <- the slider" if k + 1 == degree else "")
