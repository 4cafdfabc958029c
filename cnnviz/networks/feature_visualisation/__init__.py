"""Feature visualisation: pictures made so that a part of a network answers as strongly as it can.

    target = Target("channel", "conv_3_1", 5)
    made = visualise(open_network("small_vgg"), target, Recipe(size=64))
    made.picture, made.value                       # uint8 pixels, and what the channel says to them

The recipe is that of C. Olah, A. Mordvintsev and L. Schubert, "Feature Visualization", Distill
2017; each of its parts can be left out, to see what it is good for.
"""

from cnnviz.networks.feature_visualisation.ascent import Frame, Visualisation, measure, visualise
from cnnviz.networks.feature_visualisation.patches import Extreme, Extremes, extremes
from cnnviz.networks.feature_visualisation.recipe import Recipe, Target

__all__ = [
    "Extreme",
    "Extremes",
    "Frame",
    "Recipe",
    "Target",
    "Visualisation",
    "extremes",
    "measure",
    "visualise",
]
