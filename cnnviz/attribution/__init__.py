"""Attribution: which pixels of a picture made a network's answer, by eleven methods."""

from cnnviz.attribution.class_maps import (
    grad_cam,
    grad_cam_plus_plus,
    hires_cam,
    layers_with_maps,
    score_cam,
)
from cnnviz.attribution.gradients import (
    gradient_times_input,
    guided_backpropagation,
    integrated_gradients,
    saliency,
    smooth_grad,
)
from cnnviz.attribution.methods import METHODS, Method
from cnnviz.attribution.perturbation import occlusion, rise

__all__ = [
    "METHODS",
    "Method",
    "grad_cam",
    "grad_cam_plus_plus",
    "gradient_times_input",
    "guided_backpropagation",
    "hires_cam",
    "integrated_gradients",
    "layers_with_maps",
    "occlusion",
    "rise",
    "saliency",
    "score_cam",
    "smooth_grad",
]
