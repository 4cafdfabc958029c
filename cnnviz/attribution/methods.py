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
    formula : LaTeX, in the symbols of `cnnviz.notation.SYMBOLS`.
    paper : where it comes from.
    from_least : whether its map has no 0 that says nothing: only its differences tell, so that it
        is coloured from its least value on.
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
    from_least: bool = False


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
        r"M_{r,c} = \operatorname{ReLU}\Bigl(\sum_q w_q A_{r,c,q}\Bigr),\quad "
        r"w_q = \frac{1}{N} \sum_{r,c} \frac{\partial z}{\partial A_{r,c,q}}",
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
        r"M_{r,c} = \operatorname{ReLU}\Bigl(\sum_q w_q A_{r,c,q}\Bigr),\quad "
        r"w_q = \sum_{r,c} a_{r,c,q} \operatorname{ReLU}\Bigl(\frac{\partial z}"
        r"{\partial A_{r,c,q}}\Bigr)",
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
        "the logit, but for its bias.",
        r"M_{r,c} = \operatorname{ReLU}\Bigl(\sum_q \frac{\partial z}{\partial A_{r,c,q}} "
        r"A_{r,c,q}\Bigr)",
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
        r"M_{r,c} = \operatorname{ReLU}\Bigl(\sum_q w_q A_{r,c,q}\Bigr),\quad "
        r"w_q = \operatorname{softmax}_q\, P\bigl(x \odot \tilde A_q\bigr)",
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
        r"M_{r,c} = \max_q \Bigl|\frac{\partial z}{\partial x_{r,c,q}}\Bigr|",
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
        r"M_{r,c} = \sum_q x_{r,c,q}\, \frac{\partial z}{\partial x_{r,c,q}}",
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
        r"M_{r,c} = \max_q \Bigl|\operatorname{mean}_{\varepsilon} \frac{\partial z}"
        r"{\partial x_{r,c,q}} (x + \varepsilon)\Bigr|",
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
        r"M_{r,c} = \sum_q (x_{r,c,q} - x'_{r,c,q})\, \operatorname{mean}_{\tau} "
        r"\frac{\partial z}{\partial x_{r,c,q}} \bigl(x' + \tau (x - x')\bigr)",
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
        r"M_{r,c} = \max_q \Bigl|\frac{\partial z}{\partial x_{r,c,q}}\Bigr|\quad "
        r"\text{with ReLU on the way back, too}",
        "Springenberg et al., 2015",
    ),
    "occlusion": Method(
        "Occlusion",
        perturbation.occlusion,
        False,
        True,
        "many runs",
        "How far does the logit fall when a square of the picture's mean colour hides this place?",
        "What takes two places to hide stays hidden itself, and the square may look like "
        "something.",
        r"M_{r,c} = \operatorname{mean}_{\mu \ni (r,c)} \bigl(z(x) - z(x \text{ under } "
        r"\mu)\bigr)",
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
        r"M_{r,c} = \frac{1}{N \cdot 0.5} \sum_{\mu} P(x \odot \mu)\, \mu_{r,c}",
        "Petsiuk et al., 2018",
        from_least=True,
    ),
}
"""By the name of the function, in the order in which they are shown."""
