"""Robustness: how steady a network's answer is when the picture moves."""
