"""A visual explorer of convolutional neural networks: the arithmetic, as pure functions."""

__version__ = "0.2.0"
