"""Padding and stride: small grids one can count, conventions, output sizes."""
