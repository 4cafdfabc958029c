"""A test that is not marked takes no time for TensorFlow, in a quick run or in any other."""

import pytest

from cnnviz.networks import tensorflow_runtime


def test_a_test_that_is_not_marked_loads_no_tensorflow():
    for load in (tensorflow_runtime.load_tensorflow, tensorflow_runtime.load_keras):
        with pytest.raises(ImportError, match="mark the test with"):
            load()


@pytest.mark.tensorflow
def test_one_that_is_marked_does():
    assert tensorflow_runtime.load_tensorflow().__name__ == "tensorflow"
