"""What is climbed, and what the picture is made of, as LaTeX."""

from __future__ import annotations

from cnnviz.networks.feature_visualisation.recipe import Recipe, What


def climbed(what: What) -> str:
    """Write what is to become as large as it can."""
    return {
        "channel": r"\max_{Z} \; \frac{1}{N} \sum_{r,c} A_{r,c}(x)",
        "unit": r"\max_{Z} \; A_{r,c}(x)",
        "class": r"\max_{Z} \; z(x)",
        "layer": r"\max_{Z} \; \frac{1}{N} \sum_{r,c,q} A_{r,c,q}(x)^2",
    }[what]


def picture_formula(recipe: Recipe) -> str:
    """Write how the picture comes from what is learned."""
    grid = r"\operatorname{irfft}\left(\frac{Z}{\nu}\right)" if recipe.fourier else "Z"
    mixed = rf"K \, {grid}" if recipe.colour else grid
    return rf"x = \operatorname{{sigmoid}}\left({mixed}\right)"
