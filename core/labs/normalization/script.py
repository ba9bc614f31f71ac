"""Batch normalization in training and testing, forward and back, with NumPy alone."""

import numpy as np

# settings
batch, moved, mode = "1 2 3 6", 6.0, "train"
gamma, beta, eps = 1.0, 0.0, 1e-5
updates, momentum, convention, divisor = 10, 0.1, "torch", "n-1"
fan_in, fan_out = 20, 30
# end of settings

typed = np.array([float(entry) for entry in batch.replace("−", "-").replace(",", " ").replace(";", " ").split()])
n = len(typed)


def forward(z, training, running):
    """Return the outputs, mean and variance used, and the running statistics after them."""
    if not training:
        mean, variance = running
    else:
        mean, variance = z.mean(), z.var()  # divided by n
        new = np.array([mean, variance * (n / max(n - 1, 1) if divisor == "n-1" else 1)])
        weight = momentum if convention == "torch" else 1 - momentum  # of the new value
        running = (1 - weight) * running + weight * new
    return gamma * (z - mean) / np.sqrt(variance + eps) + beta, mean, variance, running


running = np.array([0.0, 1.0])
if n > 1 or divisor == "n":  # a batch of one has no variance over n - 1
    for _ in range(updates):
        running = forward(typed, True, running)[-1]
    print(f"running mean {running[0]:.9g}, running variance {running[1]:.9g} after {updates} updates")

z = np.append(typed[:-1], moved)
y, mean, variance, _ = forward(z, mode == "train", running)
print("outputs", " ".join(f"{value:.6f}" for value in y))
print(f"last output {y[-1]:.9g}, mean {mean:.9g}, variance {variance:.9g}  <- the slider")

one, s = np.eye(n)[-1], np.sqrt(variance + eps)
away = (z - mean) / s
row = gamma / s * (one - (1 / n + away[-1] * away / n if mode == "train" else 0))
print("gradient of the last output by the inputs", " ".join(f"{value:.6f}" for value in row))
print(f"by itself {row[-1]:.9g}  <- the slider")
h = 1e-4 * s
sides = [forward(z + side * h * one, mode == "train", running)[0][-1] for side in (1, -1)]
print(f"central difference {(sides[0] - sides[1]) / (2 * h):.6g}")

weights = fan_in * fan_out
print(f"linear layer without bias and batch normalization: {weights + 2 * fan_out} parameters, {2 * fan_out} buffers")
