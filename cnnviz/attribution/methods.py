"""The eleven methods side by side: what each answers, what it cannot, its formula, its paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cnnviz.attribution import class_maps, gradients, perturbation
from cnnviz.attribution.placing import Attribution

Work = Literal["one run", "many runs"]


@dataclass(frozen=True)
class Method:
    """A way to ask which pixels made the answer.

    Attributes
    ----------
    title : its name in the field.
    compute : the function of `cnnviz.attribution`.
    by_layer : whether it weighs the maps of a layer, which can be chosen.
    signed : whether its map says what speaks against the class, too.
    work : what it costs; "many runs" takes seconds for a large network.
    answers : the question that it answers, one sentence.
    cannot : what its map does not say, one sentence.
    formula : LaTeX. z is the class's logit, x the input, A_k the maps of a layer.
    paper : where it comes from.
    """

    title: str
    compute: Callable[..., Attribution]
    by_layer: bool
    signed: bool
    work: Work
    answers: str
    cannot: str
    formula: str
    paper: str


METHODS: dict[str, Method] = {
    "grad_cam": Method(
        "Grad-CAM",
        class_maps.grad_cam,
        True,
        False,
        "one run",
        "In which regions do the layer's maps speak for the class, if each map counts as much as "
        "the logit rises with it on average?",
        "It is as coarse as the layer, and one weight for a whole map may mark cells that do not "
        "matter.",
        r"\operatorname{ReLU}\Big(\sum_k \alpha_k A_k\Big),\quad \alpha_k = \frac{1}{H W} "
        r"\sum_{i,j} \frac{\partial z}{\partial A_{ijk}}",
        "Selvaraju et al., 2017",
    ),
    "grad_cam_plus_plus": Method(
        "Grad-CAM++",
        class_maps.grad_cam_plus_plus,
        True,
        False,
        "one run",
        "The same, with the cells where the logit rises weighed so that several objects of one "
        "class count alike.",
        "Its weights are exact for networks of straight pieces only, and it forgets what speaks "
        "against the class.",
        r"\operatorname{ReLU}\Big(\sum_k w_k A_k\Big),\quad w_k = \sum_{i,j} a_{ijk} "
        r"\operatorname{ReLU}\Big(\frac{\partial z}{\partial A_{ijk}}\Big)",
        "Chattopadhay et al., 2018",
    ),
    "hires_cam": Method(
        "HiResCAM",
        class_maps.hires_cam,
        True,
        False,
        "one run",
        "Which cells of the layer add to the logit, each counted by its own slope?",
        "It is as coarse as the layer; only where one dense layer follows do its cells add up to "
        "the logit.",
        r"\operatorname{ReLU}\Big(\sum_k \frac{\partial z}{\partial A_k} \odot A_k\Big)",
        "Draelos and Carin, 2020",
    ),
    "score_cam": Method(
        "Score-CAM",
        class_maps.score_cam,
        True,
        False,
        "many runs",
        "How probable does the class stay when the network sees the picture through one map "
        "alone? Those that keep it probable count most.",
        "It shows the network pictures unlike any that it was trained on, and takes one run a map.",
        r"\operatorname{ReLU}\Big(\sum_k w_k A_k\Big),\quad w = \operatorname{softmax}_k\,"
        r"p\big(x \odot \tilde A_k\big)",
        "Wang et al., 2020",
    ),
    "saliency": Method(
        "Saliency",
        gradients.saliency,
        False,
        False,
        "one run",
        "Which pixels, changed a very little, would change the logit most?",
        "It says how sensitive the answer is, not what made it, and the slope of a deep network "
        "jumps from pixel to pixel.",
        r"\max_c \Big|\frac{\partial z}{\partial x_c}\Big|",
        "Simonyan et al., 2014",
    ),
    "gradient_times_input": Method(
        "Gradient x input",
        gradients.gradient_times_input,
        False,
        True,
        "one run",
        "What would each pixel add to the logit if the network were linear from here to 0?",
        "A network is not linear, and pixels whose value is 0 to the network never count.",
        r"\sum_c x_c\, \frac{\partial z}{\partial x_c}",
        "Shrikumar et al., 2016",
    ),
    "smooth_grad": Method(
        "SmoothGrad",
        gradients.smooth_grad,
        False,
        False,
        "many runs",
        "Which pixels is the logit sensitive to on average, over noisy copies of the picture?",
        "How much noise is right nobody can tell, and it is sensitivity all the same.",
        r"\max_c \Big|\frac{1}{n} \sum_{i=1}^{n} \frac{\partial z}{\partial x_c}"
        r"\Big|_{x + \varepsilon_i}\Big|",
        "Smilkov et al., 2017",
    ),
    "integrated_gradients": Method(
        "Integrated gradients",
        gradients.integrated_gradients,
        False,
        True,
        "many runs",
        "What does each pixel add to the logit on the straight way from a black picture to this "
        "one? All pixels together add up to the whole difference.",
        "The answer depends on the picture that one starts from: beside black, what is dark "
        "counts little.",
        r"\sum_c (x_c - x^0_c)\, \frac{1}{n} \sum_{i=1}^{n} \frac{\partial z}{\partial x_c}"
        r"\Big|_{x^0 + \frac{i - 1/2}{n} (x - x^0)}",
        "Sundararajan et al., 2017",
    ),
    "guided_backpropagation": Method(
        "Guided backprop",
        gradients.guided_backpropagation,
        False,
        False,
        "one run",
        "Which pixels does the logit rise with, if nothing that speaks against it may come back "
        "through a ReLU?",
        "It draws the edges that the network sees, nearly the same for every class: hardly a "
        "reason.",
        r"\max_c \Big|\frac{\partial z}{\partial x_c}\Big|\ \text{with}\ "
        r"\operatorname{ReLU}\ \text{on the way back}",
        "Springenberg et al., 2015",
    ),
    "occlusion": Method(
        "Occlusion",
        perturbation.occlusion,
        False,
        True,
        "many runs",
        "How far does the logit fall when a grey square hides this place?",
        "What takes two places to hide stays hidden itself, and the square may look like "
        "something.",
        r"\operatorname{mean}_{s \ni (i,j)} \big(z(x) - z(x\ \text{without}\ s)\big)",
        "Zeiler and Fergus, 2014",
    ),
    "rise": Method(
        "RISE",
        perturbation.rise,
        False,
        False,
        "many runs",
        "How probable is the class, on average, over random masks that let this place through?",
        "It is blurred and noisy, the more so the fewer the masks.",
        r"\frac{1}{n\,p_\text{kept}} \sum_{i=1}^{n} p(x \odot m_i)\, m_i",
        "Petsiuk et al., 2018",
    ),
}
"""By the name of the function, in the order in which they are shown."""
