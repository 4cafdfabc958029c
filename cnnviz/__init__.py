"""A visual explorer of convolutional neural networks: the arithmetic, as pure functions."""
