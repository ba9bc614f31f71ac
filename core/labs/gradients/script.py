"""A computation graph: values forward, gradients back, and a central difference as a check, with NumPy alone."""

import numpy as np

# settings
graph, act, leaf, weight, variable, label = "perceptron", "tanh", "1", "none", "x", "2"
value, held, n = 1.0, -3.0, 10
inputs, weights, bias, delta = "1 2 -1", "0.5 -0.3 0.8; 0.2 0.4 -0.6", "0.1 -0.2", "1 1"
# end of settings


def read(text):
    rows = [row for row in text.replace(",", " ").replace("−", "-").split(";") if row.strip()]
    return np.array([[float(entry) for entry in row.split()] for row in rows])


def activate(z):
    return {"tanh": np.tanh(z), "sigmoid": (1 + np.tanh(z / 2)) / 2, "relu": np.maximum(z, 0)}[act]


def slope(z):
    o = activate(z)
    return {"tanh": 1 - o**2, "sigmoid": o * (1 - o), "relu": (z > 0) * 1.0}[act]


def run(v):
    """Return the output and its gradient with respect to the leaf."""
    if graph == "shared":
        x, y = (v, held) if variable == "x" else (held, v)
        s = x * y + x
        return s**2, 2 * s * y + 2 * s if variable == "x" else 2 * s * x
    if graph == "chain":
        a, product = np.array(v), 1.0
        for _ in range(n):
            a, product = activate(a), product * slope(a)
        return float(a), float(product)
    x, at = read(inputs)[0], int(leaf) - 1
    if graph != "perceptron" or weight == "none":
        x[at] = v
    if graph == "max":
        return x.max(), (x[at] == x.max()) / (x == x.max()).sum()
    if graph == "mean":
        return x.mean(), 1 / len(x)
    if graph == "softmax":
        true = int(label) - 1
        powers = np.exp(x - x.max())
        f = powers / powers.sum()
        return np.log(powers.sum()) - x[true] + x.max(), (f - np.eye(len(x))[true])[at]
    W, d = np.column_stack([read(weights), read(bias)[0]]), read(delta)[0]
    if weight != "none":
        row, column = (int(mark) - 1 for mark in weight if mark.isdigit())
        W[row, column] = v
    z = W @ np.append(x, 1)
    g = d * slope(z)
    by_w = np.outer(g, np.append(x, 1))
    print("gradient by [W b]:", by_w.tolist())
    return d @ activate(z), (W.T @ g)[at] if weight == "none" else by_w[row, column]


out, gradient = run(value)
h = 1e-5
print(f"gradient {gradient:.9g}, output {out:.9g}, change {run(value + 0.1)[0] - out:.9g}  <- the slider")
print(f"central difference {(run(value + h)[0] - run(value - h)[0]) / (2 * h):.9g}")
