"""Data sets: what is held out, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from cnnviz.networks.training.data import DATA, data_from_pictures

PICTURES = np.arange(30 * 4 * 4, dtype=np.uint8).reshape(30, 4, 4, 1)


def test_no_picture_is_in_both_and_each_class_is_held_out():
    labels = np.arange(30) % 3
    data = data_from_pictures("Own", "Own.", PICTURES, labels, "abc", held_out=9)
    assert sorted([*data.training, *data.validation]) == list(range(30))
    assert np.bincount(data.labels[data.validation]).tolist() == [3, 3, 3]
    assert np.bincount(data.labels[data.first(6)]).tolist() == [2, 2, 2]
    again = data_from_pictures("Own", "Own.", PICTURES, labels, "abc", held_out=9)
    np.testing.assert_array_equal(again.validation, data.validation)
    other = data_from_pictures("Own", "Own.", PICTURES, labels, "abc", held_out=9, seed=1)
    assert (other.validation != data.validation).any()


@pytest.mark.parametrize("name", ["shapes", "digits"])
def test_a_source_keeps_what_it_says(name):
    source = replace(DATA[name], examples=min(DATA[name].examples, 1_397))
    data = source.make(source)
    assert (data.shape, data.class_names) == (source.shape, source.class_names)
    assert len(data.training) == source.examples
    assert data.images.dtype == np.uint8
    assert len(data.validation) <= 1_000
    counts = np.bincount(data.labels[data.validation])
    assert counts.max() - counts.min() <= 1


@pytest.mark.parametrize(
    ("images", "labels", "names", "held_out", "rule"),
    [
        (PICTURES, np.zeros(30), "a", 9, "Two classes or more"),
        (PICTURES[..., 0], np.zeros(30), "ab", 9, r"Received: \(30, 4, 4\) in uint8"),
        (PICTURES.astype(float), np.zeros(30), "ab", 9, "in float64"),
        (PICTURES, np.full(30, 2), "ab", 9, "classes 0 to 1"),
        (PICTURES, np.zeros(29), "ab", 9, "for 30 pictures"),
        (PICTURES, np.zeros(30), "ab", 30, "held_out=30"),
    ],
)
def test_what_is_no_data_set_is_refused(images, labels, names, held_out, rule):
    with pytest.raises(ValueError, match=rule):
        data_from_pictures("Own", "Own.", images, labels, names, held_out=held_out)
