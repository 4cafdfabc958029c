"""The path through the app: every page, in teaching order, with what one knows at its end."""

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Page:
    """One page as the menu lists it: its file, title, icon, one sentence and group.

    known : what one knows at its end, if it is a station of the path.
    """

    path: str
    title: str
    icon: str
    sentence: str
    group: str
    known: str = ""


_BLOCKS = "Building blocks"
_NETWORKS = "Networks"
_REFERENCE = "Reference"
PAGES = (
    Page(
        "app.py",
        "Start",
        ":material/home:",
        "See, and change, every number between a picture's pixels and a network's answer.",
        "",
    ),
    Page(
        "pages/01_convolution.py",
        "Convolution",
        ":material/grid_on:",
        "A small grid of weights slides over the picture; each stop gives one number.",
        _BLOCKS,
        "A convolution multiplies each pixel under a small grid of weights by its weight, adds "
        "up the products and moves on, with the same weights everywhere. The weights decide what "
        "it finds.",
    ),
    Page(
        "pages/02_padding_and_stride.py",
        "Padding and stride",
        ":material/padding:",
        "What is added around the picture, and how far the window steps, change the size of the "
        "result.",
        _BLOCKS,
        "The sizes of the input and the kernel, the padding, the stride and the dilation "
        "decide the size of the result, and nothing else does.",
    ),
    Page(
        "pages/03_channels.py",
        "Channels",
        ":material/layers:",
        "One kernel per channel; the partial maps add up to one feature map.",
        _BLOCKS,
        "A filter has one kernel for each channel. Its partial maps and one bias add up to "
        "one feature map, and a layer gives as many feature maps as it has filters.",
    ),
    Page(
        "pages/04_pooling.py",
        "Pooling",
        ":material/compress:",
        "Each window becomes one number: the map shrinks, and says less exactly where things lie.",
        _BLOCKS,
        "Pooling makes one number of each window. It has no weights; with a stride above 1 the "
        "map shrinks, and it matters less where exactly something lies.",
    ),
    Page(
        "pages/05_activations.py",
        "Activations",
        ":material/show_chart:",
        "A non-linear function between layers; without it, a stack of layers is no more than a "
        "single one.",
        _BLOCKS,
        "Without an activation between them, two layers can do no more than one. The slope of "
        "the activation decides how much of the gradient comes through.",
    ),
    Page(
        "pages/06_layers.py",
        "Layers",
        ":material/account_tree:",
        "Flatten, dense and dropout: from maps to a decision, and what that costs in weights.",
        _BLOCKS,
        "Flatten only writes the numbers in a row, a dense layer has a weight for each pair "
        "of an input and a unit, and dropout is for training alone. A convolution saves "
        "weights because it looks at few pixels at a time and uses the same weights at "
        "every place.",
    ),
    Page(
        "pages/07_learn_a_kernel.py",
        "Learn a kernel",
        ":material/trending_down:",
        "Nobody picks kernels by hand: gradient descent finds one, starting from noise.",
        _BLOCKS,
        "The gradient of the loss says in which direction each weight should move, and the "
        "learning rate how far. So a network finds its kernels by itself.",
    ),
    Page(
        "pages/08_network.py",
        "Network",
        ":material/hub:",
        "Follow a trained network's answer back through every layer to the pixels.",
        _NETWORKS,
        "A network is these steps one after the other. Each of its numbers can be traced back "
        "to the pixels that it depends on.",
    ),
    Page(
        "pages/09_search.py",
        "Search",
        ":material/image_search:",
        "Find the pictures that look alike to a network, at any depth.",
        _NETWORKS,
        "The numbers of a layer describe a picture. What counts as alike depends on the "
        "layer and on the metric.",
    ),
    Page(
        "pages/10_why.py",
        "Why",
        ":material/question_mark:",
        "Which pixels made a network say what it says, and how far to trust a map that claims to "
        "know.",
        _NETWORKS,
        "A map of reasons answers a narrow question, and some look right whatever the network has "
        "learned. Covering a part of the picture is a question that the network answers itself.",
    ),
    Page(
        "pages/11_feature_visualisation.py",
        "Feature visualisation",
        ":material/blur_on:",
        "What a channel, a unit, a class or a whole layer looks for: a picture that is made for "
        "it, and the photos that excite it.",
        _NETWORKS,
        "A picture can be made for any part of a network by gradient ascent on its pixels. What "
        "comes out depends on the recipe as well as on the network, so it is compared with "
        "photos.",
    ),
    Page(
        "pages/12_robustness.py",
        "Robustness",
        ":material/tune:",
        "How steady is the answer? Move the picture, and see where it flips and at which layer "
        "that begins.",
        _NETWORKS,
        "An answer holds for the picture it was given, not for all that look like it to you. How "
        "far it holds is measured, change by change; and a change made against a network can be "
        "too small to see.",
    ),
    Page(
        "pages/13_build.py",
        "Build a network",
        ":material/construction:",
        "Stack layers yourself: each says at once what it gives, what it costs, and what it makes "
        "of your picture.",
        _NETWORKS,
        "A network is a stack of layers whose shapes fit. Where its weights, its multiplications "
        "and its memory go follows from the shapes, before anything is trained.",
    ),
    Page(
        "pages/14_train.py",
        "Train it",
        ":material/model_training:",
        "A network learns from pictures in front of you: real accuracy rises, real kernels form.",
        _NETWORKS,
        "Training is many small steps against the gradient of a loss. What was learned is measured "
        "by pictures that were held out; what the network learns from says too much.",
    ),
    Page(
        "pages/15_augmentation.py",
        "Augmentation",
        ":material/auto_awesome_motion:",
        "A network is trained on pictures that are turned, moved and recoloured at random: see "
        "what that makes of yours, and what a network says to each.",
        _NETWORKS,
        "Most augmentation layers draw a change for each picture while a network is trained, and "
        "do nothing otherwise. A change is worth drawing where it leaves the class as it is.",
    ),
    Page(
        "pages/16_own_classes.py",
        "Your own classes",
        ":material/category:",
        "Bring a few pictures each of things that you want told apart: a trained network learns "
        "it in seconds, since only its last layer has to.",
        _NETWORKS,
        "The features of a trained network serve other classes than those it was trained for. "
        "Learning a new last layer takes few pictures; how good it is, only pictures tell that "
        "it has not learned from.",
    ),
    Page(
        "pages/20_glossary.py",
        "Glossary",
        ":material/menu_book:",
        "The words of the field, each in one sentence, with a place where one can see it.",
        _REFERENCE,
    ),
    Page(
        "pages/21_lessons.py",
        "Lessons",
        ":material/school:",
        "Prepared views for a course, week by week: something to do, a question, and its answer.",
        _REFERENCE,
    ),
)
"""Every page there is, in teaching order."""


def address_of(page: Page) -> str:
    """Give the last part of a page's address.

    >>> address_of(Page("pages/04_pooling.py", "Pooling", "", "", ""))
    'pooling'
    """
    return re.sub(r"^\d+_", "", Path(page.path).stem)
