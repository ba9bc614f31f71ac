"""The true functions: values known by hand, and the exported code gives the same numbers."""

import json
import subprocess
import sys

import numpy as np
import pytest

from core.regression.truths import TRUTHS

# Worked out by hand (sines from tables): x -> f(x).
KNOWN = {
    "x_sin": {0.0: 0.0, np.pi: np.pi - 1, 2 * np.pi: 2 * np.pi},
    "quadratic": {0.0: 0.0, 1.0: -1.0, -2.0: -10.0, 0.5: 0.0},
    "sine": {0.0: 0.0, np.pi / 2: 2.0, -np.pi / 6: -1.0},
    "step": {4.999: -2.0, 5.0: 2.0, 7.0: 2.0, -3.0: -2.0},
    "abs": {5.0: 0.0, 0.0: 5.0, 7.5: 2.5},
    "runge": {5.0: 5.0, 6.0: 2.5, 3.0: 1.0, 10.0: 5 / 26},
    "cubic": {0.0: 0.0, 5.0: 0.0, 10.0: 0.0, 4.0: 1.2, -1.0: -3.3},
}


def test_default_comes_first_and_all_are_there() -> None:
    assert list(TRUTHS) == ["x_sin", "quadratic", "sine", "step", "abs", "runge", "cubic"]


@pytest.mark.parametrize("key", TRUTHS)
def test_values(key: str) -> None:
    x = np.array(list(KNOWN[key]))
    np.testing.assert_allclose(TRUTHS[key].function(x), list(KNOWN[key].values()), rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("key", TRUTHS)
def test_keeps_shape_and_type(key: str) -> None:
    y = TRUTHS[key].function(np.linspace(-20, 22, 12).reshape(3, 4))
    assert y.shape == (3, 4)
    assert y.dtype == np.float64
    assert np.isfinite(y).all()


def test_exported_code_gives_the_same_numbers() -> None:
    lines = ["import json, numpy as np", "x = np.linspace(-20, 22, 421)"]
    lines += [f"print(json.dumps(list({truth.code})))" for truth in TRUTHS.values()]
    run = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True)
    x = np.linspace(-20, 22, 421)
    for truth, line in zip(TRUTHS.values(), run.stdout.splitlines(), strict=True):
        assert truth.function(x).tolist() == json.loads(line)


def test_every_truth_has_its_own_words() -> None:
    for part in ("label", "code"):
        words = [getattr(truth, part) for truth in TRUTHS.values()]
        assert all(words)
        assert len(set(words)) == len(words)
