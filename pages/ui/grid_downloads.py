"""What may be taken along from a stage of small grids: drawings, animation, picture, arrays."""

import numpy as np

from cnnviz.drawing import palette
from cnnviz.drawing.display import display
from cnnviz.drawing.sliding_window import sliding_patch_gif, sliding_window_gif
from cnnviz.images import pictures as images
from cnnviz.padding.diagram import coverage_svg, layer_svg
from cnnviz.padding.geometry import Geometry, laid_out
from cnnviz.shapes import Grid
from pages.ui.takeaway import Download, npz

MOST_ANIMATED = 16
"""Places along one side of a grid that is animated whole; of a larger one, a patch is."""


def grid_downloads(
    name: str,
    grid: Grid,
    result: np.ndarray,
    geometry: Geometry,
    at: tuple[int, int],
    *,
    kernel: np.ndarray | None = None,
    input_show: str = "signed",
    **arrays: np.ndarray,
) -> list[Download]:
    """List the downloads of one view; each file is made when it is asked for.

    Parameters
    ----------
    name : what the files' names begin with.
    grid, result, kernel : (rows, columns) float32; the kernel as one types it.
    at : the output cell that the drawing's window stands on.
    arrays : more to put into the NPZ.
    """
    slid = kernel[::-1, ::-1] if kernel is not None and geometry.transposed else kernel
    kernel_title = "Turned kernel" if geometry.transposed else "Kernel"

    def animation() -> bytes:
        numbers, outside = laid_out(grid, geometry)
        if max(numbers.shape) <= MOST_ANIMATED:
            return sliding_window_gif(
                numbers,
                display(numbers[..., None], input_show),
                result,
                palette.colour_map(result),
                kernel=slid,
                window=geometry.window,
                stride=geometry.step,
                dilation=geometry.dilation,
                titles=("Input", kernel_title, "Result"),
                outside=outside,
            )
        return sliding_patch_gif(
            grid[..., None],
            result[..., None],
            geometry.sources,
            kernel=slid,
            window=geometry.window,
            stride=geometry.step,
            dilation=geometry.dilation,
            cell=at,
            show="signed",
            input_show=input_show,
            most=12,
        )

    def drawing() -> bytes:
        return layer_svg(
            grid,
            slid,
            result,
            geometry,
            at,
            input_show=input_show,
            kernel_title=kernel_title,
        ).encode()

    def heat_map() -> bytes:
        return coverage_svg(geometry.coverage, "Coverage").encode()

    def picture() -> bytes:
        small = display(result[..., None], "signed")
        return images.encode_png(small.repeat(32, axis=0).repeat(32, axis=1))

    def packed() -> bytes:
        weights = {} if kernel is None else {"kernel": kernel}
        return npz(input=grid, result=result, coverage=geometry.coverage, **weights, **arrays)

    return [
        Download("Drawing as SVG", f"{name}.svg", drawing),
        Download("Coverage as SVG", f"{name}_coverage.svg", heat_map),
        Download("Sliding window as GIF", f"{name}.gif", animation),
        Download("Result as PNG", f"{name}.png", picture),
        Download("Arrays as NPZ", f"{name}.npz", packed),
    ]
