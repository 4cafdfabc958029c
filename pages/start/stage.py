"""The front door's stage: one kernel on the picture in hand."""

from cnnviz.convolution import depthwise_convolve
from cnnviz.convolution.windows import padded_sources
from cnnviz.shapes import map_padding
from pages.ui.components.window import Sliding, sliding_window
from pages.ui.kernel import KernelMenu, kernel_entry, natural_show
from pages.ui.picture import Picture
from pages.ui.stage import working_picture
from pages.ui.state import Table

KEY = "start"
"""The session's key of the component."""

KERNEL = kernel_entry("sobel_x")
START = Table("start", KERNEL)


def first_stage(picture: Picture) -> None:
    """Draw it."""
    START.follow()
    menu = KernelMenu(START, KERNEL, KEY)
    kernel, weights = menu.kernel, menu.kernel.values
    pixels = working_picture(picture, "grey", 384)
    size = pixels.shape[:2]
    result = depthwise_convolve(pixels, weights[:, :, None, None], padding="same")
    (top, bottom), (left, right) = map_padding(size, weights.shape, padding="same")
    sources = (padded_sources(size[0], top, bottom), padded_sources(size[1], left, right))
    sliding_window(
        key=KEY,
        inputs=pixels,
        outputs=result,
        sliding=Sliding(weights.shape, (1, 1), (1, 1), (top, left), sources),
        kernel=weights,
        serial=kernel.serial,
        tools=kernel.tools(),
        show=natural_show(weights),
        compact=True,
        input_alt=picture.alt,
        output_alt=f"The picture filtered by the kernel {menu.title}.",
        titles={"kernel_title": menu.title},
        on_kernel=kernel.take_weights,
        on_edit=kernel.take_edit,
    )
