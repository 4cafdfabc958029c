"""Channels: one kernel per channel, partial maps that add up, trained kernels."""
