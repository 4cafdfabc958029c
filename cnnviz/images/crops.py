"""Where a network's input lies on a picture of any size: the crop, and the way back from it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image


class Box(NamedTuple):
    """A rectangle in pixels, which may begin or end between two of them."""

    top: float
    left: float
    height: float
    width: float

    def within(self, height: float, width: float) -> Box:
        """Cut the box to a picture of this size.

        >>> Box(-2, 5, 6, 6).within(20, 8)
        Box(top=0, left=5, height=4, width=3)
        """
        top, left = min(max(self.top, 0), height), min(max(self.left, 0), width)
        bottom = min(max(self.top + self.height, 0), height)
        right = min(max(self.left + self.width, 0), width)
        return Box(top, left, bottom - top, right - left)


def centred_crop(height: int, width: int, *, target: tuple[int, int], share: float = 1.0) -> Box:
    """Find the centred part of a picture that becomes an input of `target` (rows, columns).

    share : of the largest such part, in (0, 1]; 224 / 256 is what ImageNet networks are
        evaluated with.

    >>> centred_crop(480, 640, target=(224, 224), share=0.875)
    Box(top=30, left=110, height=420, width=420)
    """
    rows, columns = target
    unit = min(height / rows, width / columns) * share
    # Whole pixels, as ImageNet's evaluation crops; never none of a very flat picture.
    tall = min(max(int(unit * rows + 1e-9), 1), height)
    wide = min(max(int(unit * columns + 1e-9), 1), width)
    return Box((height - tall) // 2, (width - wide) // 2, tall, wide)


def crop_and_resize(
    image: NDArray[Any], *, target: tuple[int, int], share: float = 1.0
) -> NDArray[np.uint8]:
    """Cut the centre out of a picture and bring it to a network's size, bicubic.

    Parameters
    ----------
    image : (height, width, 3) uint8, any size.
    target : (rows, columns) of the result.

    Raises
    ------
    ValueError : the picture has another shape or dtype.

    >>> crop_and_resize(np.zeros((5, 9, 3), np.uint8), target=(2, 4)).shape
    (2, 4, 3)
    """
    image = np.asarray(image)
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or 0 in image.shape:
        raise ValueError(
            "The picture must be (height, width, 3) uint8. "
            f"Received: shape={image.shape}, dtype={image.dtype}."
        )
    box = centred_crop(image.shape[0], image.shape[1], target=target, share=share)
    top, left, tall, wide = (int(side) for side in box)
    # Cut first: Pillow's own `box` lets pixels from beyond the edge flow in.
    part = Image.fromarray(np.ascontiguousarray(image[top : top + tall, left : left + wide]))
    return np.asarray(part.resize((target[1], target[0]), Image.Resampling.BICUBIC))
