"""What is taken along from the small grids, without a page around it."""

import io

import numpy as np
import pytest
from PIL import Image

from cnnviz.padding.geometry import apply_kernel, convolution_geometry, transposed_geometry
from cnnviz.padding.number_grids import counting_numbers, weights
from pages.ui.grid_downloads import grid_downloads

KERNEL = weights("counting", 3, 3)


def files(geometry, grid, kernel=KERNEL, **arrays):
    result = apply_kernel(grid, kernel, geometry)
    downloads = grid_downloads("view", grid, result, geometry, (0, 0), kernel=kernel, **arrays)
    assert len({download.file_name for download in downloads}) == len(downloads)
    return {download.file_name: download.make() for download in downloads}


@pytest.mark.parametrize(
    "geometry",
    [
        convolution_geometry(5, 3, stride=3, padding=((1, 1), (0, 1))),
        transposed_geometry(5, 3, stride=2, padding="same"),
    ],
    ids=["convolution", "transposed"],
)
def test_every_file_is_what_its_name_says(geometry):
    made = files(geometry, counting_numbers(5, 5), note=np.arange(3))
    assert made["view.svg"].startswith(b"<svg")
    assert made["view_coverage.svg"].startswith(b"<svg")
    with Image.open(io.BytesIO(made["view.gif"])) as animation:
        assert animation.n_frames == np.prod(geometry.output_size)
    with Image.open(io.BytesIO(made["view.png"])) as picture:
        assert picture.size == tuple(32 * side for side in geometry.output_size)
    with np.load(io.BytesIO(made["view.npz"])) as arrays:
        np.testing.assert_array_equal(
            arrays["result"], apply_kernel(arrays["input"], arrays["kernel"], geometry)
        )
        np.testing.assert_array_equal(arrays["coverage"], geometry.coverage)
        np.testing.assert_array_equal(arrays["note"], np.arange(3))


def test_of_a_large_grid_a_patch_is_animated():
    geometry = convolution_geometry(16, 3, padding="same")
    made = files(geometry, counting_numbers(16, 16))
    with Image.open(io.BytesIO(made["view.gif"])) as animation:
        assert animation.n_frames == 12 * 12
        assert max(animation.size) < 1400
