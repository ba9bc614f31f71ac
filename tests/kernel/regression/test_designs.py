"""Drawing the data: replayed with numpy alone, call by call; every bound from both sides."""

from typing import Any

import numpy as np
import pytest

from core.regression.designs import CHOICES, LIMITS, Settings, draw

INTEGERS = {"n_train": (2, 200), "n_test": (1, 100), "n_sets": (2, 1000), "max_degree": (1, 20), "seed": (0, 99999)}
NUMBERS = {"low": (-20, 20), "high": (-20, 20), "noise_std": (0, 5)}


def f(x: Any) -> Any:
    return x + np.sin(1.5 * x)


def generator(name: str, seed: int) -> Any:
    return np.random.default_rng(seed) if name == "pcg64" else np.random.RandomState(seed)


def test_bias_variance_homework_call_by_call() -> None:
    got = draw(Settings(generator="legacy"))
    rng = np.random.RandomState(0)
    x = rng.permutation(np.linspace(0, 10, 50))
    y_test = f(x[40:]) + rng.randn(10) * np.sqrt(0.3)
    assert got.x_train.tolist() == [x[:40].tolist()]
    assert got.x_test.tolist() == x[40:].tolist()
    assert (got.f_test + got.test_noise).tolist() == y_test.tolist()
    for noise in got.noise:
        assert (got.f_train[0] + noise).tolist() == (f(x[:40]) + rng.randn(40) * np.sqrt(0.3)).tolist()
    assert got.x_test.min() == 0 < got.x_train.min()


def test_leave_one_out_homework_call_by_call() -> None:
    got = draw(
        Settings(truth="quadratic", inputs="normal", n_train=100, noise_std=1, test_at="train", generator="legacy")
    )
    rng = np.random.RandomState(0)
    x = rng.normal(size=100)
    y = x - 2 * x**2 + rng.normal(size=100)
    assert got.x_train.tolist() == [x.tolist()]
    assert (got.f_train[0] + got.noise[0]).tolist() == y.tolist()
    assert got.x_test.tolist() == x.tolist()


@pytest.mark.parametrize("name", ["pcg64", "legacy"])
@pytest.mark.parametrize("inputs", ["even", "normal"])
@pytest.mark.parametrize("protocol", ["fixed", "subset", "random"])
@pytest.mark.parametrize("test_at", ["held_out", "train", "beyond"])
def test_every_combination_replayed(name: str, inputs: str, protocol: str, test_at: str) -> None:
    got = draw(
        Settings(
            low=-2,
            high=3,
            inputs=inputs,
            n_train=7,
            n_test=4,
            noise_std=0.25,
            n_sets=6,
            protocol=protocol,
            test_at=test_at,
            generator=name,
            seed=11,
        )
    )
    rng = generator(name, 11)
    n_pool = 14 if protocol == "subset" else 7
    size = n_pool + 4 if test_at == "held_out" else n_pool
    x = rng.standard_normal(size) if inputs == "normal" else np.linspace(-2, 3, size)
    test_noise = None
    if test_at == "held_out":
        x = rng.permutation(x)
        test_noise = 0.25 * rng.standard_normal(4)
    pool = x[:n_pool]
    x_train, noise = [], []
    for _ in range(6):
        if protocol == "subset":
            x_train.append(rng.permutation(pool)[:7])
        elif protocol == "random":
            x_train.append(rng.uniform(-2, 3, 7) if inputs == "even" else rng.standard_normal(7))
        noise.append(0.25 * rng.standard_normal(7))
    if protocol == "fixed":
        x_train = [pool]
    x_test = {"held_out": x[n_pool:], "train": pool}.get(test_at)
    if x_test is None:
        start, width = (3, 5) if inputs == "even" else (np.max(x_train), np.max(x_train) - np.min(x_train))
        x_test = start + width * np.array([0.025, 0.05, 0.075, 0.1])
    if test_noise is None:
        test_noise = 0.25 * rng.standard_normal(len(x_test))
    fresh = 0.25 * rng.standard_normal((6, len(x_test)))
    assert np.array_equal(got.x_train, x_train)
    assert np.array_equal(got.noise, noise)
    np.testing.assert_allclose(got.x_test, x_test, rtol=1e-15)
    assert np.array_equal(got.test_noise, test_noise)
    assert np.array_equal(got.fresh_noise, fresh)
    np.testing.assert_allclose(got.f_train, f(np.array(x_train)), rtol=1e-15)
    np.testing.assert_allclose(got.f_test, f(got.x_test), rtol=1e-15)
    assert got.noise_std == 0.25


