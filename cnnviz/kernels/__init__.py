"""Kernels made by hand: what each finds, who found it, and how to change one."""

from cnnviz.kernels.catalogue import KERNELS, Kernel
from cnnviz.kernels.design import (
    Weights,
    box,
    gabor,
    gaussian,
    identity,
    laplacian_of_gaussian,
    motion_blur,
    random,
)
from cnnviz.kernels.editing import (
    LARGEST_SIDE,
    LARGEST_WEIGHT,
    checked_kernel,
    mirror,
    negate,
    normalise,
    resize,
    rotate,
)
from cnnviz.kernels.text import format_kernel, pack_kernel, parse_kernel, unpack_kernel

__all__ = [
    "KERNELS",
    "LARGEST_SIDE",
    "LARGEST_WEIGHT",
    "Kernel",
    "Weights",
    "box",
    "checked_kernel",
    "format_kernel",
    "gabor",
    "gaussian",
    "identity",
    "laplacian_of_gaussian",
    "mirror",
    "motion_blur",
    "negate",
    "normalise",
    "pack_kernel",
    "parse_kernel",
    "random",
    "resize",
    "rotate",
    "unpack_kernel",
]
