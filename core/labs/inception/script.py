"""Savings from 1 x 1 convolutions in an Inception module, or designs that see 7 x 7: exact counts in plain Python."""

# settings
reduce, size, channels = 32, 32, 256
w1, r3, w3, w5, pool_proj = 64, 64, 128, 64, 64
unit, pooled, bias = "mac", False, False
stack = "3x3, 5x5"
# end of settings

each = 2 if unit == "flop" else 1  # operations in a multiplication and its addition


def cost(layers):
    """Return operations and parameters of convolutions (height, width, channels in, filters) that keep the size."""
    weights = sum(h * w * depth * filters for h, w, depth, filters in layers)
    return each * size * size * weights, weights + bias * sum(filters for *_, filters in layers)


# --- module
def module(r3, r5, projection):
    """Return operations, parameters, and output depth; a width of 0 leaves a 1 x 1 convolution out."""
    layers = [(1, 1, channels, w1)]
    for kernel, width, filters in ((3, r3, w3), (5, r5, w5)):
        layers += [(1, 1, channels, width)] * (width > 0) + [(kernel, kernel, width or channels, filters)]
    layers += [(1, 1, channels, projection)] * (projection > 0)
    operations, parameters = cost(layers)
    comparisons = 9 * channels * size * size if pooled else 0  # 3 x 3 max-pool, stride 1
    return operations + comparisons, parameters, w1 + w3 + w5 + (projection or channels)


naive, own = module(0, 0, 0), module(r3, reduce, pool_proj)
for name, (operations, parameters, depth) in (("naive", naive), ("reduced", own)):
    print(f"{name}: {operations:,} operations, {parameters:,} parameters, depth {depth}  <- the slider")
print(f"saved {100 * (1 - own[0] / naive[0]):.7g} %, factor {naive[0] / own[0]:.7g}  <- the slider")
ones = w1 + r3 + reduce + pool_proj
per_place = channels * ones + 9 * (r3 or channels) * w3 + 25 * (reduce or channels) * w5
again = size * size * (each * per_place + 9 * channels * pooled)
print(f"by one formula {again:,}  <- the slider")
print(f"break-even before the 5 x 5: r = {25 * channels * w5 / (channels + 25 * w5):.2f}")


# --- designs
def show(name, layers):
    rows, columns = 1 + sum(h - 1 for h, *_ in layers), 1 + sum(w - 1 for _, w, *_ in layers)
    operations, parameters = cost(layers)
    weights = sum(h * w * depth * filters for h, w, depth, filters in layers)
    print(f"{name}: {weights / channels**2:.7g} C^2, {parameters:,} parameters, {operations:,} operations, ", end="")
    print(f"sees {rows} x {columns}  <- the slider")
    return weights


c, r = channels, reduce
one = show("one 7x7", [(7, 7, c, c)])
show("1x7 and 7x1", [(1, 7, c, c), (7, 1, c, c)])
show("two 4x4", [(4, 4, c, c)] * 2)
show("three 3x3", [(3, 3, c, c)] * 3)
block = [(1, 1, c, r), (3, 3, r, r), (1, 1, r, c)] if r else [(3, 3, c, c)]
ours = show("three bottlenecks", block * 3)
formula = 3 * (2 * r * c + 9 * r * r) if r else 27 * c * c
print(f"by formula {formula:,}; saved {100 * (1 - ours / one):.7g} %  <- the slider")
layers, depth = [], c
for part in stack.replace("×", "x").replace("\n", ",").split(","):
    kernel, _, divisor = part.partition("/")
    height, width = (int(number) for number in kernel.split("x"))
    filters = c // int(divisor or 1)
    layers.append((height, width, depth, filters))
    depth = filters
show("yours", layers)
