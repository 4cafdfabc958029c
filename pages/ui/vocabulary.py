"""The words of the field: each with one sentence, and a place where one can see what it means.

`pages/ui/terms.py` underlines them in a page's text; the Glossary page lists them all.
"""

from pages.ui.network_vocabulary import NETWORK_TERMS
from pages.ui.term import Term

_PICTURE, _SLIDING, _POOLING = "Pictures", "Convolution", "Pooling"
_BENDING, _LAYERS, _LEARNING = "Activations", "Layers", "Learning"
_NETWORKS = "Networks"

_CONVOLUTION = "pages/01_convolution.py"
_PADDING = "pages/02_padding_and_stride.py"
_CHANNELS = "pages/03_channels.py"
_POOL = "pages/04_pooling.py"
_ACTIVATIONS = "pages/05_activations.py"
_LAYER = "pages/06_layers.py"
_LEARN = "pages/07_learn_a_kernel.py"
_NETWORK = "pages/08_network.py"
_BUILD = "pages/13_build.py"
_TRAIN = "pages/14_train.py"
_SEVERAL = {"channels_part": "Several filters at once"}

_TERMS = (
    Term(
        "pixel",
        "One cell of a picture: a number from 0 to 255 for each of its channels.",
        _PICTURE,
        _CONVOLUTION,
    ),
    Term(
        "channel",
        "One of the grids of numbers that lie over each other: red, green and blue in a picture, "
        "one for each filter in a layer's output.",
        _PICTURE,
        _CHANNELS,
    ),
    Term(
        "tensor",
        "An array of numbers with any number of axes; a picture has three: rows, columns and "
        "channels.",
        _PICTURE,
        _LAYER,
    ),
    Term(
        "axis",
        "A direction in which an array is counted, such as its rows, columns or channels.",
        _PICTURE,
        _LAYER,
        also=("axes",),
    ),
    Term(
        "index",
        "The number of a row, column, channel or element; counting begins at 0, as in NumPy and "
        "Keras.",
        _PICTURE,
        _LAYER,
        also=("indices",),
    ),
    Term(
        "pixel scale",
        "What a network expects of its pixels, such as 0 to 1 or \u22121 to 1; on another scale "
        "its answer means little.",
        _PICTURE,
        _CHANNELS,
        {"channels_part": "One filter"},
    ),
    Term(
        "convolution",
        "A kernel slides over the picture; at each stop its weights are multiplied with the "
        "pixels below, and the products added.",
        _SLIDING,
        _CONVOLUTION,
    ),
    Term(
        "cross-correlation",
        "Sliding the kernel as it stands, which networks call convolution; mathematicians turn "
        "it by 180\u00b0 first.",
        _SLIDING,
        _CONVOLUTION,
        {"flip": "true"},
    ),
    Term(
        "kernel",
        "A small grid of weights that slides over the picture.",
        _SLIDING,
        _CONVOLUTION,
    ),
    Term(
        "weight",
        "A number that the network multiplies with, found by training.",
        _SLIDING,
        _CONVOLUTION,
    ),
    Term(
        "bias",
        "A number that is added to every sum of a filter, whatever the picture; it shifts the "
        "whole map up or down.",
        _SLIDING,
        _CONVOLUTION,
        {"bias": "60"},
        also=("biases",),
    ),
    Term(
        "window",
        "The part of the picture that lies under the kernel at one stop.",
        _SLIDING,
        _CONVOLUTION,
    ),
    Term(
        "stride",
        "How many pixels the window moves at each step; with 2 the result has about half the "
        "rows and columns.",
        _SLIDING,
        _PADDING,
        {"pad_stride": "2"},
    ),
    Term(
        "padding",
        "Rows and columns added around the picture, mostly of zeros, so that the window can "
        "stand at the border too.",
        _SLIDING,
        _PADDING,
    ),
    Term(
        "padding mode",
        "The rule for how much is added: valid adds nothing, same adds what keeps the size at "
        "stride 1, explicit adds the numbers that one gives.",
        _SLIDING,
        _PADDING,
        {"pad_padding": "Same"},
    ),
    Term(
        "valid",
        "The padding mode that adds nothing: the window stays inside the picture.",
        _SLIDING,
        _PADDING,
        {"pad_padding": "Valid"},
    ),
    Term(
        "dilation",
        "The step between the pixels that a kernel reads; with 2 it leaves one out between "
        "neighbours, and sees further with the same weights.",
        _SLIDING,
        _CONVOLUTION,
        {"dilation": "4"},
    ),
    Term(
        "transposed convolution",
        "A convolution run backwards in shape: each input value stamps the kernel into the "
        "result, and what overlaps adds up, so that a small map becomes a large one.",
        _SLIDING,
        _PADDING,
        {"pad_transposed": "true"},
    ),
    Term(
        "filter",
        "One kernel for each channel of the input, and a bias; their sum is one feature map.",
        _SLIDING,
        _CHANNELS,
    ),
    Term(
        "feature map",
        "The grid of numbers that one filter gives: how strongly what it looks for stands at "
        "each place.",
        _SLIDING,
        _CHANNELS,
        _SEVERAL,
    ),
    Term(
        "partial map",
        "What one channel adds to a feature map; the partial maps of all channels and the bias "
        "add up to it.",
        _SLIDING,
        _CHANNELS,
    ),
    Term(
        "depthwise convolution",
        "Each channel is filtered by a kernel of its own, and nothing is added across channels.",
        _SLIDING,
        _CHANNELS,
        _SEVERAL,
    ),
    Term(
        "pointwise convolution",
        "A convolution with a kernel of 1 \u00d7 1: it mixes the channels at each place and looks "
        "at no neighbour.",
        _SLIDING,
        _CHANNELS,
        _SEVERAL,
    ),
    Term(
        "separable convolution",
        "A depthwise convolution and then a pointwise one: far fewer weights than a standard "
        "convolution that gives maps of the same shape.",
        _SLIDING,
        _BUILD,
        {
            "stack": "in-h32-w32-c3~conv-f32-k3-psame~act-arelu~sep-f64-k3-psame~act-arelu~gavg"
            "~dense-u10~softmax",
            "build_layer": "3",
        },
    ),
    Term(
        "receptive field",
        "The part of the picture that one number of a layer depends on.",
        _SLIDING,
        _NETWORK,
        {"view": "Layer"},
    ),
    Term(
        "equivariance",
        "If the picture moves, the map moves with it; a convolution with stride 1 has it, away "
        "from the border.",
        _SLIDING,
        _POOL,
        {"pool_part": "Shift test"},
        also=("equivariant",),
    ),
    Term(
        "pooling",
        "Each window of a map is replaced by one number, so that the map shrinks; it has no "
        "weights.",
        _POOLING,
        _POOL,
    ),
    Term(
        "max pooling",
        "Pooling that keeps the largest number of each window.",
        _POOLING,
        _POOL,
    ),
    Term(
        "average pooling",
        "Pooling that keeps the mean of each window.",
        _POOLING,
        _POOL,
        {"pool_kind": "Average"},
    ),
    Term(
        "global average pooling",
        "One number for each map: its mean over all rows and columns.",
        _POOLING,
        _NETWORK,
        {"view": "Table"},
    ),
    Term(
        "invariance",
        "If the picture moves, the answer stays as it is; pooling brings it nearer, and never "
        "quite there.",
        _POOLING,
        _POOL,
        {"pool_part": "Shift test"},
        also=("invariant",),
    ),
    Term(
        "activation function",
        "A function that bends each number by itself, between one layer and the next.",
        _BENDING,
        _ACTIVATIONS,
    ),
    Term(
        "ReLU",
        "The activation that keeps what is positive and makes zero of the rest.",
        _BENDING,
        _ACTIVATIONS,
    ),
    Term(
        "dead unit",
        "A unit with a ReLU that gives zero for every input there is; no gradient reaches it, so "
        "it cannot learn.",
        _BENDING,
        _ACTIVATIONS,
        {"act_part": "Dead ReLUs"},
    ),
    Term(
        "vanishing gradient",
        "A gradient that is multiplied by small slopes in layer after layer, until the first "
        "layers hardly learn.",
        _BENDING,
        _ACTIVATIONS,
        {"act_part": "Vanishing gradients"},
    ),
    Term(
        "softmax",
        "The function that turns a row of logits into probabilities: positive, and 1 in sum.",
        _BENDING,
        _ACTIVATIONS,
        {"act_part": "Softmax"},
    ),
    Term(
        "segmentation mask",
        "A map with the most probable class of each cell, as a network for segmentation answers.",
        _NETWORKS,
        _NETWORK,
        {"view": "Answer"},
    ),
    Term(
        "logit",
        "A class's number before softmax; it may have any size and either sign.",
        _BENDING,
        _ACTIVATIONS,
        {"act_part": "Softmax"},
    ),
    Term(
        "temperature",
        "A number that divides the logits before softmax: a small one makes the largest "
        "probability larger, a large one brings all nearer to each other.",
        _BENDING,
        _ACTIVATIONS,
        {"act_part": "Softmax"},
    ),
    Term(
        "cross-entropy",
        "The loss of a classifier: minus the logarithm of the probability that it gave to the "
        "right class.",
        _BENDING,
        _ACTIVATIONS,
        {"act_part": "Softmax"},
    ),
    Term(
        "layer",
        "One step of a network: from an array to an array, mostly with weights of its own.",
        _LAYERS,
        _NETWORK,
        {"view": "Table"},
    ),
    Term(
        "flatten",
        "To write the numbers of all maps one after the other, as one long vector.",
        _LAYERS,
        _LAYER,
    ),
    Term(
        "dense layer",
        "A layer in which each unit has a weight for every number of its input.",
        _LAYERS,
        _LAYER,
        {"layer_part": "Dense"},
    ),
    Term(
        "unit",
        "One number of a dense layer's output, with its weights and its bias.",
        _LAYERS,
        _LAYER,
        {"layer_part": "Dense"},
    ),
    Term(
        "dropout",
        "In training, a random part of the numbers is set to zero and the rest enlarged; "
        "afterwards nothing is dropped.",
        _LAYERS,
        _LAYER,
        {"layer_part": "Dropout"},
    ),
    Term(
        "batch normalisation",
        "Each channel is shifted and scaled by a mean and a variance, at inference those seen in "
        "training, then by two numbers that were learned.",
        _LAYERS,
        _NETWORK,
        {"view": "Table"},
        also=("batch normalization",),
    ),
    Term(
        "parameter",
        "A number that training sets: a weight or a bias.",
        _LAYERS,
        _NETWORK,
        {"view": "Table"},
    ),
    Term(
        "multiply-add",
        "One multiplication with the addition that follows it: how the work of a layer is counted.",
        _LAYERS,
        _NETWORK,
        {"view": "Table"},
    ),
    Term(
        "residual block",
        "Convolutions whose result is added to what they were given, so that a deep network is "
        "trained as if it were shallower.",
        _LAYERS,
        _BUILD,
        {
            "stack": "in-h32-w32-c3~conv-f16-k3-psame~act-arelu~res-f16~res-f32-s2~gavg~dense-u10"
            "~softmax",
            "build_layer": "3",
        },
    ),
    Term(
        "loss",
        "One number that says how wrong the answers are; training makes it small.",
        _LEARNING,
        _LEARN,
    ),
    Term(
        "gradient",
        "The slope of one number, mostly the loss, along each weight: in which direction, and how "
        "steeply, it grows.",
        _LEARNING,
        _LEARN,
    ),
    Term(
        "gradient descent",
        "To move every weight a little against its gradient, again and again.",
        _LEARNING,
        _LEARN,
    ),
    Term(
        "learning rate",
        "What the gradient is multiplied with before a step: too small is slow, too large runs "
        "away.",
        _LEARNING,
        _LEARN,
    ),
    Term(
        "momentum",
        "The part of the last step that is added to the next one.",
        _LEARNING,
        _LEARN,
        {"learn_momentum": "0.9"},
    ),
    Term(
        "batch size",
        "How many examples the gradient of one step is taken from.",
        _LEARNING,
        _LEARN,
        {"learn_batch": "4"},
    ),
    Term(
        "epoch",
        "One pass over all the pictures that a network learns from.",
        _LEARNING,
        _TRAIN,
    ),
    Term(
        "optimiser",
        "The rule that makes a step of the weights out of their gradient, such as SGD or Adam.",
        _LEARNING,
        _TRAIN,
    ),
    Term(
        "held out",
        "Pictures that a network never learns from, by which it is measured: the validation set.",
        _LEARNING,
        _TRAIN,
        also=("validation",),
    ),
    Term(
        "overfitting",
        "To be right on what was learned from more often than on what was held out.",
        _LEARNING,
        _TRAIN,
        {"train_pictures": "120"},
        also=("overfit", "overfits"),
    ),
    Term(
        "confusion matrix",
        "How many pictures of each class were taken for each class, as a table.",
        _LEARNING,
        _TRAIN,
    ),
    Term(
        "initialisation",
        "How the weights are drawn before training begins.",
        _LEARNING,
        _ACTIVATIONS,
        {"act_part": "Vanishing gradients"},
    ),
    Term(
        "inference",
        "Using a network once it is trained; nothing is dropped and no weight changes.",
        _LEARNING,
        _LAYER,
        {"layer_part": "Dropout", "layer_mode": "Inference"},
    ),
    *NETWORK_TERMS,
)

TERMS: dict[str, Term] = {term.name: term for term in _TERMS}
"""By name, in the order in which the Glossary lists them."""
