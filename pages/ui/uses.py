"""Where a building block is at work in a network that ships, and the way back to it."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from cnnviz.networks import NETWORKS
from cnnviz.networks.layers import LayerInfo
from pages.ui.path import PAGES
from pages.ui.picture import picture_address

NETWORK = "pages/08_network.py"
_OPENED_FIRST = "efficientnet_lite0"
"""The network that the page opens with, which its address need not name."""


@dataclass(frozen=True)
class Use:
    """A layer that does what a page shows.

    Attributes
    ----------
    words : what it does there, to follow its name.
    network : a key of `NETWORKS`.
    layer, row, column : the place to look at, in its first map.
    view : a view of the Network page.
    """

    words: str
    network: str
    layer: str
    row: int = 0
    column: int = 0
    view: str = "Explain"

    @property
    def label(self) -> str:
        """What the link says."""
        return f"{NETWORKS[self.network].title}, {self.layer}: {self.words}"

    @property
    def address(self) -> dict[str, str]:
        """What the Network page's address names."""
        place = {"view": self.view, "place": f"{self.layer}:0:{self.row}:{self.column}"}
        if self.network == _OPENED_FIRST:
            return place
        return {"network": NETWORKS[self.network].title, **place}


USES: Mapping[str, tuple[Use, ...]] = {
    "pages/01_convolution.py": (
        Use("one number of its first map as a sum", "small_vgg", "conv_1_1", 16, 16),
    ),
    "pages/02_padding_and_stride.py": (
        Use("a stride of 2 makes 112 of 224", "efficientnet_lite0", "stem_conv", 56, 56, "Layer"),
    ),
    "pages/03_channels.py": (
        Use("a sum over all the maps before it", "small_vgg", "conv_2_1", 8, 8),
        Use(
            "each map by itself",
            "efficientnet_lite0",
            "stage1_block1_depthwise_conv",
            56,
            56,
        ),
    ),
    "pages/04_pooling.py": (
        Use("the largest of each window", "small_vgg", "pool_1", 8, 8),
        Use("the mean of each whole map", "efficientnet_lite0", "pool"),
    ),
    "pages/05_activations.py": (
        Use("what is negative becomes 0", "small_vgg", "relu_1_1", 16, 16, "Layer"),
        Use("logits become probabilities", "tutorial", "softmax"),
    ),
    "pages/06_layers.py": (
        Use("maps in a row", "tutorial", "flatten"),
        Use("ten weighted sums", "tutorial", "dense"),
    ),
    "pages/07_learn_a_kernel.py": (
        Use("kernels that training found", "small_vgg", "conv_1_1", 16, 16, "Layer"),
    ),
}
"""By the page that shows how it works."""


def links_to_uses(path: str) -> None:
    """Lead from a building block to layers that do it."""
    uses = USES.get(path, ())
    if not uses:
        return
    st.markdown("**At work in a network**")
    with st.container(horizontal=True):
        for use in uses:
            st.page_link(
                NETWORK,
                label=use.label,
                icon=":material/hub:",
                query_params=use.address | picture_address(),
            )


Block = tuple[str, dict[str, str]]
"""A page, and what its address names."""

_BLOCKS: Mapping[str, Block] = {
    "Conv2D": ("pages/03_channels.py", {}),
    "Conv2DTranspose": ("pages/02_padding_and_stride.py", {"pad_transposed": "true"}),
    "ZeroPadding2D": ("pages/02_padding_and_stride.py", {}),
    "DepthwiseConv2D": (
        "pages/03_channels.py",
        {"channels_part": "Several filters at once", "connections": "depthwise"},
    ),
    "SeparableConv2D": (
        "pages/03_channels.py",
        {"channels_part": "Several filters at once", "connections": "separable"},
    ),
    "MaxPooling2D": ("pages/04_pooling.py", {}),
    "AveragePooling2D": ("pages/04_pooling.py", {"pool_kind": "Average"}),
    "GlobalMaxPooling2D": ("pages/04_pooling.py", {"pool_global": "true"}),
    "GlobalAveragePooling2D": (
        "pages/04_pooling.py",
        {"pool_kind": "Average", "pool_global": "true"},
    ),
    "ReLU": ("pages/05_activations.py", {}),
    "Activation": ("pages/05_activations.py", {}),
    "LeakyReLU": ("pages/05_activations.py", {"act_function": "Leaky ReLU"}),
    "Softmax": ("pages/05_activations.py", {"act_part": "Softmax"}),
    "Flatten": ("pages/06_layers.py", {}),
    "Dense": ("pages/06_layers.py", {"layer_part": "Dense"}),
    "Dropout": ("pages/06_layers.py", {"layer_part": "Dropout"}),
    "SpatialDropout2D": (
        "pages/06_layers.py",
        {"layer_part": "Dropout", "layer_spatial": "true"},
    ),
}
"""By a layer's kind, as Keras calls it."""


def block_of(layer: LayerInfo) -> Block | None:
    """Name the page that shows how a layer works; None where there is none.

    >>> block_of(LayerInfo("pool", "Reshape", (), (), 0, 0, None)) is None  # doctest: +SKIP
    True
    """
    if layer.kind == "Conv2D" and layer.inputs == ("image",) and layer.strides in (None, (1, 1)):
        return "pages/01_convolution.py", {}
    if layer.kind == "Conv2D" and layer.strides not in (None, (1, 1)):
        return "pages/02_padding_and_stride.py", {"pad_stride": str(layer.strides[0])}
    return _BLOCKS.get(layer.kind)


def link_to_block(layer: LayerInfo) -> None:
    """Lead from a layer to the page that shows how it works."""
    block = block_of(layer)
    if block is None:
        return
    path, address = block
    title = next(page.title for page in PAGES if page.path == path)
    st.page_link(
        path,
        label=f"How {layer.name} works: {title}",
        icon=":material/school:",
        query_params=address | picture_address() or None,
    )
