"""Pooling: what each window keeps, and what a shift of the picture changes."""

from cnnviz.pooling.operations import (
    Maps,
    PoolKind,
    global_pool,
    pool,
    pool_gradient,
    pool_sources,
)

__all__ = [
    "Maps",
    "PoolKind",
    "global_pool",
    "pool",
    "pool_gradient",
    "pool_sources",
]
