"""A small convolution as a sliding window and as a matrix product, with NumPy alone."""

import numpy as np

# settings
pos = 0
image, kernel = "20 15 10 5\n20 15 10 5\n20 15 10 5\n20 15 10 5", "-1 0 1\n-2 0 2\n-1 0 1"
stride, padding = 1, 0
operation, order = "correlation", "row"
# end of settings


def grid(text):
    """Read numbers separated by blanks or commas, in rows separated by line ends or semicolons."""
    lines = text.replace(",", " ").replace(";", "\n").splitlines()
    return np.array([line.split() for line in lines if line.strip()], dtype=float)


x, w = grid(image), grid(kernel)
if operation == "convolution":
    w = w[::-1, ::-1]  # what deep learning calls convolution does not turn the kernel
(height, width), (k_h, k_w) = x.shape, w.shape
padded = np.pad(x, padding)
tops = range(0, height + 2 * padding - k_h + 1, stride)
lefts = range(0, width + 2 * padding - k_w + 1, stride)
corners = [(t, l) for t in tops for l in lefts]  # noqa: E741
if order == "column":
    corners.sort(key=lambda corner: corner[::-1])
flat = "C" if order == "row" else "F"
k = min(pos, len(corners) - 1)
top, left = corners[k]

patches = np.array([padded[t : t + k_h, l : l + k_w] for t, l in corners])  # noqa: E741
sums = (patches * w).sum(axis=(1, 2))


def at_each_place(values):
    """Return a row per position of the kernel: these values on an image of zeros, without the padding, as a vector."""
    rows = []
    for t, l in corners:  # noqa: E741
        canvas = np.zeros_like(padded)
        canvas[t : t + k_h, l : l + k_w] = values
        rows.append(canvas[padding : padding + height, padding : padding + width].flatten(flat))
    return np.array(rows)


W, touched = at_each_place(w), at_each_place(np.ones_like(w))
y = W @ x.flatten(flat)
print("y =\n", y.reshape(len(tops), len(lefts), order=flat))
print(f"row {top // stride + 1}, column {left // stride + 1} of y:")

# --- matrix
print(f"sum under the window {sums[k]:.6f}, row of W times vec(x) {y[k]:.6f}  <- the slider")
print(f"difference {abs(sums[k] - y[k]):.1e}  <- the slider")
print(f"output {len(tops)} x {len(lefts)}, W {W.shape[0]} x {W.shape[1]}  <- the slider")
print(f"always zero in W: {100 * (1 - touched.mean()):.4f} percent  <- the slider")

# --- im2col
columns = patches.reshape(len(corners), -1).T
product = w.flatten() @ columns
print(f"sum under the window {sums[k]:.6f}, weights times column {product[k]:.6f}  <- the slider")
print(f"difference {abs(sums[k] - product[k]):.1e}  <- the slider")
print(f"output {len(tops)} x {len(lefts)}, columns {columns.shape[0]} x {columns.shape[1]}  <- the slider")
print(f"numbers stored for each pixel {columns.size / x.size:.4f}  <- the slider")

# --- transposed
back = (W.T @ y).reshape(height, width, order=flat)
copies = np.zeros_like(padded)
for (t, l), value in zip(corners, y):  # noqa: E741
    copies[t : t + k_h, l : l + k_w] += value * w
copies = copies[padding : padding + height, padding : padding + width]
print("transposed convolution =\n", back)
print(f"output y at this place {y[k]:.6f}, size {back.shape[0]} x {back.shape[1]}  <- the slider")
print(f"values given back: {np.isclose(back, x, rtol=1e-9, atol=1e-9).sum()} of {x.size}  <- the slider")
print(f"largest difference to the sum of copies of the kernel: {abs(back - copies).max():.1e}  <- the slider")
