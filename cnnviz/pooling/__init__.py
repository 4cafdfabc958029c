"""Pooling: what each window keeps, and what a shift of the picture changes."""

from cnnviz.pooling.operations import (
    global_pool,
    pool,
    pool_gradient,
    pool_sources,
)

__all__ = [
    "global_pool",
    "pool",
    "pool_gradient",
    "pool_sources",
]
