"""Features that ship beside the photos are taken only for what they were made of."""

import numpy as np

from cnnviz.networks.own_classes import Features
from cnnviz.search import photo_features, photo_index
from cnnviz.search.photos import all_photos


def read_again():
    return photo_features.photo_features.__wrapped__()


def test_features_come_back_by_name_and_not_for_other_photos(tmp_path, monkeypatch):
    numbers = np.random.default_rng(0)
    features = Features(
        numbers.random((2, 7, 7, 320), np.float32), numbers.random((2, 1280), np.float32)
    )
    monkeypatch.setattr(photo_features, "FOLDER", tmp_path)
    assert read_again() == {}
    data = photo_features.packed_features(["fish/one", "tool/two"], features)
    (tmp_path / photo_features.FILE).write_bytes(data)
    back = read_again()
    assert list(back) == ["fish/one", "tool/two"]
    np.testing.assert_array_equal(back["tool/two"].stage, features.stage[1:])
    np.testing.assert_array_equal(back["tool/two"].pooled, features.pooled[1:])
    monkeypatch.setattr(photo_index, "all_photos", lambda: all_photos()[1:])
    assert read_again() == {}
