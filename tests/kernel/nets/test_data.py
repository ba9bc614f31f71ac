"""Resident images and their order, against numpy loops."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.data.images import fashion_mnist
from core.nets.data import Order, Resident, augmented, held_out, load, statistics
from core.training.experiments import Setup
from tests.kernel.nets.small import images, normalised

CPU = torch.device("cpu")


@pytest.mark.parametrize("channels", [1, 3])
def test_batches_are_normalised_as_numpy_does(channels) -> None:
    found = images(channels=channels)
    data = Resident(found.train_images, found.train_labels, CPU)
    batch, labels = data.batch(torch.tensor([5, 0, 59]))
    torch.testing.assert_close(batch, normalised(found, "train")[[5, 0, 59]], rtol=1e-5, atol=1e-5)
    assert labels.tolist() == found.train_labels[[5, 0, 59]].tolist()
    assert batch.is_contiguous(memory_format=torch.channels_last)
    test = Resident(found.test_images, found.test_labels, CPU, data)
    torch.testing.assert_close(test.batch(torch.arange(3))[0], normalised(found, "test")[:3], rtol=1e-5, atol=1e-5)
    assert len(test) == 20


def test_statistics_of_the_bundled_set_and_of_black_images() -> None:
    mean, deviation = statistics(fashion_mnist().train_images)
    np.testing.assert_allclose(mean, fashion_mnist().train_images.mean(), rtol=1e-12)
    np.testing.assert_allclose(deviation, fashion_mnist().train_images.std(), rtol=1e-9)
    assert statistics(np.zeros((3, 1, 2, 2), np.uint8)) == ((0.0,), (1.0,))
    bright = np.full((5000, 1, 4, 4), 255, np.uint8)
    assert statistics(bright) == ((255.0,), (1.0,))


@given(st.integers(-2, 2), st.integers(-3, 3), st.booleans())
def test_a_moved_image_is_the_one_moved_by_hand(down, right, flip) -> None:
    image = np.arange(1, 31, dtype=np.uint8).reshape(5, 3, 2)
    source = image[:, ::-1] if flip else image
    expected = np.zeros_like(image)
    for row in range(5):
        for column in range(3):
            if 0 <= row - down < 5 and 0 <= column - right < 3:
                expected[row, column] = source[row - down, column - right]
    other = torch.from_numpy(np.stack([image, image]))
    moved = augmented(other, torch.tensor([[down, right, int(flip)], [0, 0, 0]]))
    np.testing.assert_array_equal(moved[0], expected)
    np.testing.assert_array_equal(moved[1], image)


def test_every_epoch_is_a_permutation_without_what_is_left_over() -> None:
    order = Order(10, [3] * 7, seed=1)
    assert [place[0] for place in order.places] == [0, 0, 0, 1, 1, 1, 2]
    steps = [order[step][0].tolist() for step in range(7)]
    for epoch in (steps[:3], steps[3:6]):
        seen = sum(epoch, [])
        assert len(seen) == len(set(seen)) == 9 and set(seen) <= set(range(10))
    assert steps[0] != steps[3]
    assert [order.ends_epoch(step) for step in range(7)] == [False, False, True, False, False, True, True]
    # Any step can be asked for at any time, by anyone who knows the seed.
    assert Order(10, [3] * 7, seed=1)[4][0].tolist() == steps[4]
    assert Order(10, [3] * 7, seed=2)[4][0].tolist() != steps[4]


def test_batches_that_grow_and_batches_larger_than_the_set() -> None:
    order = Order(10, [2, 2, 4, 4, 99, 1], seed=0)
    assert order.places == [(0, 0, 2), (0, 2, 2), (0, 4, 4), (1, 0, 4), (2, 0, 10), (3, 0, 1)]
    assert sorted(order[4][0].tolist()) == list(range(10))


def test_moves_reach_an_eighth_of_the_side_and_follow_the_seed() -> None:
    assert Order(10, [5], seed=0)[0][1] is None
    shift = Order(400, [400], seed=3, augment="shift", side=28)[0][1]
    both = Order(400, [400], seed=3, augment="shift and flip", side=28)[0][1]
    assert shift[:, 2].sum() == 0 and 100 < both[:, 2].sum() < 300
    assert shift[:, :2].min() == -3 and shift[:, :2].max() == 3
    torch.testing.assert_close(Order(400, [400], seed=3, augment="shift", side=28)[0][1], shift)


def test_images_for_validation_are_the_last_of_each_class() -> None:
    labels = fashion_mnist().train_labels
    held = held_out(labels, 600)
    expected = [place for label in range(10) for place in np.flatnonzero(labels == label)[-60:]]
    assert held.tolist() == sorted(expected)
    assert np.bincount(labels[-600:]).min() < 20  # the last ones of all would be of some classes more than of others


@given(st.lists(st.integers(0, 4), min_size=1, max_size=40), st.integers(0, 45))
def test_classes_are_held_out_as_equally_as_there_are_images(labels, count) -> None:
    held = held_out(np.array(labels, dtype=np.uint8), count).tolist()
    assert len(held) == min(count, len(labels)) and held == sorted(set(held))
    taken = [[place in held for place, own in enumerate(labels) if own == label] for label in range(5)]
    assert all(each == sorted(each) for each in taken)  # the last ones of a class
    for each in taken:  # a class has fewer than another only where it has no more, or one fewer
        assert all(each) or sum(each) >= max(map(sum, taken)) - 1


def test_data_other_than_those_asked_for_are_refused() -> None:
    right = fashion_mnist().checksum
    assert load(Setup(text="fc10", checksum=right)) is fashion_mnist()
    with pytest.raises(ValueError, match="differ from those of the run"):
        load(Setup(text="fc10", checksum="0" * 32))
