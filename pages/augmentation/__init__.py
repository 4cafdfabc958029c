"""Augmentation: what random layers make of a picture, and what a network says to that."""
