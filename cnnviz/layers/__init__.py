"""Layers: flatten, dense and dropout, what they cost, and the tutorial network."""
