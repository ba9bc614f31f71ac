"""Gradient descent with momentum on a quadratic with eigenvalues 1 / kappa and 1, with NumPy alone.

The steps are those of torch.optim.SGD(lr=lr, momentum=momentum, nesterov=method == "nesterov").
"""

import numpy as np

# settings
lr, momentum = 1.0, 0.9
kappa, method = 100.0, "heavy"
# end of settings

eigenvalues, steps = np.array([1 / kappa, 1.0]), 40
nesterov = method == "nesterov"

# For each eigenvalue: the matrix that takes the error w and the velocity lr * v through a step
matrices = []
for a in lr * eigenvalues:
    top = [1 - a * (1 + momentum), -(momentum**2)] if nesterov else [1 - a, -momentum]
    matrices.append(np.array([top, [a, momentum]]))

rate = max(abs(np.linalg.eigvals(A)).max() for A in matrices)
digit = "never" if rate > 1 - 1e-12 else np.log(10) / -np.log(rate) if rate > 0 else 0.0
print(f"rate per step {rate:.6f}, steps per digit {digit}  <- the slider")

# The same rate as |A^k|^(1/k) for k = 2^30
second = []
for A in matrices:
    log = 0.0
    for k in range(31):
        size = abs(A).max()
        if size == 0:
            log = -np.inf
            break
        log += np.log(size) / 2**k
        A = (A / size) @ (A / size)
    second.append(np.exp(log))
print(f"rate, second way {max(second):.6f}  <- the slider")

# The distance from the minimum, by powers of the matrices and step by step
w = np.array([np.linalg.matrix_power(A, steps)[0, 0] for A in matrices])
print(f"distance after {steps} steps {np.linalg.norm(w) / np.sqrt(2):.6g}  <- the slider")
w, v = np.ones(2), np.zeros(2)
for _ in range(steps):
    gradient = eigenvalues * w
    v = momentum * v + gradient
    w = w - lr * (gradient + momentum * v if nesterov else v)
print(f"the same, by running {np.linalg.norm(w) / np.sqrt(2):.6g}  <- the slider")

# The best that is possible (Lessard, Recht, Packard 2016)
root = np.sqrt(3 * kappa + 1 if nesterov else kappa)
if nesterov:
    best, best_lr, best_momentum = 1 - 2 / root, 4 / (3 + 1 / kappa), (root - 2) / (root + 2)
else:
    best = (root - 1) / (root + 1)
    best_lr, best_momentum = (1 + best) ** 2, best**2
print(f"best rate {best:.6f} at lr {best_lr:.6f}, momentum {best_momentum:.6f}  <- the slider")
edge = 2 * (1 + momentum) / ((1 + 2 * momentum) if nesterov else 1)
print(f"it diverges beyond lr {edge:.6g}")
