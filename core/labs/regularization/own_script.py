"""Ridge on your own points at one penalty: leave-one-out error and bootstrap variance, with NumPy alone.

The objective is |y - b - A w|^2 + alpha |w|^2, a sum over the points: that of scikit-learn's Ridge(alpha).
"""

import numpy as np
from numpy.polynomial.chebyshev import chebvander

# settings
alpha, degree, basis, seed = 10.0, 10, "monomial", 26
# end of settings

x, y = np.genfromtxt("data.csv", delimiter=",", skip_header=1, ndmin=2).T[:2]  # as the page offers it for download
n, grid = len(x), np.linspace(x.min(), x.max(), 81)


def scaled(t):
    """Map the range of the points to [-1, 1]."""
    return (2 * t - x.min() - x.max()) / (x.max() - x.min())


def columns(at):
    """Return the penalized columns, standardized on the points."""
    raw = [(t / abs(x).max())[:, None] ** np.arange(1, degree + 1) for t in (x, at)]  # the unit does not matter
    raw = raw if basis == "monomial" else [chebvander(scaled(t), degree)[:, 1:] for t in (x, at)]
    mean, std = raw[0].mean(axis=0), raw[0].std(axis=0)
    std[std <= 1e-12 * abs(raw[0]).max(axis=0)] = np.inf  # a constant column tells nothing
    return [(t - mean) / std for t in raw]


def orthonormal(x, at, top):
    """Return polynomials of degrees 0 to top, orthonormal on the points x: their values there and elsewhere."""
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


# singular directions of the columns, by way of orthonormal polynomials, since the columns are nearly dependent
known = min(degree, len(set(x)) - 1)
A, B = columns(grid)
Q, W = orthonormal(x, grid, known)
small = Q[1:] @ A
U, s, V = np.linalg.svd(small, full_matrices=False)
train, at = U.T @ Q[1:], U.T @ W[1:]
told = s > len(s) * np.finfo(float).eps * s[0]
more = (B - W[1:].T @ small)[:, known:] @ V[:, known:].T  # of columns that the points do not tell apart
at[told] += more.T[told] / s[told, None]

# the fit keeps a fraction of each direction; leave-one-out needs no refit
kept = np.ones_like(s) if alpha == 0 else s**2 / (s**2 + alpha)
rest = np.linalg.qr(np.vstack([Q[:1], train]).T, mode="complete")[0].T[len(s) + 1 :]  # what no fit reaches
residuals = rest.T @ (rest @ y) + train.T @ ((1 - kept) * (train @ y))
slack = np.sum(rest**2, axis=0) + (1 - kept) @ train**2  # 1 - h, with h the leverage
left_out = residuals / np.where(slack < 1e-26, np.nan, slack)
print(f"leave-one-out error {np.mean(left_out**2):.7g}, training error {np.mean(residuals**2):.7g}  <- the slider")
print(f"effective parameters {1 + kept.sum():.7g}, largest leverage {1 - slack.min():.7g}  <- the slider")

# fits to points that are drawn from the points, with replacement
again = []
for row in np.random.default_rng([seed, 2]).integers(n, size=(200, n)):
    if alpha == 0 and len(set(x[row])) <= degree:
        again.append(np.full(41, np.nan))
    elif alpha == 0:
        P, R = orthonormal(x[row], grid[::2], degree)
        again.append(P @ y[row] @ R)
    else:
        X, G = train.T[row] * s, at[:, ::2].T * s
        P, sizes, R = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
        w = sizes / (sizes**2 + alpha) * (P.T @ (y[row] - y[row].mean())) @ R
        again.append(y[row].mean() + (G - X.mean(axis=0)) @ w)
print(f"bootstrap variance {np.median(np.var(again, axis=0, ddof=1)):.7g}  <- the slider")
