"""Pictures: read, cropped, scaled to a network's input; the samples."""

from cnnviz.images.pictures import (
    ImageError,
    centre_crop,
    eight_bit,
    encode_jpeg,
    encode_png,
    luminance,
    read_image,
    resize_to,
)

__all__ = [
    "ImageError",
    "centre_crop",
    "eight_bit",
    "encode_jpeg",
    "encode_png",
    "luminance",
    "read_image",
    "resize_to",
]