@pytest.mark.parametrize("protocol", ["fixed", "subset", "random"])
def test_inside_is_held_out_without_the_outer_points(protocol: str) -> None:
    outer, inner = (
        draw(Settings(n_train=8, n_test=40, n_sets=3, protocol=protocol, test_at=where, seed=4))
        for where in ("held_out", "inside")
    )
    assert np.array_equal(inner.x_train, outer.x_train)
    assert np.array_equal(inner.noise, outer.noise)
    low, high = max(map(min, outer.x_train)), min(map(max, outer.x_train))
    kept = [i for i, x in enumerate(outer.x_test) if low <= x <= high]
    assert 0 < len(kept) < 40
    assert np.array_equal(inner.x_test, outer.x_test[kept])
    assert np.array_equal(inner.f_test, outer.f_test[kept])
    assert np.array_equal(inner.test_noise, outer.test_noise[kept])
    assert np.array_equal(inner.fresh_noise, outer.fresh_noise[:, kept])


def test_nothing_inside_is_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"^No test point lies inside the range of the training points; use .*\.$"):
        draw(Settings(n_train=3, n_test=1, n_sets=50, protocol="random", test_at="inside"))


def test_first_training_sets_do_not_depend_on_their_number() -> None:
    for protocol in CHOICES["protocol"]:
        few, many = (draw(Settings(n_sets=m, protocol=protocol)) for m in (3, 30))
        assert np.array_equal(few.noise, many.noise[:3])
        assert np.array_equal(few.x_train, many.x_train[: len(few.x_train)])


def test_normal_inputs_and_noise_have_their_distribution() -> None:
    got = draw(Settings(inputs="normal", protocol="random", n_train=200, n_sets=1000, noise_std=2))
    for values, scale in ((got.x_train, 1.0), (got.noise, 2.0)):
        size = values.size
        assert abs(values.mean()) < 4 * scale / np.sqrt(size)
        assert abs(values.var() / scale**2 - 1) < 4 * np.sqrt(2 / size)


def test_limits_and_choices() -> None:
    assert {**INTEGERS, **NUMBERS} == LIMITS
    assert CHOICES == {
        "truth": ("x_sin", "quadratic", "sine", "step", "abs", "runge", "cubic"),
        "inputs": ("even", "normal"),
        "protocol": ("fixed", "subset", "random"),
        "test_at": ("held_out", "inside", "train", "beyond"),
        "generator": ("pcg64", "legacy"),
    }


@pytest.mark.parametrize(("name", "ends"), (INTEGERS | NUMBERS).items())
def test_ends_of_ranges_are_allowed(name: str, ends: tuple[int, int]) -> None:
    frame: dict[str, Any] = {"low": -20, "high": 20}
    for end in ends:
        other = {"low": "high", "high": "low"}.get(name)
        if other and frame[other] == end:
            continue  # an empty range, tested below
        settings = Settings(**frame | {name: end})
        assert getattr(settings, name) == end
        Settings(**frame | {name: np.int64(end)})


@pytest.mark.parametrize(("name", "ends"), INTEGERS.items())
def test_integers_outside_or_not_integer_are_refused(name: str, ends: tuple[int, int]) -> None:
    for value in (ends[0] - 1, ends[1] + 1, 10.0, 10.5, True, np.nan, np.inf, "10", None, [10]):
        shown = repr(value) if not isinstance(value, float) else str(value)
        with pytest.raises(ValueError) as error:  # noqa: PT011  the whole sentence is compared
            Settings(**{name: value})
        assert str(error.value) == f"`{name}` must be an integer in [{ends[0]}, {ends[1]}]; got {shown}."


@pytest.mark.parametrize(("name", "ends"), NUMBERS.items())
def test_numbers_outside_or_not_a_number_are_refused(name: str, ends: tuple[int, int]) -> None:
    below, above = np.nextafter(ends[0], -np.inf), np.nextafter(ends[1], np.inf)
    for value in (below, above, -1e300, np.nan, np.inf, -np.inf, True, "1", None, 1j):
        shown = str(value) if isinstance(value, float) else repr(value)
        with pytest.raises(ValueError) as error:  # noqa: PT011
            Settings(**{name: value})
        assert str(error.value) == f"`{name}` must be in [{ends[0]}, {ends[1]}]; got {shown}."


def test_the_sentence_of_the_convention() -> None:
    with pytest.raises(ValueError, match=r"^`noise_std` must be in \[0, 5\]; got -1\.$"):
        Settings(noise_std=-1)


@pytest.mark.parametrize("name", CHOICES)
def test_unknown_choices_are_refused(name: str) -> None:
    for value in ("", "nope", "X" * 500, 1, None, ["fixed"], np.array(["even", "pcg64"])):
        with pytest.raises(ValueError, match=rf"^`{name}` must be one of ") as error:
            Settings(**{name: value})
        assert ", ".join(CHOICES[name]) in str(error.value)
        assert len(str(error.value)) < 200


@pytest.mark.parametrize(("low", "high"), [(3, 3), (5, 3), (10, 0)])
def test_empty_range_is_refused(low: float, high: float) -> None:
    with pytest.raises(ValueError, match=rf"^`low` must be less than `high`; got {low} and {high}\.$"):
        Settings(low=low, high=high)


def test_narrow_range_is_allowed() -> None:
    got = draw(Settings(low=10, high=10 + 1e-9, n_train=5))
    assert got.x_train.min() >= 10
    assert got.x_train.max() <= 10 + 1e-9
