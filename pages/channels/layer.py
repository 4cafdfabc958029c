"""One filter and all that is set around it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cnnviz.activations import Activation
from cnnviz.channels.mixing import ChannelMix, mix_channels
from cnnviz.channels.trained_kernels import PIXEL_SCALES, TrainedLayer
from cnnviz.images.preprocessing import Preprocessing
from cnnviz.shapes import Pixels
from pages.channels.kernels import ChannelKernels


@dataclass(frozen=True, eq=False)
class Layer:
    """What the controls say about all but the weights.

    Attributes
    ----------
    pixels : (height, width, 3) uint8
    stride : the same in both axes.
    scale : how the pixels become numbers.
    parameters : the activation's.
    """

    pixels: Pixels
    stride: int
    padding: Literal["same", "valid"]
    scale: Preprocessing
    activation: Activation
    parameters: Mapping[str, float]

    def mix(self, kernels: ChannelKernels) -> ChannelMix:
        """Run one filter on the picture."""
        return mix_channels(
            self.scale(self.pixels),
            kernels.values,
            bias=kernels.bias,
            muted=kernels.muted,
            activation=self.activation.key,
            parameters=self.parameters,
            stride=self.stride,
            padding=self.padding,
        )

    def is_as(self, layer: TrainedLayer, side: int) -> bool:
        """Whether a trained layer does the same with its own filters, whose side is given."""
        return (
            side == len(layer.kernels)
            and (self.stride, self.padding) == (layer.stride, layer.padding)
            and self.scale is PIXEL_SCALES[layer.scale]
            and self.activation.key == layer.activation
        )

    @property
    def label(self) -> str:
        """What its activation is called, in short."""
        return self.activation.label.split(" (")[0]


@dataclass(frozen=True, eq=False)
class Filtered:
    """A filter, the layer around it, and what they make of the picture."""

    kernels: ChannelKernels
    layer: Layer
    mix: ChannelMix
