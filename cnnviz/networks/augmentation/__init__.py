"""Augmentation: what Keras's random layers make of one picture, and what a network says to that.

layers = parse_pipeline("rturn-f0.1~rflip")
drawn = draw_samples(picture, layers, count=12, seed=0)   # the pictures, and what was drawn
answers_of(network, drawn.pictures).mean(axis=0)          # averaged over them at test time
"""

from cnnviz.networks.augmentation.answers import answers_of, running_mean
from cnnviz.networks.augmentation.pipeline import format_pipeline, parse_pipeline
from cnnviz.networks.augmentation.samples import Samples, Second, draw_samples

__all__ = [
    "Samples",
    "Second",
    "answers_of",
    "draw_samples",
    "format_pipeline",
    "parse_pipeline",
    "running_mean",
]
