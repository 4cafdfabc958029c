"""Pooling: what each window keeps, and what a shift of the picture changes."""

from cnnviz.pooling.operations import (
    Maps,
    PoolKind,
    PoolWindow,
    global_pool,
    pool,
    pool_gradient,
    pool_sources,
    pool_window_at,
    pooled_size,
)

__all__ = [
    "Maps",
    "PoolKind",
    "PoolWindow",
    "global_pool",
    "pool",
    "pool_gradient",
    "pool_sources",
    "pool_window_at",
    "pooled_size",
]
