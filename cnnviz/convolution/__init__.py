"""Convolution: kernels slide over a picture, one sum of products per window."""

from cnnviz.convolution.operations import (
    Window,
    channel_maps,
    convolve,
    depthwise_convolve,
    filter_channels,
    transposed_convolve,
    window_at,
)

__all__ = [
    "Window",
    "channel_maps",
    "convolve",
    "depthwise_convolve",
    "filter_channels",
    "transposed_convolve",
    "window_at",
]
